"""Chapter 19, Pong by policy gradients (tf1.16.9): the answers."""

from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from course import device


def crop(frame: ArrayLike) -> NDArray[np.float32]:
    """Return what matters of a frame of Pong: where the ball and the bats are.

    Parameters
    ----------
    frame : (210, 160, 3) uint8; the field are its rows 34 to 193, counted from 0. It is
        left as it is.

    Returns
    -------
    (80, 80) float32: of every other row and every other column of the field, from the
    first one on, 1 where the colour is another one than the background's, and 0
    elsewhere. The background is the colour that most of these 6,400 pixels have.

    Examples
    --------
    >>> frame = np.full((210, 160, 3), (144, 72, 17), dtype=np.uint8)
    >>> frame[100:116, 16:20] = (213, 130, 74)
    >>> picture = crop(frame)
    >>> picture.shape, picture.sum().item(), picture[33:41, 8:10].min().item()
    ((80, 80), 16.0, 1.0)
    """
    field = np.asarray(frame)[34:194:2, ::2]  # (80, 80, 3)
    colours, counts = np.unique(field.reshape(-1, 3), axis=0, return_counts=True)
    things: NDArray[np.bool_] = (field != colours[counts.argmax()]).any(axis=2)
    return things.astype(np.float32)


def with_motion(picture: ArrayLike, before: ArrayLike) -> NDArray[np.float32]:
    """Return a picture together with what has moved in it.

    Parameters
    ----------
    picture, before : (height, width) of any size: what is seen now, and what was seen
        one step earlier.

    Returns
    -------
    (2, height, width) float32: the picture, and what it is more than the one before: 1
    where something has come to, -1 where it was, 0 where all is as before.

    Examples
    --------
    >>> with_motion([[0, 1, 1]], [[1, 0, 1]]).tolist()
    [[[0.0, 1.0, 1.0]], [[-1.0, 1.0, 0.0]]]
    """
    now = np.asarray(picture, dtype=np.float32)
    return np.stack([now, now - np.asarray(before, dtype=np.float32)])


def point_returns(rewards: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """Return what each action of a game has led to, where a game is many points.

    Parameters
    ----------
    rewards : (n,) mostly 0. A reward other than 0 ends a point.
    gamma : the discount factor.

    Returns
    -------
    (n,) for each action the reward that ends its point, discounted by the steps
    between; 0 if the point has not ended yet.

    Examples
    --------
    >>> point_returns([0, 0, 1, 0, -1, 0], 0.5).tolist()
    [0.25, 0.5, 1.0, -0.5, -1.0, 0.0]
    """
    returns, later = np.zeros(len(np.asarray(rewards))), 0.0
    for t, reward in reversed(list(enumerate(np.asarray(rewards, dtype=float)))):
        later = float(reward) if reward else gamma * later
        returns[t] = later
    return returns


class BatPolicy(nn.Module):
    """A network that says how much it likes each action, from a picture with motion.

    Parameters
    ----------
    height, width : of the pictures.
    n_actions : how many actions there are.
    n_hidden : size of the hidden layer.

    Examples
    --------
    >>> BatPolicy(height=4, width=9, n_actions=3)(torch.zeros(5, 2, 4, 9)).shape
    torch.Size([5, 3])
    """

    def __init__(self, height: int, width: int, n_actions: int, n_hidden: int = 64) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * height * width, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the logits of the actions' probabilities, (B, n_actions).

        Parameters
        ----------
        pictures : (B, 2, height, width) float32, see `with_motion`.
        """
        logits: torch.Tensor = self.out(torch.relu(self.hidden(pictures.flatten(1))))
        return logits


def train_bat(
    env: gym.Env[Any, Any], n_updates: int = 100, n_games: int = 8, gamma: float = 0.95, seed: int = 42
) -> BatPolicy:
    """Train a `BatPolicy` by policy gradients.

    Parameters
    ----------
    env : with gymnasium's interface. Its observations are pictures, (height, width)
        float32, its actions are numbered from 0 (``env.action_space.n`` of them), and a
        reward other than 0 ends a point. A game is one episode, which may be terminated
        or truncated.
    n_updates : how often the weights are changed.
    n_games : how many games are played before each change, each with another seed; no
        others are played.
    gamma : the discount factor.
    seed : decides everything that is left to chance.

    Examples
    --------
    >>> from course.worlds import Catch
    >>> policy = train_bat(Catch(0), n_updates=1, n_games=2)
    >>> move(policy, np.zeros((4, 9)), np.zeros((4, 9))) in (0, 1, 2)
    True
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    height, width = env.observation_space.shape or (0, 0)
    policy = BatPolicy(height, width, int(env.action_space.n))  # type: ignore[attr-defined]
    where = device()
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)
    for _ in range(n_updates):
        played = [_game(env, policy, rng) for _ in range(n_games)]
        pictures, actions, _ = (np.concatenate(column) for column in zip(*played, strict=True))
        returns = np.concatenate([point_returns(one[2], gamma) for one in played])
        weights = (returns - returns.mean()) / (returns.std() + 1e-8)
        policy.to(where)
        log_probabilities = torch.log_softmax(policy(torch.as_tensor(pictures, device=where)), dim=1)
        chosen = log_probabilities[torch.arange(len(actions)), torch.as_tensor(actions)]
        loss = -(chosen * torch.as_tensor(weights, dtype=torch.float32, device=where)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        policy.cpu()
    return policy


def _game(
    env: gym.Env[Any, Any], policy: nn.Module, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]:
    """Play one game, with actions drawn; return pictures with motion, actions and rewards."""
    picture, _ = env.reset(seed=int(rng.integers(2**31)))
    before, over = picture, False
    pictures, actions, rewards = [], [], []
    while not over:
        pictures.append(with_motion(picture, before))
        with torch.no_grad():
            logits = policy(torch.from_numpy(pictures[-1])[None])[0]
        upto = torch.softmax(logits, dim=0).cumsum(dim=0).numpy()
        actions.append(min(int(np.searchsorted(upto, rng.random())), len(upto) - 1))
        before = picture
        picture, reward, terminated, truncated, _ = env.step(actions[-1])
        rewards.append(float(reward))
        over = terminated or truncated
    return np.array(pictures), np.array(actions), np.array(rewards)


def move(policy: nn.Module, picture: ArrayLike, before: ArrayLike) -> int:
    """Return the action that a trained policy likes best: nothing is drawn.

    Parameters
    ----------
    policy : a `BatPolicy`.
    picture, before : (height, width) what is seen now, and what was seen one step
        earlier; in the first step of a game, the same.

    Examples
    --------
    >>> move(BatPolicy(4, 9, 3), np.eye(4, 9), np.zeros((4, 9))) in (0, 1, 2)
    True
    """
    with torch.no_grad():
        return int(policy(torch.from_numpy(with_motion(picture, before))[None])[0].argmax())
