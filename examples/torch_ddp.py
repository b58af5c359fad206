"""Train a network of this library on several processes with PyTorch's DistributedDataParallel.

    torchrun --standalone --nproc-per-node 2 examples/torch_ddp.py

Each process has a part of the examples, and some have one more where they do not divide evenly.
DDP takes the mean of the processes' gradients. That is the gradient of the mean over all examples only
if each process divides by its share of all of them, and not by its own number. The network comes back,
and is what one process of `nn.fit` makes of it: the largest difference is printed, and 1e-12 is the
most.

PyTorch does not promise the same bits for another number of processes; `nn.fit(client=...)` does.
"""

from __future__ import annotations

from random import Random

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from nn import MLP, SGD, fit
from nn.interop import from_torch, to_torch

STEPS, RATE = 100, 0.1


def network() -> MLP:
    """The network as it is before training."""
    return MLP(2, [8, 1], activation=["tanh", "linear"], seed=1)


def examples() -> tuple[list[list[float]], list[float]]:
    """An odd number of points, and the product of their coordinates."""
    random = Random(1)
    points = [[random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0)] for _ in range(101)]
    return points, [x * y for x, y in points]


def trained_here() -> MLP:
    """The network after training in one process, by this library."""
    model = network()
    points, products = examples()
    optimizer = SGD(model.parameters(), lr=RATE)
    fit(model, points, products, optimizer=optimizer, epochs=STEPS, batch_size=None, shuffle=False)
    return model


def trained_by_ddp(rank: int, processes: int) -> MLP:
    """The network after training in all processes, by PyTorch."""
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", rank % torch.cuda.device_count()) if cuda else torch.device("cpu")
    module = DistributedDataParallel(to_torch(network()).to(device))
    optimizer = torch.optim.SGD(module.parameters(), lr=RATE)
    points, products = examples()
    inputs = torch.tensor(points[rank::processes], dtype=torch.float64, device=device)
    targets = torch.tensor(products[rank::processes], dtype=torch.float64, device=device)[:, None]
    for _ in range(STEPS):
        optimizer.zero_grad()
        errors = 0.5 * (module(inputs) - targets) ** 2
        # DDP divides by the number of processes; the mean is over all examples
        (errors.sum() * processes / len(points)).backward()
        optimizer.step()
    return from_torch(module.module.cpu(), like=network())


def main() -> None:
    """Train in both ways, and compare."""
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    rank, processes = distributed.get_rank(), distributed.get_world_size()
    found = trained_by_ddp(rank, processes).state_dict()
    if rank == 0:
        right = trained_here().state_dict()
        largest = max(abs(found[name] - right[name]) for name in right) / max(map(abs, right.values()))
        print(f"{processes} processes, {STEPS} steps: the parameters differ by {largest:.1e}")
        if not largest <= 1e-12:
            raise SystemExit("that is more than rounding")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
