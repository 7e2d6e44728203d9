# %% right
# Intent: remember each part's flag, eval(), compute under no_grad, put the flags back whatever happens.
import torch


def predict(model, X):
    modes = {part: part.training for part in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return model(X)
    finally:
        for part, mode in modes.items():
            part.training = mode

# %% wrong: predict
# Misconception: a model has one mode, that of the whole, and train(mode) brings it back.
def predict(model, X):
    mode = model.training
    model.eval()
    with torch.no_grad():
        y = model(X)
    model.train(mode)
    return y

# %% wrong: predict
# Misconception: no_grad is what switches dropout and the like off; eval() is the same thing by another name.
def predict(model, X):
    with torch.no_grad():
        return model(X)
