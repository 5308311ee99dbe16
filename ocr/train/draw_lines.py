"""draw_lines.py PREPARE WORK SPLIT FIRST_SEED SHARDS COUNT: draws prepared lines
into WORK/lines-SPLIT-SEED.npz, one shard a seed; shards that are there already
are kept."""
import os
import pathlib
import sys

import numpy as np

import lines

if __name__ == "__main__":
    prepare, work, split, first, shards, count = sys.argv[1:]
    prepare = str(pathlib.Path(prepare).resolve())
    pathlib.Path(work).mkdir(parents=True, exist_ok=True)
    os.chdir(work)
    for seed in range(int(first), int(first) + int(shards)):
        target = pathlib.Path(f"lines-{split}-{seed}.npz")
        if target.exists():
            continue
        pixels, widths, texts, kinds = lines.generate(split, int(count), seed, prepare)
        partial = target.with_suffix(".partial.npz")
        np.savez(partial, pixels=pixels, widths=widths, lengths=np.array([len(t) for t in texts]), symbols=np.concatenate(texts).astype(np.uint8), kinds=kinds)
        partial.rename(target)
        pathlib.Path(f"prepared-lines-{seed}.raw").unlink()
        print(target, flush=True)
