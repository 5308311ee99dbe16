# Sesshu. `make help` lists the verbs.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Native packages: what the program needs to build and run, and what only the
# tests need (scanner backends as independent peers, a browser).
RUN_PACKAGES := gcc g++ libc6-dev pkg-config libopencv-dev libtesseract-dev libleptonica-dev \
	tesseract-ocr-eng tesseract-ocr-jpn postgresql poppler-utils \
	fonts-ipaexfont fonts-noto-cjk fonts-ocr-b fonts-dejavu-core fonts-liberation
TEST_PACKAGES := sane-utils libsane1 libsane-common sane-airscan tesseract-ocr
# Debian has a Chromium package of its own; Ubuntu's is a wrapper with another name.
CHROMIUM := $(shell . /etc/os-release && if [ "$$ID" = ubuntu ]; then echo chromium-browser; else echo chromium; fi)
TRAIN_PACKAGES := python3-torch python3-torchvision python3-pil

BIN := bin/sesshu
DATA ?= ../shared/data
STATE ?=
GO_FILES = $(shell git ls-files '*.go')

# Tesseract's and OpenCV's own threads fight with one process a core.
export OMP_THREAD_LIMIT := 1

.PHONY: help run test build packages test-packages lint fuzz

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: build ## install what is missing, build, and show the whole path from paper to ledger
	$(BIN) demo

test: test-packages build ## install what is missing, build, and run the whole test suite
	@unformatted=$$(gofmt -l $(GO_FILES)); [ -z "$$unformatted" ] || { echo "not gofmt clean: $$unformatted"; exit 1; }
	go vet ./...
	go test -timeout 14m ./...

build: packages ## build the program
	go build -o $(BIN) ./cmd/sesshu

packages: ## install the native packages the program needs
	@./tools/packages.sh $(RUN_PACKAGES)

test-packages: ## install the native packages the tests need
	@./tools/packages.sh $(RUN_PACKAGES) $(TEST_PACKAGES) $(CHROMIUM)

lint: ## run all linters
	go tool -modfile=tools/go.mod golangci-lint run ./...
