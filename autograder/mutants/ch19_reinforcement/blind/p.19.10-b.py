# %% right
# Intent: gae by one backward pass; the agent is a linear policy, cut off at -1 and 1, found by the cross-entropy method; packed as JSON.
import json


def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    rewards, values, next_values = (np.asarray(x, dtype=float) for x in (rewards, values, next_values))
    terminated, truncated = (np.asarray(x, dtype=bool) for x in (terminated, truncated))
    surprises = rewards + gamma * next_values * ~terminated - values
    running = 0.0
    for i in reversed(range(len(surprises))):
        running = surprises[i] = surprises[i] + gamma * lam * running * (not (terminated[i] or truncated[i]))
    return surprises


def train_walker(env, n_steps=12_000, seed=42):
    rng = np.random.default_rng(seed)
    shape = (env.action_space.shape[0], env.observation_space.shape[0] + 1)
    mean, spread, used = np.zeros(shape), np.ones(shape), 0
    while True:
        tried, totals, start = mean + spread * rng.standard_normal((20, *shape)), [], rng.integers(2**31, size=2)
        for agent in tried:
            total = 0.0
            for one in start[:1]:
                seen, _ = env.reset(seed=int(one))
                over = False
                while not over:
                    if used >= n_steps:
                        return mean
                    seen, reward, terminated, truncated, _ = env.step(act(agent, seen))
                    used, total, over = used + 1, total + reward, terminated or truncated
            totals.append(total)
        elite = tried[np.argsort(totals)[-5:]]
        mean, spread = elite.mean(axis=0), elite.std(axis=0) + 0.1


def act(agent, observation):
    observation = np.nan_to_num(np.asarray(observation, dtype=float))
    return np.clip(agent @ np.append(observation, 1.0), -1, 1).astype(np.float32)


def pack_agent(agent):
    return json.dumps(agent.tolist())


def unpack_agent(text):
    return np.array(json.loads(text))

# %% wrong: gae
# Misconception: done is done: nothing is expected after a truncated episode either.
def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    rewards, values, next_values = (np.asarray(x, dtype=float) for x in (rewards, values, next_values))
    done = np.asarray(terminated, dtype=bool) | np.asarray(truncated, dtype=bool)
    surprises = rewards + gamma * next_values * ~done - values
    running = 0.0
    for i in reversed(range(len(surprises))):
        running = surprises[i] = surprises[i] + gamma * lam * running * (not done[i])
    return surprises

# %% wrong: gae
# Misconception: a truncated episode could have gone on, so the sum runs on over its end.
def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    rewards, values, next_values = (np.asarray(x, dtype=float) for x in (rewards, values, next_values))
    terminated = np.asarray(terminated, dtype=bool)
    surprises = rewards + gamma * next_values * ~terminated - values
    running = 0.0
    for i in reversed(range(len(surprises))):
        running = surprises[i] = surprises[i] + gamma * lam * running * (not terminated[i])
    return surprises

# %% wrong: act
# Misconception: an agent acts by drawing around its mean, in use as in training; and the environment cuts off what is too large.
def act(agent, observation):
    observation = np.asarray(observation, dtype=float)
    action = agent @ np.append(observation, 1.0)
    return (action + 0.1 * np.random.standard_normal(len(action))).astype(np.float32)
