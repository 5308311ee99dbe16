"""Where single handwritten digits come from, and who may be trained on.

Every source yields (picture, label): a float32 array, ink 1 and paper 0, cropped
to the ink. The split is by writer or session, never by picture:

  MNIST     train file up to 52,000: train; from there to 55,000 and the first half
            of the test file: calibrate; second half: evaluate; the train file's
            last 5,000: test (the train file runs writer by writer, the halves of
            the test file come from different people)
  NSYSU     sessions 1091_3*: test; 1092_1*: calibrate; 1092_2*: evaluate; the
            others: train
  Semeion   evaluate only: a source never seen

What is learnt from "evaluate" may choose a network or a threshold; "test" is for
the figures that are reported and for nothing else.
"""
import csv
import gzip
import hashlib
import pathlib

import numpy as np
from PIL import Image

MNIST_PARTS = {
    "train": [("train", slice(0, 52000))],
    "calibrate": [("train", slice(52000, 55000)), ("t10k", slice(0, 5000))],
    "evaluate": [("t10k", slice(5000, 10000))],
    "test": [("train", slice(55000, 60000))],
}

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
    found = []
    for name, part in MNIST_PARTS[split]:
        images = _idx(next(data.glob(f"{name}-images*")))[part]
        labels = _idx(next(data.glob(f"{name}-labels*")))[part]
        found += [(_crop(image.astype(np.float32) / 255), int(label)) for image, label in zip(images, labels)]
    return found


def nsysu_part(session):
    """The split that a session of NSYSU belongs to."""
    for prefix, part in (("1091_3", "test"), ("1092_1", "calibrate"), ("1092_2", "evaluate")):
        if session.startswith(prefix):
            return part
    return "train"


def nsysu(data, split, whole=False):
    """whole: the box as it was scanned, else the digit alone."""
    data = pathlib.Path(data) / "nsysu-digits" / "dev"
    found = []
    for row in csv.DictReader(open(data / "labels.csv")):
        if nsysu_part(row["session"]) != split or row["file"].split(".")[0] in DOUBTFUL:
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
