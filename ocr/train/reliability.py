"""Measures of probabilities: expected calibration error, and how much can be
accepted at a bounded error."""
import numpy as np


def calibration_error(confidence, right, bins=15):
    """Expected calibration error over bins of equal count."""
    order = np.argsort(confidence)
    total = 0.0
    for part in np.array_split(order, bins):
        if len(part):
            total += len(part) * abs(confidence[part].mean() - right[part].mean())
    return float(total / max(len(confidence), 1))


def reliability(confidence, right, edges=(0, .5, .7, .8, .9, .95, .98, .99, .995, .999, .9995, .9999, 1.0001)):
    rows = []
    for low, high in zip(edges, edges[1:]):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            rows.append({"from": low, "n": int(inside.sum()), "said": round(float(confidence[inside].mean()), 6), "was": round(float(right[inside].mean()), 6)})
    return rows


def coverage(confidence, right, bound):
    """The largest share that can be accepted, best first, with at most this share wrong among them."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    fine = np.where(wrong <= bound * np.arange(1, len(order) + 1))[0]
    return float((fine[-1] + 1) / len(order)) if len(fine) else 0.0
