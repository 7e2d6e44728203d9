# %% right
# Intent: a share is an expectation of an indicator; a closure gives the shares of a list, and the answer is a
# difference of two such functions on the groups of the population.
from collections import Counter

P_01_14_CHOICE: list[str] = ["a", "b", "h", "j"]


def _shares(people):
    counts, size = Counter(people), len(people)
    return lambda group: counts[group] / size


def shares_off(sample: Sequence[str], population: Sequence[str]) -> dict[str, float]:
    found, true = _shares(sample), _shares(population)
    return {group: found(group) - true(group) for group in sorted(set(population))}


# %% wrong: P_01_14_CHOICE
# Misconception: Thinks that rows which the model was not allowed to learn from are wasted data, so that g is a case of
# too few data.
P_01_14_CHOICE: list[str] = ["a", "b", "g", "j"]


# %% wrong: shares_off
# Misconception: Thinks of "too much" in per cent of the true share (relative), not in percentage points.
def shares_off(sample: Sequence[str], population: Sequence[str]) -> dict[str, float]:
    found, true = _shares(sample), _shares(population)
    return {group: found(group) / true(group) - 1 for group in sorted(set(population))}
