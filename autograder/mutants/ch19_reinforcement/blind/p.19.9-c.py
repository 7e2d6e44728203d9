# %% right
# Intent: a two-layer tanh network; REINFORCE with returns normalised over the batch of episodes and Adam; Gumbel noise
# from a seeded generator draws actions; pack is a header of sizes and half-precision weights in base64.
import base64

import torch.nn.functional as F


class Policy(nn.Module):
    def __init__(self, n_inputs, n_actions, n_hidden=32):
        super().__init__()
        self.hidden = nn.Linear(n_inputs, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, observations):
        return self.out(torch.tanh(self.hidden(observations)))


def discounted(rewards, ends, gamma):
    r, last = np.asarray(rewards, dtype=np.float64), np.asarray(ends, dtype=bool)
    out, later = np.empty(len(r)), 0.0
    for i in reversed(range(len(r))):
        later = r[i] + (0.0 if last[i] else gamma * later)
        out[i] = later
    return out


def normalised(returns):
    x = np.asarray(returns, dtype=np.float64)
    if x.size == 0 or np.ptp(x) == 0.0:
        return np.zeros_like(x)
    centred = x - x.mean()
    return centred / np.sqrt(np.mean(centred**2))


def policy_loss(logits, actions, advantages):
    chosen = logits.log_softmax(dim=-1).gather(1, actions[:, None]).squeeze(1)
    return -(chosen * advantages).mean()


def play(env, policy, seed):
    rng = np.random.default_rng(seed)
    seen, _ = env.reset(seed=seed)
    observations, actions, rewards = [], [], []
    while True:
        seen = np.array(seen, dtype=np.float32)
        with torch.no_grad():
            logits = policy(torch.from_numpy(seen)[None])[0].double().numpy()
        action = int(np.argmax(logits + rng.gumbel(size=logits.shape)))
        following, reward, terminated, truncated, _ = env.step(action)
        observations.append(seen)
        actions.append(action)
        rewards.append(float(reward))
        seen = following
        if terminated or truncated:
            return np.stack(observations), np.array(actions), np.array(rewards), bool(terminated)


def train_policy(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        policy = Policy(env.observation_space.shape[0], int(env.action_space.n), n_hidden)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.03)
    seeds = np.random.default_rng(seed)
    for _ in range(n_updates):
        games = [play(env, policy, int(number)) for number in seeds.integers(2**31, size=n_episodes)]
        returns = np.concatenate([discounted(r, np.arange(len(r)) == len(r) - 1, gamma) for _, _, r, _ in games])
        loss = policy_loss(
            policy(torch.from_numpy(np.concatenate([game[0] for game in games]))),
            torch.from_numpy(np.concatenate([game[1] for game in games])),
            torch.from_numpy(normalised(returns)).float(),
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy


def choose(policy, observation):
    with torch.no_grad():
        return int(policy(torch.as_tensor(np.asarray(observation, dtype=np.float32))[None]).argmax(dim=1))


def pack(policy):
    sizes = (policy.hidden.in_features, policy.out.out_features, policy.hidden.out_features)
    weights = torch.nn.utils.parameters_to_vector(policy.parameters()).detach().cpu().numpy().astype("<f2")
    return ",".join(map(str, sizes)) + ":" + base64.b64encode(weights.tobytes()).decode("ascii")


def unpack(text):
    head, _, body = "".join(text.split()).partition(":")
    policy = Policy(*map(int, head.split(",")))
    weights = np.frombuffer(base64.b64decode(body), dtype="<f2").astype(np.float32)
    torch.nn.utils.vector_to_parameters(torch.from_numpy(weights), policy.parameters())
    return policy


LUNAR_LANDER = """
8,4,64:orZ0NW+2wa4AsBqyeT/rP5m877iGMwy0XcB+wZK4/6v4RBc44L2/Oas/jDu0OVRAqCiBuTE4rLr0u0uwNTpjPKy4+TAru
Aq0xj0pQkhBRkPHOum8965vvSiz3rE1NHcsj8H9OT6yPT1lPog+7riduZo1Hr0JtP+9py/PuBezwilHts8t/Lclrx8/ZkJWwhrBE
0OdPOApZThptb84579rvlG5EDZtsWPBSqV3qru2B7d4tkE1nS0UNeu5Sr50vi2+7SRGpswocbG+uo++sr1VvyXCY7ABuwS8UD4wQ
Ms2tT2VKMa5WiUQuYM4ZjsSPuI8M58tuJWv1rjUtpm0R7gAuw64TbsVMoS6O71jvgE5zqxypc823rP/PB+z9rcqN3IwsbBAvA21/
LobN4S2QLCPrge4pbAAr1K29LlEwCA4eTeBOkO7cbZsvYE3STqWLMQtPDKAOWIzeTnvNKI8FrpcOHI6rTiJQJ2ydrtGvh9Cl0G4q
2Q5+KrrOJsw+T6YPOI9QLQDuB6x/7glNmZAzbNitHa5LD3PGRKptrwXL0i9S7gLtgAu4jF8MzS9X758v3LAc60Fu/SepLuCtAi0G
TvLOR8q/TSJNoo1k7y6weA9ukA/ppwrGTyuufK4FsRzvJO68zS7PRC4/zwcNUq7uDhgpM1AFrm+tAq6vDd1tDe/DL4erS44J7WLO
LE1HkJPPT49pLMosUG6h7JKPi9E0zaJOg02JbYBJPC8fDwYNgaykql8Jxs4HrF5ORCw5LjUvZO9Jrw/PF+VhDtSpv+pDLgFuJI0I
7xmHXi6djaZOuC17jRONK4ttTcINfk2fzbZvEW8gS8YNk60dD4ntHC5ozUCNYQn8LXrory2KzflPFZAVUDaRO+8rLkJvjU99TvNP
gY82zAwPPAngTiOuP+9JD0PPUvAEz3OqS08br7EvJa09TbUrHU6RTfSOVq6/zHwvPe4jjiBubktFEFDMhIyizjgNh+wEK7etCY4t
DyyQNjBmsCzQRo+9rQDPqk/Ej65uoa42LKeOBCzGDbruWK+bL1tvQ01S6yXMmQvujzUPGy7wLRSN8Yx4DcrOO68DMOPONk7EMQsu
mW7E60vPoBBwsC2OkiytjkPuCg65TTouI+4+bYyFAy+3awbvTS1AbY5tqgwGyncNRuzaDHNPXlAJ8ANwCK06jYytf45LDwUQW4x5
zglQ74xD0VJNay4QLsxuO6tJyyZuHojobcjM/A5rT1/PMS3FTgTKPwybrtuvcM+uT6kLXa8TzFFvAy5ILCMsHM2Qr/KqmjFgrOqO
PdAxjYXPBK1MziAuO03RxdqvOW5/Lp1Ni424rR1QCMwrTYHNAI29TkXvfKjGzFHNLMp2T0EPvuvNLNmO2U0r6hIqls4goX8qx46c
TmLtXm1h7nhNSIpVzB5tW44mzeWsE+3zyWDsBIwpLFYs1Q0ubKQsrYmvLlrsX00Rq9rr0ihLDYgtgO2WzG6usCiEjd8s2K6ta2IO
J25pbWbsY25tbd2NO+2gSMwNYY1Eiq0NBszXblTtQ0u0jwGuSg+IjfyP3i3zDcouji4pTk9vCqyvrQnr8I0tLmhtTo7YbdOLDK53
zM9PL46UrlpJ7m5rjeYOdu0Cz08ug04MbABuh26WDSzuIa0kzlDOP+9LjpDOz+4ODy0ujw8WbQutWs44bkVsJW6a7IbNrs0dTWfO
Iq2wzkosJ46pzHRvHU8UrjntxnD1LBqufssSsATPs0yMzzVPtPABbvROOI0/Dd2ueowCLEsriU8QL3qt148KEGduQA/PT+oLVCws
r0DwLSwLz7NOPe54jbQMiO8Zb5YM4g5azyVpka6yrRNPSquDkBdwNY6DLCZuja88UKUvDMyPbfrxM08RyajuSexYTuXwDE7s7mvP
+O+5j4QKk/Bhjt+tk8vED/UOCI5zTxxunQ6rDV5PI28VTDHuxU7kr50tFA93br2KkO/Rj0YvNw25ztFur6/yzuGtES5STgaQum5O
bxtvVy7rLLUvxS5ULAFuE89x7nrPHa4Y7h7r6E5e7dXPG+sAbofuwY+or0tvJA9SbyVQHa8Uj+iuftAYzmONP+0jLgAOXu05ayVv
lC0WLi6u70nuTwTwI84GDx8O7C58r2/vx6/CzREMFY8vz3cODQ5jjotKKQ5gbQ+rcU16bptuy49IaqOQEI7f7AiPPC/RjwoNhy7i
0GwPGvEGLj3uoK7ZURoHmwwJruBJlO0ejSYsA==
"""

# %% wrong: discounted
# Misconception: the rewards of a batch form one long stream; an episode's end does not stop them.
def discounted(rewards, ends, gamma):
    r = np.asarray(rewards, dtype=np.float64)
    out, later = np.empty(len(r)), 0.0
    for i in reversed(range(len(r))):
        later = r[i] + gamma * later
        out[i] = later
    return out

# %% wrong: policy_loss, choose
# Misconception: the loss is weighted by probabilities, not their logarithms (their gradients point the same way); and
# a policy always draws its actions, also when it is tried.
def policy_loss(logits, actions, advantages):
    chosen = logits.softmax(dim=-1).gather(1, actions[:, None]).squeeze(1)
    return -(chosen * advantages).mean()


def choose(policy, observation):
    with torch.no_grad():
        logits = policy(torch.as_tensor(np.asarray(observation, dtype=np.float32))[None])
        return int(torch.distributions.Categorical(logits=logits).sample())
