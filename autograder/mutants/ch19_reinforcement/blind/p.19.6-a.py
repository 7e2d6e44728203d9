# %% right
# Intent: a list used as a ring; rows are copied when they come in, indices are drawn with rng.integers.
import numpy as np


class ReplayBuffer:
    def __init__(self, capacity):
        self.capacity = int(capacity)
        self.items = []
        self.oldest = 0

    def __len__(self):
        return len(self.items)

    def append(self, observation, action, reward, following, terminated):
        item = (np.array(observation), action, float(reward), np.array(following), bool(terminated))
        if len(self.items) < self.capacity:
            self.items.append(item)
        else:
            self.items[self.oldest] = item
            self.oldest = (self.oldest + 1) % self.capacity

    def sample(self, n, rng):
        rows = rng.integers(0, len(self.items), size=n)
        columns = []
        for c in range(5):
            columns.append(np.array([self.items[i][c] for i in rows]))
        return tuple(columns)

# %% wrong: ReplayBuffer
# Misconception: a full buffer is full: what comes later does not fit any more.
import numpy as np


class ReplayBuffer:
    def __init__(self, capacity):
        self.capacity = int(capacity)
        self.items = []

    def __len__(self):
        return len(self.items)

    def append(self, observation, action, reward, following, terminated):
        if len(self.items) < self.capacity:
            self.items.append((np.array(observation), action, float(reward), np.array(following), bool(terminated)))

    def sample(self, n, rng):
        rows = rng.integers(0, len(self.items), size=n)
        return tuple(np.array([self.items[i][c] for i in rows]) for c in range(5))

# %% wrong: ReplayBuffer
# Misconception: a batch is drawn like an ordinary mini-batch: each transition once at most, so without replacement.
import numpy as np


class ReplayBuffer:
    def __init__(self, capacity):
        self.capacity = int(capacity)
        self.items = []

    def __len__(self):
        return len(self.items)

    def append(self, observation, action, reward, following, terminated):
        self.items.append((np.array(observation), action, float(reward), np.array(following), bool(terminated)))
        if len(self.items) > self.capacity:
            self.items.pop(0)

    def sample(self, n, rng):
        rows = rng.permutation(len(self.items))[:n]
        return tuple(np.array([self.items[i][c] for i in rows]) for c in range(5))
