#!/bin/bash
# Rebuilds both readers' networks from the sources: train.sh DATA WORK
#
# DATA holds mnist/, nsysu-digits/ and semeion/ as README.md tells; WORK is a
# scratch folder of about 2 GB. Everything is seeded. It takes less than two hours
# on two quiet cores and overwrites ../digits/weights and ../line/weights.
# Shards and networks that are in WORK already are kept, so it can be resumed.
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

draw() { nice -n 15 "$python" "$@"; }

# Two shards at a time, for two cores.
{ draw draw_cells.py "$data" "$prepare" "$work" train 1000 4 15000
  draw draw_cells.py "$data" "$prepare" "$work" calibrate 2000 1 15000
  draw draw_lines.py "$prepare" "$work" train 1000 3 8000
  draw draw_lines.py "$prepare" "$work" calibrate 2000 1 6000; } &
first=$!
draw draw_cells.py "$data" "$prepare" "$work" train 1100 3 15000
draw draw_cells.py "$data" "$prepare" "$work" evaluate 3000 1 20000
draw draw_lines.py "$prepare" "$work" train 1100 3 8000
draw draw_lines.py "$prepare" "$work" evaluate 3000 1 8000
wait "$first"

[ -e "$work/digits-1.onnx" ] || nice -n 15 "$python" train_digits.py "$work" "$work/digits-1.onnx" 1 4 &
second=$!
[ -e "$work/line-1.onnx" ] || nice -n 15 "$python" train_lines.py "$work" "$work/line-1.onnx" 1 4000
wait "$second"

nice -n 15 "$python" calibrate_digits.py "$data" "$work" ../digits/weights
nice -n 15 "$python" calibrate_lines.py "$prepare" "$work" ../line/weights
