# %% right
# Intent: a deque of bounded length; a sample of indices gathers rows, and zip turns rows into five stacked columns.
from collections import deque


class ReplayBuffer:
    def __init__(self, capacity):
        self.kept = deque(maxlen=capacity)

    def __len__(self):
        return len(self.kept)

    def append(self, observation, action, reward, following, terminated):
        self.kept.append(
            (np.array(observation), int(action), float(reward), np.array(following), bool(terminated))
        )

    def sample(self, n, rng):
        drawn = rng.integers(len(self.kept), size=n)
        return tuple(np.stack([np.asarray(item) for item in column]) for column in zip(*(self.kept[i] for i in drawn)))

# %% wrong: ReplayBuffer
# Misconception: when the buffer is full, what comes in takes the place of a random one, not of the oldest.
class ReplayBuffer:
    def __init__(self, capacity):
        self.capacity, self.kept = capacity, []
        self.places = np.random.default_rng(0)

    def __len__(self):
        return len(self.kept)

    def append(self, observation, action, reward, following, terminated):
        row = (np.array(observation), int(action), float(reward), np.array(following), bool(terminated))
        if len(self.kept) < self.capacity:
            self.kept.append(row)
        else:
            self.kept[int(self.places.integers(self.capacity))] = row

    def sample(self, n, rng):
        drawn = rng.integers(len(self.kept), size=n)
        return tuple(np.stack([np.asarray(item) for item in column]) for column in zip(*(self.kept[i] for i in drawn)))

# %% wrong: ReplayBuffer
# Misconception: a sample should not contain a transition twice: it is a shuffled part of the buffer.
class ReplayBuffer:
    def __init__(self, capacity):
        self.kept = deque(maxlen=capacity)

    def __len__(self):
        return len(self.kept)

    def append(self, observation, action, reward, following, terminated):
        self.kept.append(
            (np.array(observation), int(action), float(reward), np.array(following), bool(terminated))
        )

    def sample(self, n, rng):
        drawn = rng.permutation(len(self.kept))[:n]
        return tuple(np.stack([np.asarray(item) for item in column]) for column in zip(*(self.kept[i] for i in drawn)))
