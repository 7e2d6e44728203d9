"""Chapter 19, questions on acting and what comes of it (p.19.1 to p.19.4): the answers."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import ArrayLike, NDArray

P_19_1 = """
In reinforcement learning an agent acts in an environment, sees what comes of it, and gets rewards. It is to find a
policy, a rule for what to do when, that brings as much reward as possible in the long run.

Supervised learning has the right answer for each example; here nobody says which action would have been right, only how
well things went, and perhaps much later. Unsupervised learning looks for patterns in data, without anything to be good
at. And both are handed their data, rows that are independent of each other, while an agent makes its own: what it sees
next depends on what it does. So it has to explore, which costs reward, as well as to use what it knows.
"""
P_19_1_RUBRIC = """
- 1 point: an agent acts in an environment, and is to get as much reward as possible over time
- 1 point: against supervised learning: no right answers are given, it finds out by trial and error
- 1 point: against unsupervised learning, or both: a good policy is looked for, not patterns; or data depend on what is
  done (so that they are correlated, and exploration is needed)
"""


def regret(means: ArrayLike, choices: ArrayLike) -> float:
    """Return what has been lost by not knowing from the start which arm of a bandit is
    the best one.

    Parameters
    ----------
    means : (n_arms,) the mean reward of each arm.
    choices : (n,) the numbers of the arms that were pulled, one after the other; there
        may be none.

    Returns
    -------
    The mean reward of n pulls of the best arm, less that of these pulls.

    Examples
    --------
    >>> regret([0.5, 2.0, 1.0], [1, 1, 2])
    1.0
    >>> regret([0.5, 2.0, 1.0], [0, 0])
    3.0
    """
    mean = np.asarray(means, dtype=float)
    return float((mean.max() - mean[np.asarray(choices, dtype=int)]).sum())


# "supervised", "unsupervised" or "reinforcement".
P_19_1_CHOICE = {
    "a lift decides where to wait, and people's waiting times are counted": "reinforcement",
    "letters are sorted as ten thousand were by people": "supervised",
    "customers are put into groups that nobody has named": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
    "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
    "a program plays chess against itself, and learns from who has won": "reinforcement",
}

P_19_2 = """
1. Watering a field. Environment: the field, its soil and the weather. Agent: the program that opens the valves.
Actions: how long to water each bed today. Rewards: the harvest's worth in the end, less the water's price each day.

2. A bus line. Environment: streets, stops and passengers. Agent: the dispatcher's program. Actions: let a bus wait,
leave, or skip a stop. Rewards: minus the minutes that all passengers have waited since the last decision.

3. Learning words. Environment: a person who learns a language. Agent: the program that asks. Actions: which word to ask
next. Rewards: 1 for each word that is still known a week later.
"""
P_19_2_RUBRIC = """
- 2 points: the first application is one's own idea, with environment, agent, actions and rewards that fit together
  (1 point if one of the four is missing or does not fit)
- 2 points: the second one, likewise
- 2 points: the third one, likewise
"""


def transitions(log: Sequence[Mapping[str, Any]]) -> list[tuple[Any, Any, float, Any]]:
    """Turn what an agent has written down into what can be learned from.

    Parameters
    ----------
    log : a line for each time step, in order. Each line has `"seen"`, what the agent
        saw then, `"reward"`, what it had been given since the line before, and
        `"action"`, what it then did. The first line's reward is of no use.

    Returns
    -------
    (seen, action, reward, seen next) for each action of which is known what came of it.

    Examples
    --------
    >>> log = [{"seen": "cold", "reward": 0.0, "action": "heat"},
    ...        {"seen": "warm", "reward": -3.0, "action": "wait"},
    ...        {"seen": "warm", "reward": 2.0, "action": "heat"}]
    >>> transitions(log)
    [('cold', 'heat', -3.0, 'warm'), ('warm', 'wait', 2.0, 'warm')]
    """
    return [(now["seen"], now["action"], after["reward"], after["seen"]) for now, after in pairwise(log)]


P_19_3 = """
The discount factor, from 0 to 1, says how much a reward counts that comes later: one that comes k steps later counts
its k-th power times as much. With 0.5, what comes in ten steps is as good as nothing, so the agent is short-sighted;
with 0.99 it still counts nine tenths, so it looks far ahead. A factor below 1 also keeps sums of rewards finite, and
lets actions take more of the credit for what follows at once.

The best policy can change with it: between 1 now and 3 in ten steps, an agent with 0.5 takes the 1, since 3 times
0.5 to the power of 10 is 0.003, and one with 0.99 waits, since it makes 2.7 of it.
"""
P_19_3_RUBRIC = """
- 1 point: it weights rewards by its power, the later the less
- 1 point: low: short-sighted; near 1: far-sighted
- 1 point: yes, the best policy can change, with a reason or an example
"""


def discounted_return(rewards: ArrayLike, gamma: float) -> float:
    """Return the sum of rewards, the one after k steps times `gamma` to the power of k.

    Parameters
    ----------
    rewards : (n,) one after the other, the first after 0 steps; there may be none.
    gamma : from 0 to 1.

    Examples
    --------
    >>> round(discounted_return([10, 0, -50], 0.8), 6)
    -22.0
    >>> discounted_return([1, 1], 0.0)
    1.0
    """
    values = np.asarray(rewards, dtype=float)
    return float(values @ float(gamma) ** np.arange(len(values)))


def best_plan(plans: Sequence[ArrayLike], gamma: float) -> int:
    """Return which of several plans is the best one, for an agent with this discount
    factor.

    Parameters
    ----------
    plans : the rewards that each of them would bring, one after the other; some plans
        are longer than others.
    gamma : from 0 to 1.

    Returns
    -------
    The number of the plan, from 0; the first one of those that are equally good.

    Examples
    --------
    >>> best_plan([[1, 0, 0], [0, 0, 3]], 0.5), best_plan([[1, 0, 0], [0, 0, 3]], 0.9)
    (0, 1)
    """
    return int(np.argmax([discounted_return(plan, gamma) for plan in plans]))


P_19_4 = """
Let it play many episodes, with starts that it was not trained on, and take the mean of the sums of its rewards, without
discounting and without the noise that it explored with. One episode says little: how it begins is chance, so look at
the spread, too, and compare agents on the same starts. During training the curve of these means tells whether it still
learns; and since training is a matter of luck, train more than once.
"""
P_19_4_RUBRIC = """
- 1 point: the sum of the rewards of an episode
- 1 point: its mean over many episodes, or with starts or seeds that are new
"""


def evaluate(env: gym.Env[Any, Any], policy: Callable[[Any], Any], n_episodes: int, seed: int) -> NDArray[np.float64]:
    """Return how well a policy does in some episodes.

    Parameters
    ----------
    env : an environment with gymnasium's interface. Its episodes end as terminated, or
        as truncated.
    policy : a function that is given an observation and returns the action, of whatever
        kind the environment asks for.
    n_episodes : how many.
    seed : the first episode begins with ``env.reset(seed=seed)``, the next one with
        `seed` + 1, and so on.

    Returns
    -------
    (n_episodes,) the sum of the rewards of each episode.

    Examples
    --------
    >>> from course.worlds import Script
    >>> evaluate(Script([[1, 2], [5]]), lambda seen: 0, 3, seed=0).tolist()
    [3.0, 5.0, 3.0]
    """
    totals = np.zeros(n_episodes)
    for episode in range(n_episodes):
        observation, _ = env.reset(seed=seed + episode)
        over = False
        while not over:
            observation, reward, terminated, truncated, _ = env.step(policy(observation))
            totals[episode] += float(reward)
            over = terminated or truncated
    return totals
