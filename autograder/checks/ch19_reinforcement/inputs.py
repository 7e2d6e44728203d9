"""What the checks of chapter 19 share: worlds in the submission's process and in ours."""

import numpy as np

from course import worlds


def world(student, name, *args, **kwargs):
    """Return a handle on a world of `course.worlds` in the submission's process."""
    return student.probe_(_world)(name, list(args), kwargs)


def _world(name, args, kwargs):
    from course import worlds

    return getattr(worlds, name)(*args, **kwargs)


def rewards_of(rng, n_episodes=4, longest=7):
    """Return the rewards of some episodes, of different lengths, nested."""
    lengths = rng.integers(2, longest + 1, n_episodes)
    return [np.round(rng.normal(0, 3, int(n)), 3).tolist() for n in lengths]


def some_log(rng, n=60, n_states=4, n_actions=3):
    """Return transitions of a world in which chance decides, as plain tuples."""
    following = rng.integers(n_states, size=(n_states, n_actions, 2))
    ends = rng.random((n_states, n_actions)) < 0.25
    gain = np.round(rng.normal(0, 3, (n_states, n_actions, 2)), 3)
    log = []
    for _ in range(n):
        s, a, k = (int(rng.integers(size)) for size in (n_states, n_actions, 2))
        log.append((s, a, float(gain[s, a, k]), int(following[s, a, k]), bool(ends[s, a] and k)))
    return log


def total(env, act, seed):
    """Return the sum of the rewards of one episode of a world of ours, played by `act`."""
    seen, _ = env.reset(seed=seed)
    found, over = 0.0, False
    while not over:
        seen, reward, terminated, truncated, _ = env.step(act(seen))
        found += float(reward)
        over = terminated or truncated
    return found


def mean_total(env, act, rng, n):
    """Return the mean over `n` episodes."""
    return float(np.mean([total(env, act, int(rng.integers(2**31))) for _ in range(n)]))


def fresh(name, number):
    """Return a world of ours with the same rule as the submission's."""
    return getattr(worlds, name)(number)
