"""Chapter 19, landing by policy gradients (p.19.9): the answers."""

import base64
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from course import device


class Policy(nn.Module):
    """A network that says how much it likes each action.

    Parameters
    ----------
    n_inputs : numbers in an observation.
    n_actions : how many actions there are.
    n_hidden : size of the hidden layers, or of the only one.

    Examples
    --------
    >>> Policy(n_inputs=8, n_actions=4)(torch.zeros(5, 8)).shape
    torch.Size([5, 4])
    """

    def __init__(self, n_inputs: int, n_actions: int, n_hidden: int = 32) -> None:
        super().__init__()
        self.hidden = nn.Linear(n_inputs, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, observations: Tensor) -> Tensor:
        """Return the logits of the actions' probabilities, (B, n_actions).

        Parameters
        ----------
        observations : (B, n_inputs) float32
        """
        logits: Tensor = self.out(torch.tanh(self.hidden(observations)))
        return logits


def discounted(rewards: ArrayLike, ends: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """Return what each action of some episodes has led to.

    Parameters
    ----------
    rewards : (n,) of one episode after the other.
    ends : (n,) True where an episode's last reward stands, be it terminated or
        truncated. The last episode may not have ended yet.
    gamma : the discount factor.

    Returns
    -------
    (n,) for each action the sum of its own reward and all later ones of its episode,
    each discounted by the steps between.

    Examples
    --------
    >>> discounted([10, 0, -50, 4, 2], [False, False, True, False, True], 0.5).tolist()
    [-2.5, -25.0, -50.0, 5.0, 2.0]
    """
    reward, last = np.asarray(rewards, dtype=float), np.asarray(ends, dtype=bool)
    returns, following = np.zeros(len(reward)), 0.0
    for t in reversed(range(len(reward))):
        following = reward[t] + gamma * following * (not last[t])
        returns[t] = following
    return returns


def normalised(returns: ArrayLike) -> NDArray[np.float64]:
    """Return returns moved and scaled, so that half of the actions, or so, look better
    than usual.

    Parameters
    ----------
    returns : (n,) of all episodes of a batch.

    Returns
    -------
    (n,) with mean 0 and standard deviation 1 (that of numpy, divided by n); or only
    zeros, if all returns are equal.

    Examples
    --------
    >>> normalised([1, 3, 3, 1]).tolist(), normalised([2, 2]).tolist()
    ([-1.0, 1.0, 1.0, -1.0], [0.0, 0.0])
    """
    values = np.asarray(returns, dtype=float)
    scaled: NDArray[np.float64] = (values - values.mean()) / (values.std() if np.ptp(values) else 1.0)
    return scaled


def policy_loss(logits: Tensor, actions: Tensor, advantages: Tensor) -> Tensor:
    """Return the loss whose gradient is the policy gradient: following it downwards
    makes actions likelier whose advantage is above 0, and others less likely.

    Parameters
    ----------
    logits : (n, n_actions) of the policy.
    actions : (n,) int64, what was done.
    advantages : (n,) how much better than usual it turned out.

    Returns
    -------
    () minus the mean of the log probability of what was done times its advantage.

    Examples
    --------
    >>> logits = torch.zeros(2, 4)
    >>> loss = policy_loss(logits, torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
    >>> round(loss.item(), 4)
    2.0794
    """
    log_probabilities = torch.log_softmax(logits, dim=1)  # (n, n_actions)
    chosen = log_probabilities.gather(1, actions[:, None])[:, 0]
    return -(chosen * advantages).mean()


def play(
    env: gym.Env[Any, Any], policy: nn.Module, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64], bool]:
    """Play one episode, with each action drawn by the policy's probabilities.

    Parameters
    ----------
    env : with gymnasium's interface, its actions numbered from 0. An episode ends as
        terminated, or as truncated.
    policy : gives logits for a batch of observations; it is on the CPU.
    seed : given to ``env.reset(seed=…)``. It decides the actions' draws, too: the same
        seed plays the same episode.

    Returns
    -------
    observations : (T, n_inputs) float32, what was seen before each action.
    actions : (T,) int64
    rewards : (T,) float64
    terminated : whether the episode was terminated; else it was truncated.

    Examples
    --------
    >>> from course.worlds import Script
    >>> env = Script([[5, 6, 7]], terminated=False)
    >>> observations, actions, rewards, terminated = play(env, Policy(1, 2), seed=0)
    >>> observations.tolist(), rewards.tolist(), terminated
    ([[0.0], [1.0], [2.0]], [5.0, 6.0, 7.0], False)
    """
    rng = np.random.default_rng(seed)
    observation, _ = env.reset(seed=seed)
    observations, actions, rewards = [], [], []
    over = terminated = False
    while not over:
        with torch.no_grad():
            logits = policy(torch.as_tensor(observation, dtype=torch.float32)[None])[0]
        upto = torch.softmax(logits, dim=0).cumsum(dim=0).numpy()
        action = min(int(np.searchsorted(upto, rng.random())), len(upto) - 1)
        observations.append(observation)
        actions.append(action)
        observation, reward, terminated, truncated, _ = env.step(action)
        rewards.append(float(reward))
        over = terminated or truncated
    return np.array(observations, dtype=np.float32), np.array(actions), np.array(rewards), bool(terminated)


def train_policy(
    env: gym.Env[Any, Any],
    n_updates: int = 40,
    n_episodes: int = 12,
    gamma: float = 0.95,
    n_hidden: int = 32,
    seed: int = 42,
) -> Policy:
    """Train a `Policy` by policy gradients.

    Parameters
    ----------
    env : see `play`; ``env.observation_space.shape`` is (n_inputs,), and
        ``env.action_space.n`` the number of actions.
    n_updates : how often the weights are changed.
    n_episodes : played before each change, each with another seed; no other episodes
        are played.
    gamma : the discount factor.
    n_hidden : see `Policy`.
    seed : decides everything that is left to chance.

    Examples
    --------
    >>> from course.worlds import Script
    >>> policy = train_policy(Script([[1.0, 0.0]]), n_updates=2, n_episodes=2)
    >>> policy(torch.zeros(1, 1)).shape
    torch.Size([1, 2])
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    (n_inputs,), n_actions = env.observation_space.shape or (0,), env.action_space.n  # type: ignore[attr-defined]
    policy = Policy(n_inputs, int(n_actions), n_hidden)
    where = device()
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.03)
    for update in range(n_updates):
        optimizer.param_groups[0]["lr"] = 0.03 * (1 - 0.8 * update / n_updates)
        played = [play(env, policy, int(rng.integers(2**31))) for _ in range(n_episodes)]
        observations, actions, rewards = (np.concatenate(part) for part in list(zip(*played, strict=True))[:3])
        ends = np.zeros(len(rewards), dtype=bool)
        ends[np.cumsum([len(one[2]) for one in played]) - 1] = True
        advantages = normalised(discounted(rewards, ends, gamma))
        policy.to(where)
        weights = torch.as_tensor(advantages, dtype=torch.float32, device=where)
        logits = policy(torch.as_tensor(observations, device=where))
        loss = policy_loss(logits, torch.as_tensor(actions, device=where), weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        policy.cpu()
    return policy


def choose(policy: nn.Module, observation: ArrayLike) -> int:
    """Return the action that a policy likes best: nothing is drawn.

    Parameters
    ----------
    policy : see `play`.
    observation : (n_inputs,)

    Examples
    --------
    >>> policy = Policy(2, 3)
    >>> choose(policy, [0.5, 1.0]) in (0, 1, 2)
    True
    """
    with torch.no_grad():
        return int(policy(torch.as_tensor(np.asarray(observation), dtype=torch.float32)[None])[0].argmax())


def pack(policy: nn.Module) -> str:
    """Return a trained `Policy` as a text, which `unpack` can read: an agent that has
    trained for an hour fits into a notebook.

    Parameters
    ----------
    policy : a `Policy` of any size.

    Returns
    -------
    A text. Weights may be rounded to half precision.

    Examples
    --------
    >>> isinstance(pack(Policy(8, 4)), str)
    True
    """
    weights = [np.asarray(value.detach().cpu(), dtype=np.float16) for value in policy.parameters()]
    n_hidden, n_inputs = weights[0].shape
    sizes = np.array([n_inputs, len(weights[-1]), n_hidden], dtype=np.int16)
    return base64.b64encode(sizes.tobytes() + b"".join(value.tobytes() for value in weights)).decode()


def unpack(text: str) -> Policy:
    """Return the policy that a text of `pack` holds, of its own size.

    Parameters
    ----------
    text : line breaks and blanks in it do no harm.

    Examples
    --------
    >>> policy = Policy(8, 4, n_hidden=5)
    >>> unpack(pack(policy))(torch.zeros(1, 8)).shape
    torch.Size([1, 4])
    """
    data = base64.b64decode("".join(text.split()))
    n_inputs, n_actions, n_hidden = (int(size) for size in np.frombuffer(data[:6], dtype=np.int16))
    policy = Policy(n_inputs, n_actions, n_hidden)
    values = torch.from_numpy(np.frombuffer(data[6:], dtype=np.float16).astype(np.float32))
    nn.utils.vector_to_parameters(values, policy.parameters())
    return policy


# What `pack` gives of a policy for LunarLander-v3. (Ours was not trained by rewards: to
# try how agents are judged, it has imitated the rule by hand that gymnasium has of it.)
LUNAR_LANDER = b"""
CAAEAEAAabAkJXCoWSU+Mp44Dz+eP4e8CbTLMx+4KL3Uwe68RrtdQ6M3dr6hO8o5qUD5P5pAPZQNtWIurrhMvYe9
/jwHP2O2w7CSuTW3RDyWRH26QL0kwzq+Iq2wvg61+beLPaM8W74pnvW3Zjo1PqpD76/JuG0xCb4MoUi9mbbpuwC4
nq5DPcqsG7lurgM/8UEdwlHBFbSqOt4shTquucq81rwfvqG2tz1XLePAfiwdM224jbg7RByvGEXLNuW6nC79uI+5
BTPuMgipI6tcu3LAs7yUvU3CPbH3xEexWjweN9c2bj46uIBAizlawFUyqzr0LY406Sb6s/KzQLCjuRm5GbyEvFHE
87w9OHq+3KUwvcY5iLkWHTs6PS9pO/OlujBCOSs0jizmuN40c7hKvEnCwzC9uG6vP639N8EnGL16w0c3njaHQjS4
PrYgu384ITxOqGIqBbXGOVQ0QjhsPY48/7zgs78ynDIrNsOahr1lwlRBi0E/MEM6wB7QOEM29j3zPD087brtuxq2
RbcJMUhACLcjvBwi+zv8sEs0XLgutLa8SrokMYUx3ywoNfq8RsHCvx7AkSzyuQs7bLvIuqqzdD7GPpUs7DpgMAg6
4rp7vOMm9TR0ODOoVDj5t7680cPcvTK9azx6PbO2MT0+PBow8C85tLc0e7k0qLm5ljj8JBC87bkKwlu0Q8R2tEE8
ej0AQDZB8hgbvIKtNLZYOLk6sjNQOdw4H7OZrAi80D6FOhG3IKo2sTk0D618Oc665rlrvW29x61BPEOuNTuXNT2s
DbQVuF2qWL04sES6azISOkq47jd7NJEveTRZMVg4YjtmvUa9bjMVNmkzZTyNuBm5ezUzMPOvLbgdu7S1EjPSuOI+
iT5JRP25m7o2va82OD+LPAs9Cy0ZPFEwQzn9suu+BjwZPse6rj7LLyY9rLpsuKGwJTD/vy46ea9dOoC7ZrGUvTe8
bDSavOGngkBjOFC0GTk9NNi2my+frOo5Fb1bvNPAusCOolA1PbWvOrM+9EGNp8I7GjLYOdw9lDbNutGyU7wzvXs4
J7DQr2a0JT+0PJ670LSxLq05fSSHNz84MzeKPcw9z7hFtJ63n7d9PjJDTbwKuDYuwzcErRo6PzLjrpa2pLWZMdy9
f6VDvPq7tLRwsZo2LrwHOUTBNTlON4i3yrgvvW+xKbW5rtk6RTCkPCC2mjScORu89T2utoKzsDGMPpM/fbBIuFq9
j7deNYO06T3bPQUlMTXkpK82sLehvoE8Xj4RLVK8Xh07vIi7U7R5nW04DMA2OYu8Fp1EPk9EGjYXPwUf5zjcKJI4
dbTbuw6sObkkstYtyyw+PuEngT4nMtMxOzCpu5Ok5rcbuhK7Fz5KPx21ZbdkO4MxdZxUu7gyyymNsdiwgDq8uOax
FLhGN7Ag67t9tJ01lDFXuRS5DaqmsPawEbe1sdwznLbsqNc0rzAwM1c4jrHtKT61YTd7sVS28TSxu/mpGqkOOLS5
eTRwrBq4MLBKrogtdrVCONSa7bSgNo41N7HzNeYq37WKLwY4djy2uDI8TTYzuTC97DCVuwy9aLXVt7C6g7NquMw1
o7kMv/k7TLmQMDm7ZzElPHY6Drg6rDe6XzpuOki3Wzq2ubAxKbaZtiK5HTK6uaezjzikN7+9TDm/PFmpGTimvNI1
lbW9tYo6yLdhn165zzTsLPY2qzcZOFy19jbCLac5tS9gvtc9ELxuMmzAhb25v8w57L59Pyy16kFHPkfESLpZOyS4
J61gO3o5TLhwtbI/dLwDu309rEG1uQM8Tz8VtewtdMIxvOO4tD3JOFy5VTD4M663hr2JNj44mD0kOGZB+r2DPKC0
77skwIE2q6jvukm2JbMNvLo1ZrMfwO84aLattMGtBjqyvTk46DcCQ5W7fz6wOBW96DsrMXCo5jmIOHIhpEGcunU4
NC0+PcG727Cuu4o6D75Fswg8irz3NxO9cjqRNQM8TzkQufS+hjxRsai4BDkeQjG6jL8kwEO78LSjuQS5IC6Itk01
BrmzPCe7jbZkPJ04TbgSPHy3PrlTudM96bp7vFc8xry7QQe9YkDVtwBC+DMnsky/3rhjROy1mTCvvVMr2byDvKsy
QT2NwDQ0xDv3Oty79L3mtYi/vjb1NppArbRLO4U0LzoBsRw6OrDhuG+xD7q0Mw48gi56NOs8XDR2Ooq2az7FN3G7
nT0uN3y+qrdyuR27OkD8Lhs1D71frLOvuDR3sQ==
""".decode()
