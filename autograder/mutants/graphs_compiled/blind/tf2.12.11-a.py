# %% right
# Intent: a loop that measures the largest change of each step and stops as soon as it is at most the tolerance.
def settle(layer, x, tolerance, most):
    before = x
    steps = 0
    while True:
        after = layer(before)
        steps += 1
        largest = (after.detach() - before.detach()).abs().max().item()
        if largest <= tolerance or steps >= most:
            return after, steps
        before = after

# %% wrong: settle
# Misconception: only the last step's history is needed; the steps before give its input.
def settle(layer, x, tolerance, most):
    y = x
    for steps in range(1, most + 1):
        new = layer(y.detach())
        settled = bool((new - y).abs().max() <= tolerance)
        y = new
        if settled:
            break
    return y, steps

# %% wrong: settle
# Misconception: it has settled when it changes little on average.
def settle(layer, x, tolerance, most):
    y = x
    for steps in range(1, most + 1):
        new = layer(y)
        settled = float((new - y).detach().abs().mean()) <= tolerance
        y = new
        if settled:
            break
    return y, steps
