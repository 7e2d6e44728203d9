# %% right
# Intent: the usual loop; each batch's mean counts as often as it has rows.
def train_epoch(model, loss_fn, optimizer, batches):
    model.train()
    total, n_rows = 0.0, 0
    for X, y in batches:
        optimizer.zero_grad()
        outputs = model(X)
        loss = loss_fn(outputs, y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n_rows += len(X)
    return total / n_rows


P_10_7_ORDER = ["c", "f", "e", "b", "d", "a"]

# %% wrong: train_epoch
# Misconception: the mean of the batches' means is the mean over all rows.
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

# %% wrong: train_epoch
# Misconception: gradients begin at zero, so it is enough to clear them after each step, for the next batch.
def train_epoch(model, loss_fn, optimizer, batches):
    model.train()
    total, n_rows = 0.0, 0
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item() * len(X)
        n_rows += len(X)
    return total / n_rows
