"""The benchmarks work and measure what they say. What they find is not asserted: a figure belongs to its machine."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from benchmarks import BENCHMARKS, Spread, machine, run
from benchmarks.measured_chapter import CHECKS, EXERCISES
from benchmarks.meter import Measurement, measure
from benchmarks.process_memory import MemoryUse
from benchmarks.results import _timeless
from benchmarks.row import row
from benchmarks.speed import line
from benchmarks.submissions import MIX, RIGHT, UNTOUCHED, answers, students
from course.errors import EngineError, SetupError

BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"


def python(code: str, folder: Path, hertz: float = 0) -> Measurement:
    return measure([sys.executable, "-c", code], folder, os.environ, hertz=hertz, timeout=60)


def test_both_sides_give_the_same_grades() -> None:
    """Both are prepared, run and compared, on a few submissions."""
    (made,) = run(frozenset({"class_of_30"}), quick=True)
    assert made.benchmark == "class_of_3"
    assert made.detail == "the same 3 grades in every run"
    assert made.ours
    assert made.nbgrader
    assert made.ratio == pytest.approx(made.nbgrader / made.ours, rel=1e-3)
    assert made.holds == (made.ratio >= 10)


@pytest.mark.full
def test_every_benchmark_runs() -> None:
    made = list(run(quick=True))
    for name in BENCHMARKS.keys() - {"class_of_30"}:  # which is called by its size
        assert any(row.benchmark.startswith(name.split("_")[0]) for row in made), name
    by_name = {row.benchmark: row for row in made}
    assert by_name["identical gradings"].holds, by_name["identical gradings"].detail
    regrade = by_name["regrade of 3 after one changed check"]
    assert "the grades changed" not in regrade.detail
    assert regrade.holds == ((regrade.ours or 1) <= 0.1)


def test_an_unknown_benchmark_is_named() -> None:
    with pytest.raises(SetupError, match="no benchmark speed"):
        run(frozenset({"speed"}))


def test_the_machine_is_described() -> None:
    assert f"{os.cpu_count()} cores" in machine()
    assert "nbgrader 0.9" in machine()


def test_a_row_compares_every_repeat_with_every_other() -> None:
    made = row("b", "s", [1.0, 2.0], [10.0, 20.0, 30.0], "fast", holds=True)
    assert (made.ours, made.nbgrader) == (1.5, 20.0)
    assert made.ratio_spread == Spread(median=12.5, least=5.0, most=30.0, repeats=6)


def test_a_row_may_have_one_side_only() -> None:
    made = row("b", "s", [1.0], [], "fast", holds=True)
    assert (made.nbgrader, made.ratio, made.ratio_spread) == (None, None, None)


def test_a_line_is_fitted() -> None:
    slope, start, linear = line([10, 30, 100], [7.0, 17.0, 52.0])
    assert (slope, start, linear) == pytest.approx((0.5, 2.0, 1.0))


def test_a_bent_line_is_seen() -> None:
    assert line([1, 2, 3, 4], [0.0, 0.0, 0.0, 9.0])[2] < 0.7


def test_the_mix_is_the_same_for_every_size() -> None:
    assert list(students(30).items())[:10] == list(students(10).items())
    assert list(students(30).values()).count("stops") == 3


def test_each_kind_of_hand_in_is_another() -> None:
    reference = {exercise.cell: f"def {exercise.function}(): ...\n" for exercise in EXERCISES}
    given = {kind: tuple(answers("s", kind, reference).items()) for kind in MIX}
    assert len(set(given.values())) == len(set(MIX))
    assert given[UNTOUCHED] == ()
    assert len(given[RIGHT]) == len(EXERCISES)


def test_every_check_belongs_to_one_exercise() -> None:
    assert sorted(name for exercise in EXERCISES for name in exercise.checks) == sorted(CHECKS)


def test_how_long_it_took_is_not_part_of_a_result() -> None:
    assert _timeless({"seconds": 1, "checks": [{"seconds": 2, "score": 3}]}) == {"checks": [{"score": 3}]}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
class TestMeter:
    def test_counts_the_time_of_processes_nobody_waits_for(self, tmp_path: Path) -> None:
        """A grandchild in a session of its own, whose parent is gone, burns more than the command itself."""
        code = f"import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n{BURN}"
        assert python(code.format(seconds=0.4), tmp_path).cpu >= 0.8

    def test_counts_the_time_of_children_that_are_waited_for(self, tmp_path: Path) -> None:
        code = f"import os\nif os.fork():\n    os.wait()\n{BURN}"
        assert python(code.format(seconds=0.4), tmp_path).cpu >= 0.8

    def test_ends_what_outlives_the_command(self, tmp_path: Path) -> None:
        code = "import subprocess\nprint(subprocess.Popen(['sleep', '300'], start_new_session=True).pid)"
        found = python(code, tmp_path)
        assert found.left == ("sleep 300",)
        assert not psutil.pid_exists(int(found.output))

    def test_a_command_that_fails_is_an_error_with_its_words(self, tmp_path: Path) -> None:
        with pytest.raises(EngineError, match=r"exited with 3(.|\n)*no luck"):
            python("import sys\nsys.stderr.write('no luck')\nsys.exit(3)", tmp_path)

    def test_tells_a_submissions_processes_from_standing_ones(self, tmp_path: Path) -> None:
        """Six in turn hold 64 MB each, their child 32 MB more; the command itself holds 16 MB throughout."""
        held = memory_of(
            """
            import subprocess, sys
            mine = b"x" * (16 << 20)
            child = "import time; held = b'x' * (32 << 20); time.sleep(0.8)"
            code = "import subprocess, sys; held = b'x' * (64 << 20); subprocess.run([sys.executable, '-c', CHILD])"
            code = code.replace("CHILD", repr(child))
            for _ in range(6):
                subprocess.run([sys.executable, "-c", code])
            """,
            tmp_path,
        )
        assert len(held.flights) == 6
        assert all(96 <= flight < 160 for flight in held.flights)
        assert 16 <= held.standing < 48
        assert held.total >= 112
        assert held.hidden == 0


def memory_of(code: str, folder: Path) -> MemoryUse:
    found = python(textwrap.dedent(code), folder, hertz=20).memory
    assert found is not None
    return found
