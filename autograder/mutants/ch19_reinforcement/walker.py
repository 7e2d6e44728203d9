"""Chapter 19, walking with continuous actions (p.19.10): wrong answers, and right ones."""

import json
from unittest import mock

import gymnasium as gym
import numpy as np
import torch

from autograder.testing import alternative, mutant, naive
from solutions.ch19_reinforcement import walker as right
from solutions.ch19_reinforcement.walker import gae

# ---------------------------------------------------------------- advantages, wrong


def _gae(rewards, values, following, terminated, truncated, gamma, lam, bootstraps, begins_anew):
    columns = [np.asarray(one) for one in (rewards, values, following, terminated, truncated)]
    found, later = [], 0.0
    for r, v, after, died, stopped in list(zip(*columns, strict=True))[::-1]:
        surprise = r + gamma * (after if bootstraps(died, stopped) else 0.0) - v
        later = surprise + gamma * lam * (0.0 if begins_anew(died, stopped) else later)
        found.append(later)
    return np.array(found[::-1])


@mutant("p.19.10", replaces="gae", fails="test_truncated_is_not_terminated")
def nothing_after_the_time_is_up(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """You expect nothing after a truncated episode: it could have gone on, so the critic's value counts."""
    columns = (rewards, values, next_values, terminated, truncated, gamma, lam)
    return _gae(*columns, lambda died, stopped: not (died or stopped), lambda died, stopped: died or stopped)


@mutant("p.19.10", replaces="gae", fails="test_truncated_is_not_terminated")
def flows_through_truncation(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """After a truncated episode you go on adding the surprises of the next one: begin anew there, too."""
    columns = (rewards, values, next_values, terminated, truncated, gamma, lam)
    return _gae(*columns, lambda died, stopped: not died, lambda died, stopped: died)


@mutant("p.19.10", replaces="gae", fails="test_advantages")
def bootstraps_after_death(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """You count what the critic expects after a terminated episode: nothing follows."""
    columns = (rewards, values, next_values, terminated, truncated, gamma, lam)
    return _gae(*columns, lambda died, stopped: True, lambda died, stopped: died or stopped)


@mutant("p.19.10", replaces="gae", fails="test_advantages")
def value_of_the_next_row(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """You take the next row's value for what follows: after an end it is another episode's; `next_values` has it."""
    return gae(rewards, values, [*values[1:], 0.0], terminated, truncated, gamma, lam)


@mutant("p.19.10", replaces="gae", fails="test_advantages")
def lam_alone(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """Later surprises count by the power of lam with you: it is that of gamma times lam."""
    surprises = gae(rewards, values, next_values, terminated, truncated, gamma, 0.0)
    zero = np.zeros(len(surprises))
    return gae(surprises, zero, zero, terminated, truncated, lam, 1.0)


@mutant("p.19.10", replaces="gae", fails="test_advantages")
def one_step_only(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """You take the next surprise only: add those that come later, too."""
    return gae(rewards, values, next_values, terminated, truncated, gamma, 0.0)


@mutant("p.19.10", replaces="gae", fails="test_advantages")
def returns_instead(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """You return targets for the critic: take the values away."""
    return gae(rewards, values, next_values, terminated, truncated, gamma, lam) + np.asarray(values, dtype=float)


@mutant("p.19.10", replaces="gae", fails="test_advantages")
def ends_with_the_last_row(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """You take the last row for an end, after which nothing follows: its episode may go on."""
    died = [*np.asarray(terminated, dtype=bool)[:-1], True]
    return gae(rewards, values, next_values, died, truncated, gamma, lam)


@mutant("p.19.10", replaces="gae", fails="test_usual_factors")
def other_defaults(rewards, values, next_values, terminated, truncated, gamma=0.9, lam=0.9):
    """Your defaults are others than those asked for."""
    return gae(rewards, values, next_values, terminated, truncated, gamma, lam)


# ---------------------------------------------------------------- agents, wrong


@mutant("p.19.10", replaces="act", fails="test_actions_are_allowed")
def without_a_limit(agent, observation):
    """Your actions go beyond -1 and 1: cut them off, or squash them."""
    with torch.no_grad():
        return agent.actor[:-1](torch.as_tensor(np.asarray(observation), dtype=torch.float32)).numpy() * 5


@mutant("p.19.10", replaces="act", fails="test_acts_the_same_each_time")
def still_exploring(agent, observation):
    """Your agent still draws its actions: when it is asked, it should do what it thinks best."""
    noise = 0.3 * np.random.standard_normal(2)
    return np.clip(right.act(agent, observation) + noise, -1, 1)


@mutant("p.19.10", replaces="unpack_agent", fails="test_packed_agents_come_back")
def another_agent(text):
    """What you unpack is a new agent: it has to do what the packed one did."""
    return right._Agent(4, 2)


@mutant("p.19.10", replaces="train_walker", fails="test_tries_no_more_than_allowed")
def takes_its_time(env, n_steps=12_000, seed=42):
    """You try more actions than `n_steps`."""
    return right.train_walker(env, n_steps * 2, seed)


class _Louder(gym.ActionWrapper):
    def action(self, action):
        return 2 * np.asarray(action)


@mutant("p.19.10", replaces="train_walker", fails="test_tries_no_more_than_allowed")
def beyond_what_is_allowed(env, n_steps=12_000, seed=42):
    """While training, you try actions beyond -1 and 1: cut them off before `step`."""
    return right.train_walker(_Louder(env), n_steps, seed)


@mutant("p.19.10", replaces="train_walker", fails="test_seed_decides_the_agent")
def seed_left_aside(env, n_steps=12_000, seed=42):
    """You don't use the seed that you are given."""
    return right.train_walker(env, n_steps, 42)


@naive("p.19.10", replaces="train_walker", fails="test_stays_above_the_place")
def never_trained(env, n_steps=12_000, seed=42):
    """Your agent is as it was made: it has to learn from what it tries."""
    torch.manual_seed(seed)
    return right._Agent(4, 2)


def _by_chance(agent, observation):
    return np.random.uniform(-1, 1, 2)


@naive("p.19.10", replaces="train_walker", fails="test_stays_above_the_place", also={"act": _by_chance})
def random_forces(env, n_steps=12_000, seed=42):
    """Your agent acts at random."""
    return right._Agent(4, 2)


def _episode(env, act, seed):
    seen, _ = env.reset(seed=seed)
    total, over, n = 0.0, False, 0
    while not over:
        seen, reward, terminated, truncated, _ = env.step(act(np.asarray(seen, dtype=float)))
        total, over, n = total + float(reward), terminated or truncated, n + 1
    return total, n


@naive("p.19.10", replaces="train_walker", fails="test_stays_above_the_place")
def best_constant_force(env, n_steps=12_000, seed=42):
    """Your agent does the same all the time: what is best depends on where it is and how it moves."""
    sides = [np.array([x, y]) for x in (-1, -0.5, 0, 0.5, 1) for y in (-1, -0.5, 0, 0.5, 1)]
    best = max(sides, key=lambda force: np.mean([_episode(env, lambda seen: force, i)[0] for i in range(4)]))
    agent = right._Agent(4, 2)
    with torch.no_grad():
        agent.actor[-2].weight.zero_()
        agent.actor[-2].bias[:] = torch.atanh(torch.tensor(0.99 * best))
    return agent


@mutant("p.19.10", replaces="train_walker", fails="test_stays_above_the_place")
def advantages_upside_down(env, n_steps=12_000, seed=42):
    """Your training follows what turned out worse than expected: mind the sign."""
    with mock.patch.object(right, "gae", lambda *arguments, **settings: -gae(*arguments, **settings)):
        return right.train_walker(env, n_steps, seed)


# ---------------------------------------------------------------- right ones


@alternative("p.19.10", replaces="gae")
def by_definition(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """As a sum for each step."""
    n = len(rewards)
    surprises = [rewards[t] + (0.0 if terminated[t] else gamma * next_values[t]) - values[t] for t in range(n)]
    found = []
    for t in range(n):
        stop = next((k for k in range(t, n) if terminated[k] or truncated[k]), n - 1)
        found.append(sum((gamma * lam) ** (k - t) * surprises[k] for k in range(t, stop + 1)))
    return found


@alternative("p.19.10", replaces="gae")
def advantages_in_float32(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """As tensors of float32, from the end."""
    r, v, after, died, cut = (
        torch.tensor(one, dtype=torch.float32) for one in (rewards, values, next_values, terminated, truncated)
    )
    surprises, found, later = r + gamma * after * (1 - died) - v, torch.zeros(len(r)), torch.zeros(())
    for t in reversed(range(len(r))):
        found[t] = later = surprises[t] + gamma * lam * (1 - died[t]) * (1 - cut[t]) * later
    return found


@alternative("p.19.10", replaces="gae")
def as_a_linear_system(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    """Solves for all advantages at once."""
    died, stopped = np.asarray(terminated, dtype=bool), np.asarray(truncated, dtype=bool)
    surprises = np.asarray(rewards) + gamma * np.asarray(next_values) * ~died - np.asarray(values)
    links = np.diag((gamma * lam * ~(died | stopped))[:-1].astype(float), k=1)
    return torch.from_numpy(np.linalg.solve(np.eye(len(surprises)) - links, surprises))


def _linear_act(agent, observation):
    return np.clip(np.asarray(agent["W"]) @ np.append(np.asarray(observation, dtype=float), 1.0), -1, 1)


@alternative(
    "p.19.10",
    replaces="train_walker",
    also={"act": _linear_act, "pack_agent": json.dumps, "unpack_agent": json.loads},
)
def cross_entropy_method(env, n_steps=12_000, seed=42):
    """A search among linear policies, without any gradient: keeps the best, and looks around them."""
    rng = np.random.default_rng(seed)
    n_inputs, n_actions = env.observation_space.shape[0], env.action_space.shape[0]
    mean, spread = np.zeros((n_actions, n_inputs + 1)), np.full((n_actions, n_inputs + 1), 1.5)
    left = n_steps - 50
    while left > 20 * 50:
        tried = mean + spread * rng.standard_normal((20, *mean.shape))
        start, scores = int(rng.integers(1000)), []
        for W in tried:
            total, n = _episode(env, lambda seen, W=W: np.clip(W @ np.append(seen, 1.0), -1, 1), start)
            left -= n
            scores.append(total)
        best = tried[np.argsort(scores)[-5:]]
        mean, spread = best.mean(axis=0), best.std(axis=0) + 0.1
    _episode(env, lambda seen: np.clip(mean @ np.append(seen, 1.0), -1, 1), seed)
    return {"W": mean.tolist()}
