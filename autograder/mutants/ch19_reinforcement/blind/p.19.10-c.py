# %% right
# Intent: a backward scan for gae; PPO with a Gaussian actor (tanh mean, free log deviation) and a critic that reads the
# same observation; the agent is the actor, packed as its sizes and float32 weights.
import base64

import torch.nn.functional as F


def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    r, v, w = (np.asarray(x, dtype=np.float64) for x in (rewards, values, next_values))
    dead, cut = np.asarray(terminated, dtype=bool), np.asarray(truncated, dtype=bool)
    surprise = r + gamma * np.where(dead, 0.0, w) - v
    on = gamma * lam * ~(dead | cut)
    out, later = np.empty(len(r)), 0.0
    for i in reversed(range(len(r))):
        later = surprise[i] + on[i] * later
        out[i] = later
    return out


class _Actor(nn.Module):
    def __init__(self, n_inputs, n_actions, n_hidden=64):
        super().__init__()
        self.sizes = (n_inputs, n_actions, n_hidden)
        self.body = nn.Sequential(
            nn.Linear(n_inputs, n_hidden), nn.Tanh(),
            nn.Linear(n_hidden, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_actions), nn.Tanh(),
        )
        self.log_std = nn.Parameter(torch.full((n_actions,), -0.5))
        with torch.no_grad():
            self.body[4].weight.mul_(0.1)

    def forward(self, x):
        return self.body(x.clamp(-10.0, 10.0))

    def spread(self, x):
        return torch.distributions.Normal(self(x), self.log_std.exp())


def train_walker(env, n_steps=12_000, seed=42):
    n_inputs, n_actions = env.observation_space.shape[0], env.action_space.shape[0]
    per_batch, gamma = 600, 0.95
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        actor = _Actor(n_inputs, n_actions)
        critic = nn.Sequential(nn.Linear(n_inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
        parameters = [*actor.parameters(), *critic.parameters()]
        optimizer = torch.optim.Adam(parameters, lr=2e-3)
        rng = np.random.default_rng(seed)
        seen, _ = env.reset(seed=seed)
        done = 0
        while done < n_steps:
            S, A, R, T, dead, cut = [], [], [], [], [], []
            for _ in range(min(per_batch, n_steps - done)):
                s = np.array(seen, dtype=np.float32)
                with torch.no_grad():
                    mean = actor(torch.from_numpy(s)[None])[0].numpy()
                    a = (mean + actor.log_std.exp().numpy() * rng.standard_normal(n_actions)).astype(np.float32)
                seen, reward, terminated, truncated, _ = env.step(np.clip(a, -1.0, 1.0))
                for kept, item in zip((S, A, R, T, dead, cut), (s, a, reward, np.array(seen), terminated, truncated)):
                    kept.append(item)
                if terminated or truncated:
                    seen, _ = env.reset(seed=int(rng.integers(2**31)))
            done += len(R)
            s, a, t = (torch.from_numpy(np.stack(x).astype(np.float32)) for x in (S, A, T))
            with torch.no_grad():
                v, w = critic(s)[:, 0], critic(t)[:, 0]
                old = actor.spread(s).log_prob(a).sum(dim=1)
            advantage = torch.from_numpy(gae(R, v.numpy(), w.numpy(), dead, cut, gamma, 0.95)).float()
            goal = advantage + v
            advantage = (advantage - advantage.mean()) / (advantage.std(correction=0) + 1e-8)
            for _ in range(10):
                for i in torch.from_numpy(rng.permutation(len(R))).split(100):
                    ratio = (actor.spread(s[i]).log_prob(a[i]).sum(dim=1) - old[i]).exp()
                    gain = torch.minimum(ratio * advantage[i], ratio.clamp(0.8, 1.2) * advantage[i])
                    loss = -gain.mean() + 0.5 * F.mse_loss(critic(s[i])[:, 0], goal[i])
                    optimizer.zero_grad()
                    loss.backward()
                    nn.utils.clip_grad_norm_(parameters, 1.0)
                    optimizer.step()
    return actor.eval()


def act(agent, observation):
    x = np.nan_to_num(np.asarray(observation, dtype=np.float32))
    with torch.no_grad():
        return agent(torch.from_numpy(x)[None])[0].clamp(-1.0, 1.0).numpy()


def pack_agent(agent):
    weights = nn.utils.parameters_to_vector(agent.parameters()).detach().cpu().numpy().astype("<f4")
    return ",".join(map(str, agent.sizes)) + ":" + base64.b64encode(weights.tobytes()).decode("ascii")


def unpack_agent(text):
    head, _, body = text.partition(":")
    agent = _Actor(*map(int, head.split(",")))
    weights = np.frombuffer(base64.b64decode(body), dtype="<f4").astype(np.float32)
    nn.utils.vector_to_parameters(torch.from_numpy(weights), agent.parameters())
    return agent.eval()

# %% wrong: gae
# Misconception: an episode is over when it is over: nothing follows a truncated one either.
def gae(rewards, values, next_values, terminated, truncated, gamma=0.99, lam=0.95):
    r, v, w = (np.asarray(x, dtype=np.float64) for x in (rewards, values, next_values))
    over = np.asarray(terminated, dtype=bool) | np.asarray(truncated, dtype=bool)
    surprise = r + gamma * np.where(over, 0.0, w) - v
    out, later = np.empty(len(r)), 0.0
    for i in reversed(range(len(r))):
        later = surprise[i] + gamma * lam * (not over[i]) * later
        out[i] = later
    return out

# %% wrong: act
# Misconception: a stochastic policy acts by drawing from its distribution, also when training is over.
def act(agent, observation):
    x = np.nan_to_num(np.asarray(observation, dtype=np.float32))
    with torch.no_grad():
        return agent.spread(torch.from_numpy(x)[None]).sample()[0].clamp(-1.0, 1.0).numpy()
