# %% right
# Intent: a plain loop of episodes, until terminated or truncated.
def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for episode in range(n_episodes):
        seen, _ = env.reset(seed=seed + episode)
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            totals[episode] += reward
            over = terminated or truncated
    return totals

# %% wrong: evaluate
# Misconception: to be reproducible, each episode must begin with the same seed.
def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for episode in range(n_episodes):
        seen, _ = env.reset(seed=seed)
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            totals[episode] += reward
            over = terminated or truncated
    return totals

# %% wrong: evaluate
# Misconception: what comes with the step that ends an episode belongs to no action any more, so it is not counted.
def evaluate(env, policy, n_episodes, seed):
    totals = np.zeros(n_episodes)
    for episode in range(n_episodes):
        seen, _ = env.reset(seed=seed + episode)
        while True:
            seen, reward, terminated, truncated, _ = env.step(policy(seen))
            if terminated or truncated:
                break
            totals[episode] += reward
    return totals
