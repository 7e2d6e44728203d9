# %% right
# Intent: the tabular update with the max over the next state's row, masked where the episode was terminated.
def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for state, action, reward, following, terminated in log:
            target = reward + (0.0 if terminated else gamma * Q[following].max())
            Q[state, action] += rate * (target - Q[state, action])
    return Q


P_19_7_CHOICE = {"REINFORCE": False, "Q-learning": True, "SARSA": False, "DQN": True, "PPO": False, "SAC": True}

# %% wrong: q_from_log
# Misconception: the target uses the action that was taken next in the log (which is SARSA).
def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    Q = np.zeros((n_states, n_actions))
    rows = list(log)
    for _ in range(n_sweeps):
        for i, (state, action, reward, following, terminated) in enumerate(rows):
            later = 0.0
            if not terminated:
                later = Q[following, rows[i + 1][1]] if i + 1 < len(rows) else Q[following].max()
            Q[state, action] += rate * (reward + gamma * later - Q[state, action])
    return Q

# %% wrong: q_from_log, P_19_7_CHOICE
# Misconception: the next state's value always counts, ended or not; and PPO is off-policy since it reuses a batch for
# several epochs with importance ratios.
def q_from_log(log, n_states, n_actions, gamma, rate=0.2, n_sweeps=100):
    Q = np.zeros((n_states, n_actions))
    for _ in range(n_sweeps):
        for state, action, reward, following, _terminated in log:
            Q[state, action] += rate * (reward + gamma * Q[following].max() - Q[state, action])
    return Q


P_19_7_CHOICE = {"REINFORCE": False, "Q-learning": True, "SARSA": False, "DQN": True, "PPO": True, "SAC": True}
