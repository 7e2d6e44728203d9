# %% right
# Intent: count the groups on both sides and subtract the shares, for the groups of the population.
P_01_14_CHOICE = ["a", "d", "h", "j"]


def count_groups(people: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in people:
        counts[group] = counts.get(group, 0) + 1
    return counts


def shares_off(sample: Sequence[str], population: Sequence[str]) -> dict[str, float]:
    in_sample, in_population = count_groups(sample), count_groups(population)
    off: dict[str, float] = {}
    for group, count in in_population.items():
        sample_share = in_sample.get(group, 0) / len(sample) if len(sample) else 0.0
        off[group] = sample_share - count / len(population)
    return off


# %% wrong: P_01_14_CHOICE
# Misconception: Thinks that a good model makes no mistakes on its training set, and that rows which it may not learn
# from are wasted.
P_01_14_CHOICE = ["a", "b", "c", "g"]


# %% wrong: shares_off
# Misconception: Thinks that shares are told in whole percentage points, and that less than one of them is noise which
# is better rounded away.
def shares_off(sample: Sequence[str], population: Sequence[str]) -> dict[str, float]:
    in_sample, in_population = count_groups(sample), count_groups(population)
    off: dict[str, float] = {}
    for group, count in in_population.items():
        off[group] = round(in_sample.get(group, 0) / len(sample) - count / len(population), 2)
    return off
