"""calibrate_lines.py PREPARE WORK WEIGHTS: fits the line reader's calibration on
typefaces that calibrate, measures it on typefaces that evaluate, and writes
WEIGHTS/line.onnx with its card line.json and WEIGHTS/calibration.json.

The network is WORK/line-SEED.onnx with WORK/line-SEED.onnx.pt."""
import hashlib
import json
import pathlib
import platform
import shutil
import subprocess
import sys

import numpy as np
import torch

import fonts
import lines
import nets
import reliability
from train_lines import load

DIGITS = lines.ALPHABET[:10]
CHARSETS = {"ocr": DIGITS, "number": DIGITS, "lot": lines.ALPHABET[:36] + "-.", "date": "", "mixed": DIGITS + "-./", "short": lines.ALPHABET[:36], "foreign": lines.ALPHABET[:36]}
KNOWN_LENGTH = ("ocr", "number")


def answers(prepare, net, strips, texts, kinds):
    """What the reader would make of every strip: rows of (truth, answer)."""
    request = bytearray()
    with torch.no_grad():
        for strip, text, kind in zip(strips, texts, kinds):
            if strip is None:
                continue
            logits = net(strip[None, None].float() / 255)[0, :, 0].numpy()
            charset = CHARSETS[kind].encode()
            length = len(text) if kind in KNOWN_LENGTH else 0
            request += np.uint32([logits.shape[1], length, len(charset)]).tobytes() + charset + np.ascontiguousarray(logits, np.float32).tobytes()
    found = subprocess.run([prepare, "decode"], input=bytes(request), capture_output=True, check=True).stdout.splitlines()
    found = iter(found)
    return [json.loads(next(found)) if strip is not None else {"Texts": None} for strip in strips]


def spell(text):
    return "".join(lines.SYMBOLS[s - 1] for s in text)


def features(answer):
    """As features in ocr/line/calibration.go."""
    limit = lambda p: min(max(p, 1e-9), 1 - 1e-9)
    best = limit(answer["Texts"][0]["P"])
    second = limit(answer["Texts"][1]["P"]) if len(answer["Texts"]) > 1 else 1e-9
    return [1, np.log(best / (1 - best)), np.log(second / best), min(answer["Foreign"], 3), np.log(len(answer["Texts"][0]["Text"])), min(answer["Ambiguous"], 3)]


def rows(found, texts):
    """Features of every line that was read at all, whether it was right, and which lines these are."""
    x, right, index = [], [], []
    for i, (answer, text) in enumerate(zip(found, texts)):
        if answer["Texts"]:
            x.append(features(answer))
            right.append(answer["Texts"][0]["Text"] == spell(text))
            index.append(i)
    return torch.tensor(x, dtype=torch.float64), np.array(right), np.array(index)


# The seven families of the calibration are few, and families differ: on the
# evaluation's families the plain fit was two to five times too sure between 0.9
# and 0.999. Each error therefore counts three times.
ERRORS_COUNT = 3.0


def fit(x, right):
    weight = torch.from_numpy(np.where(right, 1.0, ERRORS_COUNT))
    target = torch.from_numpy(right.astype(np.float64))
    weights = torch.tensor([0, 1, 0, 0, 0, 0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights, target, weight, reduction="sum") + .05 * (weights ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach().numpy()


def measure(p, right, kinds, all_kinds):
    report = {"lines": len(all_kinds), "ece": round(reliability.calibration_error(p, right), 5),
              "accepted_at_1e-4": round(reliability.coverage(p, right, 1e-4) * len(p) / len(all_kinds), 4),
              "accepted_at_1e-3": round(reliability.coverage(p, right, 1e-3) * len(p) / len(all_kinds), 4),
              "reliability": reliability.reliability(p, right), "kinds": {}}
    for kind in sorted(set(all_kinds)):
        part, count = kinds == kind, int((all_kinds == kind).sum())
        row = {"n": count, "exact": round(float(right[part].sum() / count), 4), "above_0.999": round(float((p[part] > .999).sum() / count), 4),
               "wrong_above_0.999": int(((p[part] > .999) & ~right[part]).sum()), "wrong_above_0.99": int(((p[part] > .99) & ~right[part]).sum())}
        if kind != "foreign":
            row["accepted_at_1e-4"] = round(reliability.coverage(p[part], right[part], 1e-4) * float(part.sum()) / count, 4)
        report["kinds"][kind] = row
    return report


def main():
    prepare, work, weights = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    torch.set_num_threads(1)
    file = sorted(work.glob("line-*.onnx"))[-1]
    net = nets.Lines(lines.CLASSES)
    net.load_state_dict(torch.load(str(file) + ".pt"))
    net.eval()
    strips, texts, kinds = load(work, "calibrate")
    x, right, _ = rows(answers(prepare, net, strips, texts, kinds), texts)
    curve = fit(x, right)
    floor = 1e-6
    strips, texts, kinds = load(work, "evaluate")
    kinds = np.array(kinds)
    found = answers(prepare, net, strips, texts, kinds)
    x, right, index = rows(found, texts)
    p = np.minimum(1 / (1 + np.exp(-(x.numpy() @ curve))), 1 - floor)
    report = measure(p, right, kinds[index], kinds)
    weights.mkdir(parents=True, exist_ok=True)
    for old in weights.glob("*"):
        old.unlink()
    shutil.copy(file, weights / "line.onnx")
    families = {"trained_on": sorted(set(lines.LATIN["train"] + lines.JAPANESE["train"])), "calibrated_on": fonts.CALIBRATE + ["OCR B in OCR lines"], "evaluated_on": fonts.EVALUATE + ["OCR B in OCR lines"]}
    listing = hashlib.sha256()
    for face in fonts.faces(tuple(families["trained_on"])):
        for path, index_in_file in face:
            listing.update(f"{index_in_file} ".encode() + hashlib.sha256(pathlib.Path(path).read_bytes()).digest())
    card = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "script": "ocr/train/train_lines.py", "seed": int(file.stem.split("-")[1]),
            "lines_trained_on": int(sum(len(np.load(f)["widths"]) for f in work.glob("lines-train-*.npz") if "partial" not in f.name)),
            "typefaces": families, "typefaces_sha256": listing.hexdigest(),
            "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
            "parameters": sum(p.numel() for p in net.parameters()), "format": "ONNX opset 11, fp32, any batch and width"}
    (weights / "line.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    calibration = {"weights": [float(w) for w in curve], "floor": floor, "script": "ocr/train/calibrate_lines.py", "errors_count": ERRORS_COUNT, "evaluation": report}
    (weights / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")
    print(json.dumps(calibration, indent=1))
    wrong = [(kinds[i], spell(texts[i]), found[i]["Texts"][0]["Text"], round(float(q), 5)) for q, r, i in zip(p, right, index) if not r and q > .98]
    for row in sorted(wrong, key=lambda row: -row[3])[:40]:
        print(*row)


if __name__ == "__main__":
    main()
