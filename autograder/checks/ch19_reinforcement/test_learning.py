"""Hidden checks of chapter 19: learning from what was tried (p.19.5 to p.19.8)."""

from itertools import product

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chisquare

from autograder.checks.ch19_reinforcement.inputs import some_log
from autograder.testing import check
from autograder.testing.closed import choice, chosen


@check(
    "p.19.5", core=True, hint="Does a reward count for an action that came after it? And how often is it discounted?"
)
def test_who_gets_which_credit(student, rng):
    """Each action gets what the rewards after it are worth, and nothing of those before it, for any discount factor."""
    for gamma in (0.0, 1.0, float(rng.uniform(0.3, 0.95))):
        rewards = rng.normal(0, 4, int(rng.integers(4, 9))).round(3)
        found = np.asarray(student.credit(rewards.tolist(), gamma), dtype=float)
        n = len(rewards)
        wanted = [[rewards[k] * gamma ** (k - i) if k >= i else 0.0 for k in range(n)] for i in range(n)]
        assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@check("p.19.5", hint="Which of these says more exactly, or sooner, which action was good?")
def test_what_helps(student, rng):
    """The measures that help with the credit assignment problem are chosen, and no others."""
    options = [
        "discounting",
        "a larger network",
        "rewards on the way to the goal",
        "fewer actions tried at random",
        "subtracting what a critic expects",
        "rewards only at the very end",
    ]
    right = ["discounting", "rewards on the way to the goal", "subtracting what a critic expects"]
    chosen(choice(student, "P_19_5_CHOICE", "credit", [1.0], 0.5), options, right=right)


def _used(buffer_of, capacity, start, n, draws):
    """Fill a buffer with n transitions, whose numbers begin at `start`: each number tells which. Return how many there
    are then, and for each (rows, seed) of `draws` the columns of a sample.

    All in the submission's process: a buffer may be a kind of list or deque, which would be sent as one.
    """
    import numpy as np

    buffer = buffer_of(capacity)
    for i in range(start, start + n):
        buffer.append([i, -i], i % 7, i + 0.5, [i + 1, -i - 1], bool(i % 3 == 0))
    samples = [[np.asarray(column) for column in buffer.sample(k, np.random.default_rng(seed))] for k, seed in draws]
    return len(buffer), samples


def _tried(student, rng, capacity, n, sizes, seeds=None):
    """Return the numbers of n transitions, how many of them a buffer has kept, and samples of these sizes."""
    start = int(rng.integers(100, 1000))
    seeds = rng.integers(1000, size=len(sizes)).tolist() if seeds is None else seeds
    draws = [[size, seed] for size, seed in zip(sizes, seeds, strict=True)]
    kept, samples = student.probe_(_used)(student.ReplayBuffer, capacity, start, n, draws)
    assert all(len(columns) == 5 for columns in samples)
    return np.arange(start, start + n), kept, [[np.asarray(column) for column in columns] for columns in samples]


@check("p.19.6", core=True, hint="Draw row numbers once, and take those rows of everything.")
def test_transitions_stay_together(student, rng):
    """What is in one row of a sample was met together."""
    numbers, _, [columns] = _tried(student, rng, 50, 30, [40])
    seen, actions, rewards, following, terminated = columns
    assert seen.shape == following.shape == (40, 2)
    drawn = seen[:, 0]
    assert np.isin(drawn, numbers).all()
    assert_array_equal(seen[:, 1], -drawn)
    assert_array_equal(actions, drawn % 7)
    assert_allclose(rewards, drawn + 0.5)
    assert_array_equal(following, np.column_stack([drawn + 1, -drawn - 1]))
    assert terminated.dtype.kind == "b"
    assert_array_equal(terminated, drawn % 3 == 0)


@check("p.19.6", hint="What happens to the oldest transition when the buffer is full?")
def test_the_oldest_are_dropped(student, rng):
    """The buffer keeps the last transitions, as many as its capacity, and says how many there are."""
    capacity = int(rng.integers(5, 9))
    for size, n in ((capacity, 3 * capacity + 1), (50, 4)):
        numbers, kept, [columns] = _tried(student, rng, size, n, [400])
        assert kept == min(size, n)
        assert sorted(set(columns[0][:, 0].tolist())) == numbers[-size:].tolist()


@check("p.19.6", hint="Is each as likely as the others, may one be drawn twice, and is it `rng` that draws?")
def test_each_is_equally_likely(student, rng):
    """A sample is drawn with replacement, each transition equally likely; the generator that is given decides."""
    seed = int(rng.integers(1000))
    seeds = [seed, seed, seed + 1, seed, seed + 2]
    numbers, _, samples = _tried(student, rng, 12, 12, [3000, 12, 12, 12, 12], seeds)
    many, small, second, again, other = ([int(row[0]) for row in columns[0]] for columns in samples)
    assert chisquare([many.count(number) for number in numbers]).pvalue > 1e-6
    assert len(set(small)) < 12 or len(set(second)) < 12
    assert small == again
    assert small != other


def _reused(buffer_of, seed):
    import numpy as np

    buffer, seen, following = buffer_of(10), np.zeros(1), np.zeros(1)
    for number in range(3):
        seen[0], following[0] = number, number + 1
        buffer.append(seen, 0, 0.0, following, False)
    return [np.asarray(column) for column in buffer.sample(60, np.random.default_rng(seed))]


@check("p.19.6", hint="Do you keep the array that is given, or a copy of it?")
def test_later_changes_do_no_harm(student, rng):
    """An array that is used again for the next observation does not change what is kept."""
    columns = student.probe_(_reused)(student.ReplayBuffer, int(rng.integers(1000)))
    seen, *_, following, _ = (np.asarray(column) for column in columns)
    assert set(seen.ravel().tolist()) == {0.0, 1.0, 2.0}
    assert_array_equal(following.ravel(), seen.ravel() + 1)


def _pictured(buffer_of, pictures, seed):
    from itertools import pairwise

    import numpy as np

    buffer = buffer_of(20)
    for now, after in pairwise(pictures):
        buffer.append(now, 0, 0.0, after, False)
    seen, _, _, following, _ = buffer.sample(30, np.random.default_rng(seed))
    return [np.asarray(seen), np.asarray(following)]


@check("p.19.6", hint="Which shape has what was seen, where it is a picture?")
def test_pictures_keep_their_shape(student, rng):
    """What was seen may be a picture, or a stack of them."""
    pictures = rng.integers(0, 2, (6, 2, 4, 3)).astype(np.float32)
    pictures[:, 0, 0] = np.arange(18).reshape(6, 3)
    found = student.probe_(_pictured)(student.ReplayBuffer, pictures, int(rng.integers(1000)))
    seen, following = (np.asarray(one) for one in found)
    assert seen.shape == following.shape == (30, 2, 4, 3)
    rows = np.rint(seen[:, 0, 0, 0] / 3).astype(int)
    assert_array_equal(seen, pictures[rows])
    assert_array_equal(following, pictures[rows + 1])


def _swept(log, n_states, n_actions, gamma, rate, n_sweeps):
    table = {}
    for _ in range(n_sweeps):
        for s, a, r, after, over in log:
            future = 0.0 if over else max(table.get((after, b), 0.0) for b in range(n_actions))
            table[s, a] = (1 - rate) * table.get((s, a), 0.0) + rate * (r + gamma * future)
    return [[table.get((s, a), 0.0) for a in range(n_actions)] for s in range(n_states)]


@check("p.19.7", core=True, weight=2, hint="What is the next state worth to somebody who does what is best there?")
def test_values_from_a_log(student, rng):
    """Each value is moved towards reward and discounted best next value, transition by transition; nothing follows a
    terminated one, and pairs that were never tried stay at 0."""
    for sweeps in (1, 3):
        log, gamma, rate = some_log(rng, 40), float(rng.uniform(0.5, 0.95)), float(rng.uniform(0.1, 0.9))
        log = [one for one in log if one[:2] != (1, 2)]
        log += [(4, 0, -2.5, 0, True), (0, 1, 1.0, 4, False)]  # in state 4, what was not tried is the best
        found = np.asarray(student.q_from_log(log, 5, 3, gamma, rate, sweeps), dtype=float)
        assert_allclose(found, _swept(log, 5, 3, gamma, rate, sweeps), rtol=1e-5, atol=1e-5)


@check("p.19.7", hint="With the defaults: is `rate` 0.2, and is the log gone through 100 times?")
def test_learns_the_best_policy_from_a_random_one(student, rng):
    """From what somebody has done at random in a world without chance, the values of the best policy are learned."""
    following, gain = rng.integers(5, size=(5, 3)), rng.normal(0, 2, (5, 3)).round(2)
    pairs = [(int(s), int(a)) for s, a in product(range(5), range(3))]
    log = [(s, a, float(gain[s, a]), int(following[s, a]), False) for i in rng.permutation(15) for s, a in [pairs[i]]]
    found = np.asarray(student.q_from_log(log, 5, 3, 0.6), dtype=float)
    value = np.zeros(5)
    for _ in range(200):
        value = (gain + 0.6 * value[following]).max(axis=1)
    assert_allclose(found, gain + 0.6 * value[following], atol=0.01)


@check("p.19.7", hint="Can it learn from what another policy has done?")
def test_which_are_off_policy(student, rng):
    """Of all six algorithms it is said rightly whether they are off-policy."""
    found = choice(student, "P_19_7_CHOICE", "q_from_log", [(0, 0, 1.0, 0, True)], 1, 1, 0.5)
    right = {"REINFORCE": False, "Q-learning": True, "SARSA": False, "DQN": True, "PPO": False, "SAC": True}
    assert dict(found) == right


@check("p.19.8", core=True, hint="How many transitions are there from a state with an action, those that end included?")
def test_model_of_a_log(student, rng):
    """Shares of next states and mean rewards are those of the log; an end leads nowhere, and counts all the same."""
    log = [one for one in some_log(rng, 70) if one[:2] != (2, 1)]
    P, R = (np.asarray(one, dtype=float) for one in student.learn_model(log, 4, 3))
    assert P.shape == (4, 3, 4)
    assert R.shape == (4, 3)
    for s, a in product(range(4), range(3)):
        mine = [one for one in log if one[:2] == (s, a)]
        n = max(len(mine), 1)
        assert_allclose(R[s, a], sum(one[2] for one in mine) / n, rtol=1e-5, atol=1e-5)
        wanted = [sum(one[3] == after and not one[4] for one in mine) / n for after in range(4)]
        assert_allclose(P[s, a], wanted, atol=1e-5)


def _best(P, R, gamma):
    """Return the largest values of all policies, by brute force."""
    n = len(R)
    rows = np.arange(n)
    all_of_them = [np.array(policy) for policy in product(range(R.shape[1]), repeat=n)]
    values = [np.linalg.solve(np.eye(n) - gamma * P[rows, one], R[rows, one]) for one in all_of_them]
    best = int(np.argmax([value.sum() for value in values]))
    return values[best], all_of_them[best]


@check("p.19.8", core=True, weight=2, hint="Have the values stopped changing? A few sweeps are not enough.")
def test_plans_as_well_as_the_best_policy(student, rng):
    """Values and actions are those of the best of all policies, found by trying every one, near-sighted or not."""
    for gamma in (0.3, 0.9, 0.98):
        P = rng.dirichlet(np.full(4, 0.4), size=(4, 3)) * rng.choice([0.8, 1.0], (4, 3, 1))
        R = rng.normal(0, 3, (4, 3))
        values, actions = student.plan(P, R, gamma)
        wanted, policy = _best(P, R, gamma)
        assert_allclose(np.asarray(values, dtype=float), wanted, rtol=1e-5, atol=1e-5)
        assert_array_equal(np.asarray(actions), policy)


@check(
    "p.19.8",
    hint="If a sweep has changed the values by a millionth only, how much will all later ones, with a factor near 1?",
)
def test_values_have_settled(student, rng):
    """With a discount factor near 1 the values are right as well, which change very little from sweep to sweep."""
    P = rng.dirichlet(np.full(4, 0.6), size=(4, 3))
    R = rng.uniform(0.002, 0.01, (4, 3))
    values, _ = student.plan(P, R, 0.995)
    assert_allclose(np.asarray(values, dtype=float), _best(P, R, 0.995)[0], rtol=1e-5, atol=3e-5)


@check("p.19.8", hint="Which of them know, or learn, what their world does next?")
def test_which_have_a_model(student, rng):
    """Of all six methods it is said rightly whether they have a model."""
    found = choice(student, "P_19_8_CHOICE", "learn_model", [(0, 0, 1.0, 0, True)], 1, 1)
    names = {"value iteration": True, "REINFORCE": False, "AlphaZero": True, "DQN": False}
    assert dict(found) == names | {"Dreamer": True, "PPO": False}
