"""What the cells to look at of serving models are there to show."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def test_a_program_has_a_graph_and_weights(capsys: pytest.CaptureFixture[str]) -> None:
    shown("serving_models", "torch.export.export(")
    said = capsys.readouterr().out
    assert "0.weight F32 (2, 3) 24" in said
    assert "in the archive:" in said and "weights" in said
    assert "aten.linear" in said and "aten.relu" in said


def test_patience_fills_batches() -> None:
    sizes = shown("serving_models", "waits = [0,")["sizes"]
    assert sizes[0] == 1
    assert sizes == sorted(sizes)
    assert 10 < sizes[-1] <= 16


def test_few_servers_are_overrun_and_many_stand_idle() -> None:
    waiting = shown("serving_models", "rng.exponential(0.5")["waiting"]
    assert waiting[1] > 10 * waiting[4]
    assert waiting[5] - waiting[6] < 0.05 < waiting[2] - waiting[3]


def test_one_huge_weight_spoils_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    shown("serving_models", "one of them is 5")
    first, second = capsys.readouterr().out.splitlines()
    used = [int(line.rsplit(", ", 1)[1].split()[0]) for line in (first, second)]
    assert used[0] > 150 > 30 > used[1]


def test_the_weight_ends_between_two_values() -> None:
    names = shown("serving_models", "(value - 2.7)")
    assert set(names["rounded"][-10:]) <= {2.0, 3.0}
    assert names["rounded"][0] == -2.0
    assert abs(names["exact"][-1] - 2.5) < 0.2


def test_no_answer_is_lost_in_the_update() -> None:
    names = shown("serving_models", "users = [threading")
    answers = sorted(names["answers"])
    versions = [version for _, version, _ in answers]
    assert versions[0] == versions[-1] == "v1" and "v2" in versions
    for version in ("v1", "v2"):
        assert len({value for _, name, value in answers if name == version}) == 1
    assert not any(user.is_alive() for user in names["users"])


def test_late_trials_are_near_the_goal() -> None:
    tried = shown("serving_models", "def valley(")["tried"]
    away = np.hypot(tried[:, 0] - 0.3, (np.log10(tried[:, 1]) + 2) / 6)
    assert np.median(away[30:]) < 0.5 * np.median(away[:10])


def test_the_search_goes_on_and_gets_better(capsys: pytest.CaptureFixture[str]) -> None:
    found = shown("serving_models", "make_moons(300")["found"]
    lines = capsys.readouterr().out.splitlines()
    errors = [float(line.split("error ")[1].split()[0]) for line in lines]
    assert errors == sorted(errors, reverse=True)
    assert found["test_accuracy"] > 0.9
