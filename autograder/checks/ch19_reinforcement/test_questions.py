"""Hidden checks of chapter 19: acting and what comes of it (p.19.1 to p.19.4)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch19_reinforcement.inputs import fresh, rewards_of, total, world
from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, choice


@check("p.19.1", core=True, hint="Which arm is the best one? It need not be among those that were pulled.")
def test_what_not_knowing_has_cost(student, rng):
    """The regret is that of any bandit and any choices, none at all too."""
    cases = []
    for n in (0, 1, 3, 5, 8, 8, 12, 20):
        means = rng.normal(0, 4, int(rng.integers(3, 7))).round(3)
        if n == 5:
            means = -1 - np.abs(means)  # each of them costs something
        some = np.argsort(means)[: int(rng.integers(2, len(means)))]  # the best one may never be pulled
        cases.append((means.tolist(), rng.choice(some, n).tolist()))

    def lost(means, choices):
        return sum(max(means) - means[arm] for arm in choices)

    agrees(student.regret, lambda means, choices: float(lost(means, choices)), cases, rtol=1e-5)


@check(
    "p.19.1", hint="Who says what would have been right: somebody for each example, nobody, or only how well it went?"
)
def test_kinds_of_learning(student, rng):
    """All six cases are told apart."""
    found = choice(student, "P_19_1_CHOICE", "regret", [1.0, 2.0], [0])
    right = {
        "a lift decides where to wait, and people's waiting times are counted": "reinforcement",
        "letters are sorted as ten thousand were by people": "supervised",
        "customers are put into groups that nobody has named": "unsupervised",
        "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
        "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
        "a program plays chess against itself, and learns from who has won": "reinforcement",
    }
    assert {key: str(value).strip().lower() for key, value in dict(found).items()} == right


@check("p.19.2", core=True, weight=2, hint="On which line stands the reward for what was done on this one?")
def test_transitions_of_a_log(student, rng):
    """Each action stands with what was seen before it, and with the reward and the observation that came of it, also
    where that is 0, and the same as before."""
    for n in (2, 3, 7, 12):
        log = [
            {
                "seen": rng.normal(size=2).round(3).tolist(),
                "reward": float(rng.normal()),
                "action": int(rng.integers(9)),
            }
            for _ in range(n)
        ]
        if n == 7:
            log[3] = {**log[2], "reward": 0.0}  # nothing was given, and nothing has changed
        found = [tuple(one) for one in student.transitions(log)]
        assert len(found) == n - 1
        for (seen, action, reward, following), now, after in zip(found, log, log[1:], strict=False):
            assert (list(seen), action, reward, list(following)) == (
                *(now["seen"], now["action"]),
                *(after["reward"], after["seen"]),
            )


@check("p.19.2", hint="How many transitions are there in a log of one line?")
def test_the_last_line_gives_none(student, rng):
    """Nothing is known of what came of the last line's action, nor where there is no line."""
    line = {"seen": float(rng.normal()), "reward": float(rng.normal()), "action": 1}
    other = {"seen": float(rng.normal()), "reward": float(rng.normal()), "action": 2}
    assert len(student.transitions([line, other])) == 1
    assert [len(student.transitions(log)) for log in ([line], [])] == [0, 0]


def _return(rewards, gamma):
    return float(sum(reward * gamma**k for k, reward in enumerate(rewards)))


@check("p.19.3", core=True, hint="How often is the first reward discounted?")
def test_discounted_sum(student, rng):
    """The return is right for any rewards and any discount factor, 0 and 1 too."""
    gammas = [0.0, 1.0, 0.8, *rng.uniform(0.3, 0.99, 6).round(3).tolist()]
    cases = [(rng.normal(0, 9, int(rng.integers(3, 9))).round(3).tolist(), gamma) for gamma in gammas]
    agrees(student.discounted_return, _return, [([10.0, 0.0, -50.0], 0.8), ([], 0.9), *cases], rtol=1e-4)


@check("p.19.3", hint="Compute the return of each plan, with this discount factor.")
def test_best_plan_depends_on_the_factor(student, rng):
    """The plan with the largest return is found, where the discount factor decides between soon and much, and where
    each of them costs something; of equally good ones it is the first."""

    def is_clear(plans, gamma):
        """Whether no two are best up to rounding."""
        *_, second, first = sorted(_return(plan, gamma) for plan in plans)
        return first - second > 1e-6

    cases = []
    for _ in range(12):
        plans = [[0.0] * int(k) + [float(rng.integers(1, 5) * (k + 1))] for k in rng.permutation(6)[:4]]
        cases += [(plans, gamma) for gamma in (0.2, 0.6, 0.97) if is_clear(plans, gamma)]
    costs = [[-8.0, -1.0], *rng.permutation([[-2.0, -4.0], [-1.0, -9.0]]).tolist()]
    cases += [(costs, gamma) for gamma in (0.5, 1.0)]
    equal = [[1.0, 1.0, 2.0], [0.0, 4.0], [2.0]]  # exactly, by halves
    cases += [([[0.5], *(equal[i] for i in rng.permutation(3))], 0.5) for _ in range(2)]

    def best(plans, gamma):
        return max(range(len(plans)), key=lambda i: _return(plans[i], gamma))

    ask_all(student.best_plan, best, cases)


@check("p.19.4", core=True, weight=2, hint="Add up all rewards of an episode, until one of the two flags is set.")
def test_sums_of_rewards(student, rng):
    """You return the sum of each episode's rewards, not discounted, be it terminated or truncated in the end."""
    for terminated in (True, False):
        rewards = rewards_of(rng)
        env = world(student, "Script", rewards, terminated)
        found = np.asarray(student.evaluate(env, student.probe_(_always_one), 6, int(rng.integers(100))), dtype=float)
        assert_allclose(found, [sum(rewards[i % 4]) for i in range(6)], rtol=1e-5, atol=1e-5)


def _always_one(seen):
    return 1


def _by_what_is_seen(seen):
    return int(float(seen[0]) % 2 == 1)


@check("p.19.4", hint="Is there a number of steps after which you stop? Only the two flags end an episode.")
def test_long_episodes_are_played_to_their_end(student, rng):
    """Also an episode of thousands of steps counts as a whole."""
    rewards = rng.normal(0, 1, int(rng.integers(2000, 2500))).round(3).tolist()
    env = world(student, "Script", [rewards], bool(rng.integers(2)))
    found = np.asarray(student.evaluate(env, student.probe_(_always_one), 1, 0), dtype=float)
    assert_allclose(found, [sum(rewards)], rtol=1e-3, atol=1e-2)


def _pushes(seen):
    import numpy as np

    return -0.7 * np.sign(seen[:2])


@check("p.19.4", hint="An action need not be a whole number: hand `step` what the policy says, as it is.")
def test_actions_of_any_kind(student, rng):
    """Where actions are arrays, as a glider's are, they reach the environment as the policy says them."""
    number, seed = int(rng.integers(1000)), int(rng.integers(1000))
    found = student.evaluate(world(student, "Glider", number), student.probe_(_pushes), 2, seed)
    glider = fresh("Glider", number)
    wanted = [total(glider, _pushes, seed + i) for i in range(2)]
    assert_allclose(np.asarray(found, dtype=float), wanted, rtol=1e-4)


@check("p.19.4", hint="Which observation does the policy have to see before each action? And what was it given first?")
def test_policy_sees_what_is_there(student, rng):
    """At each step the policy is asked with the newest observation, and what it says is done."""
    rewards = rewards_of(rng, 3)
    env = world(student, "Script", rewards, True)
    student.evaluate(env, student.probe_(_by_what_is_seen), 3, 0)
    assert list(env.actions) == [step % 2 for one in rewards for step in range(len(one))]


@check("p.19.4", hint="What is `reset` called with, for the second episode?")
def test_each_episode_has_its_seed(student, rng):
    """The episodes begin with the seeds `seed`, `seed` + 1, and so on, and there are as many as asked for."""
    env, seed = world(student, "Script", rewards_of(rng), False), int(rng.integers(1000))
    student.evaluate(env, student.probe_(_always_one), 5, seed)
    assert list(env.seeds) == [seed + i for i in range(5)]
