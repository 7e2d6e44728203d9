"""The references on serving models beside libraries, brute force, and clients and tuners that know nothing of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from safetensors import safe_open
from safetensors.torch import save_file
from sklearn.datasets import make_moons
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from solutions.pipelines_records.formats import read_fields
from solutions.serving_models.classifier import tune_classifier
from solutions.serving_models.client import predict
from solutions.serving_models.files import load_network, save_network
from solutions.serving_models.quantising import dequantise, fake_quantise, quantise
from solutions.serving_models.questions import (
    TF2_19_2_CHOICE,
    TF2_19_4_CHOICE,
    batch_requests,
    finish_times,
    message_sizes,
    tensor_entries,
)
from solutions.serving_models.registry import ModelRegistry
from solutions.serving_models.serving import make_app
from solutions.serving_models.tuning import tune
from tests.support.oracle import oracle

WITHOUT: dict[str, str] = {}

some = settings(max_examples=20, deadline=None, derandomize=True)


@oracle("tf2.19.1", "the safetensors library's own reader, tensor by tensor")
def test_entries_are_those_of_the_library(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(5, 2).half())
    path = tmp_path / "network"
    save_file(network.state_dict(), path, metadata={"made": "here"})
    found = tensor_entries(path.read_bytes())
    with safe_open(path, "pt") as file:
        assert set(found) == set(file.keys())
        for name, (dtype, shape, size) in found.items():
            tensor = file.get_tensor(name)
            assert (dtype, list(shape)) == (file.get_slice(name).get_dtype(), list(tensor.shape))
            assert size == tensor.numel() * tensor.element_size()


def _clock(arrivals: list[int], max_batch: int, max_wait: int) -> Iterator[list[int]]:
    """Tick by tick: who is waiting, since when, and whether a batch leaves now."""
    waiting: list[int] = []
    for now in range(max(arrivals, default=-1) + max_wait + 1):
        for number in (n for n, arrival in enumerate(arrivals) if arrival == now):
            waiting.append(number)
            if len(waiting) == max_batch:
                yield waiting
                waiting = []
        if waiting and now == arrivals[waiting[0]] + max_wait:
            yield waiting
            waiting = []


@oracle("tf2.19.2", "a clock that ticks: who waits, and when a batch leaves (hypothesis)")
@some
@given(st.lists(st.integers(0, 20), max_size=15).map(sorted), st.integers(1, 5), st.integers(0, 6))
def test_batches_leave_by_the_clock(arrivals: list[int], max_batch: int, max_wait: int) -> None:
    assert batch_requests(arrivals, max_batch, max_wait) == list(_clock(arrivals, max_batch, max_wait))
    assert "accuracy" not in TF2_19_2_CHOICE


@oracle("tf2.19.3", "servers that are simulated second by second, with one queue for each")
@pytest.mark.parametrize("n_servers", [1, 2, 3])
def test_requests_are_answered_as_in_a_simulation(n_servers: int) -> None:
    rng = np.random.default_rng(n_servers)
    arrivals, seconds = np.sort(rng.integers(0, 20, 12)).tolist(), rng.integers(1, 9, 12).tolist()
    queues: list[list[list[int]]] = [[] for _ in range(n_servers)]  # [request, seconds left]
    found = {}
    for now in range(200):
        for number in (n for n, arrival in enumerate(arrivals) if arrival == now):
            work = [sum(left for _, left in queue) for queue in queues]
            queues[work.index(min(work))].append([number, seconds[number]])
        for queue in queues:
            if queue:
                queue[0][1] -= 1
                if queue[0][1] == 0:
                    found[queue.pop(0)[0]] = now + 1
    assert finish_times(arrivals, seconds, n_servers) == [found[number] for number in range(12)]


@oracle(
    "tf2.19.4", "a message that the chapter on record files takes apart, and the longest header that it does not need"
)
@pytest.mark.parametrize("n", [1, 31, 32, 33, 4095, 4096, 5000])
def test_sizes_are_those_of_messages_that_can_be_read(n: int) -> None:
    body = np.random.default_rng(n).normal(size=n).astype("<f4").tobytes()
    groups = [f"{len(body):021b}"[first : first + 7] for first in (14, 7, 0)]  # the lowest first
    for n_bytes in (1, 2, 3):
        if int("".join(groups[:n_bytes][::-1]), 2) == len(body):
            break
    varint = bytes(int(group, 2) | (128 if place < n_bytes - 1 else 0) for place, group in enumerate(groups[:n_bytes]))
    message = b"\x0a" + varint + body
    assert read_fields(message) == [(1, body)]
    values = np.frombuffer(body, "<f4")
    assert message_sizes(values) == (len(str([float(value) for value in values]).replace(" ", "")), len(message))
    assert TF2_19_4_CHOICE["pictures"] == "gRPC"


@pytest.mark.filterwarnings("ignore:torch.quantize")
@oracle("tf2.19.5", "torch's quantised tensors, number by number")
@pytest.mark.parametrize(("low", "high"), [(-1.0, 3.0), (0.5, 2.0), (-9.0, -1.0), (-1e-4, 1e4)])
def test_whole_numbers_are_those_of_torch(low: float, high: float) -> None:
    x = torch.from_numpy(np.random.default_rng(1).uniform(low, high, 500).astype(np.float32))
    q, scale, zero_point = quantise(x.numpy())
    theirs = torch.quantize_per_tensor(x, scale, zero_point, torch.qint8)
    assert np.abs(q.astype(int) - theirs.int_repr().numpy()).max() <= 1  # a tie in float32
    assert (q == theirs.int_repr().numpy()).mean() > 0.99
    np.testing.assert_allclose(
        dequantise(theirs.int_repr().numpy(), scale, zero_point), theirs.dequantize().numpy(), rtol=1e-5, atol=1e-6
    )


@oracle("tf2.19.6", "torch's own fake quantisation, values and gradients")
@pytest.mark.parametrize("zero_point", [-128, -7, 0, 90])
def test_gradients_are_those_of_torch(zero_point: int) -> None:
    x = torch.from_numpy(np.random.default_rng(2).uniform(-90, 90, 300).astype(np.float32)).requires_grad_()
    slopes = torch.arange(300.0)
    gradients = []
    for values in (
        fake_quantise(x, 0.3, zero_point),
        torch.fake_quantize_per_tensor_affine(x, 0.3, zero_point, -128, 127),
    ):
        gradients.append((values.detach(), torch.autograd.grad((values * slopes).sum(), x)[0]))
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-4)


@oracle("tf2.19.9", "the network itself, asked beside the server over Starlette's own client")
def test_served_is_what_the_networks_say(tmp_path: Path) -> None:
    registry, networks = ModelRegistry(load_network), []
    for number in range(3):
        torch.manual_seed(number)
        networks.append(nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Dropout(), nn.Linear(5, 2)).eval())
        save_network(networks[-1], tmp_path / f"{number}")
        registry.publish(f"v{number}", tmp_path / f"{number}")
        (tmp_path / f"{number}").write_bytes(b"")  # the file is not needed any more
    X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    with torch.no_grad():
        wanted = [network(torch.from_numpy(X)).numpy() for network in networks]
    client: Any = TestClient(make_app(registry))  # Starlette's own, which has what httpx's has
    with client:
        assert client.get("/models").json() == {"active": None, "versions": ["v0", "v1", "v2"]}
        assert client.post("/predict", json={"instances": X.tolist()}).status_code == 503
        for number in (0, 2, 1):
            registry.activate(f"v{number}")
            version, found = predict(client, X)
            assert version == f"v{number}"
            np.testing.assert_allclose(found, wanted[number], rtol=1e-6)
        assert [registry.rollback(), registry.rollback()] == ["v2", "v0"]
        np.testing.assert_allclose(predict(client, X)[1], wanted[0], rtol=1e-6)


@oracle("tf2.19.11", "Optuna's own reading of the file, and scikit-learn's cross-validation")
def test_studies_are_what_others_read_in_them(tmp_path: Path) -> None:
    path = tmp_path / "study"
    values = []

    def objective(trial: optuna.Trial) -> float:
        values.append((trial.suggest_float("x", -1, 1) - 0.3) ** 2)
        return values[-1]

    for n_trials in (3, 7):
        tune(objective, path, n_trials)
    read = optuna.load_study(study_name="study", storage=JournalStorage(JournalFileBackend(str(path))))
    assert [trial.value for trial in read.trials] == pytest.approx(values)
    assert read.best_value == pytest.approx(min(values))

    X, y = make_moons(200, noise=0.3, random_state=0)
    found = tune_classifier(
        lambda params: KNeighborsClassifier(**params),
        lambda trial: {"n_neighbors": trial.suggest_int("n_neighbors", 1, 60)},
        X, y, tmp_path / "other", 12,
    )  # fmt: skip
    errors = [1 - cross_val_score(KNeighborsClassifier(n), X, y, cv=3).mean() for n in (1, 60)]
    assert found["error"] < max(errors)
    assert found["model"].n_neighbors == found["params"]["n_neighbors"]
    assert found["test_accuracy"] > 0.8
