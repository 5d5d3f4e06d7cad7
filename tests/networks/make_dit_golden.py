"""An independent NumPy diffusion transformer; prints tests/networks/dit_golden.h.

    python3 tests/networks/make_dit_golden.py > tests/networks/dit_golden.h

Weights and images follow a formula both sides know. With p(i, k) = 0.7 i + k + 0.003 (i mod 997)^2,
element i of the k-th tensor in the order of names is cos p / sqrt(inputs) for weights, 0.1 cos p
for biases; positions have their own formula. Images are cos p(i, 0.5). Double precision throughout,
but for the angles of the step, which the network has in single precision by definition.
"""

import numpy as np

CASES = [
    dict(name="labelled", channels=2, side=8, patch=2, width=24, depth=3, heads=3, classes=5,
         learned=True, divisor=128, epsilon=1e-6, steps=[3, 950], labels=[3, 5],
         coupling=[[0.3, 0.0, 1.0], [0.5, 0.25, 0.0]], every=7),
    dict(name="diffusers", channels=2, side=8, patch=2, width=24, depth=3, heads=3, classes=5,
         learned=True, divisor=127, epsilon=1e-5, steps=[3, 950], labels=[0, 4],
         coupling=[[0.4] * 3, [0.0] * 3], every=7),
    dict(name="plain", channels=1, side=12, patch=3, width=16, depth=2, heads=2, classes=0,
         learned=False, divisor=128, epsilon=1e-6, steps=[0, 999], labels=None, coupling=None,
         every=2),
    # One block of the largest published size.
    dict(name="wide", channels=4, side=32, patch=2, width=1152, depth=1, heads=16, classes=1,
         learned=True, divisor=128, epsilon=1e-6, steps=[500], labels=[0], coupling=[[0.5]],
         every=41),
]


def wave(size, k):
    i = np.arange(size, dtype=np.float64)
    m = i % 997
    return np.cos(0.7 * i + k + 0.003 * (m * m))


class Weights:
    """Shapes first, in any order, then values by the formula in the order of names."""

    def __init__(self, shapes):
        self.values = {}
        for k, name in enumerate(sorted(shapes)):
            shape = shapes[name]
            scale = 0.1 if len(shape) == 1 else 1 / np.sqrt(np.prod(shape[1:]))
            self.values[name] = scale * wave(np.prod(shape), k).reshape(shape)
        self.count = sum(value.size for value in self.values.values())

    def linear(self, name, x):
        weight = self.values[name + ".weight"]
        return x @ weight.reshape(len(weight), -1).T + self.values[name + ".bias"]


def shapes_of(c):
    d, p, out = c["width"], c["patch"], c["channels"] * (2 if c["learned"] else 1)
    shapes = {"x_embedder.proj.weight": (d, c["channels"], p, p), "x_embedder.proj.bias": (d,)}

    def linear(name, rows, columns):
        shapes[name + ".weight"], shapes[name + ".bias"] = (rows, columns), (rows,)

    linear("t_embedder.mlp.0", d, 256)
    linear("t_embedder.mlp.2", d, d)
    if c["classes"]:
        shapes["y_embedder.embedding_table.weight"] = (c["classes"] + 1, d)
    for block in range(c["depth"]):
        linear(f"blocks.{block}.attn.qkv", 3 * d, d)
        linear(f"blocks.{block}.attn.proj", d, d)
        linear(f"blocks.{block}.mlp.fc1", 4 * d, d)
        linear(f"blocks.{block}.mlp.fc2", d, 4 * d)
        linear(f"blocks.{block}.adaLN_modulation.1", 6 * d, d)
    linear("final_layer.adaLN_modulation.1", 2 * d, d)
    linear("final_layer.linear", p * p * out, d)
    return shapes


def silu(x):
    return x / (1 + np.exp(-x))


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))


def norm(x, epsilon):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


def positions(c):
    grid, quarter = c["side"] // c["patch"], c["width"] // 4
    table = np.zeros((grid * grid, c["width"]))
    for row in range(grid):
        for column in range(grid):
            for k in range(quarter):
                rate = 10000.0 ** (-k / quarter)
                token = table[row * grid + column]
                token[k], token[quarter + k] = np.sin(column * rate), np.cos(column * rate)
                token[2 * quarter + k] = np.sin(row * rate)
                token[3 * quarter + k] = np.cos(row * rate)
    return table.astype(np.float32).astype(np.float64)


def condition(c, weights, step, label):
    rates = np.exp(-np.log(10000.0) * np.arange(128) / c["divisor"]).astype(np.float32)
    angles = (np.float32(step) * rates).astype(np.float64)
    embedded = np.concatenate([np.cos(angles), np.sin(angles)])
    told = weights.linear("t_embedder.mlp.2", silu(weights.linear("t_embedder.mlp.0", embedded)))
    if label is not None:
        told = told + weights.values["y_embedder.embedding_table.weight"][label]
    return silu(told)


def attend(queries, keys, values, heads):
    size = queries.shape[1] // heads
    out = np.zeros_like(queries)
    for head in range(heads):
        of = slice(head * size, (head + 1) * size)
        scores = queries[:, of] @ keys[:, of].T / np.sqrt(size)
        exponentials = np.exp(scores - scores.max(1, keepdims=True))
        out[:, of] = exponentials / exponentials.sum(1, keepdims=True) @ values[:, of]
    return out


def block(c, weights, name, replicas, told, g):
    modulation = weights.linear(name + ".adaLN_modulation.1", told).reshape(6, -1)
    shift1, scale1, gate1, shift2, scale2, gate2 = modulation
    seen = [norm(x, 1e-6) * (1 + scale1) + shift1 for x in replicas]
    split = [np.split(weights.linear(name + ".attn.qkv", x), 3, 1) for x in seen]
    after = []
    for place, x in enumerate(replicas):
        queries = split[place][0]
        mixed = attend(queries, split[place][1], split[place][2], c["heads"])
        if len(replicas) == 2:
            other = split[1 - place]
            mixed = (mixed + g * attend(queries, other[1], other[2], c["heads"])) / (1 + g)
        x = x + gate1 * weights.linear(name + ".attn.proj", mixed)
        inner = norm(x, c["epsilon"]) * (1 + scale2) + shift2
        inner = weights.linear(name + ".mlp.fc2", gelu(weights.linear(name + ".mlp.fc1", inner)))
        after.append(x + gate2 * inner)
    return after


def run_row(c, weights, images, step, label, strengths):
    """images: one or two of (channels, side, side) -> the same, with the variance's channels."""
    p, grid, out = c["patch"], c["side"] // c["patch"], c["channels"] * (2 if c["learned"] else 1)
    told = condition(c, weights, step, label)
    replicas = []
    for image in images:
        patches = [image[:, row * p:(row + 1) * p, column * p:(column + 1) * p].ravel()
                   for row in range(grid) for column in range(grid)]
        replicas.append(weights.linear("x_embedder.proj", np.array(patches)) + positions(c))
    for layer in range(c["depth"]):
        replicas = block(c, weights, f"blocks.{layer}", replicas, told, strengths[layer])
    shift, scale = weights.linear("final_layer.adaLN_modulation.1", told).reshape(2, -1)
    results = []
    for x in replicas:
        patches = weights.linear("final_layer.linear", norm(x, 1e-6) * (1 + scale) + shift)
        image = np.zeros((out, c["side"], c["side"]))
        for token, patch in enumerate(patches):
            row, column = divmod(token, grid)
            image[:, row * p:(row + 1) * p, column * p:(column + 1) * p] = (
                patch.reshape(p, p, out).transpose(2, 0, 1))
        results.append(image)
    return np.array(results)


def golden(c):
    weights = Weights(shapes_of(c))
    rows, replicas = len(c["steps"]), 1 if c["coupling"] is None else 2
    shape = (rows, replicas, c["channels"], c["side"], c["side"])
    images = wave(np.prod(shape), 0.5).reshape(shape)
    labels = c["labels"] or [None] * rows
    coupling = c["coupling"] or [[0] * c["depth"]] * rows
    out = np.array([run_row(c, weights, images[row], c["steps"][row], labels[row], coupling[row])
                    for row in range(rows)])
    return weights.count, out


def main():
    print("// Made by tests/networks/make_dit_golden.py.\n// clang-format off\n#pragma once\n")
    print("#include <cstdint>\n#include <vector>\n")
    for c in CASES:
        count, out = golden(c)
        print(f"inline constexpr std::int64_t k_{c['name']}_weights = {count};")
        print(f"inline const std::vector<double> k_{c['name']}_outputs{{  // every {c['every']}th")
        values = out.ravel()[::c["every"]]
        for line in np.array_split(values, -(-values.size // 4)):
            print("    " + ", ".join(f"{v:.10e}" for v in line) + ",")
        print("};\n")


if __name__ == "__main__":
    main()
