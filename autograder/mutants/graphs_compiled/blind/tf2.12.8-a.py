# %% right
# Intent: forget old gradients, the mean of all squared errors, backward once, then each child's parameters by its rate.
def step_by_parts(model, X, y, rates):
    for parameter in model.parameters():
        parameter.grad = None
    error = model(X) - y
    loss = (error * error).mean()
    loss.backward()
    with torch.no_grad():
        for name, child in model.named_children():
            if name not in rates:
                continue
            for parameter in child.parameters():
                if parameter.grad is not None:
                    parameter -= rates[name] * parameter.grad
    return float(loss.item())

# %% wrong: step_by_parts
# Misconception: backward writes the gradients anew each time.
def step_by_parts(model, X, y, rates):
    loss = ((model(X) - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for name, child in model.named_children():
            if name in rates:
                for parameter in child.parameters():
                    parameter -= rates[name] * parameter.grad
    return loss.item()

# %% wrong: step_by_parts
# Misconception: parts with rates of their own are stepped one after the other, each on the network as it is by then.
def step_by_parts(model, X, y, rates):
    first = None
    for name, child in model.named_children():
        if name not in rates:
            continue
        model.zero_grad()
        loss = ((model(X) - y) ** 2).mean()
        if first is None:
            first = loss.item()
        loss.backward()
        with torch.no_grad():
            for parameter in child.parameters():
                parameter -= rates[name] * parameter.grad
    if first is None:
        first = ((model(X) - y) ** 2).mean().item()
    return first
