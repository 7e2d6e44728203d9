# %% right
# Intent: slices and a count of colours for the crop; a backward loop that starts anew at each point;
# REINFORCE on flattened pictures with one hidden layer, Adam at 0.02.
import numpy as np
import torch
from torch import nn


def crop(frame):
    small = np.array(frame)[34:194:2, 0:160:2].astype(np.int64)
    code = small[:, :, 0] * 65536 + small[:, :, 1] * 256 + small[:, :, 2]
    colours, counts = np.unique(code, return_counts=True)
    background = colours[counts.argmax()]
    return (code != background).astype(np.float32)


def with_motion(picture, before):
    now = np.array(picture, dtype=np.float32)
    earlier = np.array(before, dtype=np.float32)
    return np.array([now, now - earlier], dtype=np.float32)


def point_returns(rewards, gamma):
    n = len(rewards)
    out = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        if rewards[i] != 0:
            later = float(rewards[i])
        else:
            later = gamma * later
        out[i] = later
    return out


class BatPolicy(nn.Module):
    def __init__(self, height, width, n_actions, n_hidden=64):
        super().__init__()
        self.hidden = nn.Linear(2 * height * width, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, pictures):
        flat = pictures.reshape(pictures.shape[0], -1)
        return self.out(torch.relu(self.hidden(flat)))


def train_bat(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    height, width = env.observation_space.shape
    policy = BatPolicy(height, width, int(env.action_space.n))
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)
    number = seed * 100_000
    for _ in range(n_updates):
        xs, acts, weights = [], [], []
        for _ in range(n_games):
            picture, _ = env.reset(seed=number)
            number += 1
            before, over, rewards = picture, False, []
            while not over:
                x = with_motion(picture, before)
                with torch.no_grad():
                    z = policy(torch.from_numpy(x)[None])[0].numpy().astype(np.float64)
                p = np.exp(z - z.max())
                p /= p.sum()
                action = int(min(np.searchsorted(np.cumsum(p), rng.random(), side="right"), len(p) - 1))
                before = picture
                picture, reward, terminated, truncated, _ = env.step(action)
                xs.append(x)
                acts.append(action)
                rewards.append(float(reward))
                over = terminated or truncated
            weights.extend(point_returns(rewards, gamma))
        w = np.array(weights)
        w = (w - w.mean()) / (w.std() + 1e-8)
        logits = policy(torch.from_numpy(np.array(xs)))
        log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
        chosen = log_p[torch.arange(len(acts)), torch.tensor(acts)]
        loss = -(chosen * torch.from_numpy(w.astype(np.float32))).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy


def move(policy, picture, before):
    x = torch.from_numpy(with_motion(picture, before))
    with torch.no_grad():
        return int(policy(x[None])[0].argmax())

# %% wrong: crop
# Misconception: the background is the darkest thing there is, so everything brighter than it matters.
def crop(frame):
    small = np.array(frame)[34:194:2, 0:160:2].astype(np.float32).mean(axis=2)
    return (small > small.min()).astype(np.float32)

# %% wrong: crop
# Misconception: halving a picture's size means averaging 2 x 2 blocks, and the background is the corner's colour.
def crop(frame):
    field = np.array(frame)[34:194].astype(np.float32)
    small = (field[0::2, 0::2] + field[1::2, 0::2] + field[0::2, 1::2] + field[1::2, 1::2]) / 4
    return (np.abs(small - small[0, 0]).sum(axis=2) > 0).astype(np.float32)

# %% wrong: with_motion
# Misconception: motion is where something has changed, whichever way: an absolute difference.
def with_motion(picture, before):
    now = np.array(picture, dtype=np.float32)
    earlier = np.array(before, dtype=np.float32)
    return np.array([now, np.abs(now - earlier)], dtype=np.float32)

# %% wrong: point_returns
# Misconception: a game's return is discounted over the whole game, as all rewards of the episode follow from an action.
def point_returns(rewards, gamma):
    n = len(rewards)
    out = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        later = float(rewards[i]) + gamma * later
        out[i] = later
    return out

# %% wrong: move
# Misconception: a policy gives probabilities, so its action has to be drawn when it plays, too.
def move(policy, picture, before):
    x = torch.from_numpy(with_motion(picture, before))
    with torch.no_grad():
        p = torch.softmax(policy(x[None])[0], dim=0)
    return int(torch.multinomial(p, 1))
