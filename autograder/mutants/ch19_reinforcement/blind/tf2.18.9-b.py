# %% right
# Intent: torch's area interpolation for the small frames, a deque as the stack, the usual convolutions; double DQN with a replay buffer and a target network.
import copy

import torch.nn.functional as F


def preprocess(frame):
    grey = torch.from_numpy(np.asarray(frame) @ np.array([0.299, 0.587, 0.114]))
    return F.interpolate(grey[None, None], size=(84, 84), mode="area")[0, 0].round().numpy().astype(np.uint8)


class FrameStack:
    def __init__(self, n_frames=4):
        self.frames = deque(maxlen=n_frames)

    def start(self, frame):
        self.frames.extend([preprocess(frame)] * self.frames.maxlen)
        return np.stack(self.frames)

    def push(self, frame, before):
        self.frames.append(preprocess(np.maximum(frame, before)))
        return np.stack(self.frames)


class QNet(nn.Module):
    def __init__(self, n_actions, n_frames=4):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(n_frames, 32, 8, stride=4), nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2), nn.ReLU(),
            nn.Conv2d(64, 64, 3), nn.ReLU(),
            nn.Flatten(), nn.Linear(64 * 7 * 7, 512), nn.ReLU(), nn.Linear(512, n_actions),
        )  # fmt: skip

    def forward(self, observations):
        return self.layers(observations.float() / 255)


def epsilon_at(step, start=1.0, end=0.05, n_steps=10_000):
    return float(np.interp(step, [0, n_steps], [start, end]))


def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    best = online_next.argmax(dim=1, keepdim=True)
    return rewards + gamma * target_next.gather(1, best)[:, 0] * ~terminated


def update_target(target, online, tau=1.0):
    with torch.no_grad():
        for old, new in zip(target.parameters(), online.parameters(), strict=True):
            old.lerp_(new, tau)


def train_q(env, net, n_steps=4000, gamma=0.95, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    target = copy.deepcopy(net)
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)
    shape = (n_steps, *env.observation_space.shape)
    memory = (torch.zeros(shape), torch.zeros(n_steps, dtype=torch.int64), torch.zeros(n_steps), torch.zeros(shape), torch.zeros(n_steps, dtype=torch.bool))
    over = True
    for step in range(n_steps):
        if over:
            seen, _ = env.reset(seed=int(rng.integers(2**31)))
        if rng.random() < epsilon_at(step, 1.0, 0.4, max(n_steps // 2, 1)):
            action = int(rng.integers(env.action_space.n))
        else:
            with torch.no_grad():
                action = int(net(torch.tensor(np.asarray(seen), dtype=torch.float32)[None]).argmax())
        following, reward, terminated, truncated, _ = env.step(action)
        for column, new in zip(memory, (seen, action, reward, following, terminated), strict=True):
            column[step] = torch.as_tensor(new)
        seen, over = following, terminated or truncated
        if step >= 63:
            rows = torch.randint(step + 1, (128,))
            observations, actions, rewards, followings, ends = (column[rows] for column in memory)
            with torch.no_grad():
                targets = double_dqn_targets(rewards, ends, net(followings), target(followings), gamma)
            values = net(observations).gather(1, actions[:, None])[:, 0]
            loss = F.mse_loss(values, targets)
            adam.zero_grad()
            loss.backward()
            adam.step()
            for group in adam.param_groups:
                group["lr"] = 2e-3 * (1 - 0.97 * step / n_steps)
            update_target(target, net, 0.02)
    return net

# %% wrong: double_dqn_targets
# Misconception: the target network chooses and values its own best action (plain DQN).
def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    return rewards + gamma * target_next.max(dim=1).values * ~terminated

# %% wrong: preprocess
# Misconception: making a picture smaller is taking every so-maniest pixel.
def preprocess(frame):
    grey = torch.from_numpy(np.asarray(frame) @ np.array([0.299, 0.587, 0.114]))
    return F.interpolate(grey[None, None], size=(84, 84), mode="nearest")[0, 0].round().numpy().astype(np.uint8)

# %% wrong: FrameStack
# Misconception: the picture stands still at first, so the places before the first frame are empty (black).
class FrameStack(FrameStack):
    def start(self, frame):
        self.frames.extend([np.zeros((84, 84), np.uint8)] * self.frames.maxlen)
        self.frames.append(preprocess(frame))
        return np.stack(self.frames)

# %% wrong: epsilon_at
# Misconception: exploration decays by a factor in each step.
def epsilon_at(step, start=1.0, end=0.05, n_steps=10_000):
    return float(max(end, start * (end / start) ** (step / n_steps)))

# %% wrong: train_q
# Misconception: a replay buffer and random tries are luxuries: follow what the net likes best, learn from the newest transition only.
def train_q(env, net, n_steps=4000, gamma=0.95, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)
    over = True
    for step in range(n_steps):
        if over:
            seen, _ = env.reset(seed=int(rng.integers(2**31)))
        values = net(torch.tensor(np.asarray(seen), dtype=torch.float32)[None])[0]
        action = int(values.argmax())
        following, reward, terminated, truncated, _ = env.step(action)
        over = terminated or truncated
        with torch.no_grad():
            next_value = 0.0 if over else net(torch.tensor(np.asarray(following), dtype=torch.float32)[None]).max()
        loss = (values[action] - (reward + gamma * next_value)) ** 2
        adam.zero_grad()
        loss.backward()
        adam.step()
        seen = following
    return net
