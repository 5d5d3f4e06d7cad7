"""An independent NumPy implementation of the U-Net; prints tests/networks/unet_golden.h.

    python3 tests/networks/make_unet_golden.py > tests/networks/unet_golden.h

Weights and images follow a formula both sides know: element i of the k-th tensor in the order of
names is cos(0.7 i + k) / sqrt(inputs) for weights of convolutions and linear layers,
0.1 cos(0.7 i + k) for their biases, and 1 + 0.2 cos(0.7 i + k) and 0.2 cos(0.7 i + k) for norms.
"""

import numpy as np

SHAPES = [
    dict(name="compact", channels=2, width=4, multipliers=[1, 2], blocks=1, attention=[], heads=1,
         groups=2, side=8),
    dict(name="attending", channels=1, width=8, multipliers=[1, 2, 2], blocks=2, attention=[1, 2],
         heads=2, groups=4, side=8),
]


class Tensors:
    """Shapes by name, as the forward pass asks for them, then values by the formula."""

    def __init__(self):
        self.shapes, self.values = {}, None

    def get(self, name, *shape):
        self.shapes[name] = shape
        if self.values is None:
            return np.zeros(shape)
        return self.values[name]

    def fill(self):
        self.values = {}
        for k, name in enumerate(sorted(self.shapes)):
            shape = self.shapes[name]
            wave = np.cos(0.7 * np.arange(np.prod(shape)) + k).reshape(shape)
            if len(shape) > 1:
                self.values[name] = wave / np.sqrt(np.prod(shape[1:]))
            elif "norm" in name:
                self.values[name] = 0.2 * wave + (1 if name.endswith("weight") else 0)
            else:
                self.values[name] = 0.1 * wave


def silu(x):
    return x / (1 + np.exp(-x))


def conv(t, name, x, out, size, stride=1):
    weight, bias = t.get(name + ".weight", out, x.shape[1], size, size), t.get(name + ".bias", out)
    pad = size // 2
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows = (x.shape[2] - size) // stride + 1
    y = np.zeros((x.shape[0], out, rows, rows))
    for i in range(size):
        for j in range(size):
            piece = x[:, :, i:i + stride * rows:stride, j:j + stride * rows:stride]
            y += np.einsum("bchw,oc->bohw", piece, weight[:, :, i, j])
    return y + bias[:, None, None]


def linear(t, name, x, out):
    return x @ t.get(name + ".weight", out, x.shape[1]).T + t.get(name + ".bias", out)


def norm(t, name, x, groups):
    b, c, h, w = x.shape
    g = x.reshape(b, groups, -1)
    g = (g - g.mean(2, keepdims=True)) / np.sqrt(g.var(2, keepdims=True) + 1e-5)
    weight, bias = t.get(name + ".weight", c), t.get(name + ".bias", c)
    return g.reshape(x.shape) * weight[:, None, None] + bias[:, None, None]


def residual(t, name, x, step, out, groups):
    h = conv(t, name + ".conv1", silu(norm(t, name + ".norm1", x, groups)), out, 3)
    h = h + linear(t, name + ".step", silu(step), out)[:, :, None, None]
    h = conv(t, name + ".conv2", silu(norm(t, name + ".norm2", h, groups)), out, 3)
    return h + (x if x.shape[1] == out else conv(t, name + ".skip", x, out, 1))


def attention(t, name, x, heads, groups):
    b, c, h, w = x.shape
    q, k, v = np.split(conv(t, name + ".qkv", norm(t, name + ".norm", x, groups), 3 * c, 1), 3, 1)
    q, k, v = (a.reshape(b, heads, c // heads, h * w) for a in (q, k, v))
    scores = np.einsum("bncp,bncq->bnpq", q, k) / np.sqrt(c // heads)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    mixed = np.einsum("bnpq,bncq->bncp", weights, v).reshape(x.shape)
    return x + conv(t, name + ".out", mixed, c, 1)


def unet(t, s, x, steps):
    width, groups, levels = s["width"], s["groups"], len(s["multipliers"])
    half = width // 2
    angles = steps[:, None] * 10000.0 ** (-np.arange(half) / half)
    step = np.concatenate([np.cos(angles), np.sin(angles)], 1)
    step = linear(t, "embed2", silu(linear(t, "embed1", step, 4 * width)), 4 * width)

    def stage(name, x, out, attends):
        x = residual(t, name, x, step, out, groups)
        return attention(t, name + "_attention", x, s["heads"], groups) if attends else x

    x = conv(t, "in", x, width, 3)
    kept = [x]
    for level, multiplier in enumerate(s["multipliers"]):
        for k in range(s["blocks"]):
            x = stage(f"down{level}_{k}", x, width * multiplier, level in s["attention"])
            kept.append(x)
        if level + 1 < levels:
            x = conv(t, f"halve{level}", x, width * multiplier, 3, 2)
            kept.append(x)
    x = stage("middle0", x, x.shape[1], levels - 1 in s["attention"])
    x = stage("middle1", x, x.shape[1], False)
    for level in reversed(range(levels)):
        out = width * s["multipliers"][level]
        for k in range(s["blocks"] + 1):
            x = np.concatenate([x, kept.pop()], 1)
            x = stage(f"up{level}_{k}", x, out, level in s["attention"])
        if level > 0:
            x = conv(t, f"double{level}", x.repeat(2, 2).repeat(2, 3), out, 3)
    assert not kept
    return conv(t, "out", silu(norm(t, "norm", x, groups)), s["channels"], 3)


def golden(s):
    t = Tensors()
    shape = (2, s["channels"], s["side"], s["side"])
    images = np.cos(1.3 * np.arange(np.prod(shape))).reshape(shape)
    steps = np.array([3.0, 150.0])
    unet(t, s, images, steps)
    t.fill()
    return t, unet(t, s, images, steps)


def main():
    print("// Made by tests/networks/make_unet_golden.py.\n#pragma once\n")
    print("#include <cstdint>\n#include <vector>\n")
    for s in SHAPES:
        t, out = golden(s)
        count = sum(int(np.prod(shape)) for shape in t.shapes.values())
        print(f"inline constexpr std::int64_t k_{s['name']}_parameters = {count};")
        print(f"inline const std::vector<double> k_{s['name']}_outputs{{  // every 7th")
        for line in np.array_split(out.ravel()[::7], -(-out.ravel()[::7].size // 4)):
            print("    " + ", ".join(f"{v:.12e}" for v in line) + ",")
        print("};\n")


if __name__ == "__main__":
    main()
