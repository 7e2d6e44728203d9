"""The states of a zygote as its owner knows it, and of the one that a process has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.engine.warm import launcher
from autograder.engine.warm.launcher import ADDRESS, Launcher, State, Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")


def test_a_zygote_that_nobody_starts_listens_until_it_is_closed_and_is_not_started_then() -> None:
    made = Zygote.listen()
    assert made.state() is State.LISTENING
    made.close()
    made.start()
    made.close()
    assert (made.state(), made.owned) == (State.CLOSED, None)
    assert not Path(made.path).parent.exists()


def test_a_zygote_is_started_once_and_what_ends_before_it_is_ready_is_gone() -> None:
    made = Zygote.listen()
    try:
        made.start()
        first = made.owned
        made.start()
        assert first is not None
        assert made.owned is first
        first.kill()
        assert made.state() is State.GONE
        assert made.state() is State.GONE
    finally:
        made.close()
    assert made.state() is State.CLOSED


def test_another_processs_zygote_is_found_and_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Zygote.listen()
    try:
        monkeypatch.setenv(ADDRESS, theirs.address)
        here = Launcher()
        found = here.zygote()
        assert (found.path, found.password, found.state()) == (theirs.path, theirs.password, State.FOUND)
        assert here.zygote() is found
        found.close()
        assert Path(theirs.path).exists()
        assert theirs.state() is State.LISTENING
    finally:
        theirs.close()


def test_who_shares_names_its_zygote_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    here = Launcher()
    asked = here.share()
    made = here.zygote()
    try:
        assert Path(asked).parent == Path(made.path).parent
        assert here.share() == ""
        assert os.environ[ADDRESS] == made.address
        assert here.zygote() is made
    finally:
        made.close()


def test_a_forked_child_has_none_and_does_not_keep_its_parents_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    made = launcher.start()
    monkeypatch.setattr(launcher._ours, "_zygote", made)
    assert isinstance(made.owned, subprocess.Popen)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            made.close()  # as if it exited
            os.write(tell, f"{made.state()} {launcher._ours._zygote}".encode())
            signal.pause()
        finally:
            os._exit(0)
    try:
        assert os.read(told, 100) == b"closed None"
        assert Path(made.path).exists()
        assert made.state() in (State.WARM, State.COLD)
        made.close()
        assert made.owned.returncode == 0  # by itself, without being killed
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(told)
        os.close(tell)
        made.close()
