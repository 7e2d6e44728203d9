"""Over what a submission's processes form a group, where it may open sockets and where not."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist

from autograder.engine.wire.proxy import LocalSession, Student
from autograder.testing.modules import group_backend
from solutions.parallel_training.groups import start


def refused(*_: Any, **__: Any) -> Any:
    raise PermissionError


@pytest.fixture
def without_sockets(monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", refused)
        return group_backend(Student(LocalSession({})))


def test_it_is_gloo_where_sockets_can_be_opened() -> None:
    assert group_backend(Student(LocalSession({}))) == "gloo"


def test_it_is_one_of_files_where_not_and_stays_so(without_sockets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", refused)
    assert without_sockets == group_backend(Student(LocalSession({}))) == "files"


def reduced(kind: Any) -> Callable[[int], Any]:
    def worker(rank: int) -> Any:
        value = torch.tensor([rank + 1.0, 5.0 - rank])
        dist.all_reduce(value, kind)
        return value.numpy()

    return worker


def from_rank_1(rank: int) -> Any:
    value = torch.tensor([[rank, 7 * rank]])
    dist.broadcast(value, src=1)
    return value.numpy()


def gathered(rank: int) -> Any:
    parts = [torch.zeros(2) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, torch.tensor([rank, 0.5]))
    return torch.stack(parts).numpy()


def at_rank_0(rank: int) -> Any:
    value = torch.tensor(3.0 + rank)
    dist.reduce(value, dst=0)
    return value.numpy() if rank == 0 else None  # elsewhere it is anybody's guess


def objects(rank: int) -> Any:
    found: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(found, {"rank": rank})
    said = [f"from {rank}"]
    dist.broadcast_object_list(said, src=0)
    dist.barrier()
    return found, said


OPERATIONS: dict[str, Callable[[int], Any]] = {
    "sum": reduced(dist.ReduceOp.SUM),
    "largest": reduced(dist.ReduceOp.MAX),
    "smallest": reduced(dist.ReduceOp.MIN),
    "product": reduced(dist.ReduceOp.PRODUCT),
    "broadcast": from_rank_1,
    "gathered": gathered,
    "at rank 0": at_rank_0,
    "objects": objects,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_files_do_what_gloo_does(name: str, without_sockets: str) -> None:
    by_files, by_gloo = (start(OPERATIONS[name], 2, backend=backend) for backend in (without_sockets, "gloo"))
    for one, other in zip(by_files, by_gloo, strict=True):
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other


def test_a_rank_that_dies_is_seen_by_files_too(without_sockets: str) -> None:
    def worker(rank: int) -> None:
        if rank == 1:
            raise ValueError("gone")
        dist.barrier()

    with pytest.raises(RuntimeError, match="gone"):
        start(worker, 2, timeout=30, backend=without_sockets)
