"""Chapter 19, questions on learning from what was tried (p.19.5 to p.19.8): the answers."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

P_19_5 = """
An agent that gets a reward does not know which of its actions earned it: the last one, or one long before. That is the
credit assignment problem. It is there whenever rewards are late or rare, as in a game that is won or lost after a
hundred moves.

It can be alleviated: give rewards on the way, for what leads to the goal; discount, so that a reward counts most for
the actions just before it; and compare, over many episodes, how much better or worse than usual an action turned out
(its advantage), with a critic that foretells what is usual.
"""
P_19_5_RUBRIC = """
- 1 point: it is not known which of the earlier actions a reward is due to
- 1 point: it occurs where rewards are delayed or sparse
- 1 point: a remedy: rewards on the way, discounting, advantages over many episodes, a critic
"""


def credit(rewards: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """Return how much credit each action of an episode gets for each reward.

    Parameters
    ----------
    rewards : (n,) the k-th one is what followed the k-th action.
    gamma : the discount factor, from 0 to 1.

    Returns
    -------
    (n, n), in row i and column k what action i gets for reward k: nothing for a reward
    that came before it, and the reward, discounted by the steps between, else. So each
    row's sum is the action's discounted return.

    Examples
    --------
    >>> credit([0, 8, 4], 0.5).tolist()
    [[0.0, 4.0, 1.0], [0.0, 8.0, 2.0], [0.0, 0.0, 4.0]]
    """
    reward = np.asarray(rewards, dtype=float)
    later = np.arange(len(reward)) - np.arange(len(reward))[:, None]
    shares: NDArray[np.float64] = np.where(later >= 0, float(gamma) ** np.maximum(later, 0), 0.0)
    return shares * reward


# The measures that help with credit assignment, from the list in the text.
P_19_5_CHOICE = ["discounting", "rewards on the way to the goal", "subtracting what a critic expects"]

P_19_6 = """
A replay buffer keeps the last transitions that were met, and the network is trained on a sample of them. So a batch is
a mixture of many times and places: successive transitions are alike, and a network that is trained on them in their
order would chase the present and forget the past. And each transition, which may have been expensive to come by, is
used many times; rare ones are seen again long after they have happened.
"""
P_19_6_RUBRIC = """
- 1 point: samples of a batch are (nearly) uncorrelated, unlike successive transitions
- 1 point: experience is used more than once, or rare experience is not lost
"""


class ReplayBuffer:
    """The last transitions that an agent has met.

    Parameters
    ----------
    capacity : how many are kept at most. When there is one more, the oldest is dropped.

    Examples
    --------
    >>> buffer = ReplayBuffer(capacity=2)
    >>> for number in range(3):
    ...     buffer.append([number], 0, 1.0, [number + 1], False)
    >>> observations, *_ = buffer.sample(50, np.random.default_rng(0))
    >>> sorted(set(observations.ravel().tolist())), len(buffer)
    ([1, 2], 2)
    """

    def __init__(self, capacity: int) -> None:
        self._kept: deque[tuple[ArrayLike, int, float, ArrayLike, bool]] = deque(maxlen=capacity)

    def __len__(self) -> int:
        """Return how many transitions there are now."""
        return len(self._kept)

    def append(
        self, observation: ArrayLike, action: int, reward: float, following: ArrayLike, terminated: bool
    ) -> None:
        """Keep a transition: what was seen, what was done, the reward for it, what was
        seen next, and whether the episode was terminated by it. What is seen has any
        shape, the same each time. An array may be used again by who hands it over: what
        is kept must not change with it."""
        self._kept.append((np.array(observation), action, reward, np.array(following), terminated))

    def sample(self, n: int, rng: np.random.Generator) -> tuple[NDArray[np.generic], ...]:
        """Return a sample, each transition equally likely, with replacement.

        Parameters
        ----------
        n : how many; there may be fewer in the buffer, but one at least.
        rng : draws them; `rng` in the same state draws the same ones.

        Returns
        -------
        Five arrays of n rows: observations, actions, rewards, following observations,
        and terminated (bool). The i-th row of each is of the same transition.
        """
        rows = [self._kept[i] for i in rng.integers(len(self._kept), size=n)]
        return tuple(np.array(column) for column in zip(*rows, strict=True))


P_19_7 = """
An off-policy algorithm learns about one policy while another one acts. Q-learning is one: it learns the value of acting
greedily, whatever it was that chose the actions in its data. An on-policy algorithm, such as REINFORCE or PPO, learns
about the policy that acts, and has to throw its data away when this has changed.

So an off-policy algorithm can use old data again and again, from a replay buffer, can explore as wildly as one likes,
and can learn from what people, or other programs, have done. On the other hand it is more likely to be unstable.
"""
P_19_7_RUBRIC = """
- 1 point: the policy that is learned about is another one than the one that acts (with an example, or on-policy beside
  it)
- 1 point: a benefit: old data can be used again, or data of any policy, so exploring is free
"""

Transition = tuple[int, int, float, int, bool]


def q_from_log(
    log: Sequence[Transition], n_states: int, n_actions: int, gamma: float, rate: float = 0.2, n_sweeps: int = 100
) -> NDArray[np.float64]:
    """Learn the values of a policy that always does what is best, from a log of
    whatever somebody has done: Q-learning.

    Parameters
    ----------
    log : (state, action, reward, next state, terminated), in the order in which it
        happened. What was done next is of no matter; nothing follows a transition with
        which an episode was terminated.
    n_states, n_actions : states and actions are numbered from 0.
    gamma : the discount factor.
    rate : how far a value is moved towards its target, from 0 to 1.
    n_sweeps : how often to go through the log, from its beginning to its end.

    Returns
    -------
    (n_states, n_actions). All begin at 0; after each transition one of them is changed.

    Examples
    --------
    >>> log = [(0, 0, 0.0, 1, False), (1, 1, 4.0, 0, True)]
    >>> q_from_log(log, 2, 2, gamma=0.5, rate=1.0, n_sweeps=2).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for state, action, reward, following, terminated in log:
            target = reward if terminated else reward + gamma * Q[following].max()
            Q[state, action] += rate * (target - Q[state, action])
    return Q


# True for an algorithm that is off-policy.
P_19_7_CHOICE = {
    "REINFORCE": False,
    "Q-learning": True,
    "SARSA": False,
    "DQN": True,
    "PPO": False,
    "SAC": True,
}

P_19_8 = """
Model-based methods have a model of the environment, given or learned: what state and reward follow from what is done.
With it they can plan: try actions in thought before one is taken. With a given model, value iteration finds the best
policy of a small problem, and AlphaZero searches a tree of moves, whose rules it knows. MuZero and Dreamer learn their
model first. They need less experience, which pays where trying is expensive or dangerous; but what they plan is as good
as the model is, and a planner finds the model's mistakes.
"""
P_19_8_RUBRIC = """
- 1 point: they use or learn a model of what follows from an action, to plan with
- 1 point: an example (value iteration, Monte Carlo tree search, AlphaZero, MuZero, Dreamer, Dyna, …)
- 1 point: less experience is needed, or the plans are as good as the model
"""


def learn_model(
    log: Sequence[Transition], n_states: int, n_actions: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Learn a model of the world from a log.

    Parameters
    ----------
    log, n_states, n_actions : see `q_from_log`.

    Returns
    -------
    P : (n_states, n_actions, n_states), the share of the transitions from a state with
        an action that led to each other state; only those count after which the episode
        went on, so that the shares of a state and an action add up to less than 1 where
        some were terminated.
    R : (n_states, n_actions), their mean reward, of all of them.

    Both are 0 for a state and an action that are not in the log.

    Examples
    --------
    >>> P, R = learn_model([(0, 0, 2.0, 1, False), (0, 0, 6.0, 0, True)], 2, 1)
    >>> P[0, 0].tolist(), R[0, 0].item(), P[1, 0].tolist()
    ([0.0, 0.5], 4.0, [0.0, 0.0])
    """
    P, R, counts = np.zeros((n_states, n_actions, n_states)), *np.zeros((2, n_states, n_actions))
    for state, action, reward, following, terminated in log:
        counts[state, action] += 1
        R[state, action] += reward
        P[state, action, following] += not terminated
    n = np.maximum(counts, 1)
    return P / n[..., None], R / n


def plan(P: ArrayLike, R: ArrayLike, gamma: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the best that can be done in a world of which the model is known.

    Parameters
    ----------
    P, R : see `learn_model`.
    gamma : the discount factor, below 1.

    Returns
    -------
    values : (n_states,) the discounted return of who begins in a state and does what is
        best, to a millionth.
    actions : (n_states,) int64, what is best in each state.

    Examples
    --------
    >>> values, actions = plan([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0]] * 2],
    ...                        [[0.0, 1.0], [0.0, 8.0]], gamma=0.5)
    >>> values.tolist(), actions.tolist()
    ([4.0, 8.0], [0, 1])
    """
    probability, reward = np.asarray(P, dtype=float), np.asarray(R, dtype=float)
    values = np.zeros(len(reward))
    while True:
        Q = reward + gamma * probability @ values  # (states, actions)
        if np.abs(Q.max(axis=1) - values).max() < 1e-9 * (1 - gamma):
            return Q.max(axis=1), Q.argmax(axis=1)
        values = Q.max(axis=1)


# True for what has or learns a model of its world.
P_19_8_CHOICE = {
    "value iteration": True,
    "REINFORCE": False,
    "AlphaZero": True,
    "DQN": False,
    "Dreamer": True,
    "PPO": False,
}
