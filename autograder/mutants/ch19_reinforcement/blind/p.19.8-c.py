# %% right
# Intent: scatter-add counts with np.add.at and divide; plan by policy iteration with exact linear solves.
def learn_model(log, n_states, n_actions):
    P = np.zeros((n_states, n_actions, n_states))
    R = np.zeros((n_states, n_actions))
    n = np.zeros((n_states, n_actions))
    if len(log):
        s, a, r, t, over = (np.array(column) for column in zip(*log))
        np.add.at(n, (s, a), 1.0)
        np.add.at(R, (s, a), r.astype(float))
        np.add.at(P, (s, a, t), (~over.astype(bool)).astype(float))
    n = np.maximum(n, 1.0)
    return P / n[..., None], R / n


def plan(P, R, gamma):
    P, R = np.asarray(P, dtype=np.float64), np.asarray(R, dtype=np.float64)
    states = np.arange(len(R))
    actions = R.argmax(axis=1)
    while True:
        values = np.linalg.solve(np.eye(len(R)) - gamma * P[states, actions], R[states, actions])
        Q = R + gamma * np.einsum("sat,t->sa", P, values)
        better = Q.max(axis=1) > Q[states, actions] + 1e-10
        if not better.any():
            return values, actions.astype(np.int64)
        actions = np.where(better, Q.argmax(axis=1), actions)


P_19_8_CHOICE = {
    "value iteration": True,
    "REINFORCE": False,
    "AlphaZero": True,
    "DQN": False,
    "Dreamer": True,
    "PPO": False,
}

# %% wrong: learn_model
# Misconception: probabilities have to add up to 1: the shares are taken among the transitions that went on.
def learn_model(log, n_states, n_actions):
    P = np.zeros((n_states, n_actions, n_states))
    R = np.zeros((n_states, n_actions))
    n = np.zeros((n_states, n_actions))
    for s, a, r, t, over in log:
        n[s, a] += 1
        R[s, a] += r
        P[s, a, t] += not over
    return P / np.maximum(P.sum(axis=2, keepdims=True), 1.0), R / np.maximum(n, 1.0)

# %% wrong: plan, P_19_8_CHOICE
# Misconception: the best is what brings the largest reward right now, and its value follows from there; and a network
# of values, as DQN's, is a model of the world.
def plan(P, R, gamma):
    P, R = np.asarray(P, dtype=np.float64), np.asarray(R, dtype=np.float64)
    states = np.arange(len(R))
    actions = R.argmax(axis=1)
    values = np.linalg.solve(np.eye(len(R)) - gamma * P[states, actions], R[states, actions])
    return values, actions.astype(np.int64)


P_19_8_CHOICE = {
    "value iteration": True,
    "REINFORCE": False,
    "AlphaZero": True,
    "DQN": True,
    "Dreamer": True,
    "PPO": False,
}
