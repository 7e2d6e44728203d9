# %% right
# Intent: autograd.grad for just the parameters that have a rate, so .grad plays no part; then one update in place.
import torch


def step_by_parts(model, X, y, rates):
    pairs = [
        (parameter, rates[name])
        for name, child in model.named_children()
        if name in rates
        for parameter in child.parameters()
        if parameter.requires_grad
    ]
    loss = (model(X) - y).square().mean()
    if pairs:
        parameters, steps = zip(*pairs)
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        with torch.no_grad():
            for parameter, step, gradient in zip(parameters, steps, gradients):
                if gradient is not None:
                    parameter.sub_(step * gradient)
    return loss.item()


# %% wrong: step_by_parts
# Misconception: backward overwrites the gradients of the last time.
def step_by_parts(model, X, y, rates):
    loss = torch.nn.functional.mse_loss(model(X), y)
    loss.backward()
    with torch.no_grad():
        for name, child in model.named_children():
            for parameter in child.parameters():
                if parameter.grad is not None:
                    parameter -= rates.get(name, 0.0) * parameter.grad
    return loss.item()


# %% wrong: step_by_parts
# Misconception: different rates mean one step after another, each part with a loss of its own.
def step_by_parts(model, X, y, rates):
    before = torch.nn.functional.mse_loss(model(X), y).item()
    for name, child in model.named_children():
        if name in rates:
            model.zero_grad()
            torch.nn.functional.mse_loss(model(X), y).backward()
            torch.optim.SGD(child.parameters(), lr=rates[name]).step()
    return before
