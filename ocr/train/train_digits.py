"""train_digits.py WORK OUT SEED EPOCHS: trains one digit network on
WORK/cells-train-*.npz and writes OUT (ONNX) and OUT.pt (weights)."""
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import nets

BATCH = 128


def load(work, split):
    shards = [np.load(path) for path in sorted(pathlib.Path(work).glob(f"cells-{split}-*.npz")) if "partial" not in path.name]
    views = torch.from_numpy(np.concatenate([shard["views"].reshape(-1, 2, 32, 32) for shard in shards]))
    labels = torch.from_numpy(np.concatenate([shard["labels"] for shard in shards]).astype(np.int64))
    return views, labels, np.concatenate([shard["names"] for shard in shards])


def shake(planes, generator):
    """Moves, scales, turns and shades both planes a little, each by itself."""
    count = planes.shape[0]
    flat = planes.reshape(count * 2, 1, 32, 32)
    own = torch.tensor([1.0, .5]).repeat(count)  # the whole-cell plane moves less
    random = torch.randn(count * 2, 5, generator=generator) * own[:, None]
    scale = torch.exp(-.05 * random[:, 0])
    aspect = torch.exp(.04 * random[:, 1])
    angle = .05 * random[:, 2]
    theta = torch.zeros(count * 2, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = torch.cos(angle) * scale * aspect, -torch.sin(angle) * scale
    theta[:, 1, 0], theta[:, 1, 1] = torch.sin(angle) * scale, torch.cos(angle) * scale / aspect
    theta[:, :, 2] = random[:, 3:] * .05
    moved = F.grid_sample(flat, F.affine_grid(theta, flat.shape, align_corners=False), align_corners=False)
    gain = torch.exp(.1 * torch.randn(count * 2, 1, 1, 1, generator=generator))
    return torch.clamp(moved * gain, 0, 1).reshape(count, 2, 32, 32)


def main():
    work, out, seed, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    views, labels, _ = load(work, "train")
    net = nets.Digits().to(memory_format=torch.channels_last)  # half as fast again on a CPU
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = epochs * (len(views) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=.15)
    began, step = time.time(), 0
    for epoch in range(epochs):
        net.train()
        order = torch.randperm(len(views), generator=generator)
        total = right = 0
        for first in range(0, len(order) - BATCH + 1, BATCH):
            pick = order[first:first + BATCH]
            planes = shake(views[pick].float() / 255, generator)
            logits = net(planes)[:, :, 0, 0]
            loss = F.cross_entropy(logits, labels[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * BATCH
            right += (logits.argmax(1) == labels[pick]).sum().item()
            step += 1
            if step % 100 == 0:
                print(f"epoch {epoch} step {step}/{steps} loss {total / (first + BATCH):.4f} right {right / (first + BATCH):.4f} {time.time() - began:.0f}s", flush=True)
    net.eval()
    torch.save(net.state_dict(), out + ".pt")
    nets.export(net, torch.zeros(1, 2, 32, 32), out)


if __name__ == "__main__":
    main()
