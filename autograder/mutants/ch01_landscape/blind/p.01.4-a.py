# %% right
# Intent: `between` alone decides about the task; count by hand for classes, add up by hand for amounts.
P_01_4_CHOICE = ["classification", "regression"]


def most_frequent(targets: Sequence[Any]) -> Any:
    counts: dict[Any, int] = {}
    for target in targets:
        counts[target] = counts.get(target, 0) + 1
    winner, highest = None, 0
    for target, count in counts.items():
        if count > highest:
            winner, highest = target, count
    return winner


def baseline(targets: Sequence[Any], between: bool) -> tuple[str, Any]:
    if not between:
        return "classification", most_frequent(targets)
    total = 0.0
    for target in targets:
        total += float(target)
    return "regression", total / len(targets) if len(targets) else 0.0


# %% wrong: baseline
# Misconception: Thinks that one sees from the type what is asked: numbers mean regression, everything else
# classification. So the digits get a mean.
def baseline(targets: Sequence[Any], between: bool) -> tuple[str, Any]:
    numeric = True
    for target in targets:
        if isinstance(target, (bool, np.bool_)) or not isinstance(target, (int, float, np.number)):
            numeric = False
    if numeric:
        return "regression", sum(float(target) for target in targets) / len(targets)
    return "classification", most_frequent(targets)
