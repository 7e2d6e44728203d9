# %% right
# Intent: plain loops around torch's own NAdam. Rates are written into the optimiser by hand before each step; states
# are saved and put back tensor by tensor; the modes of all parts are noted one by one.
import copy

import numpy as np
import torch
from torch import nn


def standardised(X_train, *others):
    first = np.asarray(X_train, dtype=np.float64)
    means = first.sum(axis=0) / len(first)
    spreads = np.ones(first.shape[1])
    for column in range(first.shape[1]):
        values = first[:, column]
        if values.max() > values.min():
            spreads[column] = np.sqrt(((values - means[column]) ** 2).sum() / len(values))
        else:
            means[column] = values[0]
    result = []
    for rows in (X_train, *others):
        rows = np.asarray(rows, dtype=np.float64)
        result.append(((rows - means) / spreads).astype(np.float32))
    return result


def make_mlp(variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1):
    if variant not in ("base", "batch norm", "selu", "alpha dropout"):
        raise ValueError(f"unknown variant {variant!r}")
    self_normalising = variant in ("selu", "alpha dropout")
    parts = []
    width = n_inputs
    for _ in range(n_layers):
        dense = nn.Linear(width, n_hidden)
        variance = (1.0 if self_normalising else 2.0) / width
        with torch.no_grad():
            dense.weight.copy_(torch.randn(n_hidden, width) * variance**0.5)
            dense.bias.copy_(torch.zeros(n_hidden))
        parts.append(dense)
        if variant == "batch norm":
            parts.append(nn.BatchNorm1d(n_hidden))
        parts.append(nn.SELU() if self_normalising else nn.SiLU())
        width = n_hidden
    if variant == "alpha dropout":
        parts.append(nn.AlphaDropout(dropout))
    parts.append(nn.Linear(width, n_outputs))
    return nn.Sequential(*parts)


def _modes(model):
    return [(part, part.training) for part in model.modules()]


def _put_modes_back(modes):
    for part, mode in modes:
        part.training = mode


def layer_statistics(model, X, kind):
    found = []

    def look(module, inputs, output):
        values = output.detach().to(torch.float64)
        mean = values.mean().item()
        variance = ((values - mean) ** 2).mean().item()
        found.append((mean, variance**0.5))

    modes = _modes(model)
    handles = []
    for part in model.modules():
        if isinstance(part, kind):
            handles.append(part.register_forward_hook(look))
    try:
        model.eval()
        with torch.no_grad():
            model(X)
    finally:
        for handle in handles:
            handle.remove()
        _put_modes_back(modes)
    return found


def _rows(X):
    if isinstance(X, torch.Tensor):
        return X.detach().cpu().to(torch.float32)
    return torch.tensor(np.asarray(X, dtype=np.float32))


def _labels(y):
    if isinstance(y, torch.Tensor):
        return y.detach().cpu().to(torch.int64)
    return torch.tensor(np.asarray(y, dtype=np.int64))


def sweep_rates(model, X, y, *, low=1e-5, high=1.0, n_steps=100, batch_size=64, seed=42):
    X, y = _rows(X), _labels(y)
    modes = _modes(model)
    before = [(tensor, tensor.detach().clone()) for tensor in [*model.parameters(), *model.buffers()]]
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    rates = []
    for step in range(n_steps):
        share = step / (n_steps - 1) if n_steps > 1 else 0.0
        rates.append(low * (high / low) ** share)
    losses = []
    optimiser = torch.optim.NAdam(model.parameters(), lr=low)
    model.train()
    for rate in rates:
        chosen = torch.tensor(dice.permutation(len(X))[:batch_size])
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(model(X[chosen]), y[chosen])
        loss.backward()
        losses.append(loss.item())
        optimiser.step()
    optimiser.zero_grad()
    with torch.no_grad():
        for tensor, value in before:
            tensor.copy_(value)
    _put_modes_back(modes)
    return rates, losses


def _cycle(rate, n):
    """Rates of n steps: straight up to `rate` in the first half, straight down in the second."""
    if n == 1:
        return [rate]
    begin, end = rate / 20, rate / 1000
    top = max(1, (n - 1) // 2)
    rates = []
    for step in range(n):
        if step < top:
            rates.append(begin + (rate - begin) * step / top)
        elif step == top:
            rates.append(rate)
        else:
            rates.append(rate + (end - rate) * (step - top) / (n - 1 - top))
    return rates


def _valid_loss(model, X, y):
    model.eval()
    with torch.no_grad():
        return nn.functional.cross_entropy(model(X), y).item()


def fit(model, X, y, X_valid, y_valid, *, n_epochs=50, patience=10, rate=1e-3, one_cycle=False, batch_size=64,
        seed=42):
    X, y, X_valid, y_valid = _rows(X), _labels(y), _rows(X_valid), _labels(y_valid)
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    n_batches = (len(X) + batch_size - 1) // batch_size
    plan = _cycle(rate, n_epochs * n_batches) if one_cycle else [rate] * (n_epochs * n_batches)
    optimiser = torch.optim.NAdam(model.parameters(), lr=rate)
    losses, applied = [], []
    lowest, best_epoch, best_state = float("inf"), 0, copy.deepcopy(model.state_dict())
    for epoch in range(n_epochs):
        model.train()
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            now = plan[len(applied)]
            for group in optimiser.param_groups:
                group["lr"] = now
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(X[chosen]), y[chosen]).backward()
            optimiser.step()
            applied.append(now)
        losses.append(_valid_loss(model, X_valid, y_valid))
        if losses[-1] < lowest:
            lowest, best_epoch, best_state = losses[-1], epoch, copy.deepcopy(model.state_dict())
        if not one_cycle and epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_state)
    model.eval()
    return {"valid_loss": losses, "rates": applied}


def mc_predict(model, X, n_samples=10, seed=42):
    modes = _modes(model)
    torch.manual_seed(seed)
    try:
        model.eval()
        for part in model.modules():
            if isinstance(part, (nn.Dropout, nn.AlphaDropout)):
                part.training = True
        total = 0.0
        with torch.no_grad():
            for _ in range(n_samples):
                total = total + torch.softmax(model(X), dim=1)
    finally:
        _put_modes_back(modes)
    return (total / n_samples).to(torch.float32)


# %% wrong: fit
# Misconception: a learning rate schedule moves on once an epoch, as early stopping does, and all steps of an epoch
# share one rate.
def fit(model, X, y, X_valid, y_valid, *, n_epochs=50, patience=10, rate=1e-3, one_cycle=False, batch_size=64,
        seed=42):
    X, y, X_valid, y_valid = _rows(X), _labels(y), _rows(X_valid), _labels(y_valid)
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    plan = _cycle(rate, n_epochs) if one_cycle else [rate] * n_epochs
    optimiser = torch.optim.NAdam(model.parameters(), lr=rate)
    losses, applied = [], []
    lowest, best_epoch, best_state = float("inf"), 0, copy.deepcopy(model.state_dict())
    for epoch in range(n_epochs):
        model.train()
        for group in optimiser.param_groups:
            group["lr"] = plan[epoch]
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(X[chosen]), y[chosen]).backward()
            optimiser.step()
            applied.append(plan[epoch])
        losses.append(_valid_loss(model, X_valid, y_valid))
        if losses[-1] < lowest:
            lowest, best_epoch, best_state = losses[-1], epoch, copy.deepcopy(model.state_dict())
        if not one_cycle and epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_state)
    model.eval()
    return {"valid_loss": losses, "rates": applied}


# %% wrong: mc_predict
# Misconception: "with dropout at work" means that the network is in training mode, all of it.
def mc_predict(model, X, n_samples=10, seed=42):
    modes = _modes(model)
    torch.manual_seed(seed)
    model.train()
    total = 0.0
    with torch.no_grad():
        for _ in range(n_samples):
            total = total + torch.softmax(model(X), dim=1)
    _put_modes_back(modes)
    return (total / n_samples).to(torch.float32)
