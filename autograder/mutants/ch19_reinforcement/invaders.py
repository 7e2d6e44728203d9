"""Chapter 19, deep Q-learning from pictures (tf2.18.9): wrong answers, and right ones."""

import copy
from unittest import mock

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch19_reinforcement import invaders as right
from solutions.ch19_reinforcement.invaders import FrameStack, QNet, preprocess

# ---------------------------------------------------------------- pictures, wrong


@mutant("tf2.18.9", replaces="preprocess", fails="test_grey")
def mean_of_the_colours(frame):
    """You take the mean of the three colours: green counts more than red, and red more than blue."""
    grey = np.asarray(frame).mean(axis=2, keepdims=True)
    return preprocess(np.repeat(grey, 3, axis=2))


@mutant("tf2.18.9", replaces="preprocess", fails="test_grey")
def blue_first(frame):
    """You have red and blue the wrong way round."""
    return preprocess(np.asarray(frame)[..., ::-1])


@mutant("tf2.18.9", replaces="preprocess", fails="test_grey")
def from_0_to_1(frame):
    """You divide by 255, and nothing is left of it as whole numbers: divide in the network."""
    return (preprocess(frame) / 255).astype(np.uint8)


@mutant("tf2.18.9", replaces="preprocess", fails="test_whole_frame_made_small")
def cut_out(frame):
    """You cut a part out of the frame: make the whole of it small."""
    return preprocess(np.asarray(frame)[20:180])


@mutant("tf2.18.9", replaces="preprocess", fails="test_whole_frame_made_small")
def on_its_side(frame):
    """Your rows are columns."""
    return preprocess(frame).T.copy()


@mutant("tf2.18.9", replaces="preprocess", fails="test_whole_frame_made_small")
def every_other_pixel(frame):
    """You skip pixels, so that what is thin, such as a shot, vanishes: take means."""
    grey = np.asarray(frame, dtype=float) @ (0.299, 0.587, 0.114)
    rows, columns = (np.linspace(0, n - 1, 84).astype(int) for n in grey.shape)
    return np.rint(grey[rows][:, columns]).astype(np.uint8)


@mutant("tf2.18.9", replaces="preprocess", fails="test_whole_frame_made_small")
def ataris_only(frame):
    """You count on 210 x 160 pixels: a frame may have another size."""
    return preprocess(np.resize(frame, (210, 160, 3)))


@mutant("tf2.18.9", replaces="FrameStack", fails="test_stack_of_frames")
class NewestFirst(FrameStack):
    """Your newest frame comes first: it belongs at the end."""

    def push(self, frame, before):
        return super().push(frame, before)[::-1].copy()


@mutant("tf2.18.9", replaces="FrameStack", fails="test_stack_of_frames")
class StartsInTheDark(FrameStack):
    """You begin with black frames: the first one takes all places."""

    def start(self, frame):
        super().start(np.zeros_like(frame))
        return super().push(frame, frame)


@mutant("tf2.18.9", replaces="FrameStack", fails="test_stack_of_frames")
class AlwaysFour(FrameStack):
    """Your stack has four frames, whatever `n_frames` is."""

    def __init__(self, n_frames=4):
        super().__init__(4)


@mutant("tf2.18.9", replaces="FrameStack", fails="test_what_flickers_is_seen")
class NewestOnly(FrameStack):
    """You take the newest frame as it is: what is seen in every other frame only is lost."""

    def push(self, frame, before):
        return super().push(frame, frame)


@mutant("tf2.18.9", replaces="FrameStack", fails="test_what_flickers_is_seen")
class MaximumOfGreys(FrameStack):
    """You take the larger grey: take the larger one in each colour first."""

    def push(self, frame, before):
        self._frames.append(np.maximum(preprocess(frame), preprocess(before)))
        return np.array(self._frames)


@mutant("tf2.18.9", replaces="FrameStack", fails="test_stacks_are_kept_apart")
class OneArray:
    """You hand out one array and write into it again: what was kept of it changes."""

    def __init__(self, n_frames=4):
        self.stack = np.zeros((n_frames, 84, 84), np.uint8)

    def start(self, frame):
        self.stack[:] = preprocess(frame)
        return self.stack

    def push(self, frame, before):
        self.stack[:-1] = self.stack[1:].copy()
        self.stack[-1] = preprocess(np.maximum(frame, before))
        return self.stack


@mutant("tf2.18.9", replaces="QNet", fails="test_q_network")
class BytesWrapAround(QNet):
    """You subtract from bytes, which wrap around: make floats of them first."""

    def forward(self, observations):
        return super().forward(observations - 128)


@mutant("tf2.18.9", replaces="QNet", fails="test_q_network")
class LastFrameOnly(QNet):
    """Your network sees the last frame only."""

    def forward(self, observations):
        return super().forward(observations[:, -1:].repeat(1, 4, 1, 1))


@mutant("tf2.18.9", replaces="QNet", fails="test_values_of_any_size")
class FourAtATime(QNet):
    """Your network takes four frames, whatever `n_frames` is."""

    def __init__(self, n_actions, n_frames=4):
        super().__init__(n_actions, 4)


@mutant("tf2.18.9", replaces="QNet", fails="test_values_of_any_size")
class AsShares(QNet):
    """Your network ends with a softmax: what an action is worth is no probability, and may be any number."""

    def forward(self, observations):
        return torch.softmax(super().forward(observations), dim=1)


@mutant("tf2.18.9", replaces="QNet", fails="test_values_of_any_size")
class NeverBelow0(QNet):
    """Your last layer ends with a ReLU: what an action is worth may be below 0."""

    def forward(self, observations):
        return torch.relu(super().forward(observations))


# ---------------------------------------------------------------- parts, wrong


@mutant("tf2.18.9", replaces="double_dqn_targets", fails="test_double_targets")
def nothing_for_an_end(rewards, terminated, online_next, target_next, gamma):
    """After an end you count nothing at all: what follows is left out, but the reward is not."""
    return right.double_dqn_targets(rewards, terminated, online_next, target_next, gamma) * ~terminated


@mutant("tf2.18.9", replaces="double_dqn_targets", fails="test_double_targets")
def plain_dqn(rewards, terminated, online_next, target_next, gamma):
    """You let the target network choose the action as well, as the plain algorithm does: the online one chooses."""
    return rewards + gamma * target_next.amax(dim=1) * ~terminated


@mutant("tf2.18.9", replaces="double_dqn_targets", fails="test_double_targets")
def networks_mixed_up(rewards, terminated, online_next, target_next, gamma):
    """You have mixed up the two networks: the online one chooses, the target one values."""
    return right.double_dqn_targets(rewards, terminated, target_next, online_next, gamma)


@mutant("tf2.18.9", replaces="double_dqn_targets", fails="test_double_targets")
def ends_are_passed_by(rewards, terminated, online_next, target_next, gamma):
    """You count what follows a terminated episode: nothing does."""
    return right.double_dqn_targets(rewards, torch.zeros_like(terminated), online_next, target_next, gamma)


@mutant("tf2.18.9", replaces="epsilon_at", fails="test_epsilon")
def goes_on_falling(step, start=1.0, end=0.05, n_steps=10_000):
    """Your share goes on falling after the last step: it stays at `end`."""
    return start + (end - start) * step / n_steps


@mutant("tf2.18.9", replaces="epsilon_at", fails="test_epsilon")
def geometric(step, start=1.0, end=0.05, n_steps=10_000):
    """Your share falls by a factor: a straight line is asked for."""
    return start * ((end + 1e-9) / start) ** min(step / n_steps, 1.0)


@mutant("tf2.18.9", replaces="update_target", fails="test_target_network_follows")
def other_direction(target, online, tau=1.0):
    """You move the online network: it is the target network that follows."""
    right.update_target(online, target, tau)


@mutant("tf2.18.9", replaces="update_target", fails="test_target_network_follows")
def always_the_whole_way(target, online, tau=1.0):
    """You copy the weights, whatever `tau` is."""
    target.load_state_dict(online.state_dict())


@mutant("tf2.18.9", replaces="update_target", fails="test_target_network_follows")
def shared(target, online, tau=1.0):
    """You share the tensors, so that the target network moves with every step of the other one: copy the numbers."""
    for old, new in zip(target.parameters(), online.parameters(), strict=True):
        old.data = new.data if tau == 1 else torch.lerp(old.data, new.data, tau)


@mutant("tf2.18.9", replaces="update_target", fails="test_target_network_follows")
def another_network(target, online, tau=1.0):
    """You make a new network and leave the target network that you are given as it was: change its own numbers."""
    target = copy.deepcopy(target)
    right.update_target(target, online, tau)


@mutant("tf2.18.9", replaces="update_target", fails="test_target_network_follows")
def the_other_share(target, online, tau=1.0):
    """You keep the share `tau` of the old weights: it is the share that is taken of the new ones."""
    right.update_target(target, online, 1 - tau if tau < 1 else 1.0)


# ---------------------------------------------------------------- trainings, wrong


@naive("tf2.18.9", replaces="train_q", fails="test_finds_the_fruit")
def untrained(env, net, n_steps=4000, gamma=0.95, seed=42):
    """Your network is as it was given: it has to learn from what is tried."""
    return net


@naive("tf2.18.9", replaces="train_q", fails="test_finds_the_fruit")
def near_sighted(env, net, n_steps=4000, gamma=0.95, seed=42):
    """Your network learns the next reward only: add the discounted value of what is seen next."""
    return right.train_q(env, net, n_steps, 0.0, seed)


@mutant("tf2.18.9", replaces="train_q", fails="test_tries_at_random")
def never_explores(env, net, n_steps=4000, gamma=0.95, seed=42):
    """You never try anything at random: begin with random actions, and let their share fall."""
    with mock.patch.object(right, "epsilon_at", return_value=0.0):
        return right.train_q(env, net, n_steps, gamma, seed)


@mutant("tf2.18.9", replaces="train_q", fails="test_an_end_is_not_the_time_being_up")
def time_is_an_end(env, net, n_steps=4000, gamma=0.95, seed=42):
    """You take a truncated episode for one that was terminated: it could have gone on, so what follows counts."""

    class Ended:
        action_space = env.action_space

        def reset(self, **settings):
            return env.reset(**settings)

        def step(self, action):
            seen, reward, terminated, truncated, info = env.step(action)
            return seen, reward, terminated or truncated, False, info

    return right.train_q(Ended(), net, n_steps, gamma, seed)


@mutant("tf2.18.9", replaces="train_q", fails="test_an_end_is_not_the_time_being_up")
def no_end_at_all(env, net, n_steps=4000, gamma=0.95, seed=42):
    """You add what follows after a terminated episode as well: nothing does."""
    targets = right.double_dqn_targets

    def endless(rewards, terminated, *others):
        return targets(rewards, torch.zeros_like(terminated), *others)

    with mock.patch.object(right, "double_dqn_targets", endless):
        return right.train_q(env, net, n_steps, gamma, seed)


@mutant("tf2.18.9", replaces="train_q", fails="test_seed_decides_what_is_tried")
def seed_of_its_own(env, net, n_steps=4000, gamma=0.95, seed=42):
    """You don't use the seed that you are given."""
    return right.train_q(env, net, n_steps, gamma, 42)


# ---------------------------------------------------------------- right ones


@alternative("tf2.18.9", replaces="preprocess")
def with_pillow(frame):
    """By Pillow, which weights by area."""
    from PIL import Image

    grey = np.asarray(frame, dtype=np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    small = Image.fromarray(grey).resize((84, 84), Image.Resampling.BOX)
    return np.clip(np.rint(np.asarray(small)), 0, 255).astype(np.uint8)


@alternative("tf2.18.9", replaces="FrameStack")
class Rolled:
    """An array that is made anew each time."""

    def __init__(self, n_frames=4):
        self.n_frames = n_frames

    def start(self, frame):
        self.stack = np.stack([preprocess(frame)] * self.n_frames)
        return self.stack

    def push(self, frame, before):
        brighter = np.where(np.asarray(frame) > before, frame, before)
        self.stack = np.concatenate([self.stack[1:], preprocess(brighter)[None]])
        return self.stack


@alternative("tf2.18.9", replaces="double_dqn_targets")
def row_by_row(rewards, terminated, online_next, target_next, gamma):
    """One row after the other."""
    rows = zip(rewards, terminated, online_next, target_next, strict=True)
    return torch.stack([r if over else r + gamma * t[o.argmax()] for r, over, o, t in rows])


@alternative("tf2.18.9", replaces="update_target")
def by_a_state(target, online, tau=1.0):
    """By mixing two state dictionaries."""
    old, new = target.state_dict(), online.state_dict()
    target.load_state_dict({name: (1 - tau) * old[name] + tau * new[name] for name in old})


@alternative("tf2.18.9", replaces="QNet")
class PooledQNet(nn.Module):
    """With pooling, and other sizes."""

    def __init__(self, n_actions, n_frames=4):
        super().__init__()
        self.net = nn.Sequential(
            *(nn.Conv2d(n_frames, 16, 5, stride=3, padding=1), nn.SiLU(), nn.AvgPool2d(2)),
            *(nn.Conv2d(16, 32, 3), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(), nn.LazyLinear(n_actions)),
        )
        self.net(torch.zeros(1, n_frames, 84, 84))

    def forward(self, observations):
        return self.net(observations.to(torch.float32) / 128 - 1)


@alternative("tf2.18.9", replaces="QNet")
class Dueling(QNet):
    """With a value, and what each action is better than the others."""

    def __init__(self, n_actions, n_frames=4):
        super().__init__(n_actions + 1, n_frames)

    def forward(self, observations):
        value, better = super().forward(observations).tensor_split([1], dim=1)
        return value + better - better.mean(dim=1, keepdim=True)


@alternative("tf2.18.9", replaces="train_q")
def soft_updates(env, net, n_steps=4000, gamma=0.95, seed=42):
    """With a target network that follows slowly, a squared loss, and never less than a quarter of random actions."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    target, optimizer = copy.deepcopy(net), torch.optim.Adam(net.parameters(), lr=2e-3)
    memory, (seen, _) = [], env.reset(seed=seed)
    for step in range(n_steps):
        with torch.no_grad():
            liked = int(net(torch.as_tensor(seen)[None]).argmax())
        action = int(rng.integers(env.action_space.n)) if rng.random() < max(0.25, 1 - step / 4000) else liked
        after, reward, terminated, truncated, _ = env.step(action)
        memory.append((seen, action, reward, after, terminated))
        seen = env.reset()[0] if terminated or truncated else after
        if step % 2 and step > 50:
            rows = [memory[i] for i in rng.integers(len(memory), size=64)]
            X, actions, rewards, X_after, over = (torch.as_tensor(np.array(one)) for one in zip(*rows, strict=True))
            with torch.no_grad():
                best = net(X_after).argmax(dim=1, keepdim=True)
                wanted = rewards + gamma * target(X_after).gather(1, best)[:, 0] * ~over
            loss = (net(X).gather(1, actions[:, None])[:, 0] - wanted.float()).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            right.update_target(target, net, 0.03)
    return net
