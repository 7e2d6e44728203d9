# %% right
# Intent: rewards are collected per (ground, move) in nested dicts; the policy is the argmax of the averages.
from collections import defaultdict
from statistics import fmean

P_01_6_CHOICE: str = "reinforcement learning"


def best_moves(experience: Sequence[tuple[str, str, float]]) -> dict[str, str]:
    diary = defaultdict(lambda: defaultdict(list))
    for ground, move, reward in experience:
        diary[ground][move].append(float(reward))
    return {ground: max(tried, key=lambda move: fmean(tried[move])) for ground, tried in diary.items()}


# %% wrong: best_moves
# Misconception: Thinks that the best move is the one that once brought the highest reward; a single stroke of luck
# decides, not the average.
def best_moves(experience: Sequence[tuple[str, str, float]]) -> dict[str, str]:
    ranked = sorted(experience, key=lambda step: step[2])
    return {ground: move for ground, move, _ in ranked}


# %% wrong: P_01_6_CHOICE
# Misconception: Thinks that the rewards noted for each step are labels, so that it is supervised learning.
P_01_6_CHOICE: str = "supervised learning"
