# %% right
# Intent: note the mode of every part, switch all to evaluation, and put each back by itself, whatever happens.
import torch


def predict(model, X):
    parts = list(model.modules())
    modes = [part.training for part in parts]
    try:
        model.eval()
        with torch.no_grad():
            return model(X)
    finally:
        for part, mode in zip(parts, modes):
            part.training = mode

# %% wrong: predict
# Misconception: no_grad() is what switches dropout and the like off; eval() is about the same.
def predict(model, X):
    with torch.no_grad():
        return model(X)

# %% wrong: predict
# Misconception: a model is in one mode as a whole, so one flag is all that has to be put back.
def predict(model, X):
    was = model.training
    model.eval()
    with torch.no_grad():
        outputs = model(X)
    model.train(was)
    return outputs
