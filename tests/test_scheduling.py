"""How the tests are shared out among processes."""

from __future__ import annotations

from tests.conftest import mixed


def test_modules_are_spread_among_exercises_and_those_of_few_tests_come_first() -> None:
    by_size = ["p.02.1", "tests/many.py", "p.02.2", "tests/some.py", "p.02.3", "p.02.4", "tests/one.py"]
    order = mixed(by_size)
    assert sorted(order) == sorted(by_size)
    assert [one for one in order if one.endswith(".py")] == ["tests/one.py", "tests/some.py", "tests/many.py"]
    assert [one for one in order if not one.endswith(".py")] == ["p.02.1", "p.02.2", "p.02.3", "p.02.4"]
    assert not order[0].endswith(".py") and not order[-1].endswith(".py")
