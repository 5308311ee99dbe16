"""slip_cells.py PREPARE WORK SPLIT NAME DIR...: takes the boxed digits out of whole
labelled slips (sesshu samples) into WORK/cells-SPLIT-NAME.npz. The slips come from
another generator than the cells drawn here, which no network was trained on."""
import pathlib
import subprocess
import sys

import numpy as np

LOOKS, PLANES, SIDE = 2, 2, 32
FORMS = pathlib.Path(__file__).resolve().parents[2] / "samples" / "forms"

if __name__ == "__main__":
    prepare, work, split, name, *folders = sys.argv[1:]
    size = LOOKS * PLANES * SIDE * SIDE
    views, labels, names = [], [], []
    for folder in folders:
        raw = np.frombuffer(subprocess.run([prepare, "slips", str(FORMS), folder], stdout=subprocess.PIPE, check=True).stdout, np.uint8).reshape(-1, 1 + size)
        labels.append(raw[:, 0])
        views.append(raw[:, 1:].reshape(-1, LOOKS, PLANES, SIDE, SIDE))
        names += ["slip"] * len(raw)
    np.savez(pathlib.Path(work) / f"cells-{split}-{name}.npz", views=np.concatenate(views), labels=np.concatenate(labels), names=np.array(names))
    print(name, len(names))
