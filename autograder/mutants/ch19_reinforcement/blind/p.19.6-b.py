# %% right
# Intent: a deque with maxlen drops the oldest; indices drawn by rng.integers, columns by zip.
class ReplayBuffer:
    def __init__(self, capacity):
        self.kept = deque(maxlen=capacity)

    def __len__(self):
        return len(self.kept)

    def append(self, observation, action, reward, following, terminated):
        self.kept.append((np.array(observation), action, float(reward), np.array(following), bool(terminated)))

    def sample(self, n, rng):
        rows = [self.kept[i] for i in rng.integers(len(self.kept), size=n)]
        return tuple(np.array(column) for column in zip(*rows))

# %% wrong: ReplayBuffer
# Misconception: a sample is drawn without replacement, so there cannot be more rows than transitions.
class ReplayBuffer(ReplayBuffer):
    def sample(self, n, rng):
        rows = [self.kept[i] for i in rng.permutation(len(self.kept))[:n]]
        return tuple(np.array(column) for column in zip(*rows))

# %% wrong: ReplayBuffer
# Misconception: a full buffer takes nothing more: what is kept is the beginning.
class ReplayBuffer(ReplayBuffer):
    def append(self, observation, action, reward, following, terminated):
        if len(self.kept) < self.kept.maxlen:
            super().append(observation, action, reward, following, terminated)
