# %% right
# Intent: the usual loop with gradients emptied first; losses are added up weighted by the rows of their batch.
import torch


def train_epoch(model, loss_fn, optimizer, batches) -> float:
    model.train()
    losses, sizes = [], []
    for X, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        sizes.append(len(X))
    weights = torch.tensor(sizes, dtype=torch.float64)
    values = torch.stack(losses).to("cpu", torch.float64)
    return float(torch.einsum("b,b->", values, weights) / weights.sum())


P_10_7_ORDER = ["c", "f", "e", "b", "d", "a"]

# %% wrong: train_epoch
# Misconception: the mean of the batches' means is the mean over all rows.
def train_epoch(model, loss_fn, optimizer, batches) -> float:
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
# Misconception: emptying the gradients after each step is enough, because there is nothing before the first batch.
def train_epoch(model, loss_fn, optimizer, batches) -> float:
    model.train()
    total, rows = 0.0, 0
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item() * len(X)
        rows += len(X)
    return total / rows
