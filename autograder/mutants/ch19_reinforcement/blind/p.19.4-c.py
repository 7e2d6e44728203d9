# %% right
# Intent: a generator plays one episode from its seed until terminated or truncated; np.fromiter collects the sums.
def evaluate(env, policy, n_episodes, seed):
    def episode(number):
        seen, _ = env.reset(seed=number)
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            over = terminated or truncated
            yield float(reward)

    return np.fromiter((sum(episode(seed + i)) for i in range(n_episodes)), dtype=np.float64, count=n_episodes)

# %% wrong: evaluate
# Misconception: a seed sets off the environment once and for all: the same seed is right for each episode.
def evaluate(env, policy, n_episodes, seed):
    def episode():
        seen, _ = env.reset(seed=seed)
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            over = terminated or truncated
            yield float(reward)

    return np.array([sum(episode()) for _ in range(n_episodes)], dtype=np.float64)

# %% wrong: evaluate
# Misconception: an episode that was truncated has not ended properly, so its last reward does not count any more.
def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for i in range(n_episodes):
        seen, _ = env.reset(seed=seed + i)
        while True:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            if truncated:
                break
            totals[i] += reward
            if terminated:
                break
    return totals
