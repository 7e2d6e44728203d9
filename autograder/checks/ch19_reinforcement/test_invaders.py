"""Hidden checks of chapter 19: deep Q-learning from pictures (tf2.18.9)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch19_reinforcement.inputs import fresh, world
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, is_complete, outputs, repeats, weights_of


def _frame(rng, height=210, width=160):
    """Return a frame with some bright things on a plain ground."""
    frame = np.empty((height, width, 3), np.uint8)
    frame[:] = rng.integers(0, 90, 3)
    for _ in range(5):
        top, left = int(rng.integers(height - 40)), int(rng.integers(width - 30))
        frame[top : top + 35, left : left + 25] = rng.integers(100, 256, 3)
    return frame


def _small(student, frame):
    found = np.asarray(student.preprocess(frame))
    assert found.shape == (84, 84)
    assert found.dtype == np.uint8
    return found.astype(float)


@check("tf2.18.9", core=True, hint="How much does each colour count? Are you sure that 255 stays 255?")
def test_grey(student, rng):
    """A frame of one colour becomes one grey, rounded: 0.299 of red, 0.587 of green and 0.114 of blue."""
    for colour in ((250, 0, 0), (0, 0, 250), (255, 255, 255), (0, 0, 0), *rng.integers(0, 256, (4, 3)).tolist()):
        frame = np.empty((210, 160, 3), np.uint8)
        frame[:] = colour
        wanted = float(np.dot(colour, (0.299, 0.587, 0.114)))
        assert np.abs(_small(student, frame) - wanted).max() <= 0.51


@check("tf2.18.9", core=True, hint="Which part of the frame does the value in row 10 and column 20 stand for?")
def test_whole_frame_made_small(student, rng):
    """Things are where they were, in the whole frame, of any size, and in proportion, and values are means: what is
    thin does not vanish."""
    for height, width in ((210, 160), (168, 252)):
        frame = _frame(rng, height, width)
        grey = frame.astype(float) @ (0.299, 0.587, 0.114)
        rows, columns = (np.repeat(np.arange(n), 84) for n in (height, width))  # both axes cut into 84 equal parts
        wanted = grey[rows].reshape(84, height, width).mean(axis=1)
        wanted = wanted[:, columns].reshape(84, 84, width).mean(axis=2)
        found = _small(student, frame)
        assert np.abs(found - wanted).mean() < 4
        assert abs(found.mean() - grey.mean()) < 1.5
    row, column = int(rng.integers(20, 180)), int(rng.integers(20, 120))
    for i in range(5):  # five rows become two: each place among them is tried
        thin = np.zeros((210, 160, 3), np.uint8)
        thin[row + i] = thin[:, column + i] = 255
        seen = _small(student, thin)
        assert seen.max(axis=1).min() > 25
        assert seen.max(axis=0).min() > 25


def _at_once(stack_of, n, first, later):
    """Return what a stack gives at its start, and after each later frame."""
    import numpy as np

    stack, before = stack_of(n), first
    found = [stack.start(first)]
    for frame in later:
        found.append(stack.push(frame, before))
        before = frame
    return [np.asarray(one) for one in found]


@check("tf2.18.9", core=True, hint="Which frame is dropped? What stands in all places after the first one?")
def test_stack_of_frames(student, rng):
    """The stack begins with the first frame in all places, then takes each new one at the end and drops the oldest."""
    shades = rng.permutation(np.arange(5, 250, 5))[:7]
    frames = [np.full((210, 160, 3), shade, np.uint8) for shade in np.sort(shades)]
    for n in (4, 3):
        found = student.probe_(_at_once)(student.FrameStack, n, frames[0], frames[1:])
        history = [int(frames[0][0, 0, 0])] * n
        for stack, frame in zip(found, frames, strict=True):
            history = [*history[1:], int(frame[0, 0, 0])]
            assert np.asarray(stack).shape == (n, 84, 84)
            assert np.asarray(stack).dtype == np.uint8
            assert np.abs(np.asarray(stack)[:, 40, 40].astype(int) - history).max() <= 1


@check("tf2.18.9", hint="Something is to be seen in every other frame only. Which of two frames is it in?")
def test_what_flickers_is_seen(student, rng):
    """What is added is the larger one of the two last frames, in each pixel and colour."""
    black = np.zeros((210, 160, 3), np.uint8)
    one, other = black.copy(), black.copy()
    one[:100, :, 0], other[60:, :, 1] = 200, 200
    found = np.asarray(student.probe_(_pushed)(student.FrameStack, one, other))[-1].astype(float)
    assert_allclose([found[10, 40], found[32, 40], found[70, 40]], [59.8, 177.2, 117.4], atol=1.1)


def _pushed(stack_of, frame, before):
    stack = stack_of(4)
    stack.start(before)
    return stack.push(frame, before)


@check(
    "tf2.18.9",
    hint="Is what you return the list of frames itself, or an array of its own? Are the frames of a game gone?",
)
def test_stacks_are_kept_apart(student, rng):
    """What was returned is not changed later, and a new episode shows nothing of the one before."""
    student.probe_(_used)(student.FrameStack)
    kept, begun = student.probe_(_used)(student.FrameStack)
    assert_array_equal(np.asarray(kept), 0)
    assert_array_equal(np.asarray(begun), 255)


def _used(stack_of):
    import numpy as np

    black = np.zeros((210, 160, 3), np.uint8)
    stack = stack_of(4)
    kept = stack.start(black)
    for _ in range(4):
        stack.push(black + 255, black + 255)
    return [kept, stack.start(black + 255)]


@check("tf2.18.9", core=True, hint="Do the layers fit to 84 x 84? Do bytes become floats before anything is computed?")
def test_q_network(student, rng):
    """The network gives a value for each action from stacks of whole numbers from 0 to 255, sees all four frames, and
    all its weights can learn."""
    n = int(rng.integers(3, 9))
    net = built(student, student.QNet, rng, n)
    net.eval()
    X = rng.integers(0, 256, (2, 4, 84, 84)).astype(np.int64)
    before = outputs(net, X, shape=(2, n))
    as_bytes = np.asarray(net(torch.from_numpy(X.astype(np.uint8))))
    assert_allclose(before, as_bytes, rtol=1e-3, atol=1e-5)
    for frame in range(4):
        other = X.copy()
        other[:, frame] = 255 - other[:, frame]
        assert np.abs(outputs(net, other, shape=(2, n)) - before).max() > 1e-6
    gradients_flow(student, net, X[:1], rng=rng)
    is_complete(lambda: built(student, student.QNet, rng, n), X[:1], rng=rng)


@check("tf2.18.9", hint="Does the first layer see `n_frames` frames? And does anything come after the last one?")
def test_values_of_any_size(student, rng):
    """The network takes as many frames as asked for; what it says are values, above 0 or below, and no shares of 1."""
    net = built(student, student.QNet, rng, 30, 3)
    net.eval()
    found = outputs(net, rng.integers(0, 256, (2, 3, 84, 84)).astype(np.int64), shape=(2, 30))
    assert found.min() < 0
    assert np.abs(found.sum(axis=1) - 1).max() > 1e-3


@check("tf2.18.9", core=True, hint="Which of the two networks chooses the action, and which says what it is worth?")
def test_double_targets(student, rng):
    """The target is the reward, and, if the episode went on, what the target network says of the action that the online
    network prefers, discounted."""
    for gamma in (0.5, float(rng.uniform(0.7, 0.99))):
        rewards, online, target = rng.normal(size=12), rng.normal(size=(12, 4)), rng.normal(size=(12, 4))
        over = np.arange(12) % 3 == 0
        sent = [torch.tensor(one, dtype=torch.float32) for one in (rewards, online, target)]
        found = student.double_dqn_targets(sent[0], torch.from_numpy(over), sent[1], sent[2], gamma)
        wanted = [
            r if end else r + gamma * t[int(np.argmax(o))]
            for r, end, o, t in zip(rewards, over, online, target, strict=True)
        ]
        assert_allclose(np.asarray(found), wanted, rtol=1e-4, atol=1e-5)


@check("tf2.18.9", hint="What is it halfway? And long after the last step?")
def test_epsilon(student, rng):
    """The share of random actions falls in a straight line, and then stays where it is."""
    for _ in range(5):
        start, end, n = float(rng.uniform(0.6, 1)), float(rng.uniform(0, 0.3)), int(rng.integers(10, 5000))
        for step in (0, n // 3, n // 2, n, n + 1, 10 * n):
            wanted = float(np.interp(step, [0, n], [start, end]))
            assert_allclose(float(student.epsilon_at(step, start, end, n)), wanted, atol=1e-9)
    assert_allclose([float(student.epsilon_at(step)) for step in (0, 5000, 20_000)], [1, 0.525, 0.05], atol=1e-9)


def _net(sizes, seed):
    import torch

    torch.manual_seed(seed)
    first, hidden, last = (int(size) for size in sizes)
    return torch.nn.Sequential(
        *(torch.nn.Flatten(), torch.nn.Linear(first, hidden)),
        *(torch.nn.ReLU(), torch.nn.Linear(hidden, last)),
    )


def _shifted(net):
    import torch

    with torch.no_grad():
        for value in net.parameters():
            value.add_(1.0)


@check("tf2.18.9", hint="Copy the numbers, not the network. And which of the two is moved?")
def test_target_network_follows(student, rng):
    """The target network's parameters go the asked share of the way to the online network's, which stay as they are;
    later steps of the online network do not move it."""
    for tau in (1.0, float(rng.uniform(0.1, 0.9))):
        target, online = (student.probe_(_net)([3, 5, 2], int(seed)) for seed in rng.integers(1000, size=2))
        old, new = weights_of(target), weights_of(online)
        student.update_target(target, online, tau)
        student.probe_(_shifted)(online)
        found, moved = weights_of(target), weights_of(online)
        for name in old:
            assert_allclose(found[name], (1 - tau) * old[name] + tau * new[name], atol=1e-5)
            assert_allclose(moved[name], new[name] + 1, atol=1e-5)


def _shares(orchard, policy, gamma=0.95):
    """Return how far a policy is from acting at random (0) to the best there is (1), from each start, exactly."""
    live = ~orchard.ends

    def values(P):  # P: (25, 25)
        return np.linalg.solve(np.eye(25) - gamma * P * live, P @ orchard.gains)

    best = np.zeros(25)
    for _ in range(300):
        best = (orchard.transitions @ (orchard.gains + gamma * live * best)).max(axis=1)
    at_random = values(orchard.transitions.mean(axis=1))
    found = values(orchard.transitions[np.arange(25), policy])
    return ((found - at_random) / (best - at_random))[live]


@check(
    "tf2.18.9",
    core=True,
    weight=4,
    at_least=True,
    hint="Does it try enough at random in the beginning? Is the target network updated every hundred steps or so?",
)
def test_finds_the_fruit(student, rng):
    """Trained with 4,000 steps in each of two orchards that are made up for you, your networks know the way: from most
    starts their greedy policies are nearly as good as the best there is."""
    found = []
    for _ in range(2):
        number = int(rng.integers(2**31))
        net = student.probe_(_net)([25, 64, 4], int(rng.integers(1000)))
        net = student.train_q(world(student, "Orchard", number), net, 4000, 0.95, int(rng.integers(1000)))
        orchard = fresh("Orchard", number)
        found.append(_shares(orchard, outputs(net, orchard.boards(), shape=(25, 4)).argmax(axis=1)))
    return float(np.median(np.concatenate(found)))


def _prefers(net, action):
    import torch

    with torch.no_grad():
        net[-1].bias[action] += 20.0


@check("tf2.18.9", hint="How does an action become known that the network does not like yet?")
def test_tries_at_random(student, rng):
    """In the beginning, actions are tried also that the network thinks little of: of 300 steps, at least five take the
    one of two that it does not like."""
    net, liked = student.probe_(_net)([1, 8, 2], int(rng.integers(1000))), int(rng.integers(2))
    student.probe_(_prefers)(net, liked)
    env = world(student, "Script", [[1.0] * 25], False, True)
    student.train_q(env, net, 300, 0.95, int(rng.integers(1000)))
    tried = np.array(list(env.actions))
    assert len(tried) == 300
    assert (tried != liked).sum() >= 5


@check("tf2.18.9", hint="Which of the two flags says that nothing follows? And which discount factor is given?")
def test_an_end_is_not_the_time_being_up(student, rng):
    """With rewards of 1 at each step and a factor of 0.8, actions are worth 1 where each of them ends the episode, and
    5 where the time is up after each, since it could have gone on. (In 2,500 steps, half of it will do.)"""
    for terminated, least, most in ((True, 0.65, 1.35), (False, 2.5, 5.95)):
        net = student.probe_(_net)([1, 8, 2], int(rng.integers(1000)))
        env = world(student, "Script", [[1.0]], terminated, True)
        net = student.train_q(env, net, 2500, 0.8, int(rng.integers(1000)))
        net.eval()
        said = outputs(net, np.ones((1, 1)), shape=(1, 2))
        assert least < said.max() < most


@check(
    "tf2.18.9",
    hint="What does chance decide: which actions are tried, and which transitions are drawn?",
)
def test_seed_decides_what_is_tried(student, rng):
    """The same seed tries the same actions and trains the same network, another seed tries others."""
    seeds = tuple(int(seed) for seed in rng.permutation(1000)[:2])

    def tried(seed):
        env, net = world(student, "Script", [[1.0, 0.0]], False, True), student.probe_(_net)([1, 8, 2], 0)
        weights = weights_of(student.train_q(env, net, 300, 0.5, seed))
        return {"actions": np.array(list(env.actions)), "weights": weights}

    repeats(tried, seeds)
