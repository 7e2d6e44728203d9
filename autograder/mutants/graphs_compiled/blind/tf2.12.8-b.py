# %% right
# Intent: SGD with one parameter group for each child that has a rate.
import torch
from torch.nn import functional as F


def step_by_parts(model, X, y, rates):
    model.zero_grad()
    loss = F.mse_loss(model(X), y)
    loss.backward()
    groups = [
        {"params": list(child.parameters()), "lr": rates[name]}
        for name, child in model.named_children()
        if name in rates
    ]
    if groups:
        torch.optim.SGD(groups).step()
    return loss.item()

# %% wrong: step_by_parts
# Misconception: backward() computes the gradients of this loss, whatever was there before.
def step_by_parts(model, X, y, rates):
    loss = F.mse_loss(model(X), y)
    loss.backward()
    torch.optim.SGD([
        {"params": list(child.parameters()), "lr": rates[name]}
        for name, child in model.named_children() if name in rates
    ]).step()
    return loss.item()

# %% wrong: step_by_parts
# Misconception: parts without a rate of their own are trained with the optimiser's default.
def step_by_parts(model, X, y, rates):
    model.zero_grad()
    loss = F.mse_loss(model(X), y)
    loss.backward()
    torch.optim.SGD([
        {"params": list(child.parameters()), "lr": rates.get(name, 1e-3)}
        for name, child in model.named_children()
    ]).step()
    return loss.item()
