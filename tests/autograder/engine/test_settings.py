"""How a machine grades: the environment goes before ``grading.toml``, and that before what we take."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from autograder.engine.isolation.tiers import Tier
from autograder.engine.settings import Settings, load_settings
from course.errors import SetupError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings of a checkout are."""
    for folder in ("source", "autograder", "hub_config"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COURSE_{name.upper()}", raising=False)
    return tmp_path / "hub_config" / "grading.toml"


def test_without_a_file_there_are_defaults(file: Path) -> None:
    assert load_settings() == Settings()


def test_the_environment_goes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('minimum_tier = "T2"\nthreads = 3\n')
    monkeypatch.setenv("COURSE_THREADS", "5")
    monkeypatch.setenv("COURSE_FIRST_UID", "")  # as good as not there
    monkeypatch.setenv("COURSE_TIER", "T1")
    found = load_settings()
    assert found == Settings(minimum_tier=Tier.T2, tier=Tier.T1, threads=5)
    assert type(pickle.loads(pickle.dumps(found))) is Settings  # noqa: S301  # as it goes to a worker


def test_settings_for_a_purpose_ask_neither(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("threads = 3\n")
    monkeypatch.setenv("COURSE_THREADS", "5")
    assert Settings().threads == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("threads = 0", r"threads in .*grading\.toml \(or COURSE_THREADS\): .*greater than or equal to 1\. Mend it"),
        ("thread = 1", r"thread in .*grading\.toml.*: there is no such key"),
        ("threads = ", r"grading\.toml is not valid TOML: .* Mend it and run again\."),
    ],
)
def test_a_mistake_in_the_file_is_named(file: Path, text: str, why: str) -> None:
    file.write_text(text)
    with pytest.raises(SetupError, match=why):
        load_settings()
