"""Chapter 19, walking with continuous actions (p.19.10): the answers."""

import base64
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn


def gae(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    gamma: float = 0.99,
    lam: float = 0.95,
) -> NDArray[np.float64]:
    """Return generalised advantage estimates.

    Parameters
    ----------
    rewards : (n,) of one episode after the other; the last one may not have ended.
    values : (n,) what a critic expects of the observation before each action.
    next_values : (n,) what it expects of the observation after it. After the end of an
        episode that is not the next row's.
    terminated, truncated : (n,) whether the episode ended with the action. What a
        critic expects counts after a truncated episode, which could have gone on, and
        not after a terminated one.
    gamma, lam : the discount factor, and the factor by which later surprises count
        less, from 0 to 1.

    Returns
    -------
    (n,) for each action the sum of the surprises (reward and discounted next value,
    less the value) from it to the end of its episode, the one k steps later times
    gamma * lam to the power of k.

    Examples
    --------
    >>> gae([1, 1], [0, 0], [0, 4], [False, False], [False, True], 0.5, 0.5).tolist()
    [1.75, 3.0]
    >>> gae([1, 1], [0, 0], [0, 4], [False, True], [False, False], 0.5, 0.5).tolist()
    [1.25, 1.0]
    """
    reward, value, following = (np.asarray(one, dtype=float) for one in (rewards, values, next_values))
    died = np.asarray(terminated, dtype=bool)
    over = died | np.asarray(truncated, dtype=bool)
    surprises = reward + gamma * np.where(died, 0.0, following) - value
    advantages, later = np.zeros(len(reward)), 0.0
    for t in reversed(range(len(reward))):
        later = surprises[t] + gamma * lam * later * (not over[t])
        advantages[t] = later
    return advantages


class _Agent(nn.Module):
    """An actor that gives means of a normal distribution, and a critic beside it."""

    def __init__(self, n_inputs: int, n_actions: int, n_hidden: int = 64) -> None:
        super().__init__()
        self.actor = nn.Sequential(
            *(nn.Linear(n_inputs, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_hidden), nn.Tanh()),
            *(nn.Linear(n_hidden, n_actions), nn.Tanh()),
        )
        self.critic = nn.Sequential(
            *(nn.Linear(n_inputs, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_hidden), nn.Tanh()),
            nn.Linear(n_hidden, 1),
        )
        self.log_std = nn.Parameter(torch.full((n_actions,), -0.5))

    def log_probability(self, observations: Tensor, actions: Tensor) -> Tensor:
        normal = torch.distributions.Normal(self.actor(observations), self.log_std.exp())
        return normal.log_prob(actions).sum(dim=1)  # type: ignore[no-any-return, no-untyped-call]


def train_walker(env: gym.Env[Any, Any], n_steps: int = 12_000, seed: int = 42) -> Any:
    """Train an agent for an environment with continuous actions, by any algorithm.

    Parameters
    ----------
    env : with gymnasium's interface: ``env.observation_space.shape`` is (n_inputs,),
        and ``env.action_space`` a box of shape (n_actions,) from -1 to 1. Its episodes
        end as terminated or as truncated.
    n_steps : how many actions may be tried in it, at most, each of them from -1 to 1.
        With a few hundred only, no agent has to be good yet.
    seed : decides everything that is left to chance.

    Returns
    -------
    An agent, of any kind, for `act` and `pack_agent`.

    Examples
    --------
    >>> from course.worlds import Glider
    >>> agent = train_walker(Glider(0), n_steps=200)
    >>> act(agent, [0.0, 0.0, 0.0, 0.0]).shape
    (2,)
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    agent = _Agent(env.observation_space.shape[0], env.action_space.shape[0])  # type: ignore[index]
    optimizer = torch.optim.Adam(agent.parameters(), lr=1e-3)
    length = min(1024, n_steps)
    observation, _ = env.reset(seed=int(rng.integers(2**31)))
    for _ in range(n_steps // length):
        steps, observation = _roll_out(env, agent, observation, length, rng)
        _improve(agent, optimizer, steps)
    return agent


def _roll_out(
    env: gym.Env[Any, Any], agent: _Agent, observation: Any, length: int, rng: np.random.Generator
) -> tuple[list[Tensor], Any]:
    """Try `length` actions; return what PPO learns from, as columns, and the next observation."""
    rows: list[tuple[Any, ...]] = []
    std = agent.log_std.detach().exp().numpy()
    for _ in range(length):
        with torch.no_grad():
            mean = agent.actor(torch.as_tensor(observation, dtype=torch.float32)[None])[0].numpy()
        action = mean + std * rng.standard_normal(len(std))
        following, reward, terminated, truncated, _ = env.step(np.clip(action, -1, 1).astype(np.float32))
        rows.append((observation, action, float(reward), following, terminated, truncated))
        observation = following
        if terminated or truncated:
            observation, _ = env.reset(seed=int(rng.integers(2**31)))
    seen, done, rewards, after, terminated_, truncated_ = (np.array(column) for column in zip(*rows, strict=True))
    X, actions, X_after = (torch.as_tensor(one, dtype=torch.float32) for one in (seen, done, after))
    with torch.no_grad():
        values, next_values = agent.critic(X)[:, 0], agent.critic(X_after)[:, 0]
        advantages = torch.as_tensor(
            gae(rewards, values, next_values, terminated_, truncated_, gamma=0.95, lam=0.9), dtype=torch.float32
        )
        before = agent.log_probability(X, actions)
    return [X, actions, before, advantages, values + advantages], observation


def _improve(agent: _Agent, optimizer: torch.optim.Optimizer, steps: list[Tensor]) -> None:
    """Follow PPO's clipped objective for some epochs."""
    for _ in range(8):
        for rows in torch.randperm(len(steps[0])).split(128):
            X, actions, before, advantages, targets = (column[rows] for column in steps)
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
            ratio = torch.exp(agent.log_probability(X, actions) - before)
            gained = torch.minimum(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
            loss = -gained.mean() + 0.5 * (agent.critic(X)[:, 0] - targets).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()


def act(agent: Any, observation: ArrayLike) -> NDArray[np.float32]:
    """Return what a trained agent does: the same for the same observation, whenever it
    is asked.

    Parameters
    ----------
    agent : of `train_walker` or `unpack_agent`.
    observation : (n_inputs,)

    Returns
    -------
    (n_actions,) float32, from -1 to 1, whatever the observation is.

    Examples
    --------
    >>> from course.worlds import Glider
    >>> agent = train_walker(Glider(0), n_steps=200)
    >>> act(agent, [0.5, 0.0, 0.0, 0.0]).shape
    (2,)
    """
    with torch.no_grad():
        action: NDArray[np.float32] = agent.actor(torch.as_tensor(np.asarray(observation), dtype=torch.float32)).numpy()
    return np.clip(action, -1, 1)


def pack_agent(agent: Any) -> str:
    """Return all that is needed to act as a trained agent does, as a text.

    Examples
    --------
    >>> from course.worlds import Glider
    >>> isinstance(pack_agent(train_walker(Glider(0), n_steps=200)), str)
    True
    """
    weights = [np.asarray(value.detach(), dtype=np.float32) for value in agent.actor.parameters()]
    sizes = np.array([weights[0].shape[1], len(weights[-1]), len(weights[0])], dtype=np.int16)
    return base64.b64encode(sizes.tobytes() + b"".join(value.tobytes() for value in weights)).decode()


def unpack_agent(text: str) -> Any:
    """Return an agent that does what the one did that was packed into this text.

    Parameters
    ----------
    text : of `pack_agent`; nothing else is known of the agent.

    Examples
    --------
    >>> from course.worlds import Glider
    >>> agent = train_walker(Glider(0), n_steps=200)
    >>> same = unpack_agent(pack_agent(agent))
    >>> bool(np.allclose(act(same, [0.1] * 4), act(agent, [0.1] * 4), atol=1e-3))
    True
    """
    data = base64.b64decode(text)
    n_inputs, n_actions, n_hidden = (int(size) for size in np.frombuffer(data[:6], dtype=np.int16))
    agent = _Agent(n_inputs, n_actions, n_hidden)
    values = torch.from_numpy(np.frombuffer(data[6:], dtype=np.float32).copy())
    nn.utils.vector_to_parameters(values, agent.actor.parameters())
    return agent
