# %% [markdown]
# # Reinforcement learning
#
# Nobody tells a child how to ride a bicycle, muscle by muscle. It tries, falls, and finds out. In this notebook you
# write agents that find out: where a buoy is, how to catch a ball, where the fruit hangs, and how to stay in the air.
#
# ### Afterwards you can
#
# - tell what reinforcement learning is, and when to use it;
# - compute returns, advantages and targets, and say what an episode's end does to each of them;
# - train a policy by its gradient, and a network of values from a replay buffer, with a target network beside it;
# - turn a game's pictures into what a network needs to see;
# - say what an agent is worth, in figures that can be believed.
#
# ### Before you start
#
# You need PyTorch (modules, losses, a training loop), and to have read the book's chapter on reinforcement learning. A
# GPU is not needed. The library gymnasium has to be installed; its Atari games and its physics are needed only for what
# is asked at full size.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Agents are trained in small worlds: `course.worlds` has them, with gymnasium's interface. `Harbour(7)` is another
#   harbour than `Harbour(8)`: its buoy is elsewhere, and the same action does something else there. Yours are graded in
#   worlds that are made up anew for each hand-in, and only by what the trained agent does there. Look at a world's
#   description with `help(Harbour)`; use `reset`, `step` and the two spaces, and nothing that begins with `_`.
# - An episode is over when `step` says `terminated` (something has happened that ends it) or `truncated` (the time is
#   up). It matters which.
# - What you need from a library, import in your answer's own cell. `device()` is where a network is trained fastest;
#   for networks as small as these, the CPU will do. Hand a trained network back on the CPU (`.cpu()`).

# %%
import base64
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import gymnasium as gym
import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from course import device
from course.worlds import Catch, Glider, Harbour, Orchard, Room, Script

# %% [markdown]
# # First halves
#
# Eight questions. Each has a function as well, which stands further below: it would give away the words.
#
# ## 1. Another kind of learning
#
# What is reinforcement learning? Say in your own words how it differs from supervised and from unsupervised learning.

# %% exercise="p.19.1" points=3 probe_points=2
from solutions.ch19_reinforcement.questions import P_19_1

# %% [markdown]
# ## 2. Three ideas
#
# Think of three applications of reinforcement learning that the book does not name. For each of them: what is the
# environment, who is the agent, what can it do, and what are its rewards?

# %% exercise="p.19.2" points=6 probe_points=2
from solutions.ch19_reinforcement.questions import P_19_2

# %% [markdown]
# ## 3. Soon or later
#
# What is the discount factor? Can another one make another policy the best one?

# %% exercise="p.19.3" points=3 probe_points=2
from solutions.ch19_reinforcement.questions import P_19_3

# %% [markdown]
# ## 4. How good is it?
#
# How would you measure how well an agent does?

# %% exercise="p.19.4" points=2 probe_points=3
from solutions.ch19_reinforcement.questions import P_19_4

# %% [markdown]
# ## 5. Whose merit?
#
# What is the credit assignment problem, when is there one, and what can be done about it?

# %% exercise="p.19.5" points=3 probe_points=2
from solutions.ch19_reinforcement.learning import P_19_5

# %% [markdown]
# ## 6. Kept for later
#
# Why would an agent train on a replay buffer, and not on what it has just met?

# %% exercise="p.19.6" points=2 probe_points=3
from solutions.ch19_reinforcement.learning import P_19_6

# %% [markdown]
# ## 7. Learning from others
#
# What is an off-policy algorithm, and what is gained by one?

# %% exercise="p.19.7" points=2 probe_points=4
from solutions.ch19_reinforcement.learning import P_19_7

# %% [markdown]
# ## 8. Thinking first
#
# What is a model-based method of reinforcement learning? Name one or two. When does it pay?

# %% exercise="p.19.8" points=3 probe_points=4
from solutions.ch19_reinforcement.learning import P_19_8

# %% [markdown]
# # Second halves
#
# If one of these functions changes your mind, go back and change the words.
#
# ## 1. The price of finding out
#
# A *bandit* has several arms, and each pays by chance. Write `regret(means, choices)`. Then say of each case in
# `P_19_1_CHOICE` which kind of learning it is: `"supervised"`, `"unsupervised"` or `"reinforcement"`. Keep the keys as
# they are: `"a lift decides where to wait, and people's waiting times are counted"`,
# `"letters are sorted as ten thousand were by people"`, `"customers are put into groups that nobody has named"`,
# `"a thermostat finds out by trying when to heat, and pays the bill"`,
# `"the wear of a tyre is foretold from tyres whose wear was measured"`,
# `"a program plays chess against itself, and learns from who has won"`.

# %% exercise="p.19.1"
from solutions.ch19_reinforcement.questions import regret, P_19_1_CHOICE

# %% [markdown]
# ## 2. What came of it
#
# A program has written down what it saw and did. Write `transitions(log)`, which makes of its log what an algorithm
# learns from.

# %% exercise="p.19.2"
from solutions.ch19_reinforcement.questions import transitions

# %% [markdown]
# ## 3. What a plan is worth
#
# Write `discounted_return(rewards, gamma)` and `best_plan(plans, gamma)`.

# %% exercise="p.19.3"
from solutions.ch19_reinforcement.questions import discounted_return, best_plan

# %% [markdown]
# *Look*: three plans for a summer, and which of them is the best one, from the short-sighted to the far-sighted.

# %% demo
plans = {"sell at once": [3.0], "wait a week": [0.0] * 7 + [5.0], "wait three weeks": [0.0] * 21 + [9.0]}
gammas = np.linspace(0.7, 1, 61)
worth = {name: [discounted_return(plan, gamma) for gamma in gammas] for name, plan in plans.items()}
best = [best_plan(list(plans.values()), gamma) for gamma in gammas]
plt.figure(figsize=(5, 2.5))
for name, values in worth.items():
    plt.plot(gammas, values, label=name)
plt.xlabel("discount factor")
plt.ylabel("discounted return")
plt.legend()
plt.show()

# %% [markdown]
# ## 4. Many episodes
#
# Write `evaluate(env, policy, n_episodes, seed)`. It works with any environment that has gymnasium's interface.

# %% exercise="p.19.4"
from solutions.ch19_reinforcement.questions import evaluate

# %% [markdown]
# *Look*: somebody who draws all actions at random, in a hundred episodes of five harbours. How much do you know after
# one of them?

# %% demo
rng = np.random.default_rng(0)
totals = [evaluate(Harbour(number), lambda seen: int(rng.integers(4)), 100, seed=0) for number in range(5)]
plt.figure(figsize=(5, 2.5))
plt.boxplot(totals)
plt.xlabel("harbour")
plt.ylabel("sum of rewards")
plt.show()

# %% [markdown]
# ## 5. Row by row
#
# Write `credit(rewards, gamma)`. Then choose in `P_19_5_CHOICE` what helps with the credit assignment problem:
# `"discounting"`, `"a larger network"`, `"rewards on the way to the goal"`, `"fewer actions tried at random"`,
# `"subtracting what a critic expects"`, `"rewards only at the very end"`.

# %% exercise="p.19.5"
from solutions.ch19_reinforcement.learning import credit, P_19_5_CHOICE

# %% [markdown]
# ## 6. A buffer
#
# Write `ReplayBuffer`.

# %% exercise="p.19.6"
from solutions.ch19_reinforcement.learning import ReplayBuffer

# %% [markdown]
# ## 7. From somebody's log
#
# Write `q_from_log(…)`, Q-learning with a table. A log is a list of transitions:

# %%
Transition = tuple[int, int, float, int, bool]  # state, action, reward, next state, terminated

# %% [markdown]
# Then say of six algorithms, in `P_19_7_CHOICE`, whether they are off-policy: `True` or `False`. Keep the keys as they
# are: `"REINFORCE"`, `"Q-learning"`, `"SARSA"`, `"DQN"`, `"PPO"`, `"SAC"`.

# %% exercise="p.19.7"
from solutions.ch19_reinforcement.learning import q_from_log, P_19_7_CHOICE

# %% [markdown]
# ## 8. A model, and a plan
#
# Write `learn_model(log, n_states, n_actions)`, which counts what followed from what, and `plan(P, R, gamma)`, which
# needs no more than that to know what is best. Then say of six methods, in `P_19_8_CHOICE`, whether they have or learn
# a model of their world: `True` or `False`. Keep the keys: `"value iteration"`, `"REINFORCE"`, `"AlphaZero"`, `"DQN"`,
# `"Dreamer"`, `"PPO"`.

# %% exercise="p.19.8"
from solutions.ch19_reinforcement.learning import learn_model, plan, P_19_8_CHOICE

# %% [markdown]
# *Look*: an orchard, what each of its fields is worth to somebody who knows the way (darker is better), and the way.
# Pits are crosses, and the tree that bears fruit is a circle.

# %% demo
orchard = Orchard(3)
alive = orchard.transitions * ~orchard.ends
values, actions = plan(alive, orchard.transitions @ orchard.gains, 0.95)
steps = orchard.transitions.argmax(axis=2)[np.arange(25), actions]
plt.figure(figsize=(3, 3))
plt.imshow(np.where(orchard.ends, np.nan, values).reshape(5, 5), cmap="Greens")
for field in range(25):
    row, column = divmod(field, 5)
    down, right = np.subtract(divmod(int(steps[field]), 5), (row, column))
    if orchard.ends[field]:
        plt.text(column, row, "o" if orchard.gains[field] > 0 else "x", ha="center", va="center", fontsize=16)
    else:
        plt.arrow(column, row, 0.3 * right, 0.3 * down, head_width=0.12)
plt.axis("off")
plt.show()

# %% [markdown]
# # Projects
#
# ## 9. A landing on the moon
#
# LunarLander: eight numbers say where a landing craft is and how it moves, and four actions fire its engines. Who lands
# softly between the flags gets 200 points or more; that, as a mean of 100 episodes, is called solved. You get there by
# *policy gradients*: play some episodes with actions that are drawn, and make likelier what went better than usual.
#
# First the parts: `Policy`, `discounted(rewards, ends, gamma)`, `normalised(returns)` and
# `policy_loss(logits, actions, advantages)`.

# %% exercise="p.19.9" points=20 full_size_points=2
from solutions.ch19_reinforcement.gradients import Policy, discounted, normalised, policy_loss

# %% [markdown]
# Then `play(env, policy, seed)`, one episode, and `train_policy(…)`, which plays many; and
# `choose(policy, observation)`, for when all has been learned and nothing is to be tried any more.
#
# It is graded in three harbours that are made up for you, with the defaults (40 updates, each after 12 episodes): the
# mean of the sums of rewards has to reach {bar:test_finds_the_buoy:.2f}. Whoever never learns gets
# {naive:test_finds_the_buoy/never_learns:.2f}, and the best that always does the same thing
# {naive:test_finds_the_buoy/always_the_same_action:.2f}. With so few updates, the learning rate has to be larger than
# Adam's usual one.

# %% exercise="p.19.9"
from solutions.ch19_reinforcement.gradients import play, train_policy, choose

# %% [markdown]
# *Look*: before and after. Each line is an episode in the same harbour, and each ends at a dot.

# %% demo
number = 5
torch.manual_seed(0)
policies = {"before": Policy(2, 4), "after": train_policy(Harbour(number))}
ended = {}
figure, axes = plt.subplots(1, 2, figsize=(7, 3.5), sharex=True, sharey=True)
for axis, (name, policy) in zip(axes, policies.items(), strict=True):
    tracks = []
    for seed in range(12):
        env, over = Harbour(number), False
        seen, _ = env.reset(seed=seed)
        track = [seen]
        while not over:
            seen, reward, terminated, truncated, _ = env.step(choose(policy, seen))
            track.append(seen)
            over = terminated or truncated
        tracks.append((np.array(track), reward > 0.9))
        axis.plot(*np.array(track).T, color="C0", lw=1)
        axis.plot(*track[-1], "o", color="C2" if reward > 0.9 else "C3")
    ended[name] = [reached for _, reached in tracks]
    axis.set_title(f"{name}: {sum(ended[name])} of {len(ended[name])} reach the buoy")
plt.show()

# %% [markdown]
# A policy that has trained for an hour should not be lost, and should fit into a notebook: `pack(policy)` makes a text
# of it, and `unpack(text)` reads that. Half a thousand numbers are some lines of letters.

# %% exercise="p.19.9"
from solutions.ch19_reinforcement.gradients import pack, unpack

# %% [markdown]
# At full size: train on the real environment, `gym.make("LunarLander-v3")`, for as long as it takes, pack your best
# policy, and put the text into `LUNAR_LANDER`. It has to get a mean of 200 or more in 100 episodes that begin with
# seeds of ours, with actions by your `choose`; how it was trained is not looked at. (It helps to play more episodes
# before each update, to take a network's guess of the return away from each return, to end long episodes early, and to
# take a little away for each step of time, lest it hovers for ever.)

# %% exercise="p.19.9"
from solutions.ch19_reinforcement.gradients import LUNAR_LANDER

# %% [markdown]
# *Look*: a landing, from left to right and from top to bottom, as frames, drawn from what the policy sees.

# %% demo
if find_spec("Box2D") and find_spec("pygame"):
    env, over = gym.make("LunarLander-v3"), False
    policy, (seen, _) = unpack(LUNAR_LANDER), env.reset(seed=1)
    landing = [seen]
    while not over:
        seen, _, terminated, truncated, _ = env.step(choose(policy, seen))
        landing.append(seen)
        over = terminated or truncated
    figure, axes = plt.subplots(2, 5, figsize=(10, 4), sharex=True, sharey=True)
    for axis, step in zip(axes.flat, np.linspace(0, len(landing) - 1, 10).astype(int), strict=True):
        x, y, angle = (float(landing[step][i]) for i in (0, 1, 4))
        feet = np.array([[-0.1, -0.08], [0.0, 0.1], [0.1, -0.08], [-0.1, -0.08]])
        turned = feet @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        axis.plot(x + turned[:, 0], y + turned[:, 1])
        axis.plot([-0.2, 0.2], [-0.1, -0.1], color="k")
        axis.set(xlim=(-1, 1), ylim=(-0.2, 1.6), title=f"step {step}")
    plt.show()
else:
    print('To see this, install "gymnasium[box2d]".')

# %% [markdown]
# ## 10. Pong
#
# In Pong one sees pictures. A single one does not tell where the ball is going, so one looks at two.
#
# Write `crop(frame)`, which leaves of a real frame what matters, `with_motion(picture, before)`, and
# `point_returns(rewards, gamma)`: who has lost a point begins the next one without any blame.

# %% exercise="tf1.16.9" points=15
from solutions.ch19_reinforcement.pong import crop, with_motion, point_returns

# %% [markdown]
# *Look*: a frame of the real game, if the library `ale_py` is installed; cropped; and what has moved in four frames.

# %% demo
if find_spec("ale_py"):
    import ale_py

    gym.register_envs(ale_py)
    env = gym.make("ALE/Pong-v5")
    env.reset(seed=0)
    frames = [env.step(2)[0] for _ in range(40)]
    now, before = crop(frames[-1]), crop(frames[-2])
    pictures = {"a frame": frames[-1], "cropped": now, "motion": with_motion(now, before)[1]}
    figure, axes = plt.subplots(1, 3, figsize=(8, 3))
    for axis, (name, picture) in zip(axes, pictures.items(), strict=True):
        axis.imshow(picture)
        axis.set_title(name)
        axis.axis("off")
    plt.show()
else:
    print("To see this, install ale-py.")

# %% [markdown]
# Now `BatPolicy`, its training, `train_bat(…)`, and `move(policy, picture, before)`, which plays.
#
# It is graded in two games of `Catch` that are made up for you, with the defaults (100 updates, each after eight games
# of ten balls): it has to catch {bar:test_catches_balls:.1%} of the balls. A bat that moves at random catches
# {naive:test_catches_balls/random_bat:.1%}. Take a learning rate of 0.01 to 0.03, and normalise what you weight with.
# (The real game is the same, with `crop` before it and a night of training.)

# %% exercise="tf1.16.9"
from solutions.ch19_reinforcement.pong import BatPolicy, train_bat, move, _game

# %% [markdown]
# *Look*: eight pictures of a game, one after the other.

# %% demo
policy, env = train_bat(Catch(1)), Catch(1)
picture, _ = env.reset(seed=4)
before, over, film, points = picture, False, [picture], []
while not over:
    action = move(policy, picture, before)
    before = picture
    picture, reward, terminated, truncated, _ = env.step(action)
    film.append(picture)
    points += [reward] if reward else []
    over = terminated or truncated
figure, axes = plt.subplots(1, 8, figsize=(12, 1.5))
for axis, shown in zip(axes, film, strict=False):
    axis.imshow(shown, cmap="Greys")
    axis.set(xticks=[], yticks=[])
plt.suptitle(f"{points.count(1.0)} of {len(points)} balls caught")
plt.show()

# %% [markdown]
# ## 11. Space Invaders
#
# Here actions are chosen by what they are worth, and a deep network says what that is. What it sees are the last four
# frames, small and grey: `preprocess(frame)` and `FrameStack`. It is called `QNet`.

# %% exercise="tf2.18.9" points=22
from solutions.ch19_reinforcement.invaders import preprocess, FrameStack, QNet

# %% [markdown]
# *Look*: what the network sees of the real game, if the library `ale_py` is installed.

# %% demo
if find_spec("ale_py"):
    import ale_py

    gym.register_envs(ale_py)
    env, stack = gym.make("ALE/SpaceInvaders-v5"), FrameStack(4)
    frame, _ = env.reset(seed=0)
    seen = stack.start(frame)
    for action in [1, 3] * 20:
        before, (frame, *_) = frame, env.step(action)
        seen = stack.push(frame, before)
    figure, axes = plt.subplots(1, 4, figsize=(10, 2.6))
    for axis, picture in zip(axes, seen, strict=True):
        axis.imshow(picture, cmap="Greys_r")
        axis.axis("off")
    plt.show()
else:
    print("To see this, install ale-py.")

# %% [markdown]
# Three parts keep it stable: `epsilon_at(…)`, how often it tries something at random,
# `double_dqn_targets(…)`, and `update_target(target, online, tau)`.

# %% exercise="tf2.18.9"
from solutions.ch19_reinforcement.invaders import epsilon_at, double_dqn_targets, update_target

# %% [markdown]
# And `train_q(…)`, deep Q-learning for any network and any environment.
#
# It is graded with a small network in two orchards that are made up for you: after 4,000 steps the greedy policy is
# taken, and what it gets from each start (discounted by 0.95) is computed exactly. If acting at random is 0, and the
# best there is 1, the median over all starts in both has to be {bar:test_finds_the_fruit:.3f}. A network that was never
# trained gets {naive:test_finds_the_fruit/untrained:.2f}, and one that looks at the next reward only
# {naive:test_finds_the_fruit/near_sighted:.2f}. With so few steps, learn at every fourth of them at least, at a rate
# of about 0.002, and have the target network catch up within a hundred. (With your `QNet` and your `FrameStack`, on a
# GPU and in a day or more, the same function learns the real game.)

# %% exercise="tf2.18.9"
from solutions.ch19_reinforcement.invaders import train_q, _learn

# %% [markdown]
# *Look*: what a trained network thinks of the fields of an orchard, beside what they are worth.

# %% demo
orchard = Orchard(3)
net = nn.Sequential(nn.Flatten(), nn.Linear(25, 64), nn.ReLU(), nn.Linear(64, 4))
net = train_q(Orchard(3), net)
with torch.no_grad():
    said = net(torch.from_numpy(Orchard.boards())).amax(dim=1).numpy()
true, _ = plan(orchard.transitions * ~orchard.ends, orchard.transitions @ orchard.gains, 0.95)
figure, axes = plt.subplots(1, 2, figsize=(6, 3))
for axis, values, name in zip(axes, (said, true), ("the network's values", "true values"), strict=True):
    axis.imshow(np.where(orchard.ends, np.nan, values).reshape(5, 5), cmap="Greens", vmin=-0.5, vmax=1)
    axis.set_title(name)
    axis.axis("off")
plt.show()

# %% [markdown]
# ## 12. Walking
#
# BipedalWalker has four motors, and each takes any number from -1 to 1, so there is no list of actions to choose from.
# Which algorithm you take is up to you: an actor and a critic, PPO, or a search among policies.
#
# All actor-critic methods need advantages: write `gae(…)` first, whether your algorithm is one of them or not.

# %% exercise="p.19.10" points=18
from solutions.ch19_reinforcement.walker import gae

# %% [markdown]
# Then `train_walker(…)`, `act(agent, observation)`, `pack_agent(agent)` and `unpack_agent(text)`.
#
# It is graded in two gliders that are made up for you, with 12,000 steps in each: the mean of the sums of rewards has
# to reach {bar:test_stays_above_the_place:.1f}. Actions at random get
# {naive:test_stays_above_the_place/random_forces:.1f}, an agent that was never trained
# {naive:test_stays_above_the_place/never_trained:.1f}, and the best that does the same all the time
# {naive:test_stays_above_the_place/best_constant_force:.1f}. (The real walker is called solved with 300 points. That
# takes your algorithm an hour or more.)

# %% exercise="p.19.10"
from solutions.ch19_reinforcement.walker import train_walker, act, pack_agent, unpack_agent, _Agent, _roll_out, _improve

# %% [markdown]
# *Look*: ten flights, and how near they stay to where they are best off.

# %% demo
agent, rewards = train_walker(Glider(2)), []
plt.figure(figsize=(4, 4))
for seed in range(10):
    env, over = Glider(2), False
    seen, _ = env.reset(seed=seed)
    track, got = [seen], []
    while not over:
        seen, reward, terminated, truncated, _ = env.step(act(agent, seen))
        track.append(seen)
        got.append(reward)
        over = terminated or truncated
    rewards.append(got)
    plt.plot(*np.array(track)[:, :2].T, lw=1)
    plt.plot(*track[-1][:2], "ko")
plt.title(f"{np.mean([sum(got) for got in rewards]):.1f} of 50 points")
plt.show()

# %% [markdown]
# ## 13. A robot
#
# For about 100 dollars one can build a robot on wheels with a small computer and a few sensors. Build one, if you can,
# and have it do something simple: drive to the brightest place, and bump into nothing. Write about it in `P_19_11`, or,
# if you have none, how you would go about it: goal, parts and safety; the loop of sensing and acting; how you have
# shown, or would show, that it works; and what would be the next step, with reinforcement learning.

# %% exercise="p.19.11" points=6 probe_points=4
from solutions.ch19_reinforcement.robot import P_19_11

# %% [markdown]
# Its twin lives in `Room`. Write what steers it: `heading(readings)` and `drive(readings, distance)`. It is tried in
# rooms with other lamps, other boxes and other numbers of sensors.

# %% exercise="p.19.11"
from solutions.ch19_reinforcement.robot import heading, drive

# %% [markdown]
# *Look*: twelve drives in a room. The lamp is a star, and boxes are round.

# %% demo
room, reached = Room(4), []
figure, axis = plt.subplots(figsize=(4, 4))
for box in room.boxes:
    axis.add_patch(plt.Circle(box, room.radius, color="C3", alpha=0.5))
axis.plot(*room.lamp, "*", color="C1", markersize=15)
for seed in range(12):
    seen, _ = room.reset(seed=seed)
    track, over = [room.at], False
    while not over:
        seen, reward, terminated, truncated, _ = room.step(drive(seen[:-1], float(seen[-1])))
        track.append(room.at)
        over = terminated or truncated
    axis.plot(*np.array(track).T, color="C0", lw=1)
    reached.append(reward)
axis.set(xlim=(-2, 2), ylim=(-2, 2), title=f"{reached.count(1.0)} of {len(reached)} reach the lamp")
plt.show()

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Train `train_policy` with a discount factor of 0, and of 1. Which harbours can still be learned, and why?
# - Leave the target network out of `train_q`. Does it matter here? In which world would it matter?
# - The robot gets stuck where a box stands between it and the lamp. Learn how to get around it, with `Room` as the
#   environment and one of your three algorithms.
