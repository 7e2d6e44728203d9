# %% right
# Intent: exact area means as two matrices of overlaps in one einsum; a deque of small frames; the usual three
# convolutions; double DQN with a softly moved target network and a buffer of all transitions, one update per step.
import copy
from collections import deque

import torch.nn.functional as F


def _overlaps(n, m=84):
    edges = np.linspace(0.0, n, m + 1)
    low, high = edges[:-1, None], edges[1:, None]
    cells = np.arange(n)[None, :]
    return np.clip(np.minimum(high, cells + 1) - np.maximum(low, cells), 0.0, None) * m / n


def preprocess(frame):
    pixels = np.asarray(frame, dtype=np.float64)
    grey = np.einsum("hwc,c->hw", pixels, np.array([0.299, 0.587, 0.114]))
    small = _overlaps(grey.shape[0]) @ grey @ _overlaps(grey.shape[1]).T
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


class FrameStack:
    def __init__(self, n_frames=4):
        self.n_frames = n_frames
        self.frames = deque(maxlen=n_frames)

    def start(self, frame):
        small = preprocess(frame)
        self.frames.extend([small] * self.n_frames)
        return np.stack(self.frames)

    def push(self, frame, before):
        self.frames.append(preprocess(np.maximum(np.asarray(frame), np.asarray(before))))
        return np.stack(self.frames)


class QNet(nn.Module):
    def __init__(self, n_actions, n_frames=4):
        super().__init__()
        self.eyes = nn.Sequential(
            nn.Conv2d(n_frames, 32, 8, stride=4), nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2), nn.ReLU(),
            nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(),
        )
        self.head = nn.Sequential(nn.Linear(64 * 7 * 7, 512), nn.ReLU(), nn.Linear(512, n_actions))

    def forward(self, observations):
        return self.head(self.eyes(observations.to(torch.float32) / 255.0))


def epsilon_at(step, start=1.0, end=0.05, n_steps=10_000):
    if step >= n_steps:
        return float(end)
    return start + (end - start) * step / n_steps


@torch.no_grad()
def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    liked = online_next.argmax(dim=1, keepdim=True)
    later = target_next.gather(1, liked).squeeze(1)
    return rewards + gamma * torch.where(terminated, torch.zeros_like(later), later)


@torch.no_grad()
def update_target(target, online, tau=1.0):
    for theirs, ours in zip(target.parameters(), online.parameters()):
        theirs.lerp_(ours, tau)


def train_q(env, net, n_steps=4000, gamma=0.95, seed=42):
    rng = np.random.default_rng(seed)
    n_actions = int(env.action_space.n)
    target = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    decay = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, total_iters=n_steps)
    shape = np.shape(env.reset(seed=seed)[0])
    S, T = torch.zeros(2, n_steps, *shape)
    A, R = torch.zeros(n_steps, dtype=torch.int64), torch.zeros(n_steps)
    dead = torch.zeros(n_steps, dtype=torch.bool)

    seen, _ = env.reset(seed=seed)
    for step in range(n_steps):
        if rng.random() < epsilon_at(step, 1.0, 0.2, max(n_steps // 2, 1)):
            action = int(rng.integers(n_actions))
        else:
            with torch.no_grad():
                action = int(net(torch.from_numpy(np.asarray(seen, dtype=np.float32))[None]).argmax())
        following, reward, terminated, truncated, _ = env.step(action)
        S[step], T[step] = (torch.from_numpy(np.array(x, dtype=np.float32)) for x in (seen, following))
        A[step], R[step], dead[step] = action, float(reward), bool(terminated)
        seen = env.reset(seed=int(rng.integers(2**31)))[0] if terminated or truncated else following
        if step >= 31:
            i = torch.from_numpy(rng.integers(step + 1, size=64))
            with torch.no_grad():
                goal = double_dqn_targets(R[i], dead[i], net(T[i]), target(T[i]), gamma)
            said = net(S[i]).gather(1, A[i, None]).squeeze(1)
            optimizer.zero_grad()
            F.mse_loss(said, goal).backward()
            optimizer.step()
            decay.step()
            update_target(target, net, 0.02)
    return net

# %% wrong: double_dqn_targets
# Misconception: double means that the target network both chooses and values, beside the online one (a plain DQN).
@torch.no_grad()
def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    return rewards + gamma * torch.where(terminated, 0.0, target_next.amax(dim=1))

# %% wrong: preprocess, update_target
# Misconception: to make a picture smaller one takes every so many pixels; and tau is the share of the old target that is
# kept, as a momentum is.
def preprocess(frame):
    pixels = np.asarray(frame, dtype=np.float64)
    grey = np.einsum("hwc,c->hw", pixels, np.array([0.299, 0.587, 0.114]))
    rows = np.arange(84) * grey.shape[0] // 84
    columns = np.arange(84) * grey.shape[1] // 84
    return np.clip(np.rint(grey[np.ix_(rows, columns)]), 0, 255).astype(np.uint8)


@torch.no_grad()
def update_target(target, online, tau=1.0):
    for theirs, ours in zip(target.parameters(), online.parameters()):
        theirs.copy_(tau * theirs + (1.0 - tau) * ours)
