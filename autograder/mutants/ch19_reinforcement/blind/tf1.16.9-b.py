# %% right
# Intent: np.unique for the background, np.stack for motion; a small MLP, trained by REINFORCE on each point's return.
from torch.distributions import Categorical


def crop(frame):
    field = np.asarray(frame)[34:194:2, ::2].reshape(-1, 3)
    colours, counts = np.unique(field, axis=0, return_counts=True)
    return (field != colours[counts.argmax()]).any(axis=1).reshape(80, 80).astype(np.float32)


def with_motion(picture, before):
    picture = np.asarray(picture, dtype=np.float32)
    return np.stack([picture, picture - np.asarray(before, dtype=np.float32)])


def point_returns(rewards, gamma):
    returns, running = np.array(rewards, dtype=float), 0.0
    for i in reversed(range(len(returns))):
        running = returns[i] if returns[i] else gamma * running
        returns[i] = running
    return returns


class BatPolicy(nn.Module):
    def __init__(self, height, width, n_actions, n_hidden=64):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(2 * height * width, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_actions)
        )

    def forward(self, pictures):
        return self.layers(pictures)


def train_bat(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    torch.manual_seed(seed)
    seeds = np.random.default_rng(seed)
    policy = BatPolicy(*env.observation_space.shape, int(env.action_space.n))
    adam = torch.optim.Adam(policy.parameters(), lr=0.01)
    for _ in range(n_updates):
        pictures, actions, returns = [], [], []
        for _ in range(n_games):
            seen, _ = env.reset(seed=int(seeds.integers(2**31)))
            before, over, rewards = seen, False, []
            while not over:
                pictures.append(with_motion(seen, before))
                with torch.no_grad():
                    logits = policy(torch.from_numpy(pictures[-1])[None])[0]
                actions.append(int(torch.multinomial(logits.softmax(0), 1)))
                before = np.array(seen)
                seen, reward, terminated, truncated, _ = env.step(actions[-1])
                rewards.append(reward)
                over = terminated or truncated
            returns.append(point_returns(rewards, gamma))
        weights = np.concatenate(returns)
        weights = torch.from_numpy((weights - weights.mean()) / (weights.std() + 1e-8)).float()
        logits = policy(torch.from_numpy(np.stack(pictures)))
        loss = -(Categorical(logits=logits).log_prob(torch.tensor(actions)) * weights).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return policy


def move(policy, picture, before):
    with torch.no_grad():
        return int(policy(torch.from_numpy(with_motion(picture, before))[None]).argmax())

# %% wrong: crop
# Misconception: the background is black, that is whatever isn't 0 is a thing.
def crop(frame):
    return (np.asarray(frame)[34:194:2, ::2].sum(axis=2) > 0).astype(np.float32)

# %% wrong: with_motion
# Misconception: motion is how much a pixel changed, which has no sign.
def with_motion(picture, before):
    picture = np.asarray(picture, dtype=np.float32)
    return np.stack([picture, np.abs(picture - np.asarray(before, dtype=np.float32))])

# %% wrong: point_returns
# Misconception: a game is one episode, so what comes after a point counts for the actions before it, too.
def point_returns(rewards, gamma):
    returns, running = np.array(rewards, dtype=float), 0.0
    for i in reversed(range(len(returns))):
        running = returns[i] = returns[i] + gamma * running
    return returns

# %% wrong: train_bat
# Misconception: gradient ascent is wanted, and an optimiser climbs by itself: the loss is given without the minus.
def train_bat(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    torch.manual_seed(seed)
    seeds = np.random.default_rng(seed)
    policy = BatPolicy(*env.observation_space.shape, int(env.action_space.n))
    adam = torch.optim.Adam(policy.parameters(), lr=0.01)
    for _ in range(n_updates):
        pictures, actions, returns = [], [], []
        for _ in range(n_games):
            seen, _ = env.reset(seed=int(seeds.integers(2**31)))
            before, over, rewards = seen, False, []
            while not over:
                pictures.append(with_motion(seen, before))
                with torch.no_grad():
                    logits = policy(torch.from_numpy(pictures[-1])[None])[0]
                actions.append(int(torch.multinomial(logits.softmax(0), 1)))
                before = np.array(seen)
                seen, reward, terminated, truncated, _ = env.step(actions[-1])
                rewards.append(reward)
                over = terminated or truncated
            returns.append(point_returns(rewards, gamma))
        weights = np.concatenate(returns)
        weights = torch.from_numpy((weights - weights.mean()) / (weights.std() + 1e-8)).float()
        logits = policy(torch.from_numpy(np.stack(pictures)))
        loss = (Categorical(logits=logits).log_prob(torch.tensor(actions)) * weights).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return policy
