# %% right
# Intent: backward loop for the advantages; the agent is a linear controller through tanh, found by the
# cross-entropy method (draw controllers, keep the best, draw around them); packed as JSON.
import json

import numpy as np


def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    n = len(rewards)
    out = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        following = 0.0 if terminated[i] else float(next_values[i])
        surprise = float(rewards[i]) + gamma * following - float(values[i])
        if terminated[i] or truncated[i]:
            later = 0.0
        later = surprise + gamma * lam * later
        out[i] = later
    return out


def act(agent, observation):
    x = np.append(np.array(observation, dtype=np.float64), 1.0)
    return np.tanh(agent @ x).astype(np.float32)


def train_walker(env, n_steps=12_000, seed=42):
    rng = np.random.default_rng(seed)
    shape = (env.action_space.shape[0], env.observation_space.shape[0] + 1)
    mean, spread = np.zeros(shape), np.full(shape, 1.5)
    population, n_elite = 20, 5
    steps, number = 0, seed * 100_000
    while steps < n_steps:
        tried = []
        for _ in range(population):
            agent = mean + spread * rng.standard_normal(shape)
            seen, _ = env.reset(seed=number)
            number += 1
            total, over = 0.0, False
            while not over and steps < n_steps:
                seen, reward, terminated, truncated, _ = env.step(act(agent, seen))
                steps += 1
                total += float(reward)
                over = terminated or truncated
            if over:
                tried.append((total, agent))
        if len(tried) < n_elite:
            break
        tried.sort(key=lambda pair: -pair[0])
        elite = np.array([agent for _, agent in tried[:n_elite]])
        mean = elite.mean(axis=0)
        spread = elite.std(axis=0) + 0.1
    return mean


def pack_agent(agent):
    return json.dumps([[float(v) for v in row] for row in agent])


def unpack_agent(text):
    return np.array(json.loads(text), dtype=np.float64)

# %% wrong: gae
# Misconception: an end is an end: after a truncated episode nothing is expected either.
def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    n = len(rewards)
    out = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        over = terminated[i] or truncated[i]
        following = 0.0 if over else float(next_values[i])
        if over:
            later = 0.0
        later = float(rewards[i]) + gamma * following - float(values[i]) + gamma * lam * later
        out[i] = later
    return out

# %% wrong: gae
# Misconception: a truncated episode "could have gone on", so the sum of surprises goes on over its end as well.
def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    n = len(rewards)
    out = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        following = float(next_values[i])
        if terminated[i]:
            following, later = 0.0, 0.0
        later = float(rewards[i]) + gamma * following - float(values[i]) + gamma * lam * later
        out[i] = later
    return out

# %% wrong: act
# Misconception: the environment cuts off what is beyond -1 and 1, so an agent need not care about the range.
def act(agent, observation):
    x = np.append(np.array(observation, dtype=np.float64), 1.0)
    return (agent @ x).astype(np.float32)

# %% wrong: act
# Misconception: an agent has to go on exploring when it is used, so a little noise belongs to each action.
def act(agent, observation):
    x = np.append(np.array(observation, dtype=np.float64), 1.0)
    return np.clip(np.tanh(agent @ x) + 0.1 * np.random.randn(len(agent)), -1, 1).astype(np.float32)
