"""Feedback pages of a class: worked solutions are for who can hand in nothing any more."""

from __future__ import annotations

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = make_checkout(tmp_path_factory.mktemp("pages"))
    checkout.run("course", "release", NAME)
    checkout.hand_in("ada", checkout.answered(p_99_1_double="def double(values):\n    return values"))
    checkout.grade()
    return checkout


def page(checkout: Checkout, *options: str, ok: int = 0) -> str:
    done = checkout.run("course", "feedback", NAME, *options, ok=ok)
    path = checkout.project.build / "feedback" / "ada" / NAME / f"{NAME}.html"
    return path.read_text(encoding="utf-8") if ok == 0 else " ".join(done.stderr.split())


def test_solutions_are_shown_where_asked_for(graded: Checkout) -> None:
    assert "A worked solution" not in page(graded)
    shown = page(graded, "--solutions")
    assert "A worked solution of p.99.1, and other right ways" in shown and "Another way: double" in shown


def test_not_before_the_last_deadline(graded: Checkout) -> None:
    graded.run("course", "due", NAME, "2100-01-01 12:00")
    refused = page(graded, "--solutions", ok=1)
    assert "may be handed in until Fri 1 Jan 2100, 12:00 UTC: worked solutions are for after that." in refused
    assert "A worked solution" not in page(graded)
    graded.run("course", "due", NAME, "2020-01-01 12:00")
    assert "A worked solution" in page(graded, "--solutions")


def test_a_student_who_has_more_time_keeps_the_solutions_back(graded: Checkout) -> None:
    graded.run("course", "due", NAME, "2020-01-01 12:00")
    said = graded.run("course", "extend", "ada", "ch99", "40000").stdout
    assert f"ada may hand in {NAME} until Fri 8 Jul 2129, 12:00 UTC." in " ".join(said.split())
    assert "may be handed in until Fri 8 Jul 2129" in page(graded, "--solutions", ok=1)
    graded.run("course", "extend", "ada", "ch99", "0")
    assert "A worked solution" in page(graded, "--solutions")
    graded.run("course", "due", NAME, "--never")
    said = graded.run("course", "extend", "ada", "ch99", "2").stdout
    assert "has 2 more days" in said and "no deadline yet" in " ".join(said.split())
    refused = graded.run("course", "extend", "nobody", "ch99", "2", ok=1).stderr
    assert "does not know nobody" in " ".join(refused.split())
