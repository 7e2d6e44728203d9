# %% right
# Intent: count with np.add.at; policy iteration with an exact solution of each policy's equations.
def learn_model(log, n_states, n_actions):
    P, R = np.zeros((n_states, n_actions, n_states)), np.zeros((n_states, n_actions))
    n = np.zeros((n_states, n_actions))
    for s, a, r, following, terminated in log:
        n[s, a] += 1
        R[s, a] += r
        P[s, a, following] += not terminated
    n = np.maximum(n, 1)
    return P / n[..., None], R / n


def plan(P, R, gamma):
    P, R = np.asarray(P, dtype=float), np.asarray(R, dtype=float)
    states = np.arange(len(R))
    actions = R.argmax(axis=1)
    while True:
        values = np.linalg.solve(np.eye(len(R)) - gamma * P[states, actions], R[states, actions])
        q = R + gamma * P @ values
        better = q.max(axis=1) > q[states, actions] + 1e-10
        if not better.any():
            return values, actions.astype(np.int64)
        actions = np.where(better, q.argmax(axis=1), actions)


P_19_8_CHOICE = {"value iteration": True, "REINFORCE": False, "AlphaZero": True, "DQN": False, "Dreamer": True, "PPO": False}

# %% wrong: learn_model
# Misconception: the shares are probabilities, so they have to add up to 1: divide by the transitions that went on.
def learn_model(log, n_states, n_actions):
    P, R = np.zeros((n_states, n_actions, n_states)), np.zeros((n_states, n_actions))
    n = np.zeros((n_states, n_actions))
    for s, a, r, following, terminated in log:
        n[s, a] += 1
        R[s, a] += r
        P[s, a, following] += not terminated
    return P / np.maximum(P.sum(axis=2, keepdims=True), 1), R / np.maximum(n, 1)

# %% wrong: plan
# Misconception: one look ahead is enough: the best action by its reward and the best reward after it.
def plan(P, R, gamma):
    P, R = np.asarray(P, dtype=float), np.asarray(R, dtype=float)
    q = R + gamma * P @ R.max(axis=1)
    return q.max(axis=1), q.argmax(axis=1).astype(np.int64)

# %% wrong: P_19_8_CHOICE
# Misconception: a neural network of the values is a model of the world, and tables need none.
P_19_8_CHOICE = {**P_19_8_CHOICE, "DQN": True, "value iteration": False}
