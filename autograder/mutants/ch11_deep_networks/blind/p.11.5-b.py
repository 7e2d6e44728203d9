# %% right
# Intent: torch's SGD with momentum follows the same path while the rate is constant; the top speed is a geometric series.
def momentum_path(x: float, rate: float, momentum: float, curvature: float, n_steps: int) -> list[float]:
    place = torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([place], lr=rate, momentum=momentum)
    path = []
    for _ in range(n_steps):
        optimizer.zero_grad()
        (curvature * place**2 / 2).backward()
        optimizer.step()
        path.append(place.item())
    return path

def top_speed(rate: float, momentum: float, gradient: float) -> float:
    return abs(rate * gradient) / (1 - momentum)

# %% wrong: momentum_path
# Misconception: the velocity is a moving average of the gradients, so the new gradient weighs 1 - momentum only.
def momentum_path(x: float, rate: float, momentum: float, curvature: float, n_steps: int) -> list[float]:
    velocity, path = 0.0, []
    for _ in range(n_steps):
        velocity = momentum * velocity - (1 - momentum) * rate * curvature * x
        x += velocity
        path.append(x)
    return path

# %% wrong: top_speed
# Misconception: momentum adds a part of the step before, once; so a step is at most 1 + momentum times a plain one.
def top_speed(rate: float, momentum: float, gradient: float) -> float:
    return abs(rate * gradient) * (1 + momentum)
