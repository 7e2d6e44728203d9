"""Small worlds to act in, with gymnasium's interface: each number makes another one.

A world's hidden rule (where the goal is, what each action does, how the wind blows) is drawn from `number`;
`reset(seed=…)` draws what differs from one episode to the next. As with gymnasium's own, an episode ends as
*terminated* where the world says so, and as *truncated* where only the time is up; who steps on without a reset gets an
error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, SupportsFloat, TypeVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Reply = tuple[Floats, float, bool, bool, dict[str, Any]]
Action = TypeVar("Action")
FOUR = ((1, 0), (0, 1), (-1, 0), (0, -1))


class _World(gym.Env[Floats, Action], Generic[Action]):
    """What all worlds have in common: the clock.

    Attributes
    ----------
    longest : steps after which an episode is truncated.
    """

    longest = 40

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Floats, dict[str, Any]]:
        super().reset(seed=seed)
        self._time, self._over = 0, False
        self._begin()
        return self._seen(), {}

    def step(self, action: Action) -> Reply:
        if getattr(self, "_over", True):
            raise RuntimeError("this episode is over: call reset() first")
        self._time += 1
        reward, terminated = self._act(action)
        truncated = not terminated and self._time >= self.longest
        self._over = terminated or truncated
        return self._seen(), reward, terminated, truncated, {}

    def _begin(self) -> None:
        """Called by `reset`: draw the first state from `self.np_random`."""
        raise NotImplementedError

    def _act(self, action: Action) -> tuple[float, bool]:
        """Called by `step`: change the state; return the reward, and whether the episode ends with it."""
        raise NotImplementedError

    def _seen(self) -> Floats:
        """Return the observation of the state, a new array each time."""
        raise NotImplementedError


def _numbered(action: object, n: int) -> int:
    number: int = int(action)  # type: ignore[call-overload]
    if not 0 <= number < n:
        raise ValueError(f"there is no action {number}: the actions are 0 to {n - 1}")
    return number


class Harbour(_World[int]):
    """A boat in a square harbour, which has to reach a buoy.

    Observation: (2,) float32, where the boat is, from -1 to 1. The buoy is not seen. Actions: 0 to 3, a push in one of
    four directions at right angles, which differ from harbour to harbour, as does the current. Rewards: how much nearer
    the boat has come, and in the end 1 at the buoy, and -1 outside the harbour. Truncated after 40 steps.
    """

    def __init__(self, number: int = 0) -> None:
        rng = np.random.default_rng([19, number])
        self.observation_space = spaces.Box(-1.5, 1.5, (2,), np.float32)
        self.action_space = spaces.Discrete(4)  # type: ignore[assignment]
        self._buoy = rng.uniform(-0.6, 0.6, 2)
        turn = rng.uniform(0, 2 * math.pi)
        angles = turn + math.pi / 2 * rng.permutation(4)
        self._pushes = 0.16 * np.column_stack([np.cos(angles), np.sin(angles)])
        drift = rng.uniform(0, 2 * math.pi)
        self._current = 0.05 * np.array([math.cos(drift), math.sin(drift)])

    def _begin(self) -> None:
        while True:
            self._at = self.np_random.uniform(-0.9, 0.9, 2)
            if self._far() > 0.5:
                return

    def _far(self) -> float:
        return math.dist(self._at, self._buoy)

    def _act(self, action: int) -> tuple[float, bool]:
        before = self._far()
        self._at = self._at + self._pushes[_numbered(action, 4)] + self._current
        nearer = before - self._far()
        if np.abs(self._at).max() > 1:
            return nearer - 1.0, True
        return (nearer + 1.0, True) if self._far() < 0.15 else (nearer, False)

    def _seen(self) -> Floats:
        return self._at.astype(np.float32)


class Glider(_World[Floats]):
    """A glider that is to stay above a place.

    Observation: (4,) float32, where it is (about -1 to 1) and how fast it moves. The place is not seen. Actions: (2,)
    floats from -1 to 1, two forces, whose directions differ from glider to glider, as does the wind; what is beyond -1
    or 1 is cut off. Rewards: from 0 to 1 at each step, the more the nearer. Terminated outside of -1.5 to 1.5,
    truncated after 50 steps.
    """

    longest = 50

    def __init__(self, number: int = 0) -> None:
        rng = np.random.default_rng([1910, number])
        self.observation_space = spaces.Box(-4, 4, (4,), np.float32)
        self.action_space = spaces.Box(-1, 1, (2,), np.float32)
        self._place = rng.uniform(-0.6, 0.6, 2)
        turn = rng.uniform(0, 2 * math.pi)
        mirror = np.diag([1.0, rng.choice([-1.0, 1.0])])
        cos, sin = math.cos(turn), math.sin(turn)
        self._forces = 0.06 * np.array([[cos, -sin], [sin, cos]]) @ mirror
        drift = rng.uniform(0, 2 * math.pi)
        self._wind = 0.02 * np.array([math.cos(drift), math.sin(drift)])

    def _begin(self) -> None:
        self._at = self.np_random.uniform(-1, 1, 2)
        self._speed = np.zeros(2)

    def _act(self, action: Floats) -> tuple[float, bool]:
        forces = np.clip(np.asarray(action, dtype=float), -1, 1)
        if forces.shape != (2,):
            raise ValueError(f"an action is an array of shape (2,), not {forces.shape}")
        self._speed = 0.9 * self._speed + self._forces @ forces + self._wind
        self._at = self._at + self._speed
        if np.abs(self._at).max() > 1.5:
            return 0.0, True
        return math.exp(-3 * math.dist(self._at, self._place)), False

    def _seen(self) -> Floats:
        return np.concatenate([self._at, self._speed * 5]).astype(np.float32)


class Orchard(_World[int]):
    """A robot on a board of 5 x 5 fields, which has to get to the one tree that bears fruit.

    Observation: (1, 5, 5) float32, 1 where the robot is and 0 elsewhere. Tree and pits are not seen, and differ from
    orchard to orchard, as does what the actions 0 to 3 do: one step in each direction, and in one case of ten in
    another one. Who would leave the board stays where he is. Rewards: -0.02 for a step, and in the end 1 at the tree,
    -1 in a pit. Truncated after 30 steps.

    Attributes
    ----------
    transitions : (25, 4, 25), the probability of getting from a field to another with each action.
    gains : (25,), the reward for getting there.
    ends : (25,), True for the tree and the pits.
    """

    longest = 30

    def __init__(self, number: int = 0) -> None:
        rng = np.random.default_rng([189, number])
        self.observation_space = spaces.Box(0, 1, (1, 5, 5), np.float32)
        self.action_space = spaces.Discrete(4)  # type: ignore[assignment]
        fields = rng.permutation(25)
        self.gains = np.full(25, -0.02)
        self.gains[fields[0]], self.gains[fields[1:5]] = 1.0, -1.0
        self.ends = np.isin(np.arange(25), fields[:5])
        steps = [self._moved(*FOUR[i]) for i in rng.permutation(4)]
        certain = np.eye(25)[np.array(steps)].transpose(1, 0, 2)
        self.transitions = 0.9 * certain + 0.1 * certain.mean(axis=1, keepdims=True)

    @staticmethod
    def _moved(down: int, right: int) -> NDArray[np.int64]:
        rows, columns = np.divmod(np.arange(25), 5)
        moved: NDArray[np.int64] = np.clip(rows + down, 0, 4) * 5 + np.clip(columns + right, 0, 4)
        return moved

    def _begin(self) -> None:
        self._at = int(self.np_random.choice(np.flatnonzero(~self.ends)))

    def _act(self, action: int) -> tuple[float, bool]:
        self._at = int(self.np_random.choice(25, p=self.transitions[self._at, _numbered(action, 4)]))
        return float(self.gains[self._at]), bool(self.ends[self._at])

    def _seen(self) -> Floats:
        board: Floats = self.boards()[self._at].copy()
        return board

    @staticmethod
    def boards() -> Floats:
        """Return the observations of all fields, (25, 1, 5, 5)."""
        return np.eye(25, dtype=np.float32).reshape(25, 1, 5, 5)


class Catch(_World[int]):
    """Balls that fall, and a bat that has to be below them: a small Pong.

    Observation: (4, 9) float32, a picture: 1 where the ball and the bat are (3 wide, in the last row), 0 elsewhere.
    The ball falls by one row a step, and drifts two fields to the left or to the right: which, is drawn for each ball.
    At a wall it bounces back. Actions: 0 to 2, one of which moves the bat two fields to the left,
    one to the right, one not at all; which is which differs from world to world. Rewards: 1 for a ball that is caught,
    -1 for one that is missed, else 0. After it comes the next ball. Truncated after ten balls.
    """

    height, width = 4, 9

    def __init__(self, number: int = 0) -> None:
        rng = np.random.default_rng([169, number])
        self.observation_space = spaces.Box(0, 1, (self.height, self.width), np.float32)
        self.action_space = spaces.Discrete(3)  # type: ignore[assignment]
        self._moves = 2 * (rng.permutation(3) - 1)
        self.longest = 10 * (self.height - 1)

    def _begin(self) -> None:
        self._bat = int(self.np_random.integers(1, self.width - 1))
        self._ball()

    def _ball(self) -> None:
        self._row, self._column = 0, int(self.np_random.integers(self.width))
        self._drift = int(self.np_random.choice([-2, 2]))

    def _act(self, action: int) -> tuple[float, bool]:
        self._bat = min(max(self._bat + int(self._moves[_numbered(action, 3)]), 1), self.width - 2)
        self._row += 1
        self._column += self._drift
        if not 0 <= self._column < self.width:
            self._column = -self._column if self._column < 0 else 2 * (self.width - 1) - self._column
            self._drift = -self._drift
        if self._row < self.height - 1:
            return 0.0, False
        caught = abs(self._column - self._bat) <= 1
        self._ball()
        return (1.0 if caught else -1.0), False

    def _seen(self) -> Floats:
        frame = np.zeros((self.height, self.width), np.float32)
        frame[-1, self._bat - 1 : self._bat + 2] = 1
        frame[self._row, self._column] = 1
        return frame


class Script(_World[int]):
    """A world in which everything is written down before: whatever is done, the rewards are these.

    Observation: (1,) float32, the number of the step. Two actions, 0 and 1. After the last reward the episode is
    terminated, or truncated. The k-th episode has the k-th list of rewards, over and over.

    Parameters
    ----------
    rewards : a list for each episode.
    terminated : whether the episodes end as terminated; else they are truncated.
    blind : whether the observation is 1 all the time.

    Attributes
    ----------
    seeds, actions : what `reset` and `step` were called with.
    """

    def __init__(self, rewards: Sequence[Sequence[float]], terminated: bool = True, blind: bool = False) -> None:
        self.observation_space = spaces.Box(0, np.inf, (1,), np.float32)
        self.action_space = spaces.Discrete(2)  # type: ignore[assignment]
        self._rewards, self._terminated, self._blind = [list(one) for one in rewards], bool(terminated), bool(blind)
        self.seeds: list[int | None] = []
        self.actions: list[int] = []
        self.longest = 1 << 30

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Floats, dict[str, Any]]:
        self.seeds.append(seed if seed is None else int(seed))
        return super().reset(seed=seed, options=options)

    def _begin(self) -> None:
        self._now = self._rewards[(len(self.seeds) - 1) % len(self._rewards)]

    def step(self, action: int) -> Reply:
        observation, reward, last, _, info = super().step(action)
        return observation, reward, last and self._terminated, last and not self._terminated, info

    def _act(self, action: int) -> tuple[float, bool]:
        self.actions.append(_numbered(action, 2))
        return float(self._now[self._time - 1]), self._time == len(self._now)

    def _seen(self) -> Floats:
        return np.array([1.0 if self._blind else self._time], dtype=np.float32)


class Room(_World[Sequence[SupportsFloat]]):
    """A robot with wheels in a room with a lamp and boxes.

    Observation: (n + 1,) float32: what its n light sensors read, which look in n directions all around it (the first
    one ahead, the others one after the other to the left), and how far it is to the next box or wall ahead, at most 2.
    Actions: (2,) floats: how far to turn to the left, in degrees, -45 to 45, and then how far to drive ahead, 0 to 0.2.
    Rewards: -1 for a crash, which terminates the episode, and 1 for reaching the lamp (nearer than 0.3), which does so
    too. Truncated after 150 steps. Walls are at -2 and 2.
    """

    longest = 150

    def __init__(self, number: int = 0, n_sensors: int = 8, n_boxes: int = 3) -> None:
        rng = np.random.default_rng([1911, number])
        self.observation_space = spaces.Box(0, np.inf, (n_sensors + 1,), np.float32)
        low, high = np.array([-45.0, 0.0], np.float32), np.array([45.0, 0.2], np.float32)
        self.action_space = spaces.Box(low, high)  # type: ignore[assignment]
        self._n = n_sensors
        self.lamp = rng.uniform(-1.5, 1.5, 2)
        self.boxes: list[NDArray[np.float64]] = []  # their middles: they are round, and 0.25 is their radius
        while len(self.boxes) < n_boxes:
            box = rng.uniform(-1.6, 1.6, 2)
            if math.dist(box, self.lamp) > 0.8:
                self.boxes.append(box)
        self.radius = 0.25

    def _begin(self) -> None:
        while True:
            self.at = self.np_random.uniform(-1.7, 1.7, 2)
            if math.dist(self.at, self.lamp) > 1 and all(math.dist(self.at, box) > 0.6 for box in self.boxes):
                break
        self.facing = float(self.np_random.uniform(0, 360))

    def _act(self, action: Sequence[SupportsFloat]) -> tuple[float, bool]:
        turn, far = (float(part) for part in action)
        self.facing = (self.facing + min(max(turn, -45.0), 45.0)) % 360
        ahead = math.radians(self.facing)
        for _ in range(4):  # in small steps, so that no box is jumped over
            self.at = self.at + min(max(far, 0.0), 0.2) / 4 * np.array([math.cos(ahead), math.sin(ahead)])
            if np.abs(self.at).max() > 2 or any(math.dist(self.at, box) < self.radius for box in self.boxes):
                return -1.0, True
            if math.dist(self.at, self.lamp) < 0.3:
                return 1.0, True
        return 0.0, False

    def _seen(self) -> Floats:
        to_lamp = self.lamp - self.at
        angle = math.atan2(to_lamp[1], to_lamp[0])
        looks = np.radians(self.facing + 360 / self._n * np.arange(self._n))
        light = np.exp(2 * (np.cos(looks - angle) - 1)) / (0.3 + float(to_lamp @ to_lamp))
        return np.append(light, self._free()).astype(np.float32)

    def _free(self) -> float:
        """How far the robot could drive ahead, at most 2."""
        ahead = math.radians(self.facing)
        way = np.array([math.cos(ahead), math.sin(ahead)])
        found: list[float] = [2.0, *((2 - sign * a) / (sign * w) for a, w in zip(self.at, way, strict=True)
                        for sign in (1, -1) if sign * w > 1e-9)]  # fmt: skip
        for box in self.boxes:
            along = float((box - self.at) @ way)
            beside = float((box - self.at) @ (box - self.at)) - along**2
            if along > 0 and beside < self.radius**2:
                found.append(along - math.sqrt(self.radius**2 - beside))
        return max(0.0, float(min(found)))
