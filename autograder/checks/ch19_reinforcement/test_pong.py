"""Hidden checks of chapter 19: Pong by policy gradients (tf1.16.9)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch19_reinforcement.inputs import fresh, world
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, outputs, repeats, weights_of


def _pong(rng):
    """Return a frame like one of Pong, with a field between two walls, two bats, a ball, and a score above it all."""
    ground, score, wall, left, right, ball = rng.permutation(np.arange(20, 240, 10))[:18].reshape(6, 3)
    frame = np.empty((210, 160, 3), np.uint8)
    frame[:] = ground
    frame[:24] = frame[194:] = score
    frame[24:36] = frame[190:194] = wall
    places = [int(n) for n in rng.integers(36, 170, 3)]
    frame[places[0] : places[0] + 16, 16:20] = left
    frame[places[1] : places[1] + 16, 140:144] = right
    column = int(rng.integers(30, 130))
    frame[places[2] : places[2] + 4, column : column + 2] = ball
    return frame


def _by_hand(frame):
    rows = [[tuple(frame[row, column].tolist()) for column in range(0, 160, 2)] for row in range(34, 194, 2)]
    counts = {}
    for row in rows:
        for pixel in row:
            counts[pixel] = counts.get(pixel, 0) + 1
    ground = max(counts, key=counts.__getitem__)
    return np.array([[float(pixel != ground) for pixel in row] for row in rows])


@check(
    "tf1.16.9", core=True, hint="Which rows are the field? Which pixels of it are left, and which colour is most of it?"
)
def test_ball_and_bats_are_left(student, rng):
    """Of a frame, ball, bats and walls are 1 and the field is 0, whatever colours they have; the score is cut off."""
    frames = [_pong(rng) for _ in range(4)]
    replies = [np.asarray(student.crop(frame)) for frame in frames]  # all, so that a misconception shows as it is
    for frame, found in zip(frames, replies, strict=True):
        assert found.dtype == np.float32
        assert_array_equal(found, _by_hand(frame))


@check("tf1.16.9", hint="A colour may differ from the background's by its blue only, and be as bright.")
def test_any_other_colour_counts(student, rng):
    """A thing that differs from the background in one colour only is seen as well, be it brighter or darker, and so is
    one of the same brightness."""
    single = [by * np.eye(3, dtype=int)[channel] for channel in range(3) for by in (-20, 20)]
    as_bright = [[20, -20, 0], [0, 20, -20], [20, 0, -20], [43, -26, 21]]  # the last one to the eye: 0.299 red, …
    for by in (*single, *as_bright):
        frame = np.full((210, 160, 3), 100, np.uint8)
        row, column = 2 * int(rng.integers(20, 80)), 2 * int(rng.integers(10, 60))
        frame[row : row + 8, column : column + 8] = 100 + np.array(by)
        assert_array_equal(np.asarray(student.crop(frame)), _by_hand(frame))


@check("tf1.16.9", hint="Do you write into the frame that you are given?")
def test_frame_is_left_alone(student, rng):
    """The frame is as before."""
    frame = _pong(rng)
    _, (after,) = student.watch_("crop", frame)
    assert_array_equal(np.asarray(after), frame)


@check("tf1.16.9", core=True, hint="Which of the two is taken from the other?")
def test_picture_and_motion(student, rng):
    """The second picture is what is new less what was there, so that the same picture twice has no motion."""
    for height, width in ((80, 80), (4, 9)):
        now, before = (rng.integers(0, 2, (height, width)).astype(np.float32) for _ in range(2))
        found = np.asarray(student.with_motion(now, before))
        assert found.shape == (2, height, width)
        assert found.dtype == np.float32
        assert_array_equal(found, [now, now - before])
        still = np.asarray(student.with_motion(now, now))
        assert_array_equal(still, [now, np.zeros_like(now)])


@check("tf1.16.9", core=True, hint="Who has lost a point begins the next one at 0.")
def test_points_are_apart(student, rng):
    """Each action gets the reward that ends its own point, discounted, and nothing of the next point."""
    for gamma in (0.0, 1.0, float(rng.uniform(0.5, 0.99))):
        rewards = np.zeros(40)
        ends = np.sort(rng.permutation(38)[:7])
        rewards[ends] = rng.choice([-2.0, -1.0, 1.0, 3.0], 7)
        wanted = []
        for t in range(40):
            later = [end for end in ends if end >= t]
            wanted.append(rewards[later[0]] * gamma ** (later[0] - t) if later else 0.0)
        found = np.asarray(student.point_returns(rewards.tolist(), gamma), dtype=float)
        assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@check("tf1.16.9", hint="Are all layers attributes of the network? Does it look at both pictures?")
def test_bat_policy(student, rng):
    """The policy gives a logit for each action, sees the picture and the motion; its hidden layer is as large as asked
    for, and all its weights can learn."""
    policy = built(student, student.BatPolicy, rng, 5, 8, 4, 37)
    policy.eval()
    X = rng.normal(size=(6, 2, 5, 8))
    before = outputs(policy, X, shape=(6, 4))
    assert np.abs(before.sum(axis=1) - 1).max() > 1e-3, "logits are asked for"
    assert any(37 in value.shape for value in weights_of(policy).values())
    for part in range(2):
        other = X.copy()
        other[:, part] = rng.normal(size=(6, 5, 8))
        assert np.abs(outputs(policy, other, shape=(6, 4)) - before).max() > 1e-6
    gradients_flow(student, policy, rng.normal(size=(40, 2, 5, 8)), rng=rng)


def _caught(student, policy, env, rng, n_games):
    """Return the share of balls that a policy catches."""
    points = []
    for _ in range(n_games):
        picture, _ = env.reset(seed=int(rng.integers(2**31)))
        before, over = picture, False
        while not over:
            action = int(student.move(policy, picture, before))
            before = picture
            picture, reward, terminated, truncated, _ = env.step(action)
            points += [reward > 0] if reward else []
            over = terminated or truncated
    return float(np.mean(points))


@check(
    "tf1.16.9",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the share of points that are won rise? A learning rate of 0.01 to 0.03 is fast enough. And does "
    "the policy see where the ball is going?",
)
def test_catches_balls(student, rng):
    """Trained with the defaults in two small games that are made up for you, your policies catch balls."""
    found = []
    for _ in range(2):
        number = int(rng.integers(2**31))
        policy = student.train_bat(world(student, "Catch", number), seed=int(rng.integers(1000)))
        found.append(_caught(student, policy, fresh("Catch", number), rng, 12))
    return float(np.mean(found))


@check("tf1.16.9", hint="Which logit is the largest? And of which of the two pictures, less the other one?")
def test_moves_as_it_likes_best(student, rng):
    """`move` gives the action with the largest logit, of picture and motion, always the same."""
    policy = built(student, student.BatPolicy, rng, 4, 9, 3)
    policy.eval()
    pictures = rng.integers(0, 2, (15, 2, 4, 9)).astype(np.float32)
    inputs = np.stack([[now, now - before] for now, before in pictures])
    wanted = outputs(policy, inputs, shape=(15, 3)).argmax(axis=1).tolist()
    assert [int(student.move(policy, now, before)) for now, before in pictures] == wanted


def _counting(number):
    import numpy as np

    from course.worlds import Catch

    class Counted(Catch):
        """Whatever happens, the picture is the same."""

        def __init__(self):
            super().__init__(number)
            self.seeds, self.actions = [], []

        def reset(self, *, seed=None, options=None):
            self.given = seed if seed is None else int(seed)
            return super().reset(seed=seed, options=options)

        def step(self, action):
            self.seeds += [] if self._time else [self.given]
            self.actions.append(int(action))
            return super().step(action)

        def _seen(self):
            return np.ones((self.height, self.width), np.float32)

    return Counted()


@check("tf1.16.9", hint="Do you play with drawn actions while you train? And how many games, all alike?")
def test_plays_as_many_games_as_asked(student, rng):
    """Before each change as many games are played as asked for, all of them different, with actions that are drawn."""
    n_updates, n_games = (int(n) for n in rng.permutation([1, 2, 3])[:2])
    env = student.probe_(_counting)(int(rng.integers(1000)))
    student.train_bat(env, n_updates=n_updates, n_games=n_games, seed=int(rng.integers(1000)))
    actions, seeds = list(env.actions), [seed for seed in env.seeds if seed is not None]
    assert len(actions) == 30 * n_updates * n_games
    assert len(set(seeds)) == len(seeds)
    assert len(set(actions[: 30 * n_games])) > 1


@check(
    "tf1.16.9",
    hint="What does chance decide: the first weights, the balls, the actions that are drawn? And what does `gamma`?",
)
def test_seed_decides_the_bat(student, rng):
    """The same seed trains the same policy, another seed another one, as does another discount factor."""
    number = int(rng.integers(1000))

    def trained(seed, gamma=0.95):
        env = world(student, "Catch", number)
        return weights_of(student.train_bat(env, n_updates=2, n_games=2, gamma=gamma, seed=seed))

    repeats(trained, tuple(int(seed) for seed in rng.permutation(1000)[:2]))
    far, near = trained(1), trained(1, gamma=0.2)
    assert any(not np.array_equal(far[name], near[name]) for name in far)
