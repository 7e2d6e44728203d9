"""Hidden checks of chapter 19: landing by policy gradients (p.19.9)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch19_reinforcement.inputs import fresh, mean_total, rewards_of, world
from autograder.checks.ch19_reinforcement.inputs_real import real_lander
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, is_complete, outputs, repeats, weights_of


@check("p.19.9", hint="Are all layers attributes of the network, and how many outputs has the last one?")
def test_policy_network(student, rng):
    """The policy gives a logit for each action, of any observation; its size is as asked for, and all its weights can
    learn."""
    for n_inputs, n_actions, n_hidden in ((8, 4, 32), (3, 2, 5)):
        policy = built(student, student.Policy, rng, n_inputs, n_actions, n_hidden)
        X = rng.normal(size=(6, n_inputs))
        found = outputs(policy, X, shape=(6, n_actions))
        assert np.abs(found.sum(axis=1) - 1).max() > 1e-3, "logits are asked for"
        assert any(n_hidden in value.shape for value in weights_of(policy).values())
        gradients_flow(student, policy, X, rng=rng)
        is_complete(lambda n=(n_inputs, n_actions, n_hidden): built(student, student.Policy, rng, *n), X, rng=rng)


@check("p.19.9", core=True, hint="Go backwards through the rewards. What happens where an episode has ended?")
def test_discounted_returns(student, rng):
    """Each action gets the discounted rewards from it to the end of its own episode, and none of the next one's."""
    for gamma, has_ended in ((0.0, True), (1.0, False), (float(rng.uniform(0.5, 0.99)), bool(rng.integers(2)))):
        episodes = rewards_of(rng, 5)
        rewards = np.concatenate(episodes)
        ends = np.concatenate([np.arange(len(one)) == len(one) - 1 for one in episodes])
        ends[-1] = has_ended  # the last one may go on
        wanted = [sum(r * gamma**k for k, r in enumerate(one[t:])) for one in episodes for t in range(len(one))]
        found = np.asarray(student.discounted(rewards.tolist(), ends.tolist(), gamma), dtype=float)
        assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@check("p.19.9", hint="Are mean and standard deviation 0 and 1? And what is the latter of returns that are all equal?")
def test_normalised_returns(student, rng):
    """Returns are moved and scaled to mean 0 and standard deviation 1, in their order; equal ones become 0."""
    values = rng.normal(5, 9, 50)
    found = np.asarray(student.normalised(values.tolist()), dtype=float)
    assert_allclose([found.mean(), found.std()], [0, 1], atol=1e-4)
    assert_allclose(np.corrcoef(found, values)[0, 1], 1, atol=1e-9)
    for n in (1, 4):
        assert_allclose(np.asarray(student.normalised([float(rng.normal())] * n), dtype=float), 0, atol=1e-5)


def _slope(loss_of, logits, actions, advantages):
    logits.requires_grad_(True)
    loss = loss_of(logits, actions, advantages)
    loss.backward()
    return [loss.detach(), logits.grad]


@check(
    "p.19.9",
    core=True,
    weight=2,
    hint="The log of the probability of what was done, times how good that was. Which sign makes good ones likelier?",
)
def test_follows_the_policy_gradient(student, rng):
    """The loss is minus the mean of log probability times advantage, and one step down its gradient makes what was
    better than usual likelier, and what was worse less likely."""
    logits, actions, advantages = rng.normal(size=(7, 4)), rng.integers(4, size=7), rng.normal(0, 2, 7)
    sent = [torch.tensor(one, dtype=kind) for one, kind in ((logits, torch.float32), (actions, torch.int64))]
    loss, slope = student.probe_(_slope)(student.policy_loss, *sent, torch.tensor(advantages, dtype=torch.float32))
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(7)
    assert_allclose(float(loss), -(np.log(p[rows, actions]) * advantages).mean(), rtol=1e-4)
    assert_allclose(np.asarray(slope), (p - np.eye(4)[actions]) * advantages[:, None] / 7, atol=1e-5)


@check(
    "p.19.9", core=True, hint="What is seen before an action, and after it? Which of the two flags is it that ends it?"
)
def test_an_episode_is_played(student, rng):
    """An episode is played to its end, terminated or truncated, and handed over as it happened."""
    for terminated in (True, False):
        rewards = rewards_of(rng, 1, 9)
        env = world(student, "Script", rewards, terminated)
        policy = built(student, student.Policy, rng, 1, 2)
        seed = int(rng.integers(1000))
        seen, actions, gained, died = student.play(env, policy, seed)
        assert_allclose(np.asarray(gained, dtype=float), rewards[0])
        assert_allclose(np.asarray(seen, dtype=float), np.arange(len(rewards[0]))[:, None])
        assert np.asarray(actions).tolist() == list(env.actions)
        assert bool(died) is terminated
        assert list(env.seeds) == [seed]


@check("p.19.9", hint="Is there a number of steps after which you stop? Only the two flags end an episode.")
def test_long_episodes_are_played(student, rng):
    """Also an episode of more than a thousand steps is played to its end, as the lander's are."""
    n = int(rng.integers(1100, 1300))
    env = world(student, "Script", [[1.0] * n], bool(rng.integers(2)), True)
    _, actions, rewards, _ = student.play(env, built(student, student.Policy, rng, 1, 2), int(rng.integers(1000)))
    assert len(actions) == len(rewards) == n


def _decided(policy):
    import torch

    with torch.no_grad():
        for value in policy.parameters():
            value.mul_(2)


@check("p.19.9", core=True, hint="The probabilities are the softmax of the logits; draw from them.")
def test_actions_are_drawn(student, rng):
    """Each action is drawn with the probability that the policy gives it, and the seed decides the draws."""
    env = world(student, "Script", [[0.0] * 1500], True, True)
    for least, most in ((0.05, 0.15), (0.33, 0.44)):  # one that hardly prefers anything, and one that knows
        for _ in range(60):
            policy = built(student, student.Policy, rng, 1, 2)
            student.probe_(_decided)(policy)
            policy.eval()
            logits = outputs(policy, np.ones((1, 1)), shape=(1, 2))[0]
            wanted = 1 / (1 + np.exp(logits[0] - logits[1]))
            if least < abs(wanted - 0.5) < most:
                break
        seed = int(rng.integers(1000))
        one = np.asarray(student.play(env, policy, seed)[1])
        assert abs(one.mean() - wanted) < 5 * np.sqrt(wanted * (1 - wanted) / 1500)
    same, other = (np.asarray(student.play(env, policy, number)[1]) for number in (seed, seed + 1))
    assert_array_equal(one, same)
    assert (one != other).any()


@check("p.19.9", hint="Nothing is drawn here: which logit is the largest?")
def test_the_best_is_chosen(student, rng):
    """`choose` gives the action with the largest logit, always."""
    policy = built(student, student.Policy, rng, 3, 4)
    policy.eval()
    X = rng.normal(0, 3, (20, 3))
    wanted = outputs(policy, X, shape=(20, 4)).argmax(axis=1)
    assert [int(student.choose(policy, row.tolist())) for row in X] == wanted.tolist()


@check(
    "p.19.9",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the mean of the rewards rise from update to update? A learning rate of 0.01 to 0.05 gets there in time.",
)
def test_finds_the_buoy(student, rng):
    """Trained with the defaults in three harbours that are made up for you, your policies reach the buoys."""
    found = []
    for _ in range(3):
        number = int(rng.integers(2**31))
        policy = student.train_policy(world(student, "Harbour", number), seed=int(rng.integers(1000)))
        weights = [torch.from_numpy(value) for value in weights_of(policy).values()]
        assert weights
        act = student.choose
        found.append(mean_total(fresh("Harbour", number), lambda o, p=policy, a=act: int(a(p, o)), rng, 20))
    return float(np.mean(found))


@check("p.19.9", hint="Do you play with drawn actions while you train, and no episode as another one was played?")
def test_draws_while_training(student, rng):
    """While training, actions are drawn, so that each of them is tried; the episodes are as many as asked for, and each
    has another seed."""
    env = world(student, "Script", [[0.0] * 25], bool(rng.integers(2)), True)
    student.train_policy(env, n_updates=2, n_episodes=4, seed=int(rng.integers(1000)))
    actions = np.array(list(env.actions))
    assert len(actions) == 2 * 4 * 25
    assert len(set(env.seeds)) == len(list(env.seeds)) == 2 * 4
    assert 0.02 < actions[:100].mean() < 0.98


@check(
    "p.19.9",
    hint="What does chance decide: the first weights, the starts, the actions that are drawn? And what does `gamma`?",
)
def test_seed_decides_the_policy(student, rng):
    """The same seed trains the same policy, another seed another one, as does another discount factor; its size is as
    asked for."""
    number = int(rng.integers(1000))

    def trained(seed, gamma=0.95):
        env = world(student, "Harbour", number)
        return weights_of(student.train_policy(env, n_updates=2, n_episodes=2, gamma=gamma, n_hidden=7, seed=seed))

    repeats(trained, tuple(int(seed) for seed in rng.permutation(1000)[:2]))
    far, near = trained(1), trained(1, gamma=0.2)
    assert any(7 in value.shape for value in far.values())
    assert any(not np.array_equal(far[name], near[name]) for name in far)


@check("p.19.9", hint="How does `unpack` know the sizes of the layers? And what if a line ends within a number?")
def test_packed_policies_come_back(student, rng):
    """A policy of any size that was packed into a text, and unpacked, likes the same actions as before; line breaks and
    blanks do no harm."""
    for n_inputs, n_actions, n_hidden in ((8, 4, 16), (5, 3, 9)):
        policy = built(student, student.Policy, rng, n_inputs, n_actions, n_hidden)
        text = student.pack(policy)
        assert isinstance(text, str)
        broken = "\n    ".join(["", *(text[i : i + 80] for i in range(0, len(text), 80)), ""])
        X = rng.normal(size=(9, n_inputs))
        unpacked = student.unpack(broken)
        policy.eval(), unpacked.eval()
        found = [outputs(one, X, shape=(9, n_actions)) for one in (policy, unpacked)]
        assert_allclose(found[1], found[0], atol=0.02)


@check("p.19.9", full=True, hint="Train for longer, with more episodes to an update, and keep the best of several.")
def test_lands_on_the_moon(student, rng):
    """The policy that is packed in `LUNAR_LANDER` gets a mean of 200 or more in 100 episodes of LunarLander-v3."""
    policy = student.unpack(student.LUNAR_LANDER)
    assert mean_total(real_lander(), lambda seen: int(student.choose(policy, seen)), rng, 100) >= 200
