# %% right
# Intent: run both ways on copies of x (a hook might change its input), and look for the largest absolute difference in a loop.
def hook_gap(model, x):
    with torch.no_grad():
        called = model(x.clone())
        direct = model.forward(x.clone())
    largest = 0.0
    for a, b in zip(called.reshape(-1).tolist(), direct.reshape(-1).tolist()):
        largest = max(largest, abs(a - b))
    return float(largest)

TF1_09_2_CHOICE = {
    "product": "the same",
    "number": "the same",
    "call": "not the same",
    "in place": "not the same",
}

# %% wrong: hook_gap
# Misconception: the largest difference is the maximum of the differences, whatever their sign.
def hook_gap(model, x):
    with torch.no_grad():
        return float((model(x) - model.forward(x)).max())

# %% wrong: TF1_09_2_CHOICE
# Misconception: model(x) is nothing but another spelling of model.forward(x).
TF1_09_2_CHOICE = {
    "product": "the same",
    "number": "the same",
    "call": "the same",
    "in place": "not the same",
}
