# %% right
# Intent: the usual double loop over episodes and steps, and a sum for each episode.
import numpy as np


def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for k in range(n_episodes):
        seen, _ = env.reset(seed=seed + k)
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            totals[k] += float(reward)
            over = terminated or truncated
    return totals

# %% wrong: evaluate
# Misconception: the seed has to be given once only; afterwards env.reset() goes on by itself to other episodes.
import numpy as np


def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for k in range(n_episodes):
        if k == 0:
            seen, _ = env.reset(seed=seed)
        else:
            seen, _ = env.reset()
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            totals[k] += float(reward)
            over = terminated or truncated
    return totals

# %% wrong: evaluate
# Misconception: what comes with the step that ends the episode is no reward any more, since nothing follows.
import numpy as np


def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for k in range(n_episodes):
        seen, _ = env.reset(seed=seed + k)
        while True:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            if terminated or truncated:
                break
            totals[k] += float(reward)
    return totals
