# %% right
# Intent: keep a sum and a count for each pair of ground and move, then take the move with the best mean per ground.
P_01_6_CHOICE = "reinforcement learning"


def best_moves(experience: Sequence[tuple[str, str, float]]) -> dict[str, str]:
    sums: dict[str, dict[str, float]] = {}
    counts: dict[str, dict[str, int]] = {}
    for ground, move, reward in experience:
        sums.setdefault(ground, {})
        counts.setdefault(ground, {})
        sums[ground][move] = sums[ground].get(move, 0.0) + float(reward)
        counts[ground][move] = counts[ground].get(move, 0) + 1
    plan: dict[str, str] = {}
    for ground in sums:
        best_mean = -float("inf")
        for move in sums[ground]:
            mean = sums[ground][move] / counts[ground][move]
            if ground not in plan or mean > best_mean:
                plan[ground], best_mean = move, mean
    return plan


# %% wrong: best_moves
# Misconception: Thinks that the move which has once brought the highest reward is the best one: if it worked that well
# once, it will again.
def best_moves(experience: Sequence[tuple[str, str, float]]) -> dict[str, str]:
    plan: dict[str, str] = {}
    highest: dict[str, float] = {}
    for ground, move, reward in experience:
        if ground not in plan or reward > highest[ground]:
            plan[ground], highest[ground] = move, reward
    return plan
