# %% right
# Intent: sweep through the log, moving one entry towards reward + gamma * largest next value, or reward alone at an end.
import numpy as np


def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for s, a, r, s2, terminated in log:
            target = float(r)
            if not terminated:
                target += gamma * max(Q[s2])
            Q[s, a] += rate * (target - Q[s, a])
    return Q


P_19_7_CHOICE = {
    "REINFORCE": False,
    "Q-learning": True,
    "SARSA": False,
    "DQN": True,
    "PPO": False,
    "SAC": True,
}

# %% wrong: q_from_log
# Misconception: the next value is that of the action which was really taken next in the log (that is SARSA).
import numpy as np


def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for i in range(len(log)):
            s, a, r, s2, terminated = log[i]
            target = float(r)
            if not terminated and i + 1 < len(log):
                target += gamma * Q[s2, log[i + 1][1]]
            Q[s, a] += rate * (target - Q[s, a])
    return Q

# %% wrong: q_from_log
# Misconception: the terminated flag is only for cutting the log; the next state's value counts in any case.
import numpy as np


def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for s, a, r, s2, terminated in log:
            Q[s, a] += rate * (float(r) + gamma * max(Q[s2]) - Q[s, a])
    return Q

# %% wrong: P_19_7_CHOICE
# Misconception: whatever trains on stored experience several times is off-policy (PPO too), and SARSA is, as it learns Q values.
P_19_7_CHOICE = {
    "REINFORCE": False,
    "Q-learning": True,
    "SARSA": True,
    "DQN": True,
    "PPO": True,
    "SAC": True,
}
