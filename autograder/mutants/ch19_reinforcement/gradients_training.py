"""Chapter 19, landing by policy gradients (p.19.9), episodes and trainings: wrong answers, and right ones."""

from itertools import cycle

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive
from solutions.ch19_reinforcement import gradients as right
from solutions.ch19_reinforcement.gradients import Policy, discounted, normalised, play, policy_loss

# ---------------------------------------------------------------- episodes, wrong


def _played(env, policy, seed, draw, ended=lambda terminated, truncated: terminated or truncated, longest=1500):
    rng = np.random.default_rng(seed)
    seen, _ = env.reset(seed=seed)
    rows = []
    while len(rows) < longest:
        with torch.no_grad():
            logits = policy(torch.as_tensor(seen, dtype=torch.float32)[None])[0]
        action = draw(logits, rng)
        following, reward, terminated, truncated, _ = env.step(action)
        rows.append((seen, action, reward, following))
        seen = following
        if ended(terminated, truncated):
            break
    return rows, terminated


def _drawn(logits, rng):
    p = torch.softmax(logits, dim=0).double().numpy()
    return int(rng.choice(len(p), p=p / p.sum()))


def _handed(rows, terminated, seen=0):
    column = [np.array(one) for one in zip(*rows, strict=True)]
    return column[seen].astype(np.float32), column[1], column[2].astype(float), bool(terminated)


@mutant("p.19.9", replaces="play", fails="test_actions_are_drawn")
def always_the_likeliest(env, policy, seed):
    """You play the likeliest action each time: draw by the probabilities, or nothing new is ever tried."""
    return _handed(*_played(env, policy, seed, lambda logits, rng: int(logits.argmax())))


@mutant("p.19.9", replaces="play", fails="test_actions_are_drawn")
def all_equally_likely(env, policy, seed):
    """You draw each action with the same probability, whatever the policy says."""
    return _handed(*_played(env, policy, seed, lambda logits, rng: int(rng.integers(len(logits)))))


@mutant("p.19.9", replaces="play", fails="test_actions_are_drawn")
def mostly_the_likeliest(env, policy, seed):
    """You play the likeliest action, and now and then any of them: draw each by its own probability."""

    def draw(logits, rng):
        return int(rng.integers(len(logits))) if rng.random() < 0.3 else int(logits.argmax())

    return _handed(*_played(env, policy, seed, draw))


@mutant("p.19.9", replaces="play", fails="test_long_episodes_are_played")
def five_hundred_steps(env, policy, seed):
    """You stop after 500 steps: an episode is over when one of the two flags says so."""
    return _handed(*_played(env, policy, seed, _drawn, longest=500))


@mutant("p.19.9", replaces="play", fails="test_an_episode_is_played")
def only_termination_ends(env, policy, seed):
    """You go on after an episode was truncated: both flags end it."""
    return _handed(*_played(env, policy, seed, _drawn, lambda terminated, truncated: terminated))


@mutant("p.19.9", replaces="play", fails="test_an_episode_is_played")
def what_is_seen_after(env, policy, seed):
    """You hand over what was seen after each action: what it was chosen by was seen before it."""
    return _handed(*_played(env, policy, seed, _drawn), seen=3)


@mutant("p.19.9", replaces="play", fails="test_an_episode_is_played")
def always_terminated(env, policy, seed):
    """You say that the episode was terminated when it was only truncated."""
    seen, actions, rewards, _ = play(env, policy, seed)
    return seen, actions, rewards, True


@mutant("p.19.9", replaces="train_policy", fails="test_seed_decides_the_policy")
def forgets_the_seed(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """You don't use the seed that you are given."""
    return right.train_policy(env, n_updates, n_episodes, gamma, n_hidden, 42)


@mutant("p.19.9", replaces="train_policy", fails="test_seed_decides_the_policy")
def hidden_size_of_its_own(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """You don't use the `n_hidden` that you are given."""
    return right.train_policy(env, n_updates, n_episodes, gamma, 32, seed)


@mutant("p.19.9", replaces="train_policy", fails="test_seed_decides_the_policy")
def factor_of_its_own(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """You don't use the discount factor that you are given."""
    return right.train_policy(env, n_updates, n_episodes, 0.95, n_hidden, seed)


# ---------------------------------------------------------------- trainings, naive


def _sizes(env):
    return env.observation_space.shape[0], int(env.action_space.n)


@naive("p.19.9", replaces="train_policy", fails="test_finds_the_buoy")
def never_learns(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """Your policy is as it was made: its weights have to be changed after each batch of episodes."""
    torch.manual_seed(seed)
    return Policy(*_sizes(env), n_hidden)


@naive("p.19.9", replaces="train_policy", fails="test_finds_the_buoy")
def always_the_same_action(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """Your policy does the same whatever it sees: what is best depends on where the boat is."""
    policies, totals = [], []
    for action in range(_sizes(env)[1]):
        policy = Policy(*_sizes(env), n_hidden)
        with torch.no_grad():
            policy.out.weight.zero_()
            policy.out.bias[:] = torch.nn.functional.one_hot(torch.tensor(action), _sizes(env)[1]) * 50.0
        policies.append(policy)
        totals.append(np.mean([play(env, policy, episode)[2].sum() for episode in range(20)]))
    return policies[int(np.argmax(totals))]


def _trained(env, n_updates, n_episodes, gamma, n_hidden, seed, collect, loss_of, rate=0.03):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    policy = Policy(*_sizes(env), n_hidden)
    optimizer = torch.optim.Adam(policy.parameters(), lr=rate)
    for _ in range(n_updates):
        played = [collect(env, policy, int(rng.integers(2**31))) for _ in range(n_episodes)]
        returns = [discounted(one[2], np.arange(len(one[2])) == len(one[2]) - 1, gamma) for one in played]
        weights = torch.as_tensor(normalised(np.concatenate(returns)), dtype=torch.float32)
        X, actions = (torch.as_tensor(np.concatenate([one[part] for one in played])) for part in (0, 1))
        optimizer.zero_grad()
        loss_of(policy(X), actions, weights).backward()
        optimizer.step()
    return policy


@mutant("p.19.9", replaces="train_policy", fails="test_draws_while_training")
def greedy_while_training(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """While training you take the action that the policy likes best, so that nothing else is ever tried: draw it."""
    return _trained(env, n_updates, n_episodes, gamma, n_hidden, seed, always_the_likeliest, policy_loss)


@mutant("p.19.9", replaces="train_policy", fails="test_draws_while_training")
def same_episodes_again(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """You begin with the same few seeds before each update, so that your policy learns a few starts by heart."""
    seeds = cycle(range(seed, seed + n_episodes))
    settings = (env, n_updates, n_episodes, gamma, n_hidden, seed)
    return _trained(*settings, lambda world, policy, _: play(world, policy, next(seeds)), policy_loss)


# ---------------------------------------------------------------- right ones


@alternative("p.19.9", replaces="play")
def by_a_distribution(env, policy, seed):
    """By torch's categorical distribution, and as lists."""
    torch.manual_seed(seed)

    def draw(logits, rng):
        return torch.distributions.Categorical(logits=logits).sample().item()

    seen, actions, rewards, terminated = _handed(*_played(env, policy, seed, draw))
    return seen.tolist(), actions.tolist(), rewards.tolist(), terminated


def _by_cross_entropy(logits, actions, advantages):
    return torch.mean(cross_entropy(logits, actions, reduction="none") * advantages)


@alternative("p.19.9", replaces="train_policy")
def other_settings(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """A constant rate, and the cross-entropy."""
    return _trained(env, n_updates, n_episodes, gamma, n_hidden, seed, play, _by_cross_entropy)
