"""Which hand-in counts, and what a late one is worth: rules that hold for any deadline, policy and hand-ins."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets.config import Config

from course.errors import SetupError
from course.exchange.policy import VARIABLE, Candidate, GradePolicy, choose, eligible, seconds_late
from course.nbgrader_plugins.config import configure
from course.nbgrader_plugins.late_penalty import LatePenalty
from course.project import Project

HOUR, DAY = 3600.0, 86400.0
SCORES = st.floats(0, 100)
SECONDS = st.floats(-30 * DAY, 30 * DAY)


@st.composite
def policies(draw: st.DrawFn, counts: str = "") -> GradePolicy:
    late = draw(st.sampled_from(["accept", "penalty", "zero", "refuse"]))
    return GradePolicy.model_validate(
        {
            "counts": counts or draw(st.sampled_from(["last", "best"])),
            "late": late,
            "penalty_percent": draw(st.floats(0.1, 100)) if late == "penalty" else None,
            "penalty_each": draw(st.sampled_from(["hour", "day"])),
            "grace_minutes": 0 if late == "accept" else draw(st.sampled_from([0, 10, 90])),
        }
    )


@st.composite
def hand_ins(draw: st.DrawFn) -> list[Candidate]:
    """One student's, by time, with or without a deadline."""
    times = sorted(draw(st.lists(SECONDS, min_size=1, max_size=6, unique=True)))
    dated = draw(st.booleans())
    return [Candidate(str(n), late if dated else None, draw(SCORES)) for n, late in enumerate(times)]


def worth(policy: GradePolicy, one: Candidate | None) -> float:
    if one is None:
        return 0.0
    assert one.score is not None
    return one.score - (policy.penalty(one.score, one.late) if one.late is not None else 0.0)


@given(policies(), SCORES, SECONDS, st.floats(0, 5 * DAY))
def test_a_penalty_is_between_nothing_and_the_score_and_grows(
    policy: GradePolicy, score: float, seconds: float, more: float
) -> None:
    penalty = policy.penalty(score, seconds)
    assert 0 <= penalty <= score
    assert penalty <= policy.penalty(score, seconds + more)
    if seconds <= policy.grace_minutes * 60 or policy.late == "accept":
        assert penalty == 0
        assert policy.sentence(seconds) == ""


@pytest.mark.parametrize(
    ("each", "seconds", "lost"),
    [("day", 1, 10), ("day", DAY, 10), ("day", DAY + 1, 20), ("hour", 3 * HOUR + 1, 40), ("hour", 11 * HOUR, 100)],
)
def test_each_hour_or_day_that_has_begun_costs(each: str, seconds: float, lost: float) -> None:
    policy = GradePolicy.model_validate({"late": "penalty", "penalty_percent": 10, "penalty_each": each})
    assert policy.penalty(50, seconds) == pytest.approx(50 * lost / 100)
    assert f"{lost} % of its points" in policy.sentence(seconds)


def test_the_penalty_counts_from_the_deadline_not_from_the_end_of_grace() -> None:
    policy = GradePolicy(late="penalty", penalty_percent=10, penalty_each="hour", grace_minutes=90)
    assert policy.penalty(10, 90 * 60) == 0
    assert policy.penalty(10, 91 * 60) == pytest.approx(2)


@given(policies("best"), hand_ins())
def test_the_best_is_worth_most_and_of_equals_it_is_the_later(policy: GradePolicy, mine: list[Candidate]) -> None:
    chosen = choose(policy, mine)
    left = eligible(policy, mine)
    assert (chosen is None) == (not left)
    if chosen is not None:
        assert worth(policy, chosen) == max(worth(policy, one) for one in left)
        assert not any(worth(policy, one) == worth(policy, chosen) for one in left[left.index(chosen) + 1 :])


@given(policies(), hand_ins(), SCORES, st.floats(1, DAY))
def test_handing_in_late_never_makes_a_grade_worse(
    policy: GradePolicy, mine: list[Candidate], score: float, later: float
) -> None:
    last = mine[-1].late
    if policy.late == "accept" or last is None:
        return  # nothing is late
    in_time = [one for one in mine if one.late is not None and not policy.is_late(one.late)]
    before = choose(policy, in_time)
    late = Candidate("late", max(last, policy.grace_minutes * 60) + later, score)
    assert worth(policy, choose(policy, [*in_time, late])) >= worth(policy, before)
    if policy.counts == "last" and before is not None:
        assert choose(policy, [*in_time, late]) == before


@given(policies("last"), hand_ins())
def test_the_last_is_the_last_of_those_in_time(policy: GradePolicy, mine: list[Candidate]) -> None:
    chosen = choose(policy, mine)
    in_time = [one for one in mine if one.late is None or policy.late == "accept" or not policy.is_late(one.late)]
    if in_time:
        assert chosen == in_time[-1]
    else:
        assert chosen == (None if policy.late == "refuse" else mine[-1])


@given(hand_ins())
def test_before_the_due_date_as_nbgrader_has_it(mine: list[Candidate]) -> None:
    chosen = choose(GradePolicy(), mine, in_time_first=True)
    in_time = [one for one in mine if one.late is None or one.late <= 0]
    assert chosen == (in_time or mine)[-1]


def test_scores_are_needed_only_to_choose_between_several() -> None:
    policy = GradePolicy(counts="best", late="zero")
    late, early = Candidate("b", 5.0), Candidate("a", -5.0)
    assert choose(policy, [early, late]) == early
    with pytest.raises(ValueError, match="score of a is not known"):
        choose(policy, [early, replace(early, id="c")])


def test_lateness_is_counted_in_utc_and_after_an_extension() -> None:
    due = datetime(2030, 1, 1, 12)
    handed_in = datetime(2030, 1, 1, 14, tzinfo=UTC)
    assert seconds_late(handed_in, due) == 2 * HOUR
    assert seconds_late(handed_in, due, timedelta(hours=3)) == -HOUR
    assert seconds_late(handed_in, None) is None


@pytest.mark.parametrize(
    ("seconds", "said"), [(61, "2 minutes after"), (60 * 60 + 1, "2 hours after"), (25 * HOUR, "2 days after")]
)
def test_how_late_it_is_is_said_in_words(seconds: float, said: str) -> None:
    assert said in GradePolicy(late="refuse").sentence(seconds)


@pytest.mark.parametrize(
    "wrong",
    [
        {"late": "penalty"},
        {"penalty_percent": 10},
        {"late": "penalty", "penalty_percent": math.nan},
        {"late": "penalty", "penalty_percent": 101},
        {"grace_minutes": 5},
        {"counts": "first"},
        {"deadline": "2030-01-01"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        GradePolicy.model_validate(wrong)


def test_every_command_of_a_grader_on_the_hub_goes_by_the_hubs_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COURSE_ID", "COURSE_EXCHANGE_URL", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    assert not configure(Config(), Project(tmp_path)).AssignLatePenalties
    monkeypatch.setenv("COURSE_ID", "ml")
    monkeypatch.setenv("COURSE_EXCHANGE_URL", "http://127.0.0.1:9/services/exchange")
    assert not configure(Config(), Project(tmp_path)).AssignLatePenalties  # nothing said: the checkout's own stays
    monkeypatch.setenv(VARIABLE, GradePolicy(late="zero").model_dump_json())
    c = configure(Config(), Project(tmp_path))
    assert (c.CourseDirectory.course_id, c.AssignLatePenalties.plugin_class) == ("ml", LatePenalty)
    own = Config({"CourseDirectory": {"course_id": "art"}})
    assert configure(own, Project(tmp_path)).CourseDirectory.course_id == "art"


def test_the_gradebooks_plug_in_has_the_hubs_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, GradePolicy(late="penalty", penalty_percent=25).model_dump_json())
    assert LatePenalty().late_submission_penalty("ada", 8.0, DAY) == 2.0
    monkeypatch.delenv(VARIABLE)
    assert LatePenalty().late_submission_penalty("ada", 8.0, DAY) is None
    monkeypatch.setenv(VARIABLE, "{")
    with pytest.raises(SetupError, match="Leave it to the hub"):
        LatePenalty().late_submission_penalty("ada", 8.0, DAY)
