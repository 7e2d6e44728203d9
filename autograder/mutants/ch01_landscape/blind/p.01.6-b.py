# %% right
# Intent: A pandas pivot of mean rewards, ground by move, and idxmax along each row.
import pandas as pd

P_01_6_CHOICE = "reinforcement learning"


def best_moves(experience):
    table = pd.DataFrame(list(experience), columns=["ground", "move", "reward"])
    return table.groupby(["ground", "move"])["reward"].mean().unstack().idxmax(axis=1).to_dict()


# %% wrong: best_moves
# Misconception: Thinks that the best move is the one that once got the highest reward; luck is not averaged out.
def best_moves(experience):
    table = pd.DataFrame(list(experience), columns=["ground", "move", "reward"])
    return table.groupby(["ground", "move"])["reward"].max().unstack().idxmax(axis=1).to_dict()
