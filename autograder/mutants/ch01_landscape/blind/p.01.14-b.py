# %% right
# Intent: Normalised value counts in pandas, reindexed to the groups of the population.
import pandas as pd

P_01_14_CHOICE = ["b", "d", "h", "j"]


def shares_off(sample, population):
    wanted = pd.Series(list(population)).value_counts(normalize=True)
    found = pd.Series(list(sample), dtype=object).value_counts(normalize=True).reindex(wanted.index, fill_value=0.0)
    return (found - wanted).to_dict()


# %% wrong: P_01_14_CHOICE
# Misconception: Thinks that keeping rows away from a model is a waste of data and so a real problem (g).
P_01_14_CHOICE = ["a", "b", "d", "g"]


# %% wrong: shares_off
# Misconception: Thinks that a share is off by its relative error, in proportion to the group's share of the
# population.
def shares_off(sample, population):
    wanted = pd.Series(list(population)).value_counts(normalize=True)
    found = pd.Series(list(sample), dtype=object).value_counts(normalize=True).reindex(wanted.index, fill_value=0.0)
    return (found / wanted - 1).to_dict()
