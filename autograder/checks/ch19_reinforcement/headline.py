"""Full-size figures of chapter 19.

What takes hours, or a GPU, is not run: its row says so, and how it can be.
"""

import math

import numpy as np

from autograder.checks.ch19_reinforcement.inputs import mean_total
from autograder.checks.ch19_reinforcement.inputs_real import real_lander
from autograder.testing import headline
from solutions.ch19_reinforcement.gradients import LUNAR_LANDER, choose, unpack
from solutions.ch19_reinforcement.questions import discounted_return


@headline("p.19.3", "return of 10, 0, -50, by 0.8", book="-22", data="", holds=lambda value: abs(value + 22) < 1e-9)
def worked_example() -> tuple[float, str]:
    """The example of the text."""
    return discounted_return([10, 0, -50], 0.8), "three rewards"


@headline("p.19.9", "LunarLander-v3, mean reward", book="", data="", holds=lambda value: value >= 200)
def lander() -> tuple[float, str]:
    """Of the saved agent, on starts that it has not seen. It was not trained by rewards."""
    policy = unpack(LUNAR_LANDER)
    found = mean_total(real_lander(), lambda seen: choose(policy, seen), np.random.default_rng(0), 100)
    return found, "100 episodes of the saved agent, which imitates gymnasium's own rule and was not trained by rewards"


def _not_run(how: str) -> tuple[float, str]:
    return math.nan, f"not run: {how}"


@headline("p.19.10", "BipedalWalker-v3, mean reward", book="", data="", holds=lambda value: value >= 300)
def walker() -> tuple[float, str]:
    """Solved is 300, by the library's own word."""
    return _not_run('an hour or more; train_walker(gym.make("BipedalWalker-v3"), n_steps=5_000_000), then 100 episodes')


@headline("tf2.18.9", "Space Invaders, mean score", book="", data="", holds=lambda value: value > 1652)
def invaders() -> tuple[float, str]:
    """Above a person's published 1,652 (Mnih et al., 2015)."""
    return _not_run(
        "a day on a GPU; train_q(env, QNet(6), n_steps=10_000_000), with FrameStack around ALE/SpaceInvaders-v5; "
        "a person's published score is 1,652 (Mnih et al., 2015)"
    )


@headline("tf1.16.9", "Pong, mean score", book="", data="", holds=lambda value: value > 9.3)
def pong() -> tuple[float, str]:
    """Above a person's published 9.3 (Mnih et al., 2015)."""
    return _not_run(
        "a night; train_bat(env, n_updates=5_000), with crop around the observations of ALE/Pong-v5; "
        "a person's published score is 9.3 (Mnih et al., 2015)"
    )
