"""Chapter 19, learning from what was tried (p.19.5 to p.19.8): wrong answers, and right ones."""

from collections import Counter, deque

import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.ch19_reinforcement import learning as right
from solutions.ch19_reinforcement.learning import ReplayBuffer

# ---------------------------------------------------------------- p.19.5


@mutant("p.19.5", replaces="credit", fails="test_who_gets_which_credit")
def blamed_for_the_past(rewards, gamma):
    """You give actions credit for rewards that came before them."""
    n = np.arange(len(rewards))
    return gamma ** np.abs(n[:, None] - n) * np.asarray(rewards, dtype=float)


@mutant("p.19.5", replaces="credit", fails="test_who_gets_which_credit")
def transposed(rewards, gamma):
    """Your rows are rewards, and your columns actions: it is asked the other way round."""
    return right.credit(rewards, gamma).T


@mutant("p.19.5", replaces="credit", fails="test_who_gets_which_credit")
def full_credit(rewards, gamma):
    """You give all earlier actions full credit: discount it by the steps between."""
    return right.credit(rewards, 1.0)


@mutant("p.19.5", replaces="credit", fails="test_who_gets_which_credit")
def from_the_beginning(rewards, gamma):
    """You discount by the steps from the episode's beginning: those between action and reward count."""
    return np.triu(np.tile(float(gamma) ** np.arange(len(rewards)) * rewards, (len(rewards), 1)))


@mutant("p.19.5", replaces="credit", fails="test_who_gets_which_credit")
def nothing_times_infinity(rewards, gamma):
    """With a factor of 0 you get NaN: its power for an earlier reward is infinite, and times 0 it is not 0."""
    n = np.arange(len(rewards))
    later = n >= n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return later * float(gamma) ** (n - n[:, None]) * np.asarray(rewards, dtype=float)


@mutant("p.19.5", replaces="P_19_5_CHOICE", fails="test_what_helps", constant=True)
def a_larger_network():
    """A larger network does not know any better which action a reward is due to."""
    return [*right.P_19_5_CHOICE, "a larger network"]


@alternative("p.19.5", replaces="credit")
def upper_triangle(rewards, gamma):
    """The upper triangle of a table of powers, in single precision."""
    n = torch.arange(len(rewards))
    return torch.triu(float(gamma) ** (n - n[:, None]).clamp(min=0).float()) * torch.tensor(rewards)


@alternative("p.19.5", replaces="credit")
def in_two_loops(rewards, gamma):
    """Pair by pair."""
    n = len(rewards)
    return [[rewards[k] * gamma ** (k - i) if k >= i else 0.0 for k in range(n)] for i in range(n)]


# ---------------------------------------------------------------- p.19.6


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_transitions_stay_together")
class EachByItself(ReplayBuffer):
    """You draw the rows of each column anew, so that a reward stands beside another one's action."""

    def sample(self, n, rng):
        return tuple(ReplayBuffer.sample(self, n, rng)[i] for i in range(5))


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_the_oldest_are_dropped")
class DropsTheNewest(ReplayBuffer):
    """When the buffer is full you keep the old ones: the oldest has to go."""

    def append(self, *transition):
        if len(self) < self._kept.maxlen:
            super().append(*transition)


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_the_oldest_are_dropped")
class NeverFull(ReplayBuffer):
    """Your buffer keeps everything, whatever its capacity is."""

    def __init__(self, capacity):
        super().__init__(10**6)


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_each_is_equally_likely")
class WithoutReplacement(ReplayBuffer):
    """You go round the transitions one after the other: each row is drawn anew, so that one may come twice."""

    def sample(self, n, rng):
        order = rng.permutation(len(self))
        rows = [self._kept[order[i % len(order)]] for i in range(n)]
        return tuple(np.array(column) for column in zip(*rows, strict=True))


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_each_is_equally_likely")
class PrefersTheNew(ReplayBuffer):
    """What came last is drawn more often with you: all are equally likely."""

    def sample(self, n, rng):
        rows = [self._kept[max(rng.integers(len(self)), rng.integers(len(self)))] for _ in range(n)]
        return tuple(np.array(column) for column in zip(*rows, strict=True))


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_later_changes_do_no_harm")
class KeepsTheCallersArray(ReplayBuffer):
    """You keep the caller's own array, which may change later: keep a copy."""

    def append(self, observation, action, reward, following, terminated):
        self._kept.append((observation, action, reward, following, terminated))


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_each_is_equally_likely")
class DrawsOnItsOwn(ReplayBuffer):
    """You draw by a generator of your own: the one that is given decides, so that a training can be repeated."""

    def sample(self, n, rng):
        rows = [self._kept[i] for i in np.random.randint(len(self), size=n)]
        return tuple(np.array(column) for column in zip(*rows, strict=True))


@mutant("p.19.6", replaces="ReplayBuffer", fails="test_pictures_keep_their_shape")
class RowsOnly:
    """You make a table with a column for each number that is seen: what is seen may be a picture."""

    def __init__(self, capacity):
        self.capacity, self.count, self.columns = capacity, 0, None

    def __len__(self):
        return min(self.count, self.capacity)

    def append(self, observation, action, reward, following, terminated):
        if self.columns is None:
            self.columns = [np.zeros((self.capacity, len(observation))) for _ in range(2)]
            self.columns += [np.zeros(self.capacity, dtype=kind) for kind in (int, float, bool)]
        for column, one in zip(self.columns, (observation, following, action, reward, terminated), strict=True):
            column[self.count % self.capacity] = one
        self.count += 1

    def sample(self, n, rng):
        rows = rng.integers(len(self), size=n)
        seen, following, *others, terminated = (column[rows] for column in self.columns)
        return seen, *others, following, terminated


@alternative("p.19.6", replaces="ReplayBuffer")
class ADequeItself(deque):
    """A deque that knows how long it may be."""

    def __init__(self, capacity):
        super().__init__(maxlen=capacity)

    def append(self, observation, action, reward, following, terminated):
        super().append((np.array(observation), action, reward, np.array(following), terminated))

    def sample(self, n, rng):
        rows = [self[int(len(self) * rng.random())] for _ in range(n)]
        return [np.stack(column) for column in zip(*rows, strict=True)]


@alternative("p.19.6", replaces="ReplayBuffer")
class RingOfArrays:
    """Arrays that are written to in a ring."""

    def __init__(self, capacity):
        self.capacity, self.count, self.arrays = capacity, 0, None

    def __len__(self):
        return min(self.count, self.capacity)

    def append(self, *transition):
        values = [np.asarray(one) for one in transition]
        if self.arrays is None:
            self.arrays = [np.zeros((self.capacity, *one.shape), one.dtype) for one in values]
        for array, one in zip(self.arrays, values, strict=True):
            array[self.count % self.capacity] = one
        self.count += 1

    def sample(self, n, rng):
        rows = rng.choice(len(self), size=n)
        return [array[rows] for array in self.arrays]


# ---------------------------------------------------------------- p.19.7


def _q(log, n_states, n_actions, gamma, rate, n_sweeps, future):
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for i, (s, a, reward, after, over) in enumerate(log):
            Q[s, a] += rate * (reward + gamma * future(Q, after, over, log[(i + 1) % len(log)]) - Q[s, a])
    return Q


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def sarsa(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You take the value of what was done next in the log, as SARSA does: take that of the best action."""
    return _q(log, n_states, n_actions, gamma, rate, n_sweeps, lambda Q, s, over, then: 0 if over else Q[s, then[1]])


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def beyond_the_end(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You go on after an episode was terminated: nothing follows."""
    return _q(log, n_states, n_actions, gamma, rate, n_sweeps, lambda Q, s, over, then: Q[s].max())


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def mean_of_the_actions(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You take the mean over the next state's actions: somebody who acts greedily gets the largest."""
    return _q(log, n_states, n_actions, gamma, rate, n_sweeps, lambda Q, s, over, then: 0 if over else Q[s].mean())


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def once_only(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You go through the log once: `n_sweeps` says how often."""
    return right.q_from_log(log, n_states, n_actions, gamma, rate, 1)


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def the_whole_way(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You put the target in the value's place: move the value towards it, by the share `rate` of the way."""
    return right.q_from_log(log, n_states, n_actions, gamma, 1.0, n_sweeps)


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def values_of_the_last_sweep(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You compute the targets of a sweep with the values before it: each transition changes a value, which counts for
    the next one already."""
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        before = Q.copy()
        for s, a, reward, after, over in log:
            Q[s, a] += rate * (reward + (0.0 if over else gamma * before[after].max()) - Q[s, a])
    return Q


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def from_the_end(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You go through the log backwards: it is learned from in the order in which it happened."""
    return right.q_from_log(log[::-1], n_states, n_actions, gamma, rate, n_sweeps)


@mutant("p.19.7", replaces="q_from_log", fails="test_values_from_a_log")
def best_of_those_tried_so_far(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """You take the best of the actions that were tried in the next state: the others are worth 0 so far, and count."""
    Q = {}
    for s, a, reward, after, over in list(log) * n_sweeps:
        future = 0.0 if over else max((Q[after, b] for b in range(n_actions) if (after, b) in Q), default=0.0)
        Q[s, a] = Q.get((s, a), 0.0) + rate * (reward + gamma * future - Q.get((s, a), 0.0))
    return [[Q.get((s, a), 0.0) for a in range(n_actions)] for s in range(n_states)]


@mutant("p.19.7", replaces="P_19_7_CHOICE", fails="test_which_are_off_policy", constant=True)
def ppo_is_off_policy():
    """PPO uses each batch for some epochs, but then throws it away: it is on-policy."""
    return right.P_19_7_CHOICE | {"PPO": True}


@alternative("p.19.7", replaces="q_from_log")
def with_plain_lists(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """Without numpy."""
    Q = [[0.0] * n_actions for _ in range(n_states)]
    for s, a, reward, after, over in list(log) * n_sweeps:
        Q[s][a] = (1 - rate) * Q[s][a] + rate * (reward + (0.0 if over else gamma * max(Q[after])))
    return Q


@alternative("p.19.7", replaces="q_from_log")
def as_a_tensor(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    """In single precision."""
    Q = torch.zeros(n_states, n_actions)
    for _ in range(n_sweeps):
        for s, a, reward, after, over in log:
            Q[s, a] = torch.lerp(Q[s, a], reward + gamma * Q[after].max() * (not over), rate)
    return Q


# ---------------------------------------------------------------- p.19.8


@mutant("p.19.8", replaces="learn_model", fails="test_model_of_a_log")
def ends_lead_somewhere(log, n_states, n_actions):
    """You count where a terminated transition led to: nothing follows it."""
    return right.learn_model([(*one[:4], False) for one in log], n_states, n_actions)


@mutant("p.19.8", replaces="learn_model", fails="test_model_of_a_log")
def ends_left_out(log, n_states, n_actions):
    """You leave terminated transitions out: they count for the rewards, and for the number that you divide by."""
    return right.learn_model([one for one in log if not one[4]], n_states, n_actions)


@mutant("p.19.8", replaces="learn_model", fails="test_model_of_a_log")
def adds_up_to_one(log, n_states, n_actions):
    """You make the shares of each state and action add up to 1: what is lacking is how often the episode ended."""
    P, R = right.learn_model(log, n_states, n_actions)
    return P / np.maximum(P.sum(axis=2, keepdims=True), 1e-9), R


@mutant("p.19.8", replaces="learn_model", fails="test_model_of_a_log")
def summed_rewards(log, n_states, n_actions):
    """You add up the rewards of a state and an action: their mean is asked for."""
    P, R = right.learn_model(log, n_states, n_actions)
    counts = Counter(one[:2] for one in log)
    return P, np.array([[R[s, a] * counts[s, a] for a in range(n_actions)] for s in range(n_states)])


@mutant("p.19.8", replaces="learn_model", fails="test_model_of_a_log")
def unseen_is_nan(log, n_states, n_actions):
    """You divide by 0 where a state and an action are not in the log, which gives NaN: both are 0 there."""
    P, R = right.learn_model(log, n_states, n_actions)
    seen = {one[:2] for one in log}
    for s, a in set(np.ndindex(n_states, n_actions)) - seen:
        P[s, a] = R[s, a] = np.nan
    return P, R


@mutant("p.19.8", replaces="plan", fails="test_values_have_settled")
def stops_when_little_moves(P, R, gamma):
    """You stop when a sweep changes the values by less than a millionth: with a factor near 1 many such changes follow,
    1 / (1 - gamma) times as much in all."""
    P, R, values, before = np.asarray(P), np.asarray(R), np.zeros(len(R)), np.inf
    while np.abs(values - before).max() > 1e-6:
        before, values = values, (R + gamma * P @ values).max(axis=1)
    return values, (R + gamma * P @ values).argmax(axis=1)


@mutant("p.19.8", replaces="plan", fails="test_plans_as_well_as_the_best_policy")
def a_few_sweeps(P, R, gamma):
    """You stop after ten sweeps: with a factor near 1 it takes many more until the values stand still."""
    P, R, values = np.asarray(P), np.asarray(R), np.zeros(len(R))
    for _ in range(10):
        Q = R + gamma * P @ values
        values = Q.max(axis=1)
    return values, Q.argmax(axis=1)


@mutant("p.19.8", replaces="plan", fails="test_plans_as_well_as_the_best_policy")
def next_reward_only(P, R, gamma):
    """You choose what brings the largest next reward: what follows counts as well."""
    return np.max(R, axis=1), np.argmax(R, axis=1)


@mutant("p.19.8", replaces="P_19_8_CHOICE", fails="test_which_have_a_model", constant=True)
def dqn_has_a_model():
    """A network of values tells what actions are worth, and not what follows from them: DQN has no model."""
    return right.P_19_8_CHOICE | {"DQN": True}


@alternative("p.19.8", replaces="learn_model")
def in_one_stroke(log, n_states, n_actions):
    """By adding up whole columns, in single precision."""
    s, a, rewards, after, over = (np.array(column) for column in zip(*log, strict=True))
    P, (R, n) = np.zeros((n_states, n_actions, n_states), np.float32), np.zeros((2, n_states, n_actions), np.float32)
    np.add.at(P, (s, a, after), ~over.astype(bool))
    np.add.at(R, (s, a), rewards)
    np.add.at(n, (s, a), 1)
    return np.divide(P, n[..., None], where=n[..., None] > 0, out=P), np.divide(R, n, where=n > 0, out=R)


@alternative("p.19.8", replaces="plan")
def policy_iteration(P, R, gamma):
    """By solving for a policy's values, and improving it, until nothing can be improved."""
    P, R = np.asarray(P, dtype=float), np.asarray(R, dtype=float)
    rows, policy = np.arange(len(R)), np.zeros(len(R), dtype=int)
    while True:
        values = np.linalg.solve(np.eye(len(R)) - gamma * P[rows, policy], R[rows, policy])
        better = (R + gamma * P @ values).argmax(axis=1)
        if (better == policy).all():
            return values.tolist(), better.tolist()
        policy = better
