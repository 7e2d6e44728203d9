"""Chapter 19, Pong by policy gradients (tf1.16.9): wrong answers, and right ones."""

from collections import Counter
from unittest import mock

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive
from solutions.ch19_reinforcement import pong as right
from solutions.ch19_reinforcement.pong import BatPolicy, crop, point_returns, with_motion

# ---------------------------------------------------------------- pictures, wrong


@mutant("tf1.16.9", replaces="crop", fails="test_ball_and_bats_are_left")
def score_left_in(frame):
    """You leave the score in, and squeeze the whole frame: the field are rows 34 to 193."""
    return crop(np.roll(frame, 24, axis=0))


@mutant("tf1.16.9", replaces="crop", fails="test_ball_and_bats_are_left")
def corner_is_background(frame):
    """You take the frame's first pixel for the background, which is above the field: take the colour that is most of
    the field."""
    return (np.asarray(frame)[34:194:2, ::2] != np.asarray(frame)[0, 0]).any(axis=2).astype(np.float32)


@mutant("tf1.16.9", replaces="crop", fails="test_ball_and_bats_are_left")
def by_brightness(frame):
    """You take for a thing what is bright: ask whether its colour is the background's."""
    return (np.asarray(frame)[34:194:2, ::2].mean(axis=2) > 110).astype(np.float32)


@mutant("tf1.16.9", replaces="crop", fails="test_ball_and_bats_are_left")
def whole_numbers(frame):
    """Your picture is of another kind of number than float32."""
    return crop(frame).astype(np.uint8)


@mutant("tf1.16.9", replaces="crop", fails="test_any_other_colour_counts")
def red_only(frame):
    """You look at the red part of the colours only."""
    red = np.asarray(frame)[34:194:2, ::2, 0]
    return (red != np.bincount(red.ravel()).argmax()).astype(np.float32)


@mutant("tf1.16.9", replaces="crop", fails="test_any_other_colour_counts")
def by_the_grey(frame):
    """You compare greys: two colours may be equally bright, and yet not the same."""
    grey = np.asarray(frame)[34:194:2, ::2].sum(axis=2, dtype=int)
    return (grey != np.bincount(grey.ravel()).argmax()).astype(np.float32)


@mutant("tf1.16.9", replaces="crop", fails="test_ball_and_bats_are_left")
def corner_of_the_field(frame):
    """You take the field's first pixel for the background, which a wall or a bat may cover: count the colours."""
    field = np.asarray(frame)[34:194:2, ::2]
    return (field != field[0, 0]).any(axis=2).astype(np.float32)


@mutant("tf1.16.9", replaces="crop", fails="test_frame_is_left_alone")
def painted_over(frame):
    """You blacken the background in the caller's own frame: work in a copy."""
    found = crop(frame)
    frame[34:194:2, ::2][found == 0] = 0
    return found


@mutant("tf1.16.9", replaces="with_motion", fails="test_picture_and_motion")
def the_other_way_round(picture, before):
    """You take the new picture from the old one."""
    return np.stack([with_motion(picture, before)[0], -with_motion(picture, before)[1]])


@mutant("tf1.16.9", replaces="with_motion", fails="test_picture_and_motion")
def both_pictures(picture, before):
    """You give both pictures: the second one should be what has changed."""
    return np.stack([picture, before]).astype(np.float32)


@mutant("tf1.16.9", replaces="with_motion", fails="test_picture_and_motion")
def size_of_motion(picture, before):
    """You drop the sign, so that nobody sees which way things move."""
    return np.abs(with_motion(picture, before))


def _through(rewards, gamma, resets):
    found, later = [], 0.0
    for reward in list(rewards)[::-1]:
        later = reward if resets and reward else reward + gamma * later
        found.append(later)
    return np.array(found[::-1])


@mutant("tf1.16.9", replaces="point_returns", fails="test_points_are_apart")
def game_as_a_whole(rewards, gamma):
    """You add what comes in later points: each point is for itself."""
    return _through(rewards, gamma, resets=False)


@mutant("tf1.16.9", replaces="point_returns", fails="test_points_are_apart")
def undiscounted_points(rewards, gamma):
    """You don't discount: what was done just before the end of a point counts most."""
    return _through(rewards, 1.0, resets=True)


@mutant("tf1.16.9", replaces="point_returns", fails="test_points_are_apart")
def signs_only(rewards, gamma):
    """You take only the sign of each reward: its size counts as well."""
    return point_returns(np.sign(rewards), gamma)


@mutant("tf1.16.9", replaces="point_returns", fails="test_points_are_apart")
def won_points_only(rewards, gamma):
    """You begin anew after a point that was won, and not after one that was lost."""
    found, later = [], 0.0
    for reward in list(rewards)[::-1]:
        later = reward if reward > 0 else reward + gamma * later
        found.append(later)
    return np.array(found[::-1])


@mutant("tf1.16.9", replaces="point_returns", fails="test_points_are_apart")
def only_points_that_have_ended(rewards, gamma):
    """You leave out the actions whose point has not ended yet: they get 0."""
    last = max(np.flatnonzero(rewards), default=-1)
    return point_returns(rewards, gamma)[: last + 1]


# ---------------------------------------------------------------- policies, wrong


@mutant("tf1.16.9", replaces="BatPolicy", fails="test_bat_policy")
class SharesOfOne(BatPolicy):
    """Your network gives probabilities: give logits, without a softmax."""

    def forward(self, pictures):
        return torch.softmax(super().forward(pictures), dim=1)


@mutant("tf1.16.9", replaces="BatPolicy", fails="test_bat_policy")
class SixtyFour(BatPolicy):
    """Your hidden layer has 64 units, whatever `n_hidden` is."""

    def __init__(self, height, width, n_actions, n_hidden=64):
        super().__init__(height, width, n_actions, 64)


@mutant("tf1.16.9", replaces="BatPolicy", fails="test_bat_policy")
class BlindToMotion(BatPolicy):
    """Your network looks at the first picture only: the second one says where things go."""

    def forward(self, pictures):
        return super().forward(torch.stack([pictures[:, 0], torch.zeros_like(pictures[:, 0])], dim=1))


@mutant("tf1.16.9", replaces="move", fails="test_moves_as_it_likes_best")
def old_for_new(policy, picture, before):
    """You have mixed up the two pictures."""
    return right.move(policy, before, picture)


@mutant("tf1.16.9", replaces="move", fails="test_moves_as_it_likes_best")
def drawn_moves(policy, picture, before):
    """You draw where the best action is asked for."""
    with torch.no_grad():
        logits = policy(torch.from_numpy(with_motion(picture, before))[None])[0]
    return int(torch.distributions.Categorical(logits=logits).sample())


def _likeliest(env, policy, seed):
    picture, _ = env.reset(seed=seed)
    before, over, rows = picture, False, []
    while not over:
        action = right.move(policy, picture, before)
        now = with_motion(picture, before)
        before = picture
        picture, reward, terminated, truncated, _ = env.step(action)
        rows.append((now, action, float(reward)))
        over = terminated or truncated
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@mutant("tf1.16.9", replaces="train_bat", fails="test_plays_as_many_games_as_asked")
def best_moves_only(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """While training you make the move that the policy likes best, so that nothing else is ever tried: draw it."""
    with mock.patch.object(right, "_game", lambda env, policy, rng: _likeliest(env, policy, int(rng.integers(2**31)))):
        return right.train_bat(env, n_updates, n_games, gamma, seed)


@mutant("tf1.16.9", replaces="train_bat", fails="test_plays_as_many_games_as_asked")
def eight_games(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """You play eight games before each change, whatever `n_games` is."""
    return right.train_bat(env, n_updates, 8, gamma, seed)


@mutant("tf1.16.9", replaces="train_bat", fails="test_plays_as_many_games_as_asked")
def same_game_again(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """You begin each game with the same seed, so that the same balls fall each time."""

    class Same:
        observation_space, action_space, step = env.observation_space, env.action_space, env.step

        def reset(self, **settings):
            return env.reset(seed=seed)

    return right.train_bat(Same(), n_updates, n_games, gamma, seed)


@mutant("tf1.16.9", replaces="train_bat", fails="test_seed_decides_the_bat")
def own_seed(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """You don't use the seed that you are given."""
    return right.train_bat(env, n_updates, n_games, gamma, 42)


@mutant("tf1.16.9", replaces="train_bat", fails="test_seed_decides_the_bat")
def own_factor(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """You don't use the discount factor that you are given."""
    return right.train_bat(env, n_updates, n_games, 0.95, seed)


@naive("tf1.16.9", replaces="train_bat", fails="test_catches_balls")
def random_bat(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """Your policy is as it was made: its weights have to be changed after each batch of games."""
    torch.manual_seed(seed)
    return BatPolicy(*env.observation_space.shape, int(env.action_space.n))


@mutant("tf1.16.9", replaces="move", fails="test_moves_as_it_likes_best")
def single_picture(policy, picture, before):
    """Your policy is shown no motion, so that it can't know where the ball is going."""
    return right.move(policy, picture, picture)


# ---------------------------------------------------------------- right ones


@alternative("tf1.16.9", replaces="crop")
def by_a_counter(frame):
    """Colours as tuples, counted."""
    rows = [[tuple(pixel) for pixel in row] for row in np.asarray(frame)[34:194][::2, ::2].tolist()]
    ground = Counter(pixel for row in rows for pixel in row).most_common(1)[0][0]
    return np.array([[pixel != ground for pixel in row] for row in rows], dtype=np.float32)


@alternative("tf1.16.9", replaces="with_motion")
def in_torch(picture, before):
    """As a tensor."""
    now, then = (torch.as_tensor(np.asarray(one), dtype=torch.float32) for one in (picture, before))
    return torch.stack((now, now - then))


@alternative("tf1.16.9", replaces="point_returns")
def points_in_float32(rewards, gamma):
    """From the end, into a tensor."""
    returns, later = torch.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        later = rewards[t] or gamma * later
        returns[t] = later
    return returns


@alternative("tf1.16.9", replaces="point_returns")
def point_by_point(rewards, gamma):
    """Finds where points end, and computes powers."""
    values = np.asarray(rewards, dtype=float)
    found, begin = np.zeros(len(values)), 0
    for end in np.flatnonzero(values):
        found[begin : end + 1] = values[end] * float(gamma) ** np.arange(end - begin, -1, -1)
        begin = end + 1
    return found.tolist()


@alternative("tf1.16.9", replaces="BatPolicy")
class TwoBranches(nn.Module):
    """A layer for the picture and one for its motion."""

    def __init__(self, height, width, n_actions, n_hidden=64):
        super().__init__()
        self.still = nn.Linear(height * width, n_hidden)
        self.moving = nn.Linear(height * width, n_hidden)
        self.out = nn.Linear(n_hidden, n_actions)

    def forward(self, pictures):
        still, moving = pictures.flatten(2).unbind(dim=1)
        return self.out(torch.tanh(self.still(still) + self.moving(moving)))


def _without_dropout(policy, picture, before):
    return right.move(policy.eval(), picture, before)


@alternative("tf1.16.9", replaces="BatPolicy", also={"move": _without_dropout})
class WithDropout(BatPolicy):
    """With dropout, which is left out for good moves."""

    def __init__(self, height, width, n_actions, n_hidden=64):
        super().__init__(height, width, n_actions, n_hidden)
        self.dropout = nn.Dropout(0.1)

    def forward(self, pictures):
        return self.out(self.dropout(torch.relu(self.hidden(pictures.flatten(1)))))


@alternative("tf1.16.9", replaces="train_bat")
def by_cross_entropy(env, n_updates=100, n_games=8, gamma=0.95, seed=42):
    """Another loop, and a rate that falls."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    policy = BatPolicy(*env.observation_space.shape, int(env.action_space.n))
    optimizer = torch.optim.RMSprop(policy.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.3, n_updates)
    for _ in range(n_updates):
        X, actions, returns = [], [], []
        for _ in range(n_games):
            pictures, done, rewards = right._game(env, policy, rng)
            X, actions = [*X, *pictures], [*actions, *done]
            returns = [*returns, *point_returns(rewards, gamma)]
        weights = torch.tensor(np.array(returns) - np.mean(returns), dtype=torch.float32)
        losses = cross_entropy(policy(torch.tensor(np.array(X))), torch.tensor(np.array(actions)), reduction="none")
        optimizer.zero_grad()
        (losses * weights).mean().backward()
        optimizer.step()
        schedule.step()
    return policy
