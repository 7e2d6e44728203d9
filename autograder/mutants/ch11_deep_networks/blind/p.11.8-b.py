# %% right
# Intent: StandardScaler, nn.Sequential with nn.init, forward hooks, NAdam with DataLoader and OneCycleLR (its top moved to a whole step).
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

def standardised(X_train: ArrayLike, *others: ArrayLike) -> list[NDArray[np.float32]]:
    scaler = StandardScaler().fit(np.asarray(X_train, dtype=np.float64))
    return [scaler.transform(np.asarray(X, dtype=np.float64)).astype(np.float32) for X in (X_train, *others)]

def make_mlp(
    variant: str = "base",
    n_inputs: int = 3072,
    n_outputs: int = 10,
    n_hidden: int = 100,
    n_layers: int = 20,
    dropout: float = 0.1,
) -> nn.Module:
    silu = variant in ("base", "batch norm")
    parts: list[nn.Module] = []
    for number in range(n_layers):
        linear = nn.Linear(n_hidden if number else n_inputs, n_hidden, bias=variant != "batch norm")
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu" if silu else "linear")
        if linear.bias is not None:
            nn.init.zeros_(linear.bias)
        parts.append(linear)
        if variant == "batch norm":
            parts.append(nn.BatchNorm1d(n_hidden))
        parts.append(nn.SiLU() if silu else nn.SELU())
    if variant == "alpha dropout":
        parts.append(nn.AlphaDropout(dropout))
    return nn.Sequential(*parts, nn.Linear(n_hidden if n_layers else n_inputs, n_outputs))

def layer_statistics(model: nn.Module, X: Tensor, kind: type[nn.Module]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []

    def look(module, inputs, output):
        std, mean = torch.std_mean(output.double(), correction=0)
        found.append((mean.item(), std.item()))

    modes = [(part, part.training) for part in model.modules()]
    handles = [part.register_forward_hook(look) for part in model.modules() if isinstance(part, kind)]
    try:
        model.eval()
        with torch.no_grad():
            model(X)
    finally:
        for handle in handles:
            handle.remove()
        for part, mode in modes:
            part.training = mode
    return found

def sweep_rates(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    low: float = 1e-5,
    high: float = 1.0,
    n_steps: int = 100,
    batch_size: int = 64,
    seed: int = 42,
) -> tuple[list[float], list[float]]:
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    tensors = [*model.parameters(), *model.buffers()]
    before = [part.detach().clone() for part in tensors]
    modes = [(part, part.training) for part in model.modules()]
    rates, losses = np.geomspace(low, high, n_steps).tolist(), []
    torch.manual_seed(seed)
    optimizer = torch.optim.NAdam(model.parameters(), lr=low)
    model.train()
    for rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        rows = torch.randperm(len(X))[:batch_size]
        loss = cross_entropy(model(X[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    with torch.no_grad():
        for part, old in zip(tensors, before):
            part.copy_(old)
    for part, mode in modes:
        part.training = mode
    return rates, losses

def fit(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    *,
    n_epochs: int = 50,
    patience: int = 10,
    rate: float = 1e-3,
    one_cycle: bool = False,
    batch_size: int = 64,
    seed: int = 42,
) -> dict[str, list[float]]:
    X, X_valid = (torch.as_tensor(part, dtype=torch.float32) for part in (X, X_valid))
    y, y_valid = (torch.as_tensor(part, dtype=torch.long) for part in (y, y_valid))
    torch.manual_seed(seed)
    batches = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.NAdam(model.parameters(), lr=rate)
    if one_cycle:
        n_steps = n_epochs * len(batches)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=rate, total_steps=n_steps, pct_start=(n_steps // 2) / n_steps, cycle_momentum=False
        )
    else:
        schedule = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    history: dict[str, list[float]] = {"valid_loss": [], "rates": []}
    best_loss, best_epoch, best_state = float("inf"), 0, copy.deepcopy(model.state_dict())
    for epoch in range(n_epochs):
        model.train()
        for X_batch, y_batch in batches:
            optimizer.zero_grad()
            cross_entropy(model(X_batch), y_batch).backward()
            history["rates"].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            loss = cross_entropy(model(X_valid), y_valid).item()
        history["valid_loss"].append(loss)
        if loss < best_loss:
            best_loss, best_epoch, best_state = loss, epoch, copy.deepcopy(model.state_dict())
        elif not one_cycle and epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_state)
    return history

def mc_predict(model: nn.Module, X: Tensor, n_samples: int = 10, seed: int = 42) -> Tensor:
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    for part in model.modules():
        if isinstance(part, (nn.Dropout, nn.AlphaDropout)):
            part.train()
    torch.manual_seed(seed)
    with torch.no_grad():
        answer = torch.stack([model(X).softmax(dim=1) for _ in range(n_samples)]).mean(dim=0)
    for part, mode in modes:
        part.training = mode
    return answer

# %% wrong: mc_predict
# Misconception: Monte Carlo dropout is "the network in training mode", all of it.
def mc_predict(model: nn.Module, X: Tensor, n_samples: int = 10, seed: int = 42) -> Tensor:
    mode = model.training
    model.train()
    torch.manual_seed(seed)
    with torch.no_grad():
        answer = torch.stack([model(X).softmax(dim=1) for _ in range(n_samples)]).mean(dim=0)
    model.train(mode)
    return answer

# %% wrong: fit
# Misconception: a schedule is stepped once an epoch, so that the cycle runs over the epochs.
def fit(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    *,
    n_epochs: int = 50,
    patience: int = 10,
    rate: float = 1e-3,
    one_cycle: bool = False,
    batch_size: int = 64,
    seed: int = 42,
) -> dict[str, list[float]]:
    X, X_valid = (torch.as_tensor(part, dtype=torch.float32) for part in (X, X_valid))
    y, y_valid = (torch.as_tensor(part, dtype=torch.long) for part in (y, y_valid))
    torch.manual_seed(seed)
    batches = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.NAdam(model.parameters(), lr=rate)
    curve = np.interp(np.arange(n_epochs), [0, n_epochs // 2, n_epochs], [rate / 25, rate, rate / 1000])
    history: dict[str, list[float]] = {"valid_loss": [], "rates": []}
    best_loss, best_epoch, best_state = float("inf"), 0, copy.deepcopy(model.state_dict())
    for epoch in range(n_epochs):
        if one_cycle:
            optimizer.param_groups[0]["lr"] = float(curve[epoch])
        model.train()
        for X_batch, y_batch in batches:
            optimizer.zero_grad()
            cross_entropy(model(X_batch), y_batch).backward()
            history["rates"].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
        model.eval()
        with torch.no_grad():
            loss = cross_entropy(model(X_valid), y_valid).item()
        history["valid_loss"].append(loss)
        if loss < best_loss:
            best_loss, best_epoch, best_state = loss, epoch, copy.deepcopy(model.state_dict())
        elif not one_cycle and epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_state)
    return history
