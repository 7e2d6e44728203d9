# %% right
# Intent: a table of two strategies, picked by `between` alone: the mode of the targets, or their mean.
from collections import Counter
from math import fsum

P_01_4_CHOICE: list[str] = ["classification", "regression"]

_BASELINES = {
    False: ("classification", lambda targets: Counter(targets).most_common(1)[0][0]),
    True: ("regression", lambda targets: fsum(map(float, targets)) / len(targets)),
}


def baseline(targets: Sequence[Any], between: bool) -> tuple[str, Any]:
    task, guess = _BASELINES[bool(between)]
    return task, guess(list(targets))


# %% wrong: baseline
# Misconception: Thinks that the type of the targets tells the task: numbers are regression, texts and truth values
# classification; so digits get a mean.
def baseline(targets: Sequence[Any], between: bool) -> tuple[str, Any]:
    if any(isinstance(target, (str, bool, np.bool_)) for target in targets):
        return "classification", Counter(targets).most_common(1)[0][0]
    return "regression", sum(targets) / len(targets)
