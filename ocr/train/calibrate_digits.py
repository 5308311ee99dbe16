"""calibrate_digits.py DATA WORK WEIGHTS: fits the digit reader's calibration on
the calibration split, measures it on the evaluation split, and writes
WEIGHTS/calibration.json and the card beside every network.

The networks are WORK/digits-*.onnx.pt with their digits-*.onnx; they are copied
to WEIGHTS."""
import hashlib
import json
import pathlib
import platform
import shutil
import sys

import numpy as np
import torch
import torch.nn.functional as F

import cells
import nets
import reliability
import sources

# What a box of digits holds in an office: the calibration is for this mixture,
# not for the training mixture with its many negatives. One box in a hundred is
# crossed out, written twice or scrawled over.
PRIOR = np.array([.095] * 10 + [.04, .01])


def load(work, split):
    shards = [np.load(path) for path in sorted(pathlib.Path(work).glob(f"cells-{split}-*.npz")) if "partial" not in path.name]
    return (torch.from_numpy(np.concatenate([s["views"] for s in shards])), np.concatenate([s["labels"] for s in shards]).astype(np.int64),
            np.concatenate([s["names"] for s in shards]))


def ensemble(networks, views):
    """Mean probability over networks and looks: [count, 12]."""
    total = torch.zeros(len(views), cells.CLASSES, dtype=torch.float64)
    with torch.no_grad():
        for look in range(views.shape[1]):
            for first in range(0, len(views), 512):
                planes = views[first:first + 512, look].float() / 255
                for net in networks:
                    total[first:first + 512] += F.softmax(net(planes)[:, :, 0, 0].double(), 1)
    return (total / (len(networks) * views.shape[1])).numpy()


# The log odds from which the surest cells have a slope of their own: most of what
# the fit sees is doubtful cells, and one exponent for both would make clear digits
# look less clear than they are. 3.5 is a probability of 0.97.
SURE = 3.5


def apply(mean, sharpness, bias, floor, slope=1.0):
    logs = sharpness * np.log(np.maximum(mean, 1e-12)) + bias
    p = np.exp(logs - logs.max(1, keepdims=True))
    rest = p.sum(1) - 1  # the best class has 1
    best = p.argmax(1)
    odds = -np.log(np.maximum(rest, 1e-300))
    surer = np.where(odds > SURE, SURE + slope * (odds - SURE), odds)
    p *= np.where(rest > 0, np.exp(-surer) / np.maximum(rest, 1e-300), 1)[:, None]
    p[np.arange(len(p)), best] = 1
    p /= p.sum(1, keepdims=True)
    return (1 - floor) * p + floor / cells.CLASSES


def fit_slope(mean, labels, sharpness, bias, floor):
    """The slope beyond SURE of the highest likelihood under PRIOR."""
    weight = (PRIOR / np.maximum(np.bincount(labels, minlength=12), 1))[labels]
    rows = np.arange(len(labels))
    sure = apply(mean, sharpness, bias, floor).max(1) > 1 / (1 + np.exp(-SURE))

    def likelihood(slope):
        return (weight * np.log(apply(mean, sharpness, bias, floor, slope)[rows, labels]))[sure].sum()

    return float(max(np.arange(.5, 3, .05), key=likelihood))


def fit(mean, labels):
    """Sharpness, bias and floor of the highest likelihood under PRIOR."""
    weight = torch.from_numpy((PRIOR / np.maximum(np.bincount(labels, minlength=12), 1))[labels])
    logs = torch.from_numpy(np.log(np.maximum(mean, 1e-12)))
    target = torch.from_numpy(labels)
    raw = torch.zeros(14, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        raw[13] = -9.0
    optimizer = torch.optim.LBFGS([raw], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        floor = torch.sigmoid(raw[13])
        p = (1 - floor) * F.softmax(torch.exp(raw[12]) * logs + raw[:12], 1) + floor / 12
        loss = -(weight * torch.log(p.gather(1, target[:, None])[:, 0])).sum() + 1e-3 * (raw[:12] ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    bias = raw[:12].detach().numpy()
    return float(torch.exp(raw[12])), bias - bias.mean(), float(torch.sigmoid(raw[13]))


def measure(p, labels, names):
    """The report on one split."""
    best, confidence = p.argmax(1), p.max(1)
    right = best == labels
    report = {"cells": len(labels)}
    digits = labels < 10
    report["digits"] = {"n": int(digits.sum()), "right": round(float(right[digits].mean()), 5),
                        "ece": round(reliability.calibration_error(confidence[digits], right[digits]), 5),
                        "accepted_at_1e-4": round(reliability.coverage(confidence[digits], right[digits], 1e-4), 4),
                        "accepted_at_1e-3": round(reliability.coverage(confidence[digits], right[digits], 1e-3), 4)}
    report["reliability_digits"] = reliability.reliability(confidence[digits], right[digits])
    report["sources"] = {}
    for name in sorted(set(names)):
        part = names == name
        row = {"n": int(part.sum()), "right": round(float(right[part].mean()), 5)}
        if labels[part][0] < 10:
            row["wrong_digit"] = round(float(((best[part] != labels[part]) & (best[part] < 10)).mean()), 5)
            row["accepted_at_1e-4"] = round(reliability.coverage(confidence[part], right[part], 1e-4), 4)
            row["above_0.999"] = round(float((confidence[part] > .999).mean()), 4)
            row["wrong_above_0.999"] = int(((confidence[part] > .999) & ~right[part]).sum())
        else:
            row["digit_above_0.9"] = round(float((p[part, :10].max(1) > .9).mean()), 5)
            row["digit_above_0.999"] = round(float((p[part, :10].max(1) > .999).mean()), 5)
        report["sources"][name] = row
    return report


def main():
    data, work, weights = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    torch.set_num_threads(1)
    files = sorted(work.glob("digits-*.onnx"))
    networks = []
    for file in files:
        state = torch.load(str(file) + ".pt")
        net = nets.Digits()
        net.load_state_dict(state)
        networks.append(net.eval())
    views, labels, _ = load(work, "calibrate")
    sharpness, bias, floor = fit(ensemble(networks, views), labels)
    # Nobody has seen more cells than these without an error: rule of three.
    floor = max(floor, 1e-6)
    slope = fit_slope(ensemble(networks, views), labels, sharpness, bias, floor)
    views, truth, names = load(work, "evaluate")
    mean = ensemble(networks, views)
    report = measure(apply(mean, sharpness, bias, floor, slope), truth, names)
    report["single_networks_right"] = [round(float((ensemble([net], views).argmax(1) == truth)[truth < 10].mean()), 5) for net in networks]
    weights.mkdir(parents=True, exist_ok=True)
    for old in weights.glob("*"):
        old.unlink()
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    fingerprint = sources.fingerprint(data)
    for file in files:
        shutil.copy(file, weights / file.name)
        made = json.loads(pathlib.Path(str(file) + ".json").read_text())
        card = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "script": "ocr/train/train_digits.py", **made, "data": fingerprint, "versions": versions, "format": "ONNX opset 11, fp32, batch free"}
        (weights / f"{file.stem}.json").write_text(json.dumps(card, indent=1) + "\n")
    calibration = {"networks": [file.stem for file in files], "sharpness": sharpness, "bias": [float(b) for b in bias], "floor": floor, "sure": SURE, "slope": slope, "script": "ocr/train/calibrate_digits.py",
                   "fitted_on": "calibrate split of ocr/train/sources.py", "cells": int(len(labels)), "evaluation": report}
    (weights / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")
    np.savez(work / "evaluated-digits.npz", p=apply(mean, sharpness, bias, floor, slope), labels=truth, names=names)
    print(json.dumps({k: v for k, v in calibration.items()}, indent=1))


if __name__ == "__main__":
    main()
