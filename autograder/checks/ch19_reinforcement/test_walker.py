"""Hidden checks of chapter 19: walking with continuous actions (p.19.10)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch19_reinforcement.inputs import fresh, mean_total, world
from autograder.testing import check

ENOUGH = 2100  # steps after which any algorithm has begun to learn: one batch of PPO's usual 2,048, two of a search


def _columns(rng, n=40):
    """Return the columns of some episodes, with ends of both kinds."""
    kinds = rng.permutation([1, 1, 1, 2, 2, 2] + [0] * (n - 6))
    return [*rng.normal(0, 2, (3, n)), kinds == 1, kinds == 2]


def _by_definition(rewards, values, following, terminated, truncated, gamma, lam):
    n = len(rewards)
    found = []
    for t in range(n):
        total = 0.0
        for k in range(t, n):
            future = 0.0 if terminated[k] else following[k]
            total += (gamma * lam) ** (k - t) * (rewards[k] + gamma * future - values[k])
            if terminated[k] or truncated[k]:
                break
        found.append(total)
    return found


def _asked(student, columns, *factors):
    return np.asarray(student.gae(*(column.tolist() for column in columns), *factors), dtype=float)


@check(
    "p.19.10", core=True, weight=2, hint="Go backwards. What is a surprise, and where does the sum of them begin anew?"
)
def test_advantages(student, rng):
    """The estimates are the sums of discounted surprises, for any factors, to the end of each episode."""
    for gamma, lam in ((0.9, 0.8), tuple(rng.uniform(0.3, 0.99, 2)), (1.0, 1.0), (0.7, 0.0)):
        columns = _columns(rng)
        columns[4][:] = False  # terminated only, or going on
        assert_allclose(
            _asked(student, columns, float(gamma), float(lam)), _by_definition(*columns, gamma, lam), atol=1e-3
        )


@check("p.19.10", core=True, hint="Could the episode have gone on? Then what is expected of it counts, and no more.")
def test_truncated_is_not_terminated(student, rng):
    """After a truncated episode the critic's value of what is seen last counts, and nothing of the next episode; after
    a terminated one neither does."""
    columns = _columns(rng)
    assert_allclose(_asked(student, columns, 0.9, 0.7), _by_definition(*columns, 0.9, 0.7), atol=1e-3)
    swapped = [*columns[:3], columns[4], columns[3]]
    assert_allclose(_asked(student, swapped, 0.9, 0.7), _by_definition(*swapped, 0.9, 0.7), atol=1e-3)


@check("p.19.10", hint="Which values do `gamma` and `lam` have if nobody says?")
def test_usual_factors(student, rng):
    """Without factors, 0.99 and 0.95 are taken."""
    columns = _columns(rng)
    assert_allclose(_asked(student, columns), _by_definition(*columns, 0.99, 0.95), atol=1e-3)


def _trained(student, rng, number, n_steps):
    return student.train_walker(world(student, "Glider", number), n_steps, int(rng.integers(1000)))


@check(
    "p.19.10",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the mean of the rewards rise? Several epochs on each batch, and advantages that are normalised, make "
    "the most of 12,000 steps. So can a simple search for a simple policy.",
)
def test_stays_above_the_place(student, rng):
    """Trained with 12,000 steps in each of two gliders that are made up for you, your agents stay near their places."""
    found = []
    for _ in range(2):
        number = int(rng.integers(2**31))
        agent = _trained(student, rng, number, 12_000)
        found.append(mean_total(fresh("Glider", number), lambda o, a=agent: np.asarray(student.act(a, o)), rng, 12))
    return float(np.mean(found))


def _actions(student, agent, X):
    return np.array([np.asarray(student.act(agent, row.tolist()), dtype=float) for row in X])


@check("p.19.10", hint="What does your agent do if it sees what it has never seen?")
def test_actions_are_allowed(student, rng):
    """Whatever is seen, an action has shape (2,), is finite, and lies between -1 and 1."""
    agent = _trained(student, rng, 3, 400)
    found = _actions(student, agent, np.concatenate([rng.normal(size=(5, 4)), 100 * rng.normal(size=(10, 4))]))
    assert found.shape == (15, 2)
    assert np.abs(found).max() <= 1 + 1e-6


@check("p.19.10", hint="The noise is for exploring. Is what `act` says still drawn?")
def test_acts_the_same_each_time(student, rng):
    """For the same observation an agent always does the same, and not the same for all."""
    agent = _trained(student, rng, int(rng.integers(1000)), ENOUGH)
    X = rng.normal(size=(8, 4))
    first = _actions(student, agent, X)
    assert_allclose(first, _actions(student, agent, X[::-1])[::-1], atol=1e-6)
    assert np.ptp(first, axis=0).max() > 1e-4


@check("p.19.10", hint="Count the calls of `step`.")
def test_tries_no_more_than_allowed(student, rng):
    """No more actions are tried than `n_steps`, none of them beyond -1 and 1, and no episode goes on after its end."""
    env = student.probe_(_counting)(int(rng.integers(1000)))
    student.train_walker(env, ENOUGH, 1)
    assert 0 < env.steps <= ENOUGH
    assert env.largest <= 1 + 1e-6


def _counting(number):
    import numpy as np

    from course.worlds import Glider

    class Counted(Glider):
        steps, largest = 0, 0.0

        def step(self, action):
            self.steps += 1
            self.largest = max(self.largest, float(np.abs(np.asarray(action)).max()))
            return super().step(action)

    return Counted(number)


@check("p.19.10", hint="Is everything in the text that `act` needs, and nothing kept elsewhere?")
def test_packed_agents_come_back(student, rng):
    """An agent that was packed into a text acts as before when it is unpacked."""
    agents = [_trained(student, rng, int(rng.integers(1000)), 500) for _ in range(2)]
    texts = [student.pack_agent(agent) for agent in agents]
    assert all(isinstance(text, str) for text in texts)
    X = rng.normal(size=(8, 4))
    for agent, text in zip(agents, texts, strict=True):
        assert_allclose(_actions(student, student.unpack_agent(text), X), _actions(student, agent, X), atol=0.02)


@check("p.19.10", hint="What does chance decide: the first weights, the starts, the noise?")
def test_seed_decides_the_agent(student, rng):
    """The same seed trains the same agent, another seed another one."""
    number, X = int(rng.integers(1000)), rng.normal(size=(6, 4))
    found = [
        _actions(student, student.train_walker(world(student, "Glider", number), ENOUGH, seed), X) for seed in (3, 3, 4)
    ]
    assert_array_equal(found[0], found[1])
    assert np.abs(found[0] - found[2]).max() > 1e-6
