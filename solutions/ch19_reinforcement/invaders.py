"""Chapter 19, deep Q-learning from pictures (tf2.18.9): the answers."""

import copy
from collections import deque
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate, smooth_l1_loss

from course import device


def preprocess(frame: ArrayLike) -> NDArray[np.uint8]:
    """Return a frame of a game, small and grey.

    Parameters
    ----------
    frame : (height, width, 3) uint8, red, green and blue, at least 84 x 84; those of
        Atari's games have 210 x 160.

    Returns
    -------
    (84, 84) uint8, the whole frame, each value a mean of that part of the frame which
    it stands for, of 0.299 red + 0.587 green + 0.114 blue, rounded.

    Examples
    --------
    >>> frame = np.zeros((210, 160, 3), dtype=np.uint8)
    >>> frame[:] = (200, 100, 50)
    >>> small = preprocess(frame)
    >>> small.shape, small.dtype.name, small[0, 0].item()
    ((84, 84), 'uint8', 124)
    """
    grey = np.asarray(frame, dtype=np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    small = interpolate(torch.from_numpy(grey)[None, None], size=(84, 84), mode="area")[0, 0]
    return small.round().clamp(0, 255).to(torch.uint8).numpy()


class FrameStack:
    """The last frames of a game, as a network sees them.

    Parameters
    ----------
    n_frames : how many frames it sees at once.

    Examples
    --------
    >>> stack = FrameStack(n_frames=4)
    >>> black = np.zeros((210, 160, 3), dtype=np.uint8)
    >>> stack.start(black).shape
    (4, 84, 84)
    >>> stack.push(black + 255, black)[:, 0, 0].tolist()
    [0, 0, 0, 255]
    """

    def __init__(self, n_frames: int = 4) -> None:
        self._frames: deque[NDArray[np.uint8]] = deque(maxlen=n_frames)

    def start(self, frame: ArrayLike) -> NDArray[np.uint8]:
        """Begin an episode with a frame of the game, (height, width, 3) uint8: it takes
        all places, and what was there before is gone. Return what `push` returns."""
        small = preprocess(frame)
        self._frames.extend([small] * (self._frames.maxlen or 0))
        return np.array(self._frames)

    def push(self, frame: ArrayLike, before: ArrayLike) -> NDArray[np.uint8]:
        """Add what is seen now, and drop the oldest frame.

        Parameters
        ----------
        frame, before : the newest frame of the game, and the one right before it, both
            (height, width, 3) uint8. Some things flicker: what is added is, in each
            pixel and colour, the larger one of the two, preprocessed.

        Returns
        -------
        (n_frames, 84, 84) uint8, the oldest first; an array of its own, which later
        calls don't change.
        """
        self._frames.append(preprocess(np.maximum(frame, before)))
        return np.array(self._frames)


class QNet(nn.Module):
    """A convolutional network that says what each action is worth.

    Parameters
    ----------
    n_actions : how many actions there are.
    n_frames : frames of an observation.

    Examples
    --------
    >>> QNet(n_actions=6)(torch.zeros(2, 4, 84, 84, dtype=torch.uint8)).shape
    torch.Size([2, 6])
    """

    def __init__(self, n_actions: int, n_frames: int = 4) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            *(nn.Conv2d(n_frames, 32, 8, stride=4), nn.ReLU()),  # 20 x 20
            *(nn.Conv2d(32, 64, 4, stride=2), nn.ReLU()),  # 9 x 9
            *(nn.Conv2d(64, 64, 3), nn.ReLU()),  # 7 x 7
        )
        self.out = nn.Sequential(nn.Flatten(), nn.Linear(64 * 7 * 7, 512), nn.ReLU(), nn.Linear(512, n_actions))

    def forward(self, observations: Tensor) -> Tensor:
        """Return the value of each action, (B, n_actions) float32.

        Parameters
        ----------
        observations : (B, n_frames, 84, 84) from 0 to 255, of any kind of number.
        """
        values: Tensor = self.out(self.maps(observations.float() / 255))
        return values


def epsilon_at(step: int, start: float = 1.0, end: float = 0.05, n_steps: int = 10_000) -> float:
    """Return how likely it is that the action of a step is drawn at random.

    Parameters
    ----------
    step : number of the step, from 0.
    start, end : at step 0, and from step `n_steps` on; between them it falls in a
        straight line.

    Examples
    --------
    >>> [round(epsilon_at(step, 1.0, 0.2, 100), 6) for step in (0, 50, 100, 1000)]
    [1.0, 0.6, 0.2, 0.2]
    """
    return start + (end - start) * min(step / n_steps, 1.0)


def double_dqn_targets(
    rewards: Tensor, terminated: Tensor, online_next: Tensor, target_next: Tensor, gamma: float
) -> Tensor:
    """Return the targets of double Q-learning.

    Parameters
    ----------
    rewards : (B,) float32
    terminated : (B,) bool, whether the episode was terminated by the action, so that
        nothing follows.
    online_next, target_next : (B, n_actions) float32, what the network that is trained,
        and the target network, say of the next observations.
    gamma : the discount factor.

    Returns
    -------
    (B,) the reward, and the discounted value of the next observation: that of the
    action which the online network likes best, valued by the target network.

    Examples
    --------
    >>> rewards, terminated = torch.tensor([1.0, 1.0]), torch.tensor([False, True])
    >>> online, target = torch.tensor([[0.0, 9.0]] * 2), torch.tensor([[8.0, 4.0]] * 2)
    >>> double_dqn_targets(rewards, terminated, online, target, 0.5).tolist()
    [3.0, 1.0]
    """
    best = online_next.argmax(dim=1, keepdim=True)
    following = target_next.gather(1, best)[:, 0]
    return rewards + gamma * following * ~terminated.bool()


def update_target(target: nn.Module, online: nn.Module, tau: float = 1.0) -> None:
    """Move each parameter of the target network towards that of the online one: to it
    with `tau` 1, and by the share `tau` of what lies between them else.

    Parameters
    ----------
    target, online : two networks of the same form. Only `target` is changed, and what
        happens to `online` later does not change it any more.
    tau : from 0 to 1.

    Examples
    --------
    >>> one, other = nn.Linear(2, 1), nn.Linear(2, 1)
    >>> (update_target(one, other), torch.equal(one.weight, other.weight))[1]
    True
    """
    with torch.no_grad():
        for old, new in zip(target.parameters(), online.parameters(), strict=True):
            old.lerp_(new, tau)


def train_q(
    env: gym.Env[Any, Any], net: nn.Module, n_steps: int = 4000, gamma: float = 0.95, seed: int = 42
) -> nn.Module:
    """Train a network to say what each action is worth, by deep Q-learning.

    Parameters
    ----------
    env : with gymnasium's interface; ``env.action_space.n`` is the number of actions.
        Its episodes end as terminated, or as truncated.
    net : gives (B, n_actions) values for a batch of observations, float32, on the CPU;
        not trained yet. It is trained, and returned.
    n_steps : how many actions are tried in all; many of them are drawn at random, most
        of all in the beginning.
    gamma : the discount factor.
    seed : decides everything that is left to chance.

    Examples
    --------
    >>> from course.worlds import Script
    >>> net = train_q(Script([[1.0, 0.0]]), nn.Linear(1, 2), n_steps=100)
    >>> net(torch.zeros(1, 1)).shape
    torch.Size([1, 2])
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    where = device()
    net, n_actions = net.to(where), int(env.action_space.n)  # type: ignore[attr-defined]
    target = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    kept: deque[tuple[Any, int, float, Any, bool]] = deque(maxlen=50_000)
    observation, _ = env.reset(seed=seed)
    for step in range(n_steps):
        if rng.random() < epsilon_at(step, 1.0, 0.1, n_steps // 2):
            action = int(rng.integers(n_actions))
        else:
            with torch.no_grad():
                seen = torch.as_tensor(np.asarray(observation), dtype=torch.float32, device=where)
                action = int(net(seen[None])[0].argmax())
        following, reward, terminated, truncated, _ = env.step(action)
        kept.append((observation, action, float(reward), following, bool(terminated)))
        observation = following
        if terminated or truncated:
            observation, _ = env.reset()
        if step >= 64 and step % 4 == 3:
            rows = [kept[i] for i in rng.integers(len(kept), size=64)]
            _learn(net, target, optimizer, rows, gamma)
        if step % 100 == 0:
            update_target(target, net)
    return net.cpu()


def _learn(
    net: nn.Module,
    target: nn.Module,
    optimizer: torch.optim.Optimizer,
    rows: list[tuple[Any, int, float, Any, bool]],
    gamma: float,
) -> None:
    """Move what the net says of some actions towards the targets."""
    where = next(net.parameters()).device
    seen, actions, rewards, following, terminated = (
        torch.as_tensor(np.array(column), device=where) for column in zip(*rows, strict=True)
    )
    with torch.no_grad():
        after = following.float()
        wanted = double_dqn_targets(rewards.float(), terminated, net(after), target(after), gamma)
    said = net(seen.float()).gather(1, actions[:, None])[:, 0]
    loss = smooth_l1_loss(said, wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
