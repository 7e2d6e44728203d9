# %% right
# Intent: one hidden layer, torch.distributions for draws and log probabilities, Adam on the normalised returns less a batch's mean; pack by torch.save and base64.
import io

from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self, n_inputs, n_actions, n_hidden=32):
        super().__init__()
        self.hidden = nn.Linear(n_inputs, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, observations):
        return self.out(torch.tanh(self.hidden(observations)))


def discounted(rewards, ends, gamma):
    returns, running = np.array(rewards, dtype=float), 0.0
    for i in reversed(range(len(returns))):
        running = returns[i] + gamma * running * (not ends[i])
        returns[i] = running
    return returns


def normalised(returns):
    returns = np.asarray(returns, dtype=float)
    if len(returns) == 0 or np.ptp(returns) == 0:
        return np.zeros(len(returns))
    return (returns - returns.mean()) / returns.std()


def policy_loss(logits, actions, advantages):
    return -(Categorical(logits=logits).log_prob(actions) * advantages).mean()


def play(env, policy, seed):
    draws = torch.Generator().manual_seed(seed)
    seen, _ = env.reset(seed=seed)
    observations, actions, rewards, over = [], [], [], False
    while not over:
        observations.append(np.array(seen, dtype=np.float32))
        with torch.no_grad():
            logits = policy(torch.from_numpy(observations[-1])[None])[0]
        actions.append(int(torch.multinomial(logits.softmax(0), 1, generator=draws)))
        seen, reward, terminated, truncated, _ = env.step(actions[-1])
        rewards.append(reward)
        over = terminated or truncated
    return np.stack(observations), np.array(actions, dtype=np.int64), np.array(rewards, dtype=np.float64), bool(terminated)


def train_policy(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    torch.manual_seed(seed)
    seeds = np.random.default_rng(seed)
    policy = Policy(env.observation_space.shape[0], int(env.action_space.n), n_hidden)
    adam = torch.optim.Adam(policy.parameters(), lr=0.03)
    for _ in range(n_updates):
        episodes = [play(env, policy, int(seeds.integers(2**31))) for _ in range(n_episodes)]
        observations, actions, rewards = (np.concatenate([e[i] for e in episodes]) for i in range(3))
        ends = np.concatenate([np.arange(len(e[2])) == len(e[2]) - 1 for e in episodes])
        advantages = torch.from_numpy(normalised(discounted(rewards, ends, gamma))).float()
        loss = policy_loss(policy(torch.from_numpy(observations)), torch.from_numpy(actions), advantages)
        adam.zero_grad()
        loss.backward()
        adam.step()
    return policy


def choose(policy, observation):
    with torch.no_grad():
        return int(policy(torch.tensor(np.asarray(observation), dtype=torch.float32)[None]).argmax())


def pack(policy):
    file = io.BytesIO()
    torch.save({name: value.half() for name, value in policy.state_dict().items()}, file)
    return base64.b64encode(file.getvalue()).decode()


def unpack(text):
    state = torch.load(io.BytesIO(base64.b64decode("".join(text.split()))), weights_only=True)
    n_hidden, n_inputs = state["hidden.weight"].shape
    policy = Policy(n_inputs, len(state["out.bias"]), n_hidden)
    policy.load_state_dict(state)
    return policy


# Trained by imitating the rule by hand of gymnasium, on states that the policy itself has met.
LUNAR_LANDER = """
UEsDBAAACAgAAAAAAAAAAAAAAAAAAAAAAAAQABIAYXJjaGl2ZS9kYXRhLnBrbEZCDgBaWlpaWlpaWlpaWlpaWoACfXEAKFgNAAAAaGlkZGVuLn
dlaWdodHEBY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQIoKFgHAAAAc3RvcmFnZXEDY3RvcmNoCkhhbGZTdG9yYWdlCnEEWAEA
AAAwcQVYAwAAAGNwdXEGTQACdHEHUUsAS0BLCIZxCEsISwGGcQmJY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEKKVJxC3RxDFJxDVgLAAAAaG
lkZGVuLmJpYXNxDmgCKChoA2gEWAEAAAAxcQ9oBktAdHEQUUsAS0CFcRFLAYVxEoloCilScRN0cRRScRVYCgAAAG91dC53ZWlnaHRxFmgCKCho
A2gEWAEAAAAycRdoBk0AAXRxGFFLAEsES0CGcRlLQEsBhnEaiWgKKVJxG3RxHFJxHVgIAAAAb3V0LmJpYXNxHmgCKChoA2gEWAEAAAAzcR9oBk
sEdHEgUUsASwSFcSFLAYVxIoloCilScSN0cSRScSV1LlBLBwjdrVcifQEAAH0BAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAABcAPgBhcmNo
aXZlLy5mb3JtYXRfdmVyc2lvbkZCOgBaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaMV
BLBwi379yDAQAAAAEAAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAABoANwBhcmNoaXZlLy5zdG9yYWdlX2FsaWdubWVudEZCMwBaWlpaWlpa
WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo2NFBLBwg/d3HpAgAAAAIAAABQSwMEAAAICAAAAAAAAAAAAAAAAA
AAAAAAABEAPwBhcmNoaXZlL2J5dGVvcmRlckZCOwBaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpa
WlpaWlpaWmxpdHRsZVBLBwiFPeMZBgAAAAYAAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAAA4APgBhcmNoaXZlL2RhdGEvMEZCOgBaWlpaWl
paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaRC9wNCGxy6YgM7M6kz78PjYzNh67NIqxwr2rwcy9
tbwoPR07k8C8quA9Oz86QE4/Azn7MwE5v7uQvc68xD2+PmO3IasMu2G63DzARBG4M7v+xDi/lTHfvZ0wPL2iPNY8L7xrtOC5hDsMPuFDEjUFNX
A617qpsjy8hbeWviG6PrYhQMsvk7w7tU5AqkJ/wl3BD669PLY4dToPuJu9xbzfvakrnTahLyO+djSBMGe3QLRKQEowFUV4No60mDX+urm4PEEX
PUA6Pjf+tD+7W7zTupHAAz8wwjvB+j1oPbQ5KT1kMqUrbDS7ui41FjzkOvo7BTLksvexhbL0uV+8k7x6vMfDlbvNPam8Vb3SwLs7Pbh1sPg5mJ
bYOi4xNTMCOh43ezZCumE0cbjXui/BSa1SuXCwzCkZN/iy3L0gw0Y5xjYiOtG1uLSWuaw7dzxwvGC5zLkbNRy1SDW9P6JB7LztPT0yADJLOMGt
yL4/w/ZBfUAWrO84Q6jwOFQ05TyYPBM8dL4JvC+4zbnlKp89crhrt1+xcztOrnY42bQLs6S7ebjVMdUtfS9wNcW8ZsHJv5i/bDmuu0o4Arwpud
K55j61Pqi44jz8Mn06XbkXuLG1eiBKOqo0NTqlu4i7DsQtvDm6Hz7ZO9G6uTyOPLexpTXhqSM1VLgpr8y5/zfILkK7ZrpSwQ+1RsSqtbo4Sjts
QlFBMC0KukWz3be+O9k+CDgLOB28q7YcuD27Jz/MNgu7urc7sckwBy9cOUm2DbrCvJq8Lba5PEuxQjzlNQ0v+bZxuK0qfrwoq667WSrBOHS1xz
SNJ7SkeDVILjk0jTe1vVm9XylrOXmlJztiuZy7lDXXMvQqlrFBsIO1lDq+PtA/5j+NRBq8hLyrvBU5dUBONkI4pjGGOdAlozp4sdy+8jqtOke5
Sj0CNtM8kLdDtguuzS5TuF055Si6Odu2Qri0vB+8mLD2u1G4sD8qNCG0iDj1slS56zSiquI4srdOt0nAEMCOtUA2w7aDOs8+x0GhrJY6ATvuOO
xADjpTuEm0sr16vfY6bbUtvpS2nz8FtEu7c7Rao5Y5ZbibOSk3pqi0PAA98LVHtMeySrnCPU9BgbwguBKzvzS0HGM6MDa6rPS3jbc+NLO90KWm
vNO6zLSkoYE15rRfObvDkjnBtHS9zq/Eu6y6zL5WvyVAYDh8sAS8UbkRPR3AtTqEtZaqkLtSPx9AwDHMs+G1crjENEo7uDw3PKiUvjSfroI3tb
bCvSI9ZT4pNtu8AyTgvB27GbbvNfs4JbuvLKC5wTS+PR1Ewj+RP+itWjbEre04M7SGvD2xVLlfuFm9LrxJQPs6CEE3NsE2pTkHvdE02rj1uJ+6
Az+kP1BLBwh28BzwAAQAAAAEAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAAA4ABABhcmNoaXZlL2RhdGEvMUZCAADyrhCyFDhrNQYt0bo5LQ
WxwrQzsks6PjjvNTauzzftrkq6EbTyMccxHLAur0ItdK09tGe1IrSyL92vp523Nn0u7DPoNAKzr679srA3ubERtSszBbvksvqqTaZsuiU0vZY9
uI2xYyoXMUy2MTertRy5Hy6XNPuuPzR9KHy2ZrJOMlBLBwg7wet6gAAAAIAAAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAAA4ABABhcmNoaX
ZlL2RhdGEvMkZCAACVOm+3tjrYNGW5kryJNJu5aL32suS3FDbeMSY3QDMTudO8UTxvuF8zIrjpMrg68DlptwglZrhrNlg4B7iKOY+5SDn8tHm3
urabMlu5PbT+OHQ2TL2OOZA7oLWyNDm6eTbBuWW4kzoOuYesebjns3S4bi5EMoE4ALVEOP8rjTTmLzG+c0CKvhQ1lsBkvvbAEzzOv4o/wi+vQN
I9ycHcuCY94DadtX86nTkDtAm8MEDHvIm65zv8Qb20ETpXQD+3TTDKw9W8HLVjPFM2mLiENN04R7yyvJg3gTYhPl8eIkDAvT4/yqwWuSq/4DYV
neW7S7Jcq6y70DZQrxjBgzmPu/+ufqxnLBu4hDj6OAZEHLoEPEs8SL6bOb+2/b1WNSY3fyl6QP66GDhWp/g1xbgaLSi6fzzevPa14zwQvsU2p7
x9OcIzYzqqOHW5cr+hPDCwgrnlNjxCb7tavxS9zrnYuNm6V7n9NDS3njYEufY8q7hCuM09xDhWuJQ83rQUuRO4+Tx9t/a89Tlfvc9B8r2LQDu7
7kEMNEG0q8BsLadBDLSxtde9WDFXvO+83jfBPk3BWjXjN245LLzrvsk1MsCHOOY1GkGFMvk5BzU1PDiyVDmbtA8wIrdGuRg24Dm8OXE7lD0TNK
A4gLT8PF44/rvqP9g9SL8zszi6cbzVQOqayj1SvVBLBwhh0XNKAAIAAAACAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAAA4ABABhcmNoaXZl
L2RhdGEvM0ZCAAA1qD2zMzRWr1BLBwhmJ7xYCAAAAAgAAABQSwMEAAAICAAAAAAAAAAAAAAAAAAAAAAAAA8AOwBhcmNoaXZlL3ZlcnNpb25GQj
cAWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWjMKUEsHCNGeZ1UCAAAAAgAAAFBLAwQAAAgI
AAAAAAAAAAAAAAAAAAAAAAAAHgAyAGFyY2hpdmUvLmRhdGEvc2VyaWFsaXphdGlvbl9pZEZCLgBaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWl
paWlpaWlpaWlpaWlpaWlpaWlpaMTA3Nzg2MjcyOTc5OTg1NDE2MjUwNTg4NzQ0ODY0MDQwMjU0NTQ2OVBLBwilmwG0KAAAACgAAABQSwECAAAA
AAgIAAAAAAAA3a1XIn0BAAB9AQAAEAAAAAAAAAAAAAAAAAAAAAAAYXJjaGl2ZS9kYXRhLnBrbFBLAQIAAAAACAgAAAAAAAC379yDAQAAAAEAAA
AXAAAAAAAAAAAAAAAAAM0BAABhcmNoaXZlLy5mb3JtYXRfdmVyc2lvblBLAQIAAAAACAgAAAAAAAA/d3HpAgAAAAIAAAAaAAAAAAAAAAAAAAAA
AFECAABhcmNoaXZlLy5zdG9yYWdlX2FsaWdubWVudFBLAQIAAAAACAgAAAAAAACFPeMZBgAAAAYAAAARAAAAAAAAAAAAAAAAANICAABhcmNoaX
ZlL2J5dGVvcmRlclBLAQIAAAAACAgAAAAAAAB28BzwAAQAAAAEAAAOAAAAAAAAAAAAAAAAAFYDAABhcmNoaXZlL2RhdGEvMFBLAQIAAAAACAgA
AAAAAAA7wet6gAAAAIAAAAAOAAAAAAAAAAAAAAAAANAHAABhcmNoaXZlL2RhdGEvMVBLAQIAAAAACAgAAAAAAABh0XNKAAIAAAACAAAOAAAAAA
AAAAAAAAAAAJAIAABhcmNoaXZlL2RhdGEvMlBLAQIAAAAACAgAAAAAAABmJ7xYCAAAAAgAAAAOAAAAAAAAAAAAAAAAANAKAABhcmNoaXZlL2Rh
dGEvM1BLAQIAAAAACAgAAAAAAADRnmdVAgAAAAIAAAAPAAAAAAAAAAAAAAAAABgLAABhcmNoaXZlL3ZlcnNpb25QSwECAAAAAAgIAAAAAAAApZ
sBtCgAAAAoAAAAHgAAAAAAAAAAAAAAAACSCwAAYXJjaGl2ZS8uZGF0YS9zZXJpYWxpemF0aW9uX2lkUEsGBiwAAAAAAAAAHgMtAAAAAAAAAAAA
CgAAAAAAAAAKAAAAAAAAAIMCAAAAAAAAOAwAAAAAAABQSwYHAAAAALsOAAAAAAAAAQAAAFBLBQYAAAAACgAKAIMCAAA4DAAAAAA=
"""

# %% wrong: discounted
# Misconception: rewards are one long stream; what comes after an episode's end goes on counting.
def discounted(rewards, ends, gamma):
    returns, running = np.array(rewards, dtype=float), 0.0
    for i in reversed(range(len(returns))):
        running = returns[i] = returns[i] + gamma * running
    return returns

# %% wrong: policy_loss
# Misconception: the policy gradient is that of the expected advantage, so the probability itself (not its log) is weighted.
def policy_loss(logits, actions, advantages):
    return -(logits.softmax(-1).gather(1, actions[:, None])[:, 0] * advantages).mean()

# %% wrong: play
# Misconception: an episode that ended, ended: out of time is terminated, too.
def play(env, policy, seed):
    draws = torch.Generator().manual_seed(seed)
    seen, _ = env.reset(seed=seed)
    observations, actions, rewards, over = [], [], [], False
    while not over:
        observations.append(np.array(seen, dtype=np.float32))
        with torch.no_grad():
            logits = policy(torch.from_numpy(observations[-1])[None])[0]
        actions.append(int(torch.multinomial(logits.softmax(0), 1, generator=draws)))
        seen, reward, terminated, truncated, _ = env.step(actions[-1])
        rewards.append(reward)
        over = terminated or truncated
    return np.stack(observations), np.array(actions, dtype=np.int64), np.array(rewards, dtype=np.float64), bool(over)

# %% wrong: choose
# Misconception: a stochastic policy is always to be drawn from, also after training.
def choose(policy, observation):
    with torch.no_grad():
        logits = policy(torch.tensor(np.asarray(observation), dtype=torch.float32)[None])
    return int(Categorical(logits=logits).sample())

# %% wrong: train_policy
# Misconception: Adam finds its own step sizes, so its default learning rate is always the right one.
def train_policy(env, n_updates=40, n_episodes=12, gamma=0.95, n_hidden=32, seed=42):
    torch.manual_seed(seed)
    seeds = np.random.default_rng(seed)
    policy = Policy(env.observation_space.shape[0], int(env.action_space.n), n_hidden)
    adam = torch.optim.Adam(policy.parameters())
    for _ in range(n_updates):
        episodes = [play(env, policy, int(seeds.integers(2**31))) for _ in range(n_episodes)]
        observations, actions, rewards = (np.concatenate([e[i] for e in episodes]) for i in range(3))
        ends = np.concatenate([np.arange(len(e[2])) == len(e[2]) - 1 for e in episodes])
        advantages = torch.from_numpy(normalised(discounted(rewards, ends, gamma))).float()
        loss = policy_loss(policy(torch.from_numpy(observations)), torch.from_numpy(actions), advantages)
        adam.zero_grad()
        loss.backward()
        adam.step()
    return policy
