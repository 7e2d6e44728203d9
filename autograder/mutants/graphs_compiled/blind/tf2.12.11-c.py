# %% right
# Intent: an ordinary loop that keeps the graph; the comparison alone is detached.
def settle(layer, x, tolerance, most):
    for steps in range(1, most + 1):
        before, x = x, layer(x)
        if (x.detach() - before.detach()).abs().le(tolerance).all():
            break
    return x, steps


# %% wrong: settle
# Misconception: it is enough that the numbers do not change much on average.
def settle(layer, x, tolerance, most):
    for steps in range(1, most + 1):
        before, x = x, layer(x)
        if (x - before).abs().mean() <= tolerance:
            break
    return x, steps


# %% wrong: settle
# Misconception: each step starts from plain numbers; the last call's history is all that gradients need.
def settle(layer, x, tolerance, most):
    for steps in range(1, most + 1):
        before = x.detach()
        x = layer(before)
        if (x - before).abs().max() <= tolerance:
            break
    return x, steps
