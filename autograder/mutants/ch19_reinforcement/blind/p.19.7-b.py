# %% right
# Intent: the usual table update with the largest value of the next state, nothing after a termination.
def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for s, a, r, following, terminated in log:
            q[s, a] += rate * (r + gamma * q[following].max() * (not terminated) - q[s, a])
    return q


P_19_7_CHOICE = {"REINFORCE": False, "Q-learning": True, "SARSA": False, "DQN": True, "PPO": False, "SAC": True}

# %% wrong: q_from_log
# Misconception: the next value is that of the action which was really done next (SARSA's target).
def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    q = np.zeros((n_states, n_actions))
    log = list(log)
    for _ in range(n_sweeps):
        for (s, a, r, following, terminated), then in zip(log, log[1:] + [None]):
            next_value = 0.0 if terminated or then is None else q[following, then[1]]
            q[s, a] += rate * (r + gamma * next_value - q[s, a])
    return q

# %% wrong: q_from_log
# Misconception: the next state always has a value, also when the episode has been terminated.
def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for s, a, r, following, _terminated in log:
            q[s, a] += rate * (r + gamma * q[following].max() - q[s, a])
    return q

# %% wrong: P_19_7_CHOICE
# Misconception: PPO goes over a batch several times, so it is off-policy; what learns action values is on-policy if it explores itself.
P_19_7_CHOICE = {**P_19_7_CHOICE, "PPO": True, "DQN": False}
