"""make_golden.py FOLDER: writes the files of torch.save that the tests read, with the real torch.

They are committed (tests/tensor_files/golden, made by torch 2.15); this is run by hand for more.
Every tensor is counted up from a number of its own, so that a test can say what is in it.
"""

import argparse
import pathlib
import sys
from collections import OrderedDict

import torch

folder = pathlib.Path(sys.argv[1])


def counted(first, shape, dtype=torch.float32):
    """first, first + 1, ... in the order of memory."""
    size = torch.Size(shape).numel()
    return (torch.arange(size) + first).to(dtype).reshape(shape)


def save(name, value, **how):
    torch.save(value, folder / name, **how)


# A dict, which LibTorch's own reader takes as well; an OrderedDict, as state_dict() gives, it does
# not.
dtypes = (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32,
          torch.int16, torch.int8, torch.uint8)
types = {str(dtype).removeprefix("torch."): counted(k, (2, 3), dtype)
         for k, dtype in enumerate(dtypes)}
types["bool"] = torch.tensor([True, False, True])
types["scalar"] = torch.tensor(7)
types["empty"] = torch.zeros(0, 4)
save("types.pt", types)

base = counted(0, (24,))
views = {
    "whole": base.reshape(2, 3, 4),
    "again": base,
    "part": base[5:9],
    "transposed": base.reshape(2, 3, 4).permute(2, 0, 1),
    "every_other": base[1::2],
    "repeated": base[3:4].expand(2, 5),
}
save("views.pt", views)

network = torch.nn.Linear(3, 2)
with torch.no_grad():
    network.weight.copy_(counted(10, (2, 3)))
    network.bias.copy_(counted(20, (2,)))
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
network(torch.ones(1, 3)).sum().backward()
optimizer.step()
with torch.no_grad():
    network.weight.copy_(counted(10, (2, 3)))
    network.bias.copy_(counted(20, (2,)))
average = {name: value + 100 for name, value in network.state_dict().items()}
args = argparse.Namespace(model="DiT-S/8", epochs=1400, path=pathlib.PurePosixPath("results"))
save("checkpoint.pt", {"model": network.state_dict(), "ema": OrderedDict(average),
                       "opt": optimizer.state_dict(), "args": args})
save("model_and_more.pt", {"epoch": 3, "model": network.state_dict(), "args": args})
save("state_dict_and_more.pt", {"state_dict": network.state_dict(), "best": 76.1})
save("prefixed.pt", {f"module._orig_mod.{k}": v for k, v in network.state_dict().items()})
save("protocol4.pt", {"weight": network.weight, "bias": network.bias}, pickle_protocol=4)
save("whole_module.pt", network)
save("no_tensors.pt", {"args": args, "epoch": 4, "names": ["a"]})
save("unsigned.pt", {"wide": counted(0, (2,), torch.uint16)})
save("sparse.pt", {"sparse": torch.eye(2).to_sparse()})

before_1_6 = {"_use_new_zipfile_serialization": False}
save("old_types.pt", types, **before_1_6)
save("old_views.pt", views, **before_1_6)
save("old_checkpoint.pt", {"model": network.state_dict(), "args": args,
                           "parameter": network.weight}, **before_1_6)
