"""`course mark` itself: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.support.checkout import ROOT
from tests.support.marking_class import make_class
from tests.support.minichapter import NAME

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
COMMAND = "import typer\nfrom autograder.marking.commands import mark\ntyper.run(mark)"


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    gone = ("COURSE_DB_URL", "COURSE_BUILD", "COURSE_KEY")
    inherited = {name: value for name, value in os.environ.items() if name not in gone}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "COURSE_ROOT": str(folder), "COLUMNS": "200"}
    command = [sys.executable, "-W", "ignore", "-c", COMMAND, *arguments]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_it_serves_this_machine_until_it_is_ended(tmp_path: Path) -> None:
    make_class(tmp_path, {"ada": "It helps."})
    with started(tmp_path, "ch99", "--port", "0", "--as", "grace") as running:
        assert running.stdout is not None
        url = running.stdout.readline().split()[0]
        assert url.startswith("http://127.0.0.1:") and f"/{NAME}?token=" in url
        assert "Why scale?" in requests.Session().get(url, timeout=60).text
        port = url.split(":")[2].split("/")[0]
        with started(tmp_path, "--port", port) as other:
            assert f"Port {port} is taken" in " ".join(other.communicate(timeout=120)[1].split())
        assert other.returncode
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    assert running.returncode == 0


def test_where_nothing_waits_it_says_so(tmp_path: Path) -> None:
    make_class(tmp_path, {})
    with started(tmp_path, "ch99", "--port", "0") as refused:
        assert "Nothing of ch99_mini has been graded" in " ".join(refused.communicate(timeout=120)[1].split())
    assert refused.returncode
    with started(tmp_path, "--port", "0") as running:
        assert running.stdout is not None
        assert "has been graded yet. This is the page of the course" in running.stdout.readline()
        url = running.stdout.readline().split()[0]
        assert "/course?token=" in url and "Regrade requests" in requests.Session().get(url, timeout=60).text
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    assert running.returncode == 0
