"""Chapter 19, acting and what comes of it (p.19.1 to p.19.4): wrong answers, and right ones."""

from functools import reduce
from itertools import pairwise

import gymnasium as gym
import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.ch19_reinforcement import questions as right

# ---------------------------------------------------------------- p.19.1


@mutant("p.19.1", replaces="regret", fails="test_what_not_knowing_has_cost")
def best_of_those_tried(means, choices):
    """You compare with the best arm that was pulled: the best of all may never have been tried."""
    gained = [means[arm] for arm in choices]
    return sum(max(gained) - one for one in gained) if gained else 0.0


@mutant("p.19.1", replaces="regret", fails="test_what_not_knowing_has_cost")
def mean_regret(means, choices):
    """You divide by the number of pulls: the loss of all of them together is asked for."""
    return right.regret(means, choices) / max(len(choices), 1)


@mutant("p.19.1", replaces="regret", fails="test_what_not_knowing_has_cost")
def best_begins_at_0(means, choices):
    """You begin with a best mean of 0, which no arm may reach where each of them costs something."""
    best = 0.0
    for mean in means:
        best = max(best, mean)
    return float(sum(best - means[arm] for arm in choices))


@mutant("p.19.1", replaces="regret", fails="test_what_not_knowing_has_cost")
def number_of_wrong_pulls(means, choices):
    """You count the pulls of other arms than the best: what counts is by how much each of them is worse."""
    return float(sum(means[arm] < max(means) for arm in choices))


@mutant("p.19.1", replaces="P_19_1_CHOICE", fails="test_kinds_of_learning", constant=True)
def a_measured_tyre_is_rewarded():
    """A measured value is a right answer, and no reward: foretelling it is supervised learning."""
    return right.P_19_1_CHOICE | {"the wear of a tyre is foretold from tyres whose wear was measured": "reinforcement"}


@alternative("p.19.1", replaces="regret")
def by_counting(means, choices):
    """By how often each arm was pulled."""
    counts = np.bincount(np.asarray(choices, dtype=int), minlength=len(means))
    return float(counts @ (max(means) - np.array(means)))


# ---------------------------------------------------------------- p.19.2


@mutant("p.19.2", replaces="transitions", fails="test_transitions_of_a_log")
def reward_of_the_same_line(log):
    """You take the reward of the action's own line: that one came of the action before."""
    return [(a["seen"], a["action"], a["reward"], b["seen"]) for a, b in pairwise(log)]


@mutant("p.19.2", replaces="transitions", fails="test_transitions_of_a_log")
def action_of_the_next_line(log):
    """You take the action of the next line: what is seen next came of the one before."""
    return [(a["seen"], b["action"], b["reward"], b["seen"]) for a, b in pairwise(log)]


@mutant("p.19.2", replaces="transitions", fails="test_the_last_line_gives_none")
def fails_on_an_empty_log(log):
    """You expect a line at least: there may be none."""
    first, *others = log
    found = []
    for line in others:
        found.append((first["seen"], first["action"], line["reward"], line["seen"]))
        first = line
    return found


@mutant("p.19.2", replaces="transitions", fails="test_transitions_of_a_log")
def rewarded_ones_only(log):
    """You leave out what brought no reward: that it brought none can be learned from as well."""
    return [one for one in right.transitions(log) if one[2]]


@mutant("p.19.2", replaces="transitions", fails="test_the_last_line_gives_none")
def last_one_ends(log):
    """You make a transition of the last line, too: what came of its action is not known."""
    known = [tuple(one) for one in right.transitions(log)]
    return [*known, *((line["seen"], line["action"], line["reward"], None) for line in log[-1:])]


@alternative("p.19.2", replaces="transitions")
def by_number(log):
    """By the numbers of the lines."""
    return [[log[i]["seen"], log[i]["action"], log[i + 1]["reward"], log[i + 1]["seen"]] for i in range(len(log) - 1)]


# ---------------------------------------------------------------- p.19.3


@mutant("p.19.3", replaces="discounted_return", fails="test_discounted_sum")
def first_is_discounted(rewards, gamma):
    """You discount the first reward as well: it comes after 0 steps."""
    return gamma * right.discounted_return(rewards, gamma)


@mutant("p.19.3", replaces="discounted_return", fails="test_discounted_sum")
def linear_discount(rewards, gamma):
    """You multiply by the number of steps: the factor's power is meant."""
    return float(sum(reward * (gamma * k if k else 1.0) for k, reward in enumerate(rewards)))


@mutant("p.19.3", replaces="best_plan", fails="test_best_plan_depends_on_the_factor")
def largest_sum(plans, gamma):
    """You compare the sums: discount what comes later."""
    return int(np.argmax([sum(plan) for plan in plans]))


@mutant("p.19.3", replaces="best_plan", fails="test_best_plan_depends_on_the_factor")
def largest_first(plans, gamma):
    """You take the plan that pays soonest: with a factor near 1 it pays to wait."""
    return min(range(len(plans)), key=lambda i: len(plans[i]))


@mutant("p.19.3", replaces="best_plan", fails="test_best_plan_depends_on_the_factor")
def per_step(plans, gamma):
    """You divide by a plan's length: what counts is all that it brings, however long it takes."""
    return int(np.argmax([right.discounted_return(plan, gamma) / len(plan) for plan in plans]))


@mutant("p.19.3", replaces="best_plan", fails="test_best_plan_depends_on_the_factor")
def better_than_nothing(plans, gamma):
    """You begin with a return of 0, which no plan may reach: compare the plans with each other."""
    best, most = 0, 0.0
    for i, plan in enumerate(plans):
        if (worth := right.discounted_return(plan, gamma)) > most:
            best, most = i, worth
    return best


@mutant("p.19.3", replaces="best_plan", fails="test_best_plan_depends_on_the_factor")
def last_of_the_best(plans, gamma):
    """Of plans that are equally good you take the last one: the first is asked for."""
    return max(range(len(plans)), key=lambda i: (right.discounted_return(plans[i], gamma), i))


@alternative("p.19.3", replaces="discounted_return")
def returns_in_float32(rewards, gamma):
    """As a product of two tensors."""
    values = torch.tensor(rewards, dtype=torch.float32)
    return (values @ gamma ** torch.arange(len(values), dtype=torch.float32)).item()


@alternative("p.19.3", replaces="best_plan")
def by_sorting(plans, gamma):
    """The first when sorted, which leaves equals in their order."""
    return sorted(range(len(plans)), key=lambda i: -right.discounted_return(plans[i], gamma))[0]


@alternative("p.19.3", replaces="discounted_return")
def by_horner(rewards, gamma):
    """From the end, as a polynomial is computed."""
    return float(reduce(lambda later, reward: reward + gamma * later, list(rewards)[::-1], 0.0))


# ---------------------------------------------------------------- p.19.4


def _evaluated(
    env, policy, n_episodes, seeds, over, add=lambda total, reward, n: total + reward, stale=False, but_last=False
):
    totals = []
    for episode in range(n_episodes):
        seen, _ = env.reset(seed=seeds(episode))
        first, total, n, ended = seen, 0.0, 0, False
        while not ended and n < 300:
            seen, reward, terminated, truncated, _ = env.step(policy(first if stale else seen))
            ended = over(terminated, truncated)
            total, n = total if ended and but_last else add(total, float(reward), n), n + 1
        totals.append(total)
    return np.array(totals)


def _either(terminated, truncated):
    return terminated or truncated


@mutant("p.19.4", replaces="evaluate", fails="test_sums_of_rewards")
def terminated_only(env, policy, n_episodes, seed):
    """You go on after an episode was truncated: both flags end it."""
    return _evaluated(env, policy, n_episodes, lambda i: seed + i, lambda terminated, truncated: terminated)


@mutant("p.19.4", replaces="evaluate", fails="test_sums_of_rewards")
def last_reward_only(env, policy, n_episodes, seed):
    """You keep the last reward only: add up all of them."""
    return _evaluated(env, policy, n_episodes, lambda i: seed + i, _either, lambda total, reward, n: reward)


@mutant("p.19.4", replaces="evaluate", fails="test_sums_of_rewards")
def discounts_too(env, policy, n_episodes, seed):
    """You discount: an agent is measured by the plain sum."""
    return _evaluated(env, policy, n_episodes, lambda i: seed + i, _either, lambda t, reward, n: t + reward * 0.99**n)


@mutant("p.19.4", replaces="evaluate", fails="test_sums_of_rewards")
def last_reward_left_out(env, policy, n_episodes, seed):
    """You leave out the reward of the step that ends an episode: it counts like the others."""
    return _evaluated(env, policy, n_episodes, lambda i: seed + i, _either, but_last=True)


@mutant("p.19.4", replaces="evaluate", fails="test_policy_sees_what_is_there")
def sees_the_start_only(env, policy, n_episodes, seed):
    """You ask the policy with the first observation all the time: hand it the newest one."""
    return _evaluated(env, policy, n_episodes, lambda i: seed + i, _either, stale=True)


@mutant("p.19.4", replaces="evaluate", fails="test_each_episode_has_its_seed")
def one_seed_for_all(env, policy, n_episodes, seed):
    """You begin all episodes with the same seed, so that they begin alike."""
    return _evaluated(env, policy, n_episodes, lambda i: seed, _either)


@mutant("p.19.4", replaces="evaluate", fails="test_long_episodes_are_played_to_their_end")
def two_hundred_steps(env, policy, n_episodes, seed):
    """You stop after 200 steps, as in a game that is no longer: an episode is over when one of the flags says so."""
    totals = []
    for number in range(seed, seed + n_episodes):
        seen, _ = env.reset(seed=number)
        totals.append(0.0)
        for _ in range(200):
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            totals[-1] += float(reward)
            if terminated or truncated:
                break
    return np.array(totals)


class _Whole(gym.ActionWrapper):
    def action(self, action):
        return np.asarray(action).astype(int)


@mutant("p.19.4", replaces="evaluate", fails="test_actions_of_any_kind")
def whole_actions(env, policy, n_episodes, seed):
    """You make a whole number of each action: some environments ask for other ones, or for several."""
    return right.evaluate(_Whole(env), policy, n_episodes, seed)


@alternative("p.19.4", replaces="evaluate")
def with_gymnasiums_statistics(env, policy, n_episodes, seed):
    """By gymnasium's wrapper that keeps statistics, in single precision."""
    from gymnasium.wrappers import RecordEpisodeStatistics

    env, totals = RecordEpisodeStatistics(env), []
    for number in range(seed, seed + n_episodes):
        seen, info = env.reset(seed=number)
        while "episode" not in info:
            seen, *_, info = env.step(policy(seen))
        totals.append(float(info["episode"]["r"]))
    return torch.tensor(totals)
