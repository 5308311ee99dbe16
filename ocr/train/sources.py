"""Where single handwritten digits come from, and who may be trained on.

Every source yields (picture, label): a float32 array, ink 1 and paper 0, cropped
to the ink. The split is by writer or session, never by picture:

  MNIST     train file: train; first half of the test file: calibrate; second
            half: evaluate (the two halves have different writers)
  NSYSU     sessions 1081* to 1091*: train; 1092_1*: calibrate; 1092_2*: evaluate
  Semeion   evaluate only: a source never seen
"""
import csv
import gzip
import hashlib
import pathlib

import numpy as np
from PIL import Image

# Labels that NSYSU's own note calls doubtful.
DOUBTFUL = {"00000147", "00000748", "00001303"}


def fingerprint(data):
    """SHA-256 of every source file, by name."""
    data = pathlib.Path(data)
    found = {}
    for path in sorted((data / "mnist").glob("*.gz")) + sorted((data / "semeion").glob("*.data")):
        found[f"{path.parent.name}/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    whole = hashlib.sha256()
    for path in sorted((data / "nsysu-digits" / "dev").iterdir()):
        whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    found["nsysu-digits/dev/* (names and hashes)"] = whole.hexdigest()
    return found


def _idx(path):
    raw = gzip.decompress(path.read_bytes())
    count = int.from_bytes(raw[4:8], "big")
    return np.frombuffer(raw, np.uint8, offset=16).reshape(count, 28, 28) if raw[3] == 3 else np.frombuffer(raw, np.uint8, offset=8)


def _crop(ink):
    rows, columns = np.where(ink.max(1) > 0.2)[0], np.where(ink.max(0) > 0.2)[0]
    if len(rows) == 0 or len(columns) == 0:
        return None
    return ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]


def mnist(data, split):
    data = pathlib.Path(data) / "mnist"
    name = "train" if split == "train" else "t10k"
    images = _idx(next(data.glob(f"{name}-images*")))
    labels = _idx(next(data.glob(f"{name}-labels*")))
    half = len(images) // 2
    part = {"train": slice(None), "calibrate": slice(0, half), "evaluate": slice(half, None)}[split]
    return [(_crop(image.astype(np.float32) / 255), int(label)) for image, label in zip(images[part], labels[part])]


def nsysu(data, split, whole=False):
    """whole: the box as it was scanned, else the digit alone."""
    data = pathlib.Path(data) / "nsysu-digits" / "dev"
    found = []
    for row in csv.DictReader(open(data / "labels.csv")):
        session = row["session"]
        part = "calibrate" if session.startswith("1092_1") else "evaluate" if session.startswith("1092_2") else "train"
        if part != split or row["file"].split(".")[0] in DOUBTFUL:
            continue
        grey = np.asarray(Image.open(data / row["file"]).convert("L"), np.float32)
        ink = np.clip(np.percentile(grey, 80) - grey, 0, None)
        ink = np.clip(ink / max(np.percentile(ink, 99), 1), 0, 1)
        if not whole:
            ink = np.where(ink < 0.12, 0, ink)
            ink[[0, -1], :] = 0  # frame remnants
            ink[:, [0, -1]] = 0
            ink = _crop(ink)
        if ink is not None:
            found.append((ink, int(row["label"])))
    return found


def semeion(data):
    found = []
    for line in open(pathlib.Path(data) / "semeion" / "semeion.data"):
        values = [float(value) for value in line.replace(",", " ").split()]
        found.append((_crop(np.array(values[:256], np.float32).reshape(16, 16)), int(np.argmax(values[256:266]))))
    return found
