"""train_digits.py WORK OUT SEED STEPS [MINUTES]: trains one digit network on
WORK/cells-train-*.npz and writes OUT (ONNX), OUT.pt (weights) and OUT.json (how it
was made).

The learning rate falls to nothing over STEPS steps, or over MINUTES if these are
over sooner. Shards that appear while it runs are taken in at the next epoch."""
import copy
import json
import math
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import nets

BATCH, RATE, WARM, MEMORY = 128, 3e-3, .05, .9995
# Negatives of these kinds may look like a digit by chance; nobody could tell.
AMBIGUOUS = ("letter", "scrawl", "mark", "turned", "blot", "ruled", "two", "between")
# When, as a share of the training, such cells are looked for and left out.
FILTERED_AT = (.2, .5)


class Shards:
    """The training cells, in the order in which their files appeared."""

    def __init__(self, work):
        self.work = pathlib.Path(work)
        self.known = []
        self.views, self.labels, self.names = [], [], []
        self.refresh()

    def refresh(self):
        for path in sorted(self.work.glob("cells-train-*.npz")):
            if path in self.known or "partial" in path.name:
                continue
            shard = np.load(path)
            self.known.append(path)
            self.views.append(torch.from_numpy(shard["views"].reshape(-1, 2, 32, 32)))
            self.labels.append(torch.from_numpy(shard["labels"].astype(np.int64)))
            self.names.append(np.array(shard["names"]))

    def leave_out(self, net):
        """Drops the negatives that the network takes for a digit and that may be one."""
        net.eval()
        dropped = 0
        with torch.no_grad():
            for i, names in enumerate(self.names):
                keep = np.ones(len(names), bool)
                doubtful = np.flatnonzero(np.isin(names, AMBIGUOUS))
                for first in range(0, len(doubtful), 512):
                    pick = doubtful[first:first + 512]
                    p = F.softmax(net(self.views[i][pick].float() / 255)[:, :, 0, 0], 1)
                    keep[pick[(p[:, :10].max(1).values > .7).numpy()]] = False
                dropped += int((~keep).sum())
                self.views[i], self.labels[i], self.names[i] = self.views[i][keep], self.labels[i][keep], names[keep]
        return dropped

    def epoch(self, generator):
        """Batches of one pass over all cells, shuffled within and across files."""
        places = torch.cat([torch.stack([torch.full((len(labels),), i), torch.arange(len(labels))], 1) for i, labels in enumerate(self.labels)])
        places = places[torch.randperm(len(places), generator=generator)]
        for first in range(0, len(places) - BATCH + 1, BATCH):
            pick = places[first:first + BATCH].tolist()
            yield torch.stack([self.views[i][j] for i, j in pick]), torch.stack([self.labels[i][j] for i, j in pick])


def shake(planes, generator):
    """Moves, scales, turns, bends and shades both planes a little, each by itself."""
    count = planes.shape[0]
    flat = planes.reshape(count * 2, 1, 32, 32)
    own = torch.tensor([1.0, .5]).repeat(count)  # the whole-cell plane moves less
    random = torch.randn(count * 2, 6, generator=generator) * own[:, None]
    scale = torch.exp(-.06 * random[:, 0])
    aspect = torch.exp(.05 * random[:, 1])
    angle = .06 * random[:, 2]
    shear = .06 * random[:, 5]
    theta = torch.zeros(count * 2, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = torch.cos(angle) * scale * aspect, -torch.sin(angle) * scale + shear
    theta[:, 1, 0], theta[:, 1, 1] = torch.sin(angle) * scale, torch.cos(angle) * scale / aspect
    theta[:, :, 2] = random[:, 3:5] * .05
    bend = torch.randn(count * 2, 2, 5, 5, generator=generator) * .035 * own[:, None, None, None]
    bend = F.interpolate(bend, size=(32, 32), mode="bilinear", align_corners=True).permute(0, 2, 3, 1)
    moved = F.grid_sample(flat, F.affine_grid(theta, flat.shape, align_corners=False) + bend, align_corners=False)
    gain = torch.exp(.1 * torch.randn(count * 2, 1, 1, 1, generator=generator))
    return torch.clamp(moved * gain, 0, 1).reshape(count, 2, 32, 32)


def rate(progress):
    """The learning rate after a share of the training: up quickly, down as a cosine."""
    if progress < WARM:
        return RATE * (.04 + .96 * progress / WARM)
    return RATE * .5 * (1 + math.cos(math.pi * (progress - WARM) / (1 - WARM)))


def main():
    work, out, seed, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    limit = float(sys.argv[5]) * 60 if len(sys.argv) > 5 else math.inf
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    shards = Shards(work)
    net = nets.Digits().to(memory_format=torch.channels_last)  # half as fast again on a CPU
    # The mean of the weights on the way is what is kept; it is steadier than the last.
    mean = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=2e-2)
    began, step, total, dropped, filters = time.time(), 0, 0.0, 0, list(FILTERED_AT)
    progress = 0.0
    while progress < 1:
        shards.refresh()
        if filters and progress >= filters[0]:
            filters.pop(0)
            dropped += shards.leave_out(mean)
            print(f"left out {dropped} negatives", flush=True)
        net.train()
        for views, labels in shards.epoch(generator):
            progress = max(step / steps, (time.time() - began) / limit)
            if progress >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = rate(progress)
            planes = shake(views.float() / 255, generator).contiguous(memory_format=torch.channels_last)
            # Half the time on processors that have bfloat16; sums stay in float32.
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = net(planes)[:, :, 0, 0]
            loss = F.cross_entropy(logits.float(), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            with torch.no_grad():
                memory = min(MEMORY, step / (step + 100))
                for kept, now in zip(mean.state_dict().values(), net.state_dict().values()):
                    if kept.dtype.is_floating_point:
                        kept.lerp_(now, 1 - memory)
                    else:
                        kept.copy_(now)
            total += loss.item()
            if step % 200 == 0:
                print(f"step {step} progress {progress:.3f} cells {sum(map(len, shards.labels))} loss {total / 200:.4f} {time.time() - began:.0f}s", flush=True)
                total = 0.0
            if step % 10000 == 0:
                torch.save(mean.state_dict(), out + ".part.pt")
    mean = mean.to(memory_format=torch.contiguous_format).eval()
    torch.save(mean.state_dict(), out + ".pt")
    nets.export(mean, torch.zeros(1, 2, 32, 32), out)
    pathlib.Path(out + ".json").write_text(json.dumps({"seed": seed, "steps": step, "cells_trained_on": sum(map(len, shards.labels)), "left_out": dropped}) + "\n")


if __name__ == "__main__":
    main()
