# %% right
# Intent: means over areas by two matrices of overlaps; double DQN with a numpy buffer, uniform draws, a softly
# moved target network and a learning rate that falls at the end.
import copy

import numpy as np
import torch
from torch import nn


def _overlaps(n_from, n_to):
    weights = np.zeros((n_to, n_from))
    size = n_from / n_to
    for i in range(n_to):
        low, high = i * size, (i + 1) * size
        for j in range(int(low), min(n_from, int(np.ceil(high)))):
            weights[i, j] = max(0.0, min(high, j + 1) - max(low, j))
        weights[i] /= weights[i].sum()
    return weights


def preprocess(frame):
    f = np.array(frame, dtype=np.float64)
    grey = 0.299 * f[:, :, 0] + 0.587 * f[:, :, 1] + 0.114 * f[:, :, 2]
    small = _overlaps(grey.shape[0], 84) @ grey @ _overlaps(grey.shape[1], 84).T
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


class FrameStack:
    def __init__(self, n_frames=4):
        self.n_frames = n_frames
        self.frames = []

    def start(self, frame):
        self.frames = [preprocess(frame)] * self.n_frames
        return np.array(self.frames)

    def push(self, frame, before):
        both = np.maximum(np.array(frame), np.array(before))
        self.frames = self.frames[1:] + [preprocess(both)]
        return np.array(self.frames)


class QNet(nn.Module):
    def __init__(self, n_actions, n_frames=4):
        super().__init__()
        self.conv1 = nn.Conv2d(n_frames, 32, 8, stride=4)
        self.conv2 = nn.Conv2d(32, 64, 4, stride=2)
        self.conv3 = nn.Conv2d(64, 64, 3)
        self.hidden = nn.Linear(64 * 7 * 7, 512)
        self.out = nn.Linear(512, n_actions)

    def forward(self, observations):
        x = observations.to(torch.float32) / 255
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        x = torch.relu(self.conv3(x))
        x = torch.relu(self.hidden(x.reshape(x.shape[0], -1)))
        return self.out(x)


def epsilon_at(step, start=1.0, end=0.05, n_steps=10_000):
    if step >= n_steps:
        return float(end)
    return start + (end - start) * step / n_steps


def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    best = online_next.argmax(dim=1)
    value = target_next[torch.arange(len(best)), best]
    value = torch.where(terminated, torch.zeros_like(value), value)
    return rewards + gamma * value


def update_target(target, online, tau=1.0):
    with torch.no_grad():
        for p, q in zip(target.parameters(), online.parameters()):
            p.copy_((1 - tau) * p + tau * q)


def train_q(env, net, n_steps=4000, gamma=0.95, seed=42):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    n_actions = int(env.action_space.n)
    target = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    seen_, act_, rew_, next_, term_ = [], [], [], [], []
    number = seed * 100_000
    seen, _ = env.reset(seed=number)
    for step in range(n_steps):
        if rng.random() < epsilon_at(step, 1.0, 0.1, max(1, int(0.6 * n_steps))):
            action = int(rng.integers(n_actions))
        else:
            with torch.no_grad():
                x = torch.from_numpy(np.array(seen, dtype=np.float32))[None]
                action = int(net(x)[0].argmax())
        following, reward, terminated, truncated, _ = env.step(action)
        seen_.append(np.array(seen, dtype=np.float32))
        act_.append(action)
        rew_.append(float(reward))
        next_.append(np.array(following, dtype=np.float32))
        term_.append(bool(terminated))
        seen = following
        if terminated or truncated:
            number += 1
            seen, _ = env.reset(seed=number)
        if step < 50:
            continue
        low = max(0, len(act_) - 50_000)
        rows = rng.integers(low, len(act_), size=64)
        x = torch.from_numpy(np.array([seen_[i] for i in rows]))
        x2 = torch.from_numpy(np.array([next_[i] for i in rows]))
        a = torch.tensor([act_[i] for i in rows])
        r = torch.tensor([rew_[i] for i in rows], dtype=torch.float32)
        t = torch.tensor([term_[i] for i in rows])
        with torch.no_grad():
            goal = double_dqn_targets(r, t, net(x2), target(x2), gamma)
        said = net(x)[torch.arange(len(rows)), a]
        loss = ((said - goal) ** 2).mean()
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, 0.1 + 2.0 * (1 - step / n_steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        update_target(target, net, 0.02)
    return net

# %% wrong: preprocess
# Misconception: making a picture smaller means taking every so-manieth pixel.
def preprocess(frame):
    f = np.array(frame, dtype=np.float64)
    grey = 0.299 * f[:, :, 0] + 0.587 * f[:, :, 1] + 0.114 * f[:, :, 2]
    rows = (np.arange(84) * grey.shape[0] / 84).astype(int)
    columns = (np.arange(84) * grey.shape[1] / 84).astype(int)
    return np.rint(grey[rows][:, columns]).astype(np.uint8)

# %% wrong: FrameStack
# Misconception: an episode begins with an empty history: black frames, and then the first one.
class FrameStack:
    def __init__(self, n_frames=4):
        self.n_frames = n_frames
        self.frames = []

    def start(self, frame):
        self.frames = [np.zeros((84, 84), dtype=np.uint8)] * (self.n_frames - 1) + [preprocess(frame)]
        return np.array(self.frames)

    def push(self, frame, before):
        both = np.maximum(np.array(frame), np.array(before))
        self.frames = self.frames[1:] + [preprocess(both)]
        return np.array(self.frames)

# %% wrong: FrameStack
# Misconception: flicker can be dealt with on the small grey pictures: the larger grey value of the two.
class FrameStack:
    def __init__(self, n_frames=4):
        self.n_frames = n_frames
        self.frames = []

    def start(self, frame):
        self.frames = [preprocess(frame)] * self.n_frames
        return np.array(self.frames)

    def push(self, frame, before):
        self.frames = self.frames[1:] + [np.maximum(preprocess(frame), preprocess(before))]
        return np.array(self.frames)

# %% wrong: epsilon_at
# Misconception: exploration decays exponentially, from the start towards the end value.
def epsilon_at(step, start=1.0, end=0.05, n_steps=10_000):
    return float(start * (end / start) ** min(1.0, step / n_steps))

# %% wrong: double_dqn_targets
# Misconception: the target network both chooses the best next action and values it.
def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    value = target_next.max(dim=1).values
    value = torch.where(terminated, torch.zeros_like(value), value)
    return rewards + gamma * value

# %% wrong: double_dqn_targets
# Misconception: the roles are the other way round: the steady target network chooses, the newest network values.
def double_dqn_targets(rewards, terminated, online_next, target_next, gamma):
    best = target_next.argmax(dim=1)
    value = online_next[torch.arange(len(best)), best]
    value = torch.where(terminated, torch.zeros_like(value), value)
    return rewards + gamma * value

# %% wrong: update_target
# Misconception: tau is the inertia, the share that the target network keeps, as in momentum; only 1 means a copy.
def update_target(target, online, tau=1.0):
    keep = tau if tau < 1.0 else 0.0
    with torch.no_grad():
        for p, q in zip(target.parameters(), online.parameters()):
            p.copy_(keep * p + (1 - keep) * q)

# %% wrong: train_q
# Misconception: what an action is worth is the mean reward that follows it at once.
def train_q(env, net, n_steps=4000, gamma=0.95, seed=42):
    rng = np.random.default_rng(seed)
    n_actions = int(env.action_space.n)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    xs, acts, rews = [], [], []
    number = seed * 100_000
    seen, _ = env.reset(seed=number)
    for step in range(n_steps):
        action = int(rng.integers(n_actions))
        if rng.random() > epsilon_at(step, 1.0, 0.1, max(1, n_steps // 2)):
            with torch.no_grad():
                action = int(net(torch.from_numpy(np.array(seen, dtype=np.float32))[None])[0].argmax())
        xs.append(np.array(seen, dtype=np.float32))
        seen, reward, terminated, truncated, _ = env.step(action)
        acts.append(action)
        rews.append(float(reward))
        if terminated or truncated:
            number += 1
            seen, _ = env.reset(seed=number)
        if step < 50:
            continue
        rows = rng.integers(0, len(acts), size=64)
        said = net(torch.from_numpy(np.array([xs[i] for i in rows])))
        said = said[torch.arange(len(rows)), torch.tensor([acts[i] for i in rows])]
        loss = ((said - torch.tensor([rews[i] for i in rows], dtype=torch.float32)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net
