"""A class judged on a dask cluster: a real scheduler and two worker processes give the grades of this machine alone."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

pytest.importorskip("distributed", reason="needs the `cluster` extra")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("dask"))
    made.hand_in_mixed_class(right=4)
    return made


@contextlib.contextmanager
def process(folder: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m command`` from a folder that is not the checkout, until the block ends."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COURSE_")}
    with open(folder / "log", "ab") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(timeout=60)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cluster")
    found = folder / "scheduler.json"
    scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    worker = ("distributed.cli.dask_worker", "--scheduler-file", str(found), "--nthreads", "1", "--no-dashboard")
    with contextlib.ExitStack() as stack:
        stack.enter_context(process(folder, *scheduler, "--scheduler-file", str(found)))
        for name in ("one", "two"):
            stack.enter_context(process(folder, *worker, "--name", name, "--local-directory", str(folder / name)))
        yield wait_for_workers(found, 2)


def wait_for_workers(found: Path, count: int) -> str:
    from distributed import Client
    from distributed.utils import json_load_robust

    address = str(json_load_robust(found, timeout=120)["address"])  # it may be there and not yet be written
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=120)
    return address


def test_grades_are_those_of_one_machine(checkout: Checkout, address: str) -> None:
    local = checkout.grade("--workers", "2")
    on_dask = checkout.grade("--dask", address, "--fresh")
    assert on_dask == local
    assert on_dask["half"]["score"] == 6.0
    assert checkout.grade("--dask", address) == local


def test_a_scheduler_that_does_not_answer_is_one_readable_message(checkout: Checkout) -> None:
    done = checkout.run(
        "course", "grade", NAME, "--dask", "tcp://127.0.0.1:9", ok=1, DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s"
    )
    assert "No dask scheduler answers at tcp://127.0.0.1:9" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
