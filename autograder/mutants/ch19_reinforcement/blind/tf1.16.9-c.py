# %% right
# Intent: slicing and counting packed colours for the crop; stack for the motion; a backward scan for points; a flattened
# two-layer network that is trained by REINFORCE on normalised point returns.
import torch.nn.functional as F


def crop(frame):
    field = np.asarray(frame)[34:194:2, ::2].astype(np.int64)
    colours = np.einsum("hwc,c->hw", field, np.array([65536, 256, 1]))
    kinds, counts = np.unique(colours, return_counts=True)
    return (colours != kinds[counts.argmax()]).astype(np.float32)


def with_motion(picture, before):
    now, old = np.asarray(picture, dtype=np.float32), np.asarray(before, dtype=np.float32)
    return np.stack([now, now - old])


def point_returns(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64)
    out, later = np.empty(len(r)), 0.0
    for i in reversed(range(len(r))):
        later = r[i] if r[i] != 0.0 else gamma * later
        out[i] = later
    return out


class BatPolicy(nn.Module):
    def __init__(self, height, width, n_actions, n_hidden=64):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(2 * height * width, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_actions)
        )

    def forward(self, pictures):
        return self.layers(pictures)


def _bat_game(env, policy, seed, rng):
    picture, _ = env.reset(seed=seed)
    before, over, seen, actions, rewards = picture, False, [], [], []
    while not over:
        seen.append(with_motion(picture, before))
        with torch.no_grad():
            logits = policy(torch.from_numpy(seen[-1])[None])[0].numpy()
        actions.append(int(np.argmax(logits + rng.gumbel(size=logits.shape))))
        before = picture
        picture, reward, terminated, truncated, _ = env.step(actions[-1])
        rewards.append(float(reward))
        over = terminated or truncated
    return seen, actions, rewards


def train_bat(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        policy = BatPolicy(*env.observation_space.shape, int(env.action_space.n))
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
    for _ in range(n_updates):
        seen, actions, weights = [], [], []
        for _ in range(n_games):
            s, a, r = _bat_game(env, policy, int(rng.integers(2**31)), rng)
            seen += s
            actions += a
            weights.append(point_returns(r, gamma))
        w = torch.from_numpy(np.concatenate(weights)).float()
        w = (w - w.mean()) / (w.std(correction=0) + 1e-8)
        losses = F.cross_entropy(policy(torch.from_numpy(np.stack(seen))), torch.tensor(actions), reduction="none")
        optimizer.zero_grad()
        (losses @ w / len(w)).backward()
        optimizer.step()
    return policy


def move(policy, picture, before):
    with torch.no_grad():
        return int(policy(torch.from_numpy(with_motion(picture, before))[None]).argmax(dim=1))

# %% wrong: with_motion
# Misconception: motion is where anything has changed, so its sign does not matter.
def with_motion(picture, before):
    now, old = np.asarray(picture, dtype=np.float32), np.asarray(before, dtype=np.float32)
    return np.stack([now, np.abs(now - old)])

# %% wrong: crop, point_returns
# Misconception: the background is black, and all else is ball or bat; and a game's returns are those of any episode, in
# which later points count for earlier actions, too.
def crop(frame):
    field = np.asarray(frame)[34:194:2, ::2]
    return (field.max(axis=2) > 0).astype(np.float32)


def point_returns(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64)
    out, later = np.empty(len(r)), 0.0
    for i in reversed(range(len(r))):
        later = r[i] + gamma * later
        out[i] = later
    return out
