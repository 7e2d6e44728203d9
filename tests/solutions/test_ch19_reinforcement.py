"""Chapter 19's references beside PyTorch, SciPy, linear algebra, closed forms and brute force."""

from __future__ import annotations

import itertools
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.wrappers import RecordEpisodeStatistics
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.signal import lfilter
from torch.distributions import Categorical

from course.worlds import Glider, Harbour, Orchard, Room, Script
from solutions.ch19_reinforcement import gradients, invaders, learning, pong, questions, robot, walker
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
factors = st.floats(0.1, 0.99)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.19.1", "the difference of two sums")
@drawn
@given(seeds)
def test_regret(seed: int) -> None:
    rng = np.random.default_rng(seed)
    means, choices = rng.normal(size=4), rng.integers(4, size=9)
    assert questions.regret(means, choices) == pytest.approx(9 * means.max() - sum(means[choices]))


@oracle("p.19.2", "the columns of the log, shifted")
@drawn
@given(seeds)
def test_transitions(seed: int) -> None:
    seen, rewards, actions = np.random.default_rng(seed).integers(9, size=(3, 6)).tolist()
    lines = zip(seen, rewards, actions, strict=True)
    log = [dict(zip(("seen", "reward", "action"), line, strict=True)) for line in lines]
    wanted = list(zip(seen[:-1], actions[:-1], rewards[1:], seen[1:], strict=True))
    assert questions.transitions(log) == wanted


@oracle("p.19.3", "a polynomial's value")
@drawn
@given(seeds, factors)
def test_returns(seed: int, gamma: float) -> None:
    plans = np.random.default_rng(seed).normal(size=(4, 6))
    values = [np.polynomial.polynomial.polyval(gamma, plan) for plan in plans]
    assert questions.discounted_return(plans[0], gamma) == pytest.approx(values[0])
    assert questions.best_plan(list(plans), gamma) == int(np.argmax(values))


@oracle("p.19.4", "gymnasium's RecordEpisodeStatistics")
def test_evaluation() -> None:
    env = RecordEpisodeStatistics(Harbour(3))
    totals = questions.evaluate(env, lambda seen: int(seen[0] > 0), 8, seed=4)
    np.testing.assert_allclose(totals, list(env.return_queue), atol=1e-4)


@oracle("p.19.5", "rows that add up to the returns")
@drawn
@given(seeds, factors)
def test_credit(seed: int, gamma: float) -> None:
    rewards = np.random.default_rng(seed).normal(size=7)
    matrix = learning.credit(rewards, gamma)
    np.testing.assert_allclose(matrix.sum(axis=1), gradients.discounted(rewards, [False] * 7, gamma))
    np.testing.assert_allclose(np.tril(matrix, -1), 0)


@oracle("p.19.6", "a list that is cut to its last items")
@drawn
@given(seeds, st.integers(1, 6), st.integers(1, 15))
def test_buffer(seed: int, capacity: int, n: int) -> None:
    buffer = learning.ReplayBuffer(capacity)
    for i in range(n):
        buffer.append([i], i, i, [i], False)
    kept = np.arange(n)[-capacity:]
    rows = np.random.default_rng(seed).integers(len(kept), size=30)
    np.testing.assert_array_equal(buffer.sample(30, np.random.default_rng(seed))[1], kept[rows])


def best_of_all(P: Any, R: Any, gamma: float) -> np.ndarray:
    rows = np.arange(len(R))
    policies = [np.array(one) for one in itertools.product(range(R.shape[1]), repeat=len(R))]
    values = [np.linalg.solve(np.eye(len(R)) - gamma * P[rows, one], R[rows, one]) for one in policies]
    found: np.ndarray = np.max(values, axis=0)
    return found


@oracle("p.19.7", "the best of all policies, by brute force")
@drawn
@given(seeds)
def test_q_learning(seed: int) -> None:
    rng = np.random.default_rng(seed)
    following, gain = rng.integers(4, size=(4, 2)), rng.normal(size=(4, 2))
    log = [(s, a, float(gain[s, a]), int(following[s, a]), False) for s in range(4) for a in range(2)]
    Q = learning.q_from_log(log, 4, 2, 0.5, n_sweeps=200)
    np.testing.assert_allclose(Q.max(axis=1), best_of_all(np.eye(4)[following], gain, 0.5), atol=1e-3)


@oracle("p.19.8", "the best of all policies, by brute force")
@drawn
@given(seeds, factors)
def test_planning(seed: int, gamma: float) -> None:
    rng = np.random.default_rng(seed)
    log = [(*map(int, rng.integers((3, 2))), float(rng.normal()), int(rng.integers(3)), False) for _ in range(60)]
    P, R = learning.learn_model(log, 3, 2)  # type: ignore[arg-type]
    np.testing.assert_allclose(P.sum(axis=2), 1)
    np.testing.assert_allclose(learning.plan(P, R, gamma)[0], best_of_all(P, R, gamma), atol=1e-6)


@oracle("p.19.9", "SciPy's lfilter, PyTorch's Categorical, and gradients of a bandit")
@drawn
@given(seeds, factors)
def test_policy_gradients(seed: int, gamma: float) -> None:
    rng = np.random.default_rng(seed)
    rewards = rng.normal(size=12)
    ends = np.arange(12) % 5 == 4
    parts = np.split(rewards, np.flatnonzero(ends) + 1)
    wanted = [lfilter([1], [1, -gamma], part[::-1])[::-1] for part in parts]
    np.testing.assert_allclose(gradients.discounted(rewards, ends, gamma), np.concatenate(wanted))
    logits, actions = torch.tensor(rng.normal(size=(12, 3))), torch.tensor(rng.integers(3, size=12))
    weights = torch.tensor(gradients.normalised(rewards))
    assert abs(float(weights.mean())) < 1e-9
    loss = gradients.policy_loss(logits, actions, weights)
    torch.testing.assert_close(loss, -(Categorical(logits=logits).log_prob(actions) * weights).mean())
    # The score function's mean over a bandit's actions is the gradient of its expected reward.
    theta, pay = torch.tensor(rng.normal(size=3), requires_grad=True), torch.tensor(rng.normal(size=3))
    (exact,) = torch.autograd.grad((torch.softmax(theta, 0) * pay).sum(), theta)
    p = torch.softmax(theta, 0).detach()
    loss = gradients.policy_loss(theta.expand(3, 3), torch.arange(3), 3 * p * pay)
    torch.testing.assert_close(torch.autograd.grad(loss, theta)[0], -exact)


def test_packed_policies_keep_their_weights() -> None:
    policy = gradients.Policy(5, 3, 7)
    other = gradients.unpack(gradients.pack(policy))
    for one, two in zip(policy.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(one, two, atol=1e-3, rtol=1e-3)


@oracle("p.19.10", "a linear system, and returns where lam is 1")
@drawn
@given(seeds, factors, factors)
def test_advantages(seed: int, gamma: float, lam: float) -> None:
    rng = np.random.default_rng(seed)
    rewards, values, following = rng.normal(size=(3, 9))
    terminated, truncated = np.arange(9) == 3, np.arange(9) == 6
    surprises = rewards + gamma * following * ~terminated - values
    links = np.diag((gamma * lam * ~(terminated | truncated))[:-1].astype(float), k=1)
    found = walker.gae(rewards, values, following, terminated, truncated, gamma, lam)
    np.testing.assert_allclose(found, np.linalg.solve(np.eye(9) - links, surprises))
    none = np.zeros(9)
    found = walker.gae(rewards, none, none, terminated, truncated, gamma, 1.0)
    np.testing.assert_allclose(found, gradients.discounted(rewards, terminated | truncated, gamma))


@oracle("tf2.18.9", "Pillow's means over areas, and fixed points of a world of one state")
def test_deep_q_parts() -> None:
    rng = np.random.default_rng(0)
    frame = np.kron(rng.integers(0, 256, (21, 16, 3)), np.ones((10, 10, 1))).astype(np.uint8)
    grey = (frame @ np.array([0.299, 0.587, 0.114])).astype(np.float32)
    wanted = np.asarray(Image.fromarray(grey).resize((84, 84), Image.Resampling.BOX))
    assert np.abs(invaders.preprocess(frame) - wanted).mean() < 4
    rewards, over = torch.tensor(rng.normal(size=5)), torch.arange(5) == 2
    online, target = torch.tensor(rng.normal(size=(2, 5, 3)))
    found = invaders.double_dqn_targets(rewards, over, online, target, 0.9)
    after = torch.where(over, 0.0, target[torch.arange(5), online.argmax(dim=1)])
    torch.testing.assert_close(found, rewards + 0.9 * after)
    for terminated, worth in ((True, 1.0), (False, 2.0)):
        env = Script([[1.0]], terminated, blind=True)
        net = invaders.train_q(env, torch.nn.Linear(1, 2), n_steps=6000, gamma=0.5)
        assert net(torch.ones(1, 1)).max().item() == pytest.approx(worth, abs=0.2)


@oracle("tf1.16.9", "SciPy's lfilter, point by point")
@drawn
@given(seeds, factors)
def test_points(seed: int, gamma: float) -> None:
    rng = np.random.default_rng(seed)
    rewards = np.where(rng.random(20) < 0.25, rng.choice([-1.0, 1.0], 20), 0.0)
    parts = np.split(rewards, np.flatnonzero(rewards) + 1)
    wanted = np.concatenate([lfilter([1], [1, -gamma], part[::-1])[::-1] for part in parts])
    np.testing.assert_allclose(pong.point_returns(rewards, gamma), wanted)
    now, before = rng.integers(0, 2, (2, 3, 4))
    np.testing.assert_array_equal(pong.with_motion(now, before)[1], now.astype(float) - before)


@oracle("p.19.11", "the angle of a sum of directions, where one sensor sees something")
@drawn
@given(st.integers(3, 20), seeds)
def test_heading(n: int, seed: int) -> None:
    readings = np.eye(n)[seed % n]
    towards = np.exp(2j * np.pi * np.arange(n) / n) @ readings
    difference = robot.heading(readings) - np.degrees(np.angle(towards))
    assert difference % 360 == pytest.approx(0, abs=1e-6) or difference % 360 == pytest.approx(360, abs=1e-6)


# ---------------------------------------------------------------- the worlds


@pytest.mark.parametrize("make", [Harbour, Glider, Orchard, Room])
def test_worlds_keep_gymnasiums_promises(make: Any) -> None:
    env: gym.Env[Any, Any] = make(3)
    env.action_space.seed(0)
    for seed in range(20):
        seen, _ = env.reset(seed=seed)
        np.testing.assert_array_equal(seen, make(3).reset(seed=seed)[0])
        over, n = False, 0
        while not over:
            assert seen.shape == env.observation_space.shape
            assert seen.dtype == np.float32
            seen, _, terminated, truncated, _ = env.step(env.action_space.sample())
            assert not (terminated and truncated)
            over, n = terminated or truncated, n + 1
        assert n <= make.longest
        with pytest.raises(RuntimeError, match="reset"):
            env.step(env.action_space.sample())


def test_orchard_does_what_its_table_says() -> None:
    orchard, counts = Orchard(1), np.zeros(25)
    orchard.reset(seed=0)
    start = orchard._at
    for seed in range(600):
        orchard.reset(seed=seed)
        orchard._at = start
        counts[orchard.step(2)[0].argmax()] += 1
    np.testing.assert_allclose(counts / 600, orchard.transitions[start, 2], atol=0.06)
