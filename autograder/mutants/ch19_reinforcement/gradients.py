"""Chapter 19, landing by policy gradients (p.19.9): wrong answers, and right ones."""

import copy
import json
from itertools import accumulate, cycle

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive
from solutions.ch19_reinforcement import gradients as right
from solutions.ch19_reinforcement.gradients import Policy, discounted, normalised, play, policy_loss

# ---------------------------------------------------------------- parts, wrong


@mutant("p.19.9", replaces="Policy", fails="test_policy_network")
class Probabilities(Policy):
    """Your network gives probabilities: give logits, without a softmax."""

    def forward(self, observations):
        return torch.softmax(super().forward(observations), dim=1)


@mutant("p.19.9", replaces="Policy", fails="test_policy_network")
class FixedSize(Policy):
    """Your network has 32 hidden units, whatever `n_hidden` is."""

    def __init__(self, n_inputs, n_actions, n_hidden=32):
        super().__init__(n_inputs, n_actions, 32)


@mutant("p.19.9", replaces="Policy", fails="test_policy_network")
class LayerThatNobodyUses(Policy):
    """Your network has a layer that its output does not depend on."""

    def __init__(self, n_inputs, n_actions, n_hidden=32):
        super().__init__(n_inputs, n_actions, n_hidden)
        self.unused = nn.Linear(n_hidden, n_hidden)


@mutant("p.19.9", replaces="discounted", fails="test_discounted_returns")
def through_the_ends(rewards, ends, gamma):
    """You add what was earned in the next episode: begin anew where an episode has ended."""
    return discounted(rewards, np.zeros(len(rewards), dtype=bool), gamma)


@mutant("p.19.9", replaces="discounted", fails="test_discounted_returns")
def not_discounted(rewards, ends, gamma):
    """You add up later rewards without discounting them."""
    return discounted(rewards, ends, 1.0)


@mutant("p.19.9", replaces="discounted", fails="test_discounted_returns")
def begins_one_late(rewards, ends, gamma):
    """You begin anew one step too late: the last reward of an episode does not know what comes after it."""
    return discounted(rewards, np.r_[False, np.asarray(ends, dtype=bool)[:-1]], gamma)


@mutant("p.19.9", replaces="discounted", fails="test_discounted_returns")
def past_rewards(rewards, ends, gamma):
    """You add up what was earned before an action: count what comes after it."""
    found, sum_ = [], 0.0
    for reward, over in zip(rewards, ends, strict=True):
        sum_ = reward + gamma * sum_
        found.append(sum_)
        sum_ = 0.0 if over else sum_
    return found


@mutant("p.19.9", replaces="discounted", fails="test_discounted_returns")
def waits_for_the_end(rewards, ends, gamma):
    """You give nothing to an episode that has not ended yet: what it has got so far counts."""
    goes_on = np.cumsum(np.asarray(ends, dtype=int)[::-1])[::-1] == 0
    return np.where(goes_on, 0.0, discounted(rewards, ends, gamma))


@mutant("p.19.9", replaces="normalised", fails="test_normalised_returns")
def by_one_less(returns):
    """You divide by n - 1 in the standard deviation, as torch does if it isn't told otherwise: divide by n."""
    return normalised(returns) * np.sqrt((len(returns) - 1) / len(returns))


@mutant("p.19.9", replaces="normalised", fails="test_normalised_returns")
def centred_only(returns):
    """You take the mean away, and don't divide by the standard deviation."""
    return np.asarray(returns, dtype=float) - np.mean(returns)


@mutant("p.19.9", replaces="normalised", fails="test_normalised_returns")
def divides_by_nothing(returns):
    """You divide by 0 when all returns are equal, which gives NaN."""
    values = torch.as_tensor(np.asarray(returns, dtype=float))
    return ((values - values.mean()) / values.std(unbiased=False)).numpy()


@mutant("p.19.9", replaces="policy_loss", fails="test_follows_the_policy_gradient")
def uphill(logits, actions, advantages):
    """Your sign is wrong: an optimiser goes down, so the loss has a minus in front."""
    return -policy_loss(logits, actions, advantages)


@mutant("p.19.9", replaces="policy_loss", fails="test_follows_the_policy_gradient")
def logits_as_they_are(logits, actions, advantages):
    """You take the logits for log probabilities: a log-softmax makes these of them."""
    return -(logits.gather(1, actions[:, None])[:, 0] * advantages).mean()


@mutant("p.19.9", replaces="policy_loss", fails="test_follows_the_policy_gradient")
def without_the_log(logits, actions, advantages):
    """You take the probability itself: it is its logarithm that is multiplied by the advantage."""
    return -(torch.softmax(logits, dim=1).gather(1, actions[:, None])[:, 0] * advantages).mean()


@mutant("p.19.9", replaces="policy_loss", fails="test_follows_the_policy_gradient")
def only_what_was_good(logits, actions, advantages):
    """You leave out the actions that turned out worse than usual: they have to become less likely."""
    return policy_loss(logits, actions, advantages.clamp(min=0))


@mutant("p.19.9", replaces="policy_loss", fails="test_follows_the_policy_gradient")
def broadcast(logits, actions, advantages):
    """You multiply a column by a row, so that each action gets the advantages of all: compare their shapes."""
    return -(torch.log_softmax(logits, dim=1).gather(1, actions[:, None]) * advantages).mean()


@mutant("p.19.9", replaces="policy_loss", fails="test_follows_the_policy_gradient")
def summed(logits, actions, advantages):
    """You add up where the mean is asked for."""
    return policy_loss(logits, actions, advantages) * len(actions)


# ---------------------------------------------------------------- episodes and trained policies, wrong


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


@mutant("p.19.9", replaces="choose", fails="test_the_best_is_chosen")
def still_drawn(policy, observation):
    """You draw where the best action is asked for."""
    with torch.no_grad():
        logits = policy(torch.as_tensor(np.asarray(observation), dtype=torch.float32)[None])[0]
    return int(torch.distributions.Categorical(logits=logits).sample())


@mutant("p.19.9", replaces="unpack", fails="test_packed_policies_come_back")
def unpacked_fresh(text):
    """What you unpack has new random weights: the text has to bring its own."""
    return Policy(*(right.unpack(text).hidden.in_features, right.unpack(text).out.out_features))


@mutant("p.19.9", replaces="pack", fails="test_packed_policies_come_back")
def biases_left_out(policy):
    """You pack the matrices of weights only: the biases were learned as well."""
    bare = copy.deepcopy(policy)
    with torch.no_grad():
        for value in bare.parameters():
            value.mul_(value.ndim > 1)
    return right.pack(bare)


def _as_it_stands(text):
    return right.unpack(json.loads(text))


@mutant("p.19.9", replaces="pack", fails="test_packed_policies_come_back", also={"unpack": _as_it_stands})
def broken_by_a_line_break(policy):
    """A line break or a blank in the text does harm: take them all out before you read it."""
    return json.dumps(right.pack(policy))


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


@alternative("p.19.9", replaces="discounted")
def episode_by_episode(rewards, ends, gamma):
    """By `accumulate`, one episode after the other."""
    found, begin = [], 0
    for stop in [*(np.flatnonzero(np.asarray(ends)) + 1).tolist(), len(rewards)]:
        back = list(rewards[begin:stop])[::-1]
        found += list(accumulate(back, lambda later, reward: reward + gamma * later))[::-1]
        begin = stop
    return found


@alternative("p.19.9", replaces="discounted")
def discounted_in_float32(rewards, ends, gamma):
    """From the end, into an array of float32."""
    returns, later = np.zeros(len(rewards), dtype=np.float32), np.float32(0)
    for t in range(len(rewards) - 1, -1, -1):
        later = rewards[t] if ends[t] else rewards[t] + gamma * later
        returns[t] = later
    return returns


@alternative("p.19.9", replaces="normalised")
def with_a_little_more(returns):
    """As a tensor, with a little added to what is divided by."""
    values = torch.tensor(returns, dtype=torch.float32)
    return (values - values.mean()) / (values.std(correction=0) + 1e-8)


@alternative("p.19.9", replaces="policy_loss")
def weighted_cross_entropy(logits, actions, advantages):
    """By the cross-entropy of each action."""
    return torch.mean(cross_entropy(logits, actions, reduction="none") * advantages)


def _listed(policy):
    weights = [value.tolist() for value in policy.state_dict().values()]
    return json.dumps(weights)


def _read(text):
    weights = [torch.tensor(value) for value in json.loads("".join(text.split()))]
    policy = TwoLayers(weights[0].shape[1], len(weights[-1]), len(weights[0]))
    policy.load_state_dict(dict(zip(policy.state_dict(), weights, strict=True)))
    return policy


@alternative("p.19.9", replaces="Policy", also={"pack": _listed, "unpack": _read})
class TwoLayers(nn.Module):
    """Two hidden layers in a `Sequential`, packed as lists."""

    def __init__(self, n_inputs, n_actions, n_hidden=32):
        super().__init__()
        self.net = nn.Sequential(
            *(nn.Linear(n_inputs, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_hidden), nn.SiLU()),
            nn.Linear(n_hidden, n_actions),
        )

    def forward(self, observations):
        return self.net(observations)


@alternative("p.19.9", replaces="play")
def by_a_distribution(env, policy, seed):
    """By torch's categorical distribution, and as lists."""
    torch.manual_seed(seed)

    def draw(logits, rng):
        return torch.distributions.Categorical(logits=logits).sample().item()

    seen, actions, rewards, terminated = _handed(*_played(env, policy, seed, draw))
    return seen.tolist(), actions.tolist(), rewards.tolist(), terminated


@alternative("p.19.9", replaces="train_policy")
def other_settings(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    """A constant rate, and the cross-entropy."""
    return _trained(env, n_updates, n_episodes, gamma, n_hidden, seed, play, weighted_cross_entropy)
