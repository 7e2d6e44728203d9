"""The references on training on several devices beside libraries, closed forms and brute force."""

from __future__ import annotations

import copy
import itertools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn.functional import cross_entropy

from solutions.parallel_training.devices import (
    TF1_12_3_CHOICE,
    TF1_12_4_CHOICE,
    allocator_memory,
    device_of_sum,
    left_behind,
    physical_gpu,
    placed,
)
from solutions.parallel_training.ensemble import Ensemble, compare_members
from solutions.parallel_training.groups import start, train_rank
from solutions.parallel_training.launched import launch
from solutions.parallel_training.order import TF1_12_5_CHOICE, TF1_12_7_CHOICE, guarded, peak_memory, stream_ends
from solutions.parallel_training.several import best_three, train_config
from solutions.parallel_training.shared import SplitNet, train_async, train_sync
from solutions.parallel_training.strategies import numbers_kept, numbers_sent, rows_per_second
from solutions.parallel_training.synchronous import broadcast, central_step, sync_step
from tests.support.oracle import oracle

WITHOUT: dict[str, str] = {}

some = settings(max_examples=30, deadline=None, derandomize=True)


@oracle("tf1.12.1", "PyTorch's own reading of CUDA_VISIBLE_DEVICES (hypothesis)")
@some
@given(st.permutations(range(-1, 7)), st.integers(0, 7), st.booleans())
def test_gpus_are_those_that_pytorch_sees(numbers: list[int], length: int, spaced: bool) -> None:
    text = (", " if spaced else ",").join(map(str, numbers[:length]))
    with mock.patch.dict(os.environ, CUDA_VISIBLE_DEVICES=text):
        seen = [number for number in torch.cuda._parse_visible_devices() if int(number) < 99]
    assert [physical_gpu(text, index, 99) for index in range(len(seen) + 1)] == [*map(int, seen), None]


@oracle("tf1.12.1", "closed form: sizes that grow are never reused, sizes that fall always are (hypothesis)")
@some
@given(st.lists(st.integers(1, 50), min_size=1, max_size=10, unique=True), st.booleans())
def test_blocks_are_reused_by_what_is_smaller(sizes: list[int], grow: bool) -> None:
    ordered = sorted(sizes, reverse=not grow)
    events = [event for size in ordered for event in (("new", "t", size), ("delete", "t", 0))]
    assert allocator_memory(events) == (0, sum(sizes) if grow else max(sizes))


@oracle("tf1.12.2", "what PyTorch itself refuses to compute with")
def test_what_is_left_behind_is_what_forward_complains_about() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.scale = nn.Linear(2, 2), torch.ones(2)

        def forward(self, X: torch.Tensor) -> torch.Tensor:
            scaled: torch.Tensor = self.layer(X) * self.scale
            return scaled

    model, X = Scaled().to("meta"), torch.zeros(3, 2, device="meta")
    assert left_behind(model, "meta") == ["scale"]
    with pytest.raises(RuntimeError, match="cpu"):
        model(X)
    model.scale = model.scale.to("meta")
    assert left_behind(model, "meta") == []
    assert model(X).device.type == "meta"


@oracle("tf1.12.3", "brute force over all single operations: the rules, said one by one")
def test_placement_of_one_operation() -> None:
    for pinned, kernel, n_gpus, soft in itertools.product((None, "cpu:0", "gpu:0", "gpu:2"), (0, 1), range(4), (0, 1)):
        number = int(pinned[-1]) if pinned else 0
        fits = pinned == "cpu:0" or (pinned is not None and bool(kernel) and number < n_gpus)
        default = "gpu:0" if kernel and n_gpus else "cpu:0"
        if pinned and not fits and not soft:
            with pytest.raises(ValueError, match="placed"):
                placed([(pinned, bool(kernel))], n_gpus, bool(soft))
        else:
            wanted = pinned if pinned and fits else default
            assert placed([(pinned, bool(kernel))], n_gpus, bool(soft)) == [wanted]


@oracle("tf1.12.3", "PyTorch, with the meta device in place of the GPU")
def test_where_pytorch_puts_them() -> None:
    t = torch.zeros(3, device="cpu")
    with torch.device("meta"):
        found = {"context": torch.zeros(3), "from_numpy": torch.from_numpy(np.zeros(3)), "like": torch.zeros_like(t)}
    elsewhere = torch.zeros(3, device="meta")
    found |= {"plain": torch.zeros(3), "layer": nn.Linear(2, 2).weight, "result": elsewhere + elsewhere}
    names = {"context": "cuda:1", "result": "cuda:1", "like": "cuda:0"}  # what stands for what
    for name, value in found.items():
        assert TF1_12_3_CHOICE[name] == names.get(name, "cpu")
        assert value.device.type == ("meta" if names.get(name) == "cuda:1" else "cpu")


@oracle("tf1.12.4", "PyTorch, with the meta device in place of a GPU")
def test_sums_are_where_pytorch_puts_them() -> None:
    real = {"cpu": "cpu", "cuda:0": "meta"}
    for one, other in itertools.product(itertools.product(real, range(3)), repeat=2):
        left, right = (torch.zeros([2] * dims, device=real[device]) for device, dims in (one, other))
        wanted = device_of_sum(one, other)
        if wanted == "error":
            with pytest.raises(RuntimeError, match="device"):
                left + right
        else:
            assert (left + right).device.type == real[wanted]


@oracle("tf1.12.4", "PyTorch, with the meta device in place of a GPU")
def test_what_works_in_pytorch() -> None:
    t, u = torch.zeros(3, device="meta"), torch.zeros(3)
    tries: dict[str, Any] = {
        "torch, sum": lambda: t + u,
        "torch, layer": lambda: nn.Linear(3, 3, device="meta")(u),
        "torch, number": lambda: t * torch.tensor(2.0),
        "torch, .to": lambda: t + u.to(t.device),
        "torch, copy_": lambda: t.copy_(u),
    }
    for name, attempt in tries.items():
        try:
            attempt()
            found = "works"
        except RuntimeError:
            found = "error"
        assert TF1_12_4_CHOICE[name] == found, name


@oracle("tf1.12.5", "closed forms: one stream, streams that do not wait, one chain over streams (hypothesis)")
@some
@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=8))
def test_streams_alone_and_in_a_chain(seconds: list[float]) -> None:
    sums = np.cumsum(seconds)
    assert stream_ends([(0, one, []) for one in seconds]) == pytest.approx(sums)
    assert stream_ends([(n, one, []) for n, one in enumerate(seconds)]) == pytest.approx(seconds)
    chain = [(n, one, [n - 1] if n else []) for n, one in enumerate(seconds)]
    assert stream_ends(chain) == pytest.approx(sums)
    assert TF1_12_5_CHOICE["one stream"] == "can't"


@oracle("tf1.12.6", "brute force over all orders: no order is below what the largest step alone needs")
def test_the_best_order_needs_what_it_must() -> None:
    program = {"a": (5.0, []), "b": (1.0, ["a"]), "c": (7.0, []), "d": (1.0, ["c"]), "e": (2.0, ["b", "d"])}
    peaks = {}
    for order in itertools.permutations(program):
        try:
            peaks[order] = peak_memory(order, program)
        except ValueError:
            assert any(order.index(need) > order.index(name) for name, (_, needs) in program.items() for need in needs)
    assert min(peaks.values()) == 7 + 1  # c and d, before the others
    assert max(peaks.values()) == 5 + 7 + 1


@oracle("tf1.12.7", "round trip through PyTorch's files, and processes that end")
def test_what_is_saved_and_what_is_kept(tmp_path: Path) -> None:
    model = nn.Linear(2, 2)

    def broken(model: nn.Module) -> None:
        nn.init.ones_(next(model.parameters()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(broken, model, tmp_path / "model.pt")
    assert torch.load(tmp_path / "model.pt")["weight"].tolist() == [[1, 1], [1, 1]]
    # After share_memory, what a child has trained outlives it; else it does not.
    for shared, word in ((True, "kept"), (False, "lost")):
        layer = nn.Linear(1, 1)
        nn.init.zeros_(layer.weight)
        if shared:
            layer.share_memory()
        child = multiprocessing.get_context("fork").Process(target=nn.init.ones_, args=(layer.weight.data,))
        child.start()
        child.join()
        assert layer.weight.item() == shared
        assert word == ("kept" if shared else "lost")
    assert TF1_12_7_CHOICE["shared memory"] == "kept"


@oracle("tf2.19.7", "the messages of a ring, counted one by one, and tensors at the cuts")
def test_a_ring_sends_so_much() -> None:
    widths, n, rows = [6, 5, 4, 3], 4, 7
    layers = nn.Sequential(*(nn.Linear(a, b) for a, b in itertools.pairwise(widths)))
    flat = torch.cat([value.flatten() for value in layers.parameters()])
    parts = [[float(len(part)) for part in flat.tensor_split(n)] for _ in range(n)]
    sent = sum(parts[device][(device - step) % n] for step in range(2 * (n - 1)) for device in range(n))
    hidden = layers[0](torch.zeros(rows, 6))
    found = numbers_sent(widths, rows, n, [1])
    assert found["data"] == sent
    assert found["model"] == 2 * hidden.numel()


@oracle("tf2.19.8", "a simulation of workers, step by step, and the tensors that Adam keeps")
def test_speeds_and_what_adam_keeps() -> None:
    seconds, until = [1.0, 2.0, 5.0], 1000.0
    done = sum(int(until // one) for one in seconds)
    assert rows_per_second(seconds, 10, "asynchronous") == pytest.approx(10 * done / until)
    steps = int(until // sorted(seconds)[1])
    assert rows_per_second(seconds, 10, "synchronous", spare=1) == pytest.approx(10 * 2 * steps / until)
    layer = nn.Linear(30, 20)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 30)).sum().backward()
    optimizer.step()
    kept = [value for state in optimizer.state.values() for name, value in state.items() if name != "step"]
    count = sum(2 * value.numel() for value in layer.parameters()) + sum(one.numel() for one in kept)
    assert numbers_kept(620, 4, "mirrored") == count
    assert numbers_kept(620, 4, "sharded") * 4 == count


def _square(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number**2


@oracle("tf1.12.8", "Python's own pool of processes, scikit-learn's linear model, and a sort")
def test_launched_as_by_a_pool() -> None:
    found = launch(_square, range(6), n_workers=2)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(_square, number) for number in range(6)]
    for one, future in zip(found, futures, strict=True):
        assert bool(one["error"]) == (future.exception() is not None)
        assert one["result"] == (None if future.exception() else future.result())
    results = [{"config": n, "result": {"valid": n % 4}, "error": ""} for n in range(9)]
    assert [one["config"] for one in best_three(results)] == [3, 7, 2]
    X = np.random.default_rng(0).normal(size=(300, 2))
    y = (X[:, 0] > X[:, 1]).astype(int)
    mine = train_config({"units": 8, "lr": 0.1, "epochs": 20, "seed": 0}, X[:200], y[:200], X[200:], y[200:])["valid"]
    assert mine > LogisticRegression().fit(X[:200], y[:200]).score(X[200:], y[200:]) - 0.05


class _Said(nn.Module):
    """A classifier of scikit-learn's, as a module that gives logits."""

    def __init__(self, fitted: LogisticRegression) -> None:
        super().__init__()
        self.fitted = fitted

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(np.log(self.fitted.predict_proba(X.numpy())))


@oracle("tf1.12.9", "scikit-learn's soft voting")
def test_an_ensemble_votes_softly() -> None:
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(200, 3)), rng.integers(0, 3, 200)
    models = [(str(C), LogisticRegression(C=C)) for C in (0.001, 0.1, 10)]
    voting = VotingClassifier(models, voting="soft").fit(X, y)
    ensemble = Ensemble([_Said(one) for one in voting.estimators_])
    np.testing.assert_allclose(ensemble(torch.as_tensor(X)).numpy(), voting.predict_proba(X), atol=1e-6)
    found = compare_members(ensemble, torch.as_tensor(X), y)
    assert found["ensemble"] == pytest.approx(voting.score(X, y))
    assert found["members"] == pytest.approx([one.score(X, y) for one in voting.estimators_])


def _stepped(model: nn.Module, X: torch.Tensor, y: torch.Tensor, lr: float) -> nn.Module:
    """The same step by PyTorch's optimiser, on all rows."""
    other = copy.deepcopy(model)
    optimizer = torch.optim.SGD(other.parameters(), lr=lr)
    cross_entropy(other(X), y).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return other


def _alike(one: nn.Module, other: nn.Module) -> None:
    for left, right in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(left, right, atol=1e-6, rtol=1e-5)


@oracle("tf2.19.10", "PyTorch's optimiser on the whole batch (hypothesis), in one process and in two")
@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=3), st.integers(0, 99))
def test_a_step_is_that_of_the_whole_batch(sizes: list[int], seed: int) -> None:
    torch.manual_seed(seed)
    model, X, y = nn.Linear(4, 3), torch.randn(sum(sizes), 4), torch.randint(3, (sum(sizes),))
    batches = list(zip(torch.split(X, sizes), torch.split(y, sizes), strict=True))
    wanted = _stepped(model, X, y, 0.3)
    replicas = [copy.deepcopy(model), *(nn.Linear(4, 3) for _ in sizes[1:])]
    broadcast(replicas)
    assert sync_step(replicas, batches, 0.3) == pytest.approx(cross_entropy(model(X), y).item(), rel=1e-5)
    server, workers = copy.deepcopy(model), [nn.Linear(4, 3) for _ in sizes]
    central_step(server, workers, batches, 0.3)
    for one in (*replicas, server):
        _alike(one, wanted)

    def rank_(rank: int) -> list[np.ndarray]:
        own = copy.deepcopy(model) if rank == 0 else nn.Linear(4, 3)
        train_rank(own, [batches[rank]], 0.3)
        return [value.detach().numpy() for value in own.parameters()]

    for values in start(rank_, len(sizes)):
        for value, right in zip(values, wanted.parameters(), strict=True):
            np.testing.assert_allclose(value, right.detach().numpy(), atol=1e-6)


@oracle("tf1.12.10", "PyTorch's optimiser on all rows, batch by batch, and the two parts as one module")
def test_three_ways_do_what_an_optimiser_does() -> None:
    torch.manual_seed(2)
    model, X, y = nn.Linear(4, 3), torch.randn(20, 4), torch.randint(3, (20,))
    wanted = _stepped(model, X, y, 0.2)
    synchronous, asynchronous = copy.deepcopy(model), copy.deepcopy(model)
    train_sync(synchronous, [[(X[:7], y[:7])], [(X[7:], y[7:])]], 0.2)
    train_async(asynchronous, [[(X, y)]], 0.2)
    _alike(synchronous, wanted)
    _alike(asynchronous, wanted)
    first, second = nn.Linear(4, 6), nn.Linear(6, 2)
    whole = copy.deepcopy(nn.Sequential(first, nn.ReLU(), second))
    torch.testing.assert_close(SplitNet(nn.Sequential(first, nn.ReLU()), second)(X), whole(X))
