"""train_lines.py WORK OUT SEED STEPS [FROM]: trains the line network on
WORK/lines-train-*.npz and writes OUT (ONNX) and OUT.pt (weights). FROM is the
.pt file of an earlier run to go on from."""
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import lines
import nets

PIXELS = 48 * 256  # columns in a batch, so that long and short lines cost the same


def load(work, split):
    """(strips as uint8 tensors [32, width], texts, kinds), blanks left out."""
    strips, texts, kinds = [], [], []
    for path in sorted(pathlib.Path(work).glob(f"lines-{split}-*.npz")):
        if "partial" in path.name:
            continue
        shard = np.load(path)
        pixels, symbols = torch.from_numpy(shard["pixels"]), shard["symbols"]
        at = first = 0
        for width, length, kind in zip(shard["widths"], shard["lengths"], shard["kinds"]):
            strips.append(pixels[at:at + 32 * width].view(32, -1) if width else None)
            texts.append(symbols[first:first + length])
            kinds.append(str(kind))
            at, first = at + 32 * int(width), first + int(length)
    return strips, texts, kinds


def shake(batch, generator):
    """Moves, scales, turns and shades every strip a little."""
    count, _, _, width = batch.shape
    random = torch.randn(count, 5, generator=generator)
    theta = torch.zeros(count, 2, 3)
    scale = torch.exp(.05 * random[:, 0])
    theta[:, 0, 0] = torch.exp(.04 * random[:, 1])
    theta[:, 0, 1] = .06 * random[:, 4] * 32 / width  # slant of the letters
    theta[:, 1, 1] = scale
    theta[:, 1, 0] = .01 * random[:, 2] * width / 32
    theta[:, 1, 2] = .06 * random[:, 3]
    moved = F.grid_sample(batch, F.affine_grid(theta, batch.shape, align_corners=False), align_corners=False)
    gain = torch.exp(.12 * torch.randn(count, 1, 1, 1, generator=generator))
    noise = torch.randn(moved.shape, generator=generator) * torch.rand(count, 1, 1, 1, generator=generator) * .06
    return torch.clamp(moved * gain + noise, 0, 1)


def main():
    work, out, seed, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    strips, texts, _ = load(work, "train")
    # A strip with too few columns for its text was prepared from the wrong band.
    usable = [i for i, (strip, text) in enumerate(zip(strips, texts))
              if strip is not None and len(text) > 0 and strip.shape[1] // 4 >= len(text) * 2 + 1 and strip.shape[1] < 640]
    print(f"{len(usable)} of {len(strips)} lines usable", flush=True)
    widths = np.array([strips[i].shape[1] for i in usable])
    by_width = {}
    for i, width in zip(usable, widths):
        by_width.setdefault(int(width), []).append(i)
    sizes = np.array(sorted(by_width))
    share = np.array([len(by_width[s]) * s for s in sizes], np.float64)
    net = nets.Lines(lines.CLASSES).to(memory_format=torch.channels_last)  # half as fast again on a CPU
    peak = 4e-3
    if len(sys.argv) > 5:
        net.load_state_dict(torch.load(sys.argv[5]))
        peak = 2e-3
    optimizer = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps, pct_start=.15)
    began, total = time.time(), 0.0
    for step in range(steps):
        width = int(sizes[rng.choice(len(sizes), p=share / share.sum())])
        pick = rng.choice(by_width[width], PIXELS // width)
        batch = shake(torch.stack([strips[i] for i in pick]).float()[:, None] / 255, generator)
        logits = net(batch)[:, :, 0].permute(2, 0, 1)
        target = torch.cat([torch.from_numpy(texts[i].astype(np.int64)) for i in pick])
        loss = F.ctc_loss(F.log_softmax(logits, 2), target, torch.full((len(pick),), logits.shape[0]), torch.tensor([len(texts[i]) for i in pick]), zero_infinity=True)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 50 == 49:
            print(f"step {step + 1}/{steps} loss {total / 50:.4f} {time.time() - began:.0f}s", flush=True)
            total = 0.0
    net.eval()
    torch.save(net.state_dict(), out + ".pt")
    nets.export(net, torch.zeros(1, 1, 32, 256), out)


if __name__ == "__main__":
    main()
