# %% right
# Intent: the update as it is described, in a loop; and at top speed friction takes as much as the slope gives:
# v = momentum v - rate gradient, so |v| = rate |gradient| / (1 - momentum).
def momentum_path(x, rate, momentum, curvature, n_steps):
    velocity = 0.0
    path = []
    for _ in range(n_steps):
        slope = curvature * x
        velocity = momentum * velocity - rate * slope
        x = x + velocity
        path.append(x)
    return path


def top_speed(rate, momentum, gradient):
    return rate * abs(gradient) / (1.0 - momentum)


# %% wrong: momentum_path
# Misconception: momentum is a moving average of the steps, so a new gradient only counts by 1 - momentum.
def momentum_path(x, rate, momentum, curvature, n_steps):
    velocity = 0.0
    path = []
    for _ in range(n_steps):
        velocity = momentum * velocity - (1.0 - momentum) * rate * curvature * x
        x = x + velocity
        path.append(x)
    return path


# %% wrong: top_speed
# Misconception: momentum makes descent ten times as fast, whatever its value: that is what one always reads.
def top_speed(rate, momentum, gradient):
    return 10.0 * rate * abs(gradient) if momentum > 0 else rate * abs(gradient)
