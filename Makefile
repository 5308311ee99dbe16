# Sesshu. `make help` lists the verbs.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Native packages: what the program needs to build and run, and what only the
# tests need (scanner backends as independent peers, a browser).
RUN_PACKAGES := gcc g++ libc6-dev pkg-config libopencv-dev libtesseract-dev libleptonica-dev libjpeg-dev \
	tesseract-ocr-eng tesseract-ocr-jpn postgresql poppler-utils \
	fonts-ipaexfont fonts-noto-cjk fonts-ocr-b fonts-dejavu-core fonts-liberation
TEST_PACKAGES := sane-utils libsane1 libsane-common sane-airscan tesseract-ocr qpdf
# Debian has a Chromium package of its own; Ubuntu's is a wrapper with another name.
CHROMIUM := $(shell . /etc/os-release && if [ "$$ID" = ubuntu ]; then echo chromium-browser; else echo chromium; fi)
TRAIN_PACKAGES := python3-torch python3-torchvision python3-pil python3-scipy

BIN := bin/sesshu
DATA ?= ../shared/data
STATE ?=
GO_FILES = $(shell git ls-files '*.go')

# Tesseract's and OpenCV's own threads fight with one process a core.
export OMP_THREAD_LIMIT := 1

.PHONY: help run test build station packages test-packages lint fuzz faults bench accuracy real memory train fit identity registration station-faults station-memory

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: build ## install what is missing, build, and show the whole path from paper to ledger
	$(BIN) demo

test: test-packages build station ## install what is missing, build, and run the whole test suite
	@unformatted=$$(gofmt -l $(GO_FILES)); [ -z "$$unformatted" ] || { echo "not gofmt clean: $$unformatted"; exit 1; }
	go vet ./...
	go test -timeout 14m ./...

station: ## build the scanning station for Linux, Windows and macOS (no C)
	CGO_ENABLED=0 GOOS=linux go build -o bin/sesshu-station ./cmd/sesshu-station
	CGO_ENABLED=0 GOOS=windows go build -o bin/sesshu-station.exe ./cmd/sesshu-station
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build -o bin/sesshu-station-macos ./cmd/sesshu-station

build: packages ## build the program
	go build -o $(BIN) ./cmd/sesshu

packages: ## install the native packages the program needs
	@./tools/packages.sh $(RUN_PACKAGES)

test-packages: ## install the native packages the tests need
	@./tools/packages.sh $(RUN_PACKAGES) $(TEST_PACKAGES) $(CHROMIUM)

lint: packages ## run all linters
	go tool -modfile=tools/go.mod golangci-lint run ./...

faults: test-packages build ## kill the service, its workers and PostgreSQL 50 times during the demo
	SESSHU_KILLS=$(or $(KILLS),50) SESSHU_SEED=$(or $(SEED),1) go test -count=1 -v -timeout 60m -run TestDemoSurvivesKills ./cmd/sesshu

# The sets are drawn with the writers kept for tests; DATA holds real
# handwritten digits and may be absent.
HANDWRITING = $(if $(wildcard $(DATA)/mnist),--handwriting $(DATA) --split test)
COUNT ?= 500
SEED ?= 7001
bench: test-packages build ## accuracy and speed on fresh clean and office slips, beside the tesseract command line (COUNT=, SEED=, DATA=)
	@for tier in clean office; do \
		$(BIN) samples --out out/bench-$$tier --count $(COUNT) --seed $(SEED) --tier $$tier $(HANDWRITING) && \
		echo "== $$tier, seed $(SEED)" && $(BIN) bench --processes 1 --peer 5 out/bench-$$tier || exit 1; \
	done
	@echo "== station: images a minute into storage, and the same pages by scanimage with sane-airscan"
	go test -run '^$$' -bench 'BenchmarkStation/(storing|airscan)' -benchtime $(or $(IMAGES),200)x -timeout 60m ./cmd/sesshu
	go test -run '^$$' -bench 'BenchmarkStation/reading' -benchtime $(or $(READ),40)x -timeout 60m ./cmd/sesshu

# PER_CELL slips of each tier and way of writing dates: 15 cells by default, and
# some hours. What was read is kept in out/accuracy, so it can be resumed, and a new
# policy (POLICY=) is measured without reading again.
PER_CELL ?= 1000
POLICY ?=
accuracy: test-packages build ## measure the reading on the evaluation sets and write it into ocr/ACCURACY.md (PER_CELL=, TIERS=, DATES=, POLICY=, DATA=)
	$(BIN) accuracy --count $(PER_CELL) $(if $(TIERS),--tiers $(TIERS)) $(if $(DATES),--dates $(DATES)) \
		$(if $(POLICY),--policy $(POLICY)) $(if $(wildcard $(DATA)/mnist),--data $(DATA)) --out ocr/ACCURACY.md

# The collections are not part of the program; those that are missing are named.
real: build ## run the readers on real things from DATA and write what they show into ocr/ACCURACY.md (DATA=)
	$(BIN) real --data $(DATA) --out ocr/ACCURACY.md

WORK ?= out/train
train: packages ## train the networks for digits and lines again from the sources, about two hours on two quiet cores, then fit (DATA=, WORK=)
	@./tools/packages.sh $(TRAIN_PACKAGES)
	ocr/train/train.sh $(DATA) $(WORK)
	$(MAKE) fit

# What is learned from lines that the fit command draws itself, with seeds; no DATA is
# needed. Codes have nothing to fit: ocr/barcode/probability.go holds numbers chosen by
# hand from what go run ./ocr/barcode/fit counts. The marks' networks are not among it:
# what is drawn for them has changed since they were fitted, so go run ./ocr/mark/fit
# makes others, which have to be measured before they are taken.
fit: packages ## fit Tesseract's table again
	go run ./ocr/tesseract/fit -lines 4000 -out ocr/tesseract/calibration.json

memory: build ## memory of one reading process over 20,000 pages, 200 slips again and again (PAGES=, DATA=)
	$(BIN) samples --out out/memory --count 200 --seed $(SEED) --tier office $(HANDWRITING)
	SESSHU_SLIPS=$(CURDIR)/out/memory go test -run '^$$' -bench BenchmarkMemory -benchtime $(or $(PAGES),20000)x -timeout 24h ./ocr

station-memory: test-packages ## memory of the station and the service while 10,000 sheets are stored (SHEETS=)
	go test -run '^$$' -bench 'BenchmarkStation/storing' -benchtime $$((2 * $(or $(SHEETS),10000)))x -timeout 12h -v ./cmd/sesshu

fuzz: test-packages ## fuzz every parser for a while (FUZZTIME=30s)
	@go list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r package dir; do \
		for name in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | sed 's/func //'); do \
			echo "== $$package $$name" && go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(or $(FUZZTIME),30s) -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

# Every one-digit change and every swap of neighbours, in one witness; some minutes.
identity: packages ## change issued numbers in one witness a million times: none may be accepted (CHANGES=)
	go test -count=1 -timeout 120m -run OneWitness -v ./ocr/decide -args -changes $(or $(CHANGES),1000000)

registration: packages ## measure registration on 1,100 synthetic pages
	SESSHU_CAMPAIGN=1100 go test -count=1 ./ocr/register -run TestCampaign -v -timeout 60m

station-faults: test-packages ## 1,000 batches with planted jams, double feeds, lost and repeated pages, kills and full disks
	go test -count=1 -timeout 60m -run FaultCampaign ./scanner/station -campaign 1000 -v
