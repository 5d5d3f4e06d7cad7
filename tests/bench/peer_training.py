"""How the PyTorch peers train and run: shuffled batches, clipping, the optimizer's step and a
moving average of the weights, as one would write it there; in single precision or bfloat16."""

import contextlib
import time

import torch
from torch import nn


def lower(precision):
    """Where products and convolutions are of bfloat16, if that is asked for."""
    return (torch.autocast("cpu", dtype=torch.bfloat16) if precision == "bf16"
            else contextlib.nullcontext())


def timed_epoch(optimizer, examples, batch, loss_of):
    """Wall and processor seconds of the second of two epochs, its examples and its mean loss.

    ``loss_of`` takes the numbers of a batch's examples.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    average = [p.detach().clone() for p in parameters]

    def epoch():
        losses = []
        for chosen in torch.randperm(examples).split(batch):
            loss = loss_of(chosen)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            with torch.no_grad():
                torch._foreach_mul_(average, 0.999)
                torch._foreach_add_(average, parameters, alpha=0.001)
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    epoch()
    start, cpu = time.perf_counter(), time.process_time()
    loss = epoch()
    return time.perf_counter() - start, time.process_time() - cpu, examples, loss
