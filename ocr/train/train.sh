#!/bin/bash
# Rebuilds both readers' networks from the sources: train.sh DATA WORK
#
# DATA holds mnist/, nsysu-digits/ and semeion/ as README.md tells; WORK is a
# scratch folder of about 3 GB. Everything is seeded. It takes about two hours on two
# quiet cores and overwrites ../digits/weights and ../line/weights. Shards and
# networks that are in WORK already are kept, so it can be resumed.
set -euo pipefail
[ $# = 2 ] || { echo "usage: train.sh DATA WORK" >&2; exit 2; }
data=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
# Memory is kept between steps: returning it costs a fifth of the time.
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=4000000000
go build -o "$work/prepare" ./prepare
prepare=$work/prepare

cells() { nice -n 15 "$python" draw_cells.py "$data" "$prepare" "$work" "$@"; }
lines() { nice -n 15 "$python" draw_lines.py "$prepare" "$work" "$@"; }

# Whole slips by another generator, for the calibration and its evaluation.
go build -o "$work/sesshu" ../../cmd/sesshu
slips() { # SPLIT TIER COUNT SEED
	[ -e "$work/slips-$1-$2/truth.jsonl" ] || "$work/sesshu" samples --out "$work/slips-$1-$2" --count "$3" --seed "$4" \
		--tier "$2" --handwriting "$data" --dates hand --split "$1"
	[ -e "$work/cells-$1-slip-$2.npz" ] || "$python" slip_cells.py "$prepare" "$work" "$1" "slip-$2" "$work/slips-$1-$2"
}

# Two at a time, for two cores.
{ cells train .8 1200 10 15000
  cells train .3 1400 3 15000
  cells calibrate .7 2300 1 12000
  cells calibrate .6 2301 1 12000
  slips calibrate office 400 77201
  slips calibrate clean 400 77202
  slips calibrate poor 400 77203
  lines train 1000 3 8000
  lines calibrate 2000 1 6000; } &
first=$!
cells train .8 1300 10 15000
cells train .3 1500 3 15000
cells evaluate .7 3100 1 14000
slips evaluate office 700 66201
slips evaluate clean 700 66202
lines train 1100 3 8000
lines evaluate 3000 1 8000
wait "$first"

digits() { [ -e "$work/digits-$1.onnx" ] || nice -n 15 "$python" train_digits.py "$work" "$work/digits-$1.onnx" "$2" 47500; }
digits 1 21 &
second=$!
digits 2 22
wait "$second"
[ -e "$work/line-1.onnx" ] || nice -n 15 "$python" train_lines.py "$work" "$work/line-1.onnx" 1 3600

nice -n 15 "$python" calibrate_digits.py "$data" "$work" ../digits/weights
nice -n 15 "$python" calibrate_lines.py "$prepare" "$work" ../line/weights
