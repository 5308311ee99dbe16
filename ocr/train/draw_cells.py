"""draw_cells.py DATA PREPARE WORK SPLIT GENTLE FIRST_SEED SHARDS COUNT: draws
prepared cells into WORK/cells-SPLIT-SEED.npz, one shard a seed, a share GENTLE of
them gentle; shards that are there already are kept."""
import os
import pathlib
import sys

import numpy as np

import cells

EVALUATE_MIX = {"mnist": .3, "nsysu": .12, "box": .06, "semeion": .06, "font": .1, "empty": .12, "other": .24}
TEST_MIX = {name: share for name, share in EVALUATE_MIX.items() if name != "semeion"}
CALIBRATE_MIX = {"mnist": .4, "nsysu": .12, "box": .06, "font": .1, "empty": .1, "other": .22}
MIXES = {"train": cells.TRAIN_MIX, "calibrate": CALIBRATE_MIX, "evaluate": EVALUATE_MIX, "test": TEST_MIX}

if __name__ == "__main__":
    data, prepare, work, split, gentle, first, shards, count = sys.argv[1:]
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    prepare = str(pathlib.Path(prepare).resolve())
    data = str(pathlib.Path(data).resolve())
    os.chdir(work)
    for seed in range(int(first), int(first) + int(shards)):
        target = pathlib.Path(f"cells-{split}-{seed}.npz")
        if target.exists():
            continue
        views, labels, names = cells.generate(data, split, MIXES[split], int(count), seed, prepare, float(gentle))
        partial = target.with_suffix(".partial.npz")
        np.savez(partial, views=views, labels=labels, names=names)
        partial.rename(target)
        pathlib.Path(cells.spool_name(seed)).unlink()
        print(target, flush=True)
