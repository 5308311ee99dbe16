#!/bin/bash
# Rebuilds both readers' networks from the sources: train.sh DATA WORK
#
# DATA holds mnist/, nsysu-digits/ and semeion/ as README.md tells; WORK is a
# scratch folder of about 2 GB. Everything is seeded. It takes about an hour on two
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

# Two shards at a time, for two cores.
{ cells train 0 1200 4 15000
  cells train .7 1400 3 15000
  cells calibrate 0 2001 1 15000
  cells calibrate .7 2100 1 10000
  lines train 1000 3 8000
  lines calibrate 2000 1 6000; } &
first=$!
cells train 0 1300 2 15000
cells train .7 1500 3 15000
cells evaluate 0 3001 1 15000
cells evaluate .7 3100 1 16000
lines train 1100 3 8000
lines evaluate 3000 1 8000
wait "$first"

{ [ -e "$work/digits-1.onnx" ] || nice -n 15 "$python" train_digits.py "$work" "$work/digits-1.onnx" 5 65000; } &
second=$!
[ -e "$work/line-1.onnx" ] || nice -n 15 "$python" train_lines.py "$work" "$work/line-1.onnx" 1 3600
wait "$second"

nice -n 15 "$python" calibrate_digits.py "$data" "$work" ../digits/weights
nice -n 15 "$python" calibrate_lines.py "$prepare" "$work" ../line/weights
