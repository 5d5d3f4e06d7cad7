"""The transformer of syncgap in PyTorch, trained and evaluated as one would write it there; prints
JSON. The other half of bench_transformer.py.

    transformer_peer.py train|evaluate WIDTH dit COUPLING BATCH STEPS eager|compiled single|bf16

Training is of single images with labels; evaluation of pairs, coupled as the paper writes it: four
attentions where COUPLING is a strength, two where it is -.
"""

import json
import sys
import time

import torch
from peer_training import lower, timed_epoch
from torch import nn
from torch.nn import functional as F

T, SIDE, PATCH, DEPTH, HEADS, CLASSES = 1000, 28, 4, 6, 4, 10
TOKENS = (SIDE // PATCH) ** 2


def modulated(x, shift, scale):
    return F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale) + shift


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.adapt = nn.Linear(width, 6 * width)

    def forward(self, x, condition, g):  # (B, P, N, D)
        b, p, n, d = x.shape
        parts = self.adapt(condition)[:, None, None, :].chunk(6, -1)
        qkv = self.qkv(modulated(x, parts[0], parts[1]))
        qkv = qkv.view(b, p, n, 3, HEADS, d // HEADS).permute(3, 1, 0, 4, 2, 5)
        if p == 1 or g is None:
            out = F.scaled_dot_product_attention(*(part.flatten(0, 1) for part in qkv))
            out = out.unflatten(0, (p, b))
        else:
            (q, k, v), g = qkv, g[:, None, None, None]
            out = torch.stack([
                (F.scaled_dot_product_attention(q[i], k[i], v[i])
                 + g * F.scaled_dot_product_attention(q[i], k[1 - i], v[1 - i])) / (1 + g)
                for i in (0, 1)])
        out = out.permute(1, 0, 3, 2, 4).reshape(b, p, n, d)
        x = x + parts[2] * self.proj(out)
        hidden = F.gelu(self.fc1(modulated(x, parts[3], parts[4])), approximate="tanh")
        return x + parts[5] * self.fc2(hidden)


class Transformer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.enter, self.leave = nn.Linear(PATCH**2, width), nn.Linear(width, PATCH**2)
        self.register_buffer("positions", torch.randn(TOKENS, width))
        self.register_buffer("rates", 10000.0 ** (-torch.arange(128) / 128))
        self.step = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.labels = nn.Embedding(CLASSES + 1, width)
        self.blocks = nn.ModuleList([Block(width) for _ in range(DEPTH)])
        self.adapt = nn.Linear(width, 2 * width)

    def forward(self, x, t, label, g=None):  # (B, P, 1, S, S)
        b, p, grid = x.shape[0], x.shape[1], SIDE // PATCH
        angles = t[:, None] * self.rates
        condition = F.silu(self.step(torch.cat([angles.cos(), angles.sin()], 1))
                           + self.labels(label))
        x = x.view(b, p, grid, PATCH, grid, PATCH).transpose(3, 4).reshape(b, p, TOKENS, PATCH**2)
        x = self.enter(x) + self.positions
        for block in self.blocks:
            x = block(x, condition, g)
        shift, scale = self.adapt(condition)[:, None, None, :].chunk(2, -1)
        x = self.leave(modulated(x, shift, scale)).view(b, p, grid, grid, PATCH, PATCH)
        return x.transpose(3, 4).reshape(b, p, 1, SIDE, SIDE)


def train(network, parameters, _, batch, steps, precision):
    """Data on hand, noise drawn per step, AdamW."""
    n = batch * steps
    clean, labels = torch.rand(n, 1, 1, SIDE, SIDE) * 2 - 1, torch.arange(n) % CLASSES
    signal = torch.cumprod(1 - torch.linspace(1e-4, 0.02, T), 0)

    def loss_of(chosen):
        z, told = clean[chosen], labels[chosen]
        told = torch.where(torch.rand(batch) < 0.1, CLASSES, told)
        t, noise = torch.randint(T, (batch,)), torch.randn_like(z)
        a = signal[t][:, None, None, None, None]
        with lower(precision):
            return F.mse_loss(network(a.sqrt() * z + (1 - a).sqrt() * noise, t, told), noise)

    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0, foreach=True)
    return timed_epoch(optimizer, n, batch, loss_of)


@torch.no_grad()
def evaluate(network, _, coupling, batch, steps, precision):
    x, t = torch.randn(batch, 2, 1, SIDE, SIDE), torch.full((batch,), 7)
    label = torch.arange(batch) % CLASSES
    g = None if coupling == "-" else torch.full((batch,), float(coupling))
    with lower(precision):
        for _ in range(2):
            network(x, t, label, g)
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            network(x, t, label, g)
    return time.perf_counter() - start, time.process_time() - cpu, batch * steps, 0.0


def main():
    mode, width, _, coupling, batch, steps, form, precision = sys.argv[1:]
    torch.set_num_threads(1)
    torch.manual_seed(1)
    plain = Transformer(int(width))
    network = torch.compile(plain) if form == "compiled" else plain
    run = {"train": train, "evaluate": evaluate}[mode]
    seconds, cpu, images, total = run(network, list(plain.parameters()), coupling, int(batch),
                                      int(steps), precision)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "images": images, "sum": total,
                      "parameters": sum(p.numel() for p in plain.parameters())}))


if __name__ == "__main__":
    main()
