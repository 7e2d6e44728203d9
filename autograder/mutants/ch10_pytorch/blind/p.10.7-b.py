# %% right
# Intent: train mode, clear, forward, loss, backward, step; the losses weighted by their batches' rows.
def train_epoch(model, loss_fn, optimizer, batches):
    model.train()
    total, n_rows = 0.0, 0
    for X, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n_rows += len(X)
    return total / n_rows


P_10_7_ORDER = ["c", "f", "e", "b", "d", "a"]

# %% wrong: train_epoch
# Misconception: the mean over the rows is the mean of the batches' means, however large these are.
def train_epoch(model, loss_fn, optimizer, batches):
    model.train()
    losses = []
    for X, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)

# %% wrong: train_epoch, P_10_7_ORDER
# Misconception: gradients are cleared once, before the first batch of an epoch; or just before the step.
def train_epoch(model, loss_fn, optimizer, batches):
    model.train()
    optimizer.zero_grad()
    total, n_rows = 0.0, 0
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n_rows += len(X)
    return total / n_rows


P_10_7_ORDER = ["c", "e", "b", "d", "f", "a"]
