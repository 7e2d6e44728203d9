# %% right
# Intent: a step is a linear map of the state (x, velocity); apply its 2 by 2 matrix again and again. On a slope the
# velocity settles where momentum * v + rate * gradient = v.
from itertools import accumulate


def momentum_path(x: float, rate: float, momentum: float, curvature: float, n_steps: int) -> list[float]:
    pull = rate * curvature
    step = np.array([[1.0 - pull, momentum], [-pull, momentum]])
    states = accumulate(range(n_steps), lambda state, _: step @ state, initial=np.array([x, 0.0]))
    return [float(state[0]) for state in states][1:]


def top_speed(rate: float, momentum: float, gradient: float) -> float:
    return abs(rate * gradient) / (1.0 - momentum)


# %% wrong: momentum_path
# Misconception: momentum always means looking ahead: the gradient is taken where the velocity would lead.
def momentum_path(x: float, rate: float, momentum: float, curvature: float, n_steps: int) -> list[float]:
    path, velocity = [], 0.0
    for _ in range(n_steps):
        velocity = momentum * velocity - rate * curvature * (x + momentum * velocity)
        x = x + velocity
        path.append(float(x))
    return path


# %% wrong: top_speed
# Misconception: the top speed is the velocity itself, with its sign (against the gradient).
def top_speed(rate: float, momentum: float, gradient: float) -> float:
    return -rate * gradient / (1.0 - momentum)
