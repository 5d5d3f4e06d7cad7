"""Independent NumPy versions of networks whose weights are published; prints
tests/networks/pretrained_golden.h.

    python3 tests/networks/make_pretrained_golden.py > tests/networks/pretrained_golden.h

They are the decoder of Stable Diffusion's autoencoder and ResNet-50, small ones, and how images
are made ready for the latter. Weights and images follow a formula both sides know. With
p(i, k) = 0.7 i + k + 0.003 (i mod 997)^2, element i of the k-th tensor in the order of names is
cos p / sqrt(inputs) for weights of products, 1 + 0.2 cos p for those of norms, 1 + 0.5 cos p for
running variances and 0.1 cos p for all else. Images are 1.2 cos p(i, 0.5), beyond -1 and 1 in
places, and latents a sixth of that. Double precision throughout.
"""

import numpy as np

VAE = dict(latent_channels=4, channels=3, widths=[4, 8, 16, 16], blocks=3, groups=2)
VAE_LATENTS = (2, 4, 2, 3)
RESNET = dict(blocks=[1, 2, 1, 1], width=8, classes=5)
RESNET_IMAGES = (2, 3, 75, 59)
FEATURES = [
    dict(name="v1", shape=(1, 3, 300, 347), shorter=256),
    dict(name="v2", shape=(1, 3, 301, 268), shorter=232),
    dict(name="grey", shape=(2, 1, 28, 35), shorter=232),
    dict(name="plain", shape=(1, 3, 300, 347), shorter=None),
]


def wave(shape, k):
    i = np.arange(np.prod(shape), dtype=np.float64)
    m = i % 997
    return np.cos(0.7 * i + k + 0.003 * (m * m)).reshape(shape)


class Tensors:
    """Shapes by name, as the forward pass asks for them, then values by the formula."""

    def __init__(self):
        self.shapes, self.values = {}, None

    def get(self, name, *shape):
        self.shapes[name] = shape
        return np.ones(shape) if self.values is None else self.values[name]

    def fill(self):
        self.values = {}
        for k, name in enumerate(sorted(self.shapes)):
            shape = self.shapes[name]
            x = wave(shape, k)
            if len(shape) > 1:
                self.values[name] = x / np.sqrt(np.prod(shape[1:]))
            elif name.endswith(".weight"):
                self.values[name] = 1 + 0.2 * x
            elif name.endswith(".running_var"):
                self.values[name] = 1 + 0.5 * x
            else:
                self.values[name] = 0.1 * x


def conv(t, name, x, out, size, stride=1, bias=True):
    weight = t.get(name + ".weight", out, x.shape[1], size, size)
    pad = size // 2
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, columns = ((side - size) // stride + 1 for side in x.shape[2:])
    y = np.zeros((x.shape[0], out, rows, columns))
    for i in range(size):
        for j in range(size):
            piece = x[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride]
            y += np.einsum("bchw,oc->bohw", piece, weight[:, :, i, j])
    return y + t.get(name + ".bias", out)[:, None, None] if bias else y


def linear(t, name, x, out):
    return x @ t.get(name + ".weight", out, x.shape[-1]).T + t.get(name + ".bias", out)


def affine(t, name, x):
    weight, bias = t.get(name + ".weight", x.shape[1]), t.get(name + ".bias", x.shape[1])
    return x * weight[:, None, None] + bias[:, None, None]


def group_norm(t, name, x, groups):
    g = x.reshape(x.shape[0], groups, -1)
    g = (g - g.mean(2, keepdims=True)) / np.sqrt(g.var(2, keepdims=True) + 1e-6)
    return affine(t, name, g.reshape(x.shape))


def batch_norm(t, name, x):
    mean, variance = (t.get(name + kind, x.shape[1])[:, None, None]
                      for kind in (".running_mean", ".running_var"))
    return affine(t, name, (x - mean) / np.sqrt(variance + 1e-5))


def silu(x):
    return x / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def vae_residual(t, name, x, out, groups):
    h = conv(t, name + ".conv1", silu(group_norm(t, name + ".norm1", x, groups)), out, 3)
    h = conv(t, name + ".conv2", silu(group_norm(t, name + ".norm2", h, groups)), out, 3)
    return h + (x if x.shape[1] == out else conv(t, name + ".conv_shortcut", x, out, 1))


def vae_attention(t, name, x, groups):
    b, c, h, w = x.shape
    pixels = group_norm(t, name + ".group_norm", x, groups).reshape(b, c, h * w).transpose(0, 2, 1)
    q, k, v = (linear(t, f"{name}.to_{which}", pixels, c) for which in "qkv")
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(c)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = linear(t, name + ".to_out.0", weights / weights.sum(-1, keepdims=True) @ v, c)
    return x + mixed.transpose(0, 2, 1).reshape(x.shape)


def vae_decode(t, s, latents):
    groups, widths = s["groups"], s["widths"][::-1]
    x = conv(t, "post_quant_conv", latents, s["latent_channels"], 1)
    x = conv(t, "decoder.conv_in", x, widths[0], 3)
    x = vae_residual(t, "decoder.mid_block.resnets.0", x, widths[0], groups)
    x = vae_attention(t, "decoder.mid_block.attentions.0", x, groups)
    x = vae_residual(t, "decoder.mid_block.resnets.1", x, widths[0], groups)
    for level, width in enumerate(widths):
        name = f"decoder.up_blocks.{level}"
        for block in range(s["blocks"]):
            x = vae_residual(t, f"{name}.resnets.{block}", x, width, groups)
        if level + 1 < len(widths):
            x = conv(t, name + ".upsamplers.0.conv", x.repeat(2, 2).repeat(2, 3), width, 3)
    x = silu(group_norm(t, "decoder.conv_norm_out", x, groups))
    return conv(t, "decoder.conv_out", x, s["channels"], 3)


def max_pool(x):
    """Windows of 3, every second pixel, edges padded."""
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    rows, columns = ((side - 3) // 2 + 1 for side in x.shape[2:])
    pieces = [x[:, :, i:i + 2 * rows:2, j:j + 2 * columns:2] for i in range(3) for j in range(3)]
    return np.max(pieces, axis=0)


def bottleneck(t, name, x, inside, stride):
    h = relu(batch_norm(t, name + ".bn1", conv(t, name + ".conv1", x, inside, 1, bias=False)))
    h = conv(t, name + ".conv2", h, inside, 3, stride, bias=False)
    h = conv(t, name + ".conv3", relu(batch_norm(t, name + ".bn2", h)), 4 * inside, 1, bias=False)
    h = batch_norm(t, name + ".bn3", h)
    if x.shape != h.shape:
        x = conv(t, name + ".downsample.0", x, 4 * inside, 1, stride, bias=False)
        x = batch_norm(t, name + ".downsample.1", x)
    return relu(h + x)


def resnet(t, s, images):
    x = conv(t, "conv1", images, s["width"], 7, 2, bias=False)
    x = max_pool(relu(batch_norm(t, "bn1", x)))
    for level, blocks in enumerate(s["blocks"]):
        for block in range(blocks):
            stride = 2 if level > 0 and block == 0 else 1
            x = bottleneck(t, f"layer{level + 1}.{block}", x, s["width"] << level, stride)
    features = x.mean((2, 3))
    return features, linear(t, "fc", features, s["classes"])


def resize_matrix(size, out, antialias):
    """(out, size): what each new pixel takes of the old ones along one direction."""
    ratio, matrix = size / out, np.zeros((out, size))
    for place in range(out):
        centre = (place + 0.5) * ratio
        if antialias:
            reach = max(ratio, 1.0)
            share = np.maximum(0, 1 - np.abs(np.arange(size) + 0.5 - centre) / reach)
            matrix[place] = share / share.sum()
        else:
            left = max(centre - 0.5, 0.0)
            first = min(int(left), size - 1)
            second = min(first + 1, size - 1)
            matrix[place, first] += 1 - (left - first)
            matrix[place, second] += left - first
    return matrix


def resize(images, height, width, antialias):
    rows = resize_matrix(images.shape[2], height, antialias)
    columns = resize_matrix(images.shape[3], width, antialias)
    return np.einsum("yh,bchw,xw->bcyx", rows, images, columns, optimize=True)


def preprocess(images, shorter, side=224):
    x = np.clip((images + 1) / 2, 0, 1)
    if shorter is None:
        x = resize(x, side, side, False)
    else:
        least = min(x.shape[2:])
        x = resize(x, *(int(shorter * extent / least) for extent in x.shape[2:]), True)
        top, left = (round((extent - side) / 2) for extent in x.shape[2:])
        x = x[:, :, top:top + side, left:left + side]
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return (x - mean[:, None, None]) / deviation[:, None, None]


def run(network, shape, x):
    """Tensors filled by the formula, and the answer with them."""
    t = Tensors()
    network(t, shape, x)
    t.fill()
    return t, network(t, shape, x)


def print_values(name, values, every):
    print(f"inline const std::vector<double> k_{name}{{  // every {every}th")
    values = values.ravel()[::every]
    for line in np.array_split(values, -(-values.size // 4)):
        print("    " + ", ".join(f"{v:.10e}" for v in line) + ",")
    print("};\n")


def main():
    print("// Made by tests/networks/make_pretrained_golden.py.\n// clang-format off")
    print("#pragma once\n")
    print("#include <cstdint>\n#include <vector>\n")
    for name, network, shape, x in [
            ("vae", vae_decode, VAE, 0.2 * wave(VAE_LATENTS, 0.5) / 0.18215),
            ("resnet", resnet, RESNET, 1.2 * wave(RESNET_IMAGES, 0.5))]:
        t, out = run(network, shape, x)
        count = sum(int(np.prod(shape)) for shape in t.shapes.values())
        print(f"inline constexpr std::int64_t k_{name}_numbers = {count};")
        if name == "vae":
            print_values("vae_images", out, 7)
        else:
            print_values("resnet_features", out[0], 5)
            print_values("resnet_logits", out[1], 1)
    for case in FEATURES:
        images = 1.2 * wave(case["shape"], 0.5)
        print_values("preprocessed_" + case["name"], preprocess(images, case["shorter"]), 1499)


if __name__ == "__main__":
    main()
