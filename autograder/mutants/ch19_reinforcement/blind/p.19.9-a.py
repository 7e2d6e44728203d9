# %% right
# Intent: two ReLU layers; returns by a backward loop; REINFORCE with Adam at 0.03 and draws by a numpy generator;
# the lander's weights are set by hand: a small control rule (angle, height) written as ReLU units.
import base64

import numpy as np
import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self, n_inputs, n_actions, n_hidden=32):
        super().__init__()
        self.hidden = nn.Linear(n_inputs, n_hidden)
        self.second = nn.Linear(n_hidden, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, observations):
        h = torch.relu(self.hidden(observations))
        h = torch.relu(self.second(h))
        return self.out(h)


def discounted(rewards, ends, gamma):
    n = len(rewards)
    result = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        if ends[i]:
            later = 0.0
        later = float(rewards[i]) + gamma * later
        result[i] = later
    return result


def normalised(returns):
    x = np.array(returns, dtype=np.float64)
    if x.size == 0 or x.max() == x.min():
        return np.zeros_like(x)
    return (x - x.mean()) / x.std()


def policy_loss(logits, actions, advantages):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    chosen = log_p[torch.arange(len(actions)), actions]
    return -(chosen * advantages).mean()


def play(env, policy, seed):
    rng = np.random.default_rng(seed)
    seen, _ = env.reset(seed=seed)
    observations, actions, rewards = [], [], []
    while True:
        x = np.array(seen, dtype=np.float32)
        with torch.no_grad():
            z = policy(torch.from_numpy(x)[None])[0].numpy().astype(np.float64)
        p = np.exp(z - z.max())
        p /= p.sum()
        action = int(min(np.searchsorted(np.cumsum(p), rng.random(), side="right"), len(p) - 1))
        seen, reward, terminated, truncated, _ = env.step(action)
        observations.append(x)
        actions.append(action)
        rewards.append(float(reward))
        if terminated or truncated:
            break
    return np.array(observations), np.array(actions, dtype=np.int64), np.array(rewards), bool(terminated)


def train_policy(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    torch.manual_seed(seed)
    policy = Policy(env.observation_space.shape[0], int(env.action_space.n), n_hidden)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.03)
    number = seed * 100_000
    for _ in range(n_updates):
        xs, acts, rews, ends = [], [], [], []
        for _ in range(n_episodes):
            x, a, r, _ = play(env, policy, number)
            number += 1
            xs.append(x)
            acts.append(a)
            rews.extend(r)
            ends.extend([False] * (len(r) - 1) + [True])
        weights = normalised(discounted(rews, ends, gamma))
        loss = policy_loss(
            policy(torch.from_numpy(np.concatenate(xs))),
            torch.from_numpy(np.concatenate(acts)),
            torch.from_numpy(weights.astype(np.float32)),
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy


def choose(policy, observation):
    x = torch.from_numpy(np.array(observation, dtype=np.float32))
    with torch.no_grad():
        return int(policy(x[None])[0].argmax())


def pack(policy):
    n_hidden, n_inputs = policy.hidden.weight.shape
    n_actions = policy.out.weight.shape[0]
    numbers = np.concatenate([p.detach().cpu().numpy().ravel() for p in policy.parameters()])
    body = base64.b64encode(numbers.astype("<f2").tobytes()).decode("ascii")
    return f"{n_inputs},{n_actions},{n_hidden}:{body}"


def unpack(text):
    head, body = "".join(text.split()).split(":")
    n_inputs, n_actions, n_hidden = (int(word) for word in head.split(","))
    numbers = np.frombuffer(base64.b64decode(body), dtype="<f2").astype(np.float32)
    policy = Policy(n_inputs, n_actions, n_hidden)
    at = 0
    with torch.no_grad():
        for p in policy.parameters():
            p.copy_(torch.from_numpy(numbers[at : at + p.numel()].copy()).reshape(p.shape))
            at += p.numel()
    return policy


LUNAR_LANDER = "8,4,14:ADgAAAA8AAAAAAAAAAAAAAA4AAAAPAAAAAAAAAAAAAAAPAAAAAAAAAAAAAAAAAAAALwAAAAAAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAC8AAAAAAAAAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAC8AAAAAAAAAAAAAAAAAAAAAAA8AAAAAAAAAAAAAAAAAAAAvAAAAAAAAAAAAAAAAAAAAAAAPAAAAAAAAAAAAAAAAAAAALwAAAAAAAAAAAAAAAAAAAAAADwAPAAAAAAAAAAAAAAAAAA8ADxmNma2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC8ADgAuAAAAAAAAAAAAAAAAAC4ADgAvAA8AM0ATQC4ADgAgACAAIAAgACAAIAAOAC4ADwAvADNAE0AAAAAZjRmNAC4ADgAuAA4AAAAAAAAAAAAzQBNAAAAAAAAAAAAAAAAALgAOAAAAAAAAAAAAE0AzQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmsmYyAAAAzQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADwAPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGYqAAAAAAAA"

# %% wrong: discounted
# Misconception: rewards are one long stream; discounting alone keeps episodes apart well enough.
def discounted(rewards, ends, gamma):
    n = len(rewards)
    result = np.zeros(n)
    later = 0.0
    for i in range(n - 1, -1, -1):
        later = float(rewards[i]) + gamma * later
        result[i] = later
    return result

# %% wrong: policy_loss
# Misconception: a policy's logits are already the log probabilities.
def policy_loss(logits, actions, advantages):
    chosen = logits[torch.arange(len(actions)), actions]
    return -(chosen * advantages).mean()

# %% wrong: normalised
# Misconception: normalising means to bring the numbers into the range from -1 to 1.
def normalised(returns):
    x = np.array(returns, dtype=np.float64)
    if x.size == 0 or x.max() == x.min():
        return np.zeros_like(x)
    return 2.0 * (x - x.min()) / (x.max() - x.min()) - 1.0

# %% wrong: play
# Misconception: one should always play the best action one knows; a good policy does not draw lots.
def play(env, policy, seed):
    seen, _ = env.reset(seed=seed)
    observations, actions, rewards = [], [], []
    while True:
        x = np.array(seen, dtype=np.float32)
        with torch.no_grad():
            action = int(policy(torch.from_numpy(x)[None])[0].argmax())
        seen, reward, terminated, truncated, _ = env.step(action)
        observations.append(x)
        actions.append(action)
        rewards.append(float(reward))
        if terminated or truncated:
            break
    return np.array(observations), np.array(actions, dtype=np.int64), np.array(rewards), bool(terminated)

# %% wrong: play
# Misconception: "terminated" says that the episode is over, for whatever reason.
def play(env, policy, seed):
    rng = np.random.default_rng(seed)
    seen, _ = env.reset(seed=seed)
    observations, actions, rewards = [], [], []
    over = False
    while not over:
        x = np.array(seen, dtype=np.float32)
        with torch.no_grad():
            z = policy(torch.from_numpy(x)[None])[0].numpy().astype(np.float64)
        p = np.exp(z - z.max())
        p /= p.sum()
        action = int(min(np.searchsorted(np.cumsum(p), rng.random(), side="right"), len(p) - 1))
        seen, reward, terminated, truncated, _ = env.step(action)
        over = bool(terminated or truncated)
        observations.append(x)
        actions.append(action)
        rewards.append(float(reward))
    return np.array(observations), np.array(actions, dtype=np.int64), np.array(rewards), over

# %% wrong: train_policy
# Misconception: Adam's usual learning rate adapts by itself, so it fits everywhere.
def train_policy(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    torch.manual_seed(seed)
    policy = Policy(env.observation_space.shape[0], int(env.action_space.n), n_hidden)
    optimizer = torch.optim.Adam(policy.parameters())
    number = seed * 100_000
    for _ in range(n_updates):
        xs, acts, rews, ends = [], [], [], []
        for _ in range(n_episodes):
            x, a, r, _ = play(env, policy, number)
            number += 1
            xs.append(x)
            acts.append(a)
            rews.extend(r)
            ends.extend([False] * (len(r) - 1) + [True])
        weights = normalised(discounted(rews, ends, gamma))
        loss = policy_loss(
            policy(torch.from_numpy(np.concatenate(xs))),
            torch.from_numpy(np.concatenate(acts)),
            torch.from_numpy(weights.astype(np.float32)),
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy

# %% wrong: choose
# Misconception: a stochastic policy has to be drawn from when it is used, too.
def choose(policy, observation):
    x = torch.from_numpy(np.array(observation, dtype=np.float32))
    with torch.no_grad():
        p = torch.softmax(policy(x[None])[0], dim=0)
    return int(torch.multinomial(p, 1))

# %% wrong: pack, unpack
# Misconception: what a network has learned is in its weight matrices; biases can be left out.
def pack(policy):
    n_hidden, n_inputs = policy.hidden.weight.shape
    n_actions = policy.out.weight.shape[0]
    numbers = np.concatenate([p.detach().cpu().numpy().ravel() for p in policy.parameters() if p.ndim == 2])
    body = base64.b64encode(numbers.astype("<f2").tobytes()).decode("ascii")
    return f"{n_inputs},{n_actions},{n_hidden}:{body}"


def unpack(text):
    head, body = "".join(text.split()).split(":")
    n_inputs, n_actions, n_hidden = (int(word) for word in head.split(","))
    numbers = np.frombuffer(base64.b64decode(body), dtype="<f2").astype(np.float32)
    policy = Policy(n_inputs, n_actions, n_hidden)
    at = 0
    with torch.no_grad():
        for p in policy.parameters():
            if p.ndim == 1:
                p.zero_()
                continue
            p.copy_(torch.from_numpy(numbers[at : at + p.numel()].copy()).reshape(p.shape))
            at += p.numel()
    return policy

# %% wrong: LUNAR_LANDER
# Misconception: the left engine pushes to the left (actions 1 and 3 are mixed up).
LUNAR_LANDER = "8,4,14:ADgAAAA8AAAAAAAAAAAAAAA4AAAAPAAAAAAAAAAAAAAAPAAAAAAAAAAAAAAAAAAAALwAAAAAAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAC8AAAAAAAAAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAC8AAAAAAAAAAAAAAAAAAAAAAA8AAAAAAAAAAAAAAAAAAAAvAAAAAAAAAAAAAAAAAAAAAAAPAAAAAAAAAAAAAAAAAAAALwAAAAAAAAAAAAAAAAAAAAAADwAPAAAAAAAAAAAAAAAAAA8ADxmNma2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC8ADgAuAAAAAAAAAAAAAAAAAC4ADgAvAA8AM0ATQC4ADgAgACAAIAAgACAAIAAOAC4ADwAvADNAE0AAAAAZjRmNAC4ADgAuAA4AAAAAAAAAAAAzQBNAAAAAAAAAAAAAAAAALgAOAAAAAAAAAAAAE0AzQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmsmYyAAAAzQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADwAPAAAAAAAAAAAAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGYqAAAAAAAA"
