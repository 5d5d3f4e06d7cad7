"""The U-Net of syncgap in PyTorch, trained and evaluated as one would write it there; prints JSON.
The other half of bench_training.py.

    training_peer.py train|evaluate WIDTH MULTIPLIERS ATTENTION BATCH STEPS FORM single|bf16

FORM is eager or compiled, with _last behind it where images have their channels last.
"""

import json
import sys
import time

import torch
from peer_training import lower, timed_epoch
from torch import nn
from torch.nn import functional as F

GROUPS, T = 8, 200


class Residual(nn.Module):
    def __init__(self, c_in, c_out, embedding):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(GROUPS, c_in), nn.GroupNorm(GROUPS, c_out)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.step = nn.Linear(embedding, c_out)
        self.skip = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x, step):
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.step(F.silu(step))[:, :, None, None]
        return self.conv2(F.silu(self.norm2(h))) + self.skip(x)


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, 3, c, h * w).unbind(1)
        weights = torch.softmax(q.transpose(1, 2) @ k * c ** -0.5, -1)
        return x + self.out((v @ weights.transpose(1, 2)).reshape(x.shape))


class Stage(nn.Module):
    def __init__(self, c_in, c_out, embedding, attends):
        super().__init__()
        self.block = Residual(c_in, c_out, embedding)
        self.attention = Attention(c_out) if attends else nn.Identity()

    def forward(self, x, step):
        return self.attention(self.block(x, step))


class UNet(nn.Module):
    """One residual block a level on the way down, two on the way up."""

    def __init__(self, width, multipliers, attention):
        super().__init__()
        e, levels = 4 * width, len(multipliers)
        self.width = width
        self.embed = nn.Sequential(nn.Linear(width, e), nn.SiLU(), nn.Linear(e, e))
        self.enter = nn.Conv2d(2, width, 3, padding=1)
        self.down, self.halve, self.up, self.enlarge = (nn.ModuleList() for _ in range(4))
        c, kept = width, [width]
        for level, multiplier in enumerate(multipliers):
            out = width * multiplier
            self.down.append(Stage(c, out, e, level in attention))
            kept.append(out)
            if level + 1 < levels:
                self.halve.append(nn.Conv2d(out, out, 3, 2, 1))
                kept.append(out)
            c = out
        self.middle = nn.ModuleList([Stage(c, c, e, levels - 1 in attention),
                                     Stage(c, c, e, False)])
        for level in reversed(range(levels)):
            out = width * multipliers[level]
            for _ in range(2):
                self.up.append(Stage(c + kept.pop(), out, e, level in attention))
                c = out
            if level > 0:
                self.enlarge.append(nn.Conv2d(out, out, 3, padding=1))
        self.norm = nn.GroupNorm(GROUPS, c)
        self.leave = nn.Conv2d(c, 2, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        half = width // 2
        self.register_buffer("rates", 10000.0 ** (-torch.arange(half) / half), persistent=False)

    def forward(self, x, t):
        angles = t[:, None] * self.rates
        step = self.embed(torch.cat([angles.cos(), angles.sin()], 1))
        x = self.enter(x)
        kept = [x]
        for level, stage in enumerate(self.down):
            x = stage(x, step)
            kept.append(x)
            if level < len(self.halve):
                x = self.halve[level](x)
                kept.append(x)
        for stage in self.middle:
            x = stage(x, step)
        for k, stage in enumerate(self.up):
            x = stage(torch.cat([x, kept.pop()], 1), step)
            if k % 2 == 1 and k // 2 < len(self.enlarge):
                x = self.enlarge[k // 2](F.interpolate(x, scale_factor=2, mode="nearest"))
        return self.leave(F.silu(self.norm(x)))


def train(network, parameters, layout, batch, steps, precision):
    """Data on hand, noise drawn per step, Adam."""
    g = 0.5
    n = batch * steps
    clean = torch.rand(n, 2, 28, 28) * 2 - 1
    signal = torch.cumprod(1 - torch.linspace(1e-4, 0.02, T), 0)

    def loss_of(chosen):
        z = clean[chosen]
        t = torch.randint(T, (z.shape[0],))
        normals = torch.randn_like(z)
        u, v = normals[:, :1] * (1 - g) ** 0.5, normals[:, 1:] * (1 + g) ** 0.5
        noise = torch.cat([u + v, u - v], 1) * 0.5 ** 0.5
        a = signal[t][:, None, None, None]
        x = (a.sqrt() * z + (1 - a).sqrt() * noise).contiguous(memory_format=layout)
        with lower(precision):
            return F.mse_loss(network(x, t), noise)

    optimizer = torch.optim.Adam(parameters, lr=2e-4, foreach=True)
    return timed_epoch(optimizer, n, batch, loss_of)


@torch.no_grad()
def evaluate(network, _, layout, batch, steps, precision):
    network.eval()
    x, t = torch.randn(batch, 2, 28, 28), torch.full((batch,), 7)
    x = x.contiguous(memory_format=layout)
    with lower(precision):
        for _ in range(2):
            network(x, t)
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            network(x, t)
    return time.perf_counter() - start, time.process_time() - cpu, batch * steps, 0.0


def main():
    mode, width, multipliers, attention, batch, steps, form, precision = sys.argv[1:]
    torch.set_num_threads(1)
    torch.manual_seed(1)
    levels = [] if attention == "-" else [int(a) for a in attention.split(",")]
    layout = torch.channels_last if form.endswith("_last") else torch.contiguous_format
    plain = UNet(int(width), [int(m) for m in multipliers.split(",")], levels)
    plain = plain.to(memory_format=layout)
    network = torch.compile(plain) if form.startswith("compiled") else plain
    run = {"train": train, "evaluate": evaluate}[mode]
    seconds, cpu, images, total = run(network, list(plain.parameters()), layout, int(batch),
                                      int(steps), precision)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "images": images, "sum": total,
                      "version": torch.__version__,
                      "parameters": sum(p.numel() for p in plain.parameters())}))


if __name__ == "__main__":
    main()
