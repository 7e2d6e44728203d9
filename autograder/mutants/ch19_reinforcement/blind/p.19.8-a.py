# %% right
# Intent: count and divide; then value iteration until nothing moves any more (error far below a millionth).
import numpy as np


def learn_model(log, n_states, n_actions):
    P = np.zeros((n_states, n_actions, n_states))
    R = np.zeros((n_states, n_actions))
    N = np.zeros((n_states, n_actions))
    for s, a, r, s2, terminated in log:
        N[s, a] += 1
        R[s, a] += r
        if not terminated:
            P[s, a, s2] += 1
    for s in range(n_states):
        for a in range(n_actions):
            if N[s, a] > 0:
                P[s, a] /= N[s, a]
                R[s, a] /= N[s, a]
    return P, R


def plan(P, R, gamma):
    P, R = np.array(P, dtype=float), np.array(R, dtype=float)
    V = np.zeros(R.shape[0])
    while True:
        Q = R + gamma * (P @ V)
        new = Q.max(axis=1)
        moved = np.abs(new - V).max()
        V = new
        if moved <= 1e-7 * (1 - gamma):
            break
    Q = R + gamma * (P @ V)
    return V, Q.argmax(axis=1).astype(np.int64)


P_19_8_CHOICE = {
    "value iteration": True,
    "REINFORCE": False,
    "AlphaZero": True,
    "DQN": False,
    "Dreamer": True,
    "PPO": False,
}

# %% wrong: learn_model
# Misconception: probabilities of a state and an action have to add up to 1, so terminated transitions are left out of the count.
import numpy as np


def learn_model(log, n_states, n_actions):
    P = np.zeros((n_states, n_actions, n_states))
    R = np.zeros((n_states, n_actions))
    N = np.zeros((n_states, n_actions))
    for s, a, r, s2, terminated in log:
        N[s, a] += 1
        R[s, a] += r
        if not terminated:
            P[s, a, s2] += 1
    for s in range(n_states):
        for a in range(n_actions):
            if N[s, a] > 0:
                R[s, a] /= N[s, a]
            if P[s, a].sum() > 0:
                P[s, a] /= P[s, a].sum()
    return P, R

# %% wrong: plan
# Misconception: a hundred sweeps of value iteration are always enough.
import numpy as np


def plan(P, R, gamma):
    P, R = np.array(P, dtype=float), np.array(R, dtype=float)
    V = np.zeros(R.shape[0])
    for _ in range(100):
        V = (R + gamma * (P @ V)).max(axis=1)
    Q = R + gamma * (P @ V)
    return V, Q.argmax(axis=1).astype(np.int64)

# %% wrong: plan
# Misconception: the best action is the one with the largest immediate reward; values are those of this greedy behaviour.
import numpy as np


def plan(P, R, gamma):
    P, R = np.array(P, dtype=float), np.array(R, dtype=float)
    n = R.shape[0]
    actions = R.argmax(axis=1)
    step = np.array([P[s, actions[s]] for s in range(n)])
    gain = np.array([R[s, actions[s]] for s in range(n)])
    V = np.linalg.solve(np.eye(n) - gamma * step, gain)
    return V, actions.astype(np.int64)

# %% wrong: P_19_8_CHOICE
# Misconception: a "model" is a deep network, so whatever has a network that predicts values (DQN) has one, and a table does not.
P_19_8_CHOICE = {
    "value iteration": False,
    "REINFORCE": False,
    "AlphaZero": True,
    "DQN": True,
    "Dreamer": True,
    "PPO": False,
}
