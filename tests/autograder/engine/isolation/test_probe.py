"""What a machine offers, and what it lacks in words."""

from __future__ import annotations

import sys

import pytest

from autograder.engine.isolation import seccomp
from autograder.engine.isolation.probe import LANDLOCK, Report
from autograder.engine.isolation.tiers import Tier

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")


def test_the_filter_is_made_for_both_kinds_of_network() -> None:
    if not seccomp.available():
        pytest.skip("libseccomp is missing")
    shut, open_ = seccomp.program(network=False), seccomp.program(network=True)
    assert shut and open_ and shut != open_  # what each lets through is tried from inside (test_isolation)


def test_what_is_missing_is_said_in_words_an_operator_can_act_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.engine.isolation import probe

    monkeypatch.setattr(probe.linux, "landlock_version", lambda: 3)
    monkeypatch.setattr(probe.seccomp, "available", lambda: False)
    monkeypatch.setattr(probe, "attempt", lambda tier: (f"{tier} is refused", False))
    report = probe.probe()
    assert isinstance(report, Report)
    assert report.tier is Tier.T4
    assert report.refused == {tier: f"{tier} is refused" for tier in (Tier.T1, Tier.T2, Tier.T3)}
    text = "\n".join(report.missing)
    for words in (
        "libseccomp2",
        f"{LANDLOCK} is needed (Linux 6.12",
        "as root",
        "user.max_user_namespaces",
        "Delegate",
    ):
        assert words in text
