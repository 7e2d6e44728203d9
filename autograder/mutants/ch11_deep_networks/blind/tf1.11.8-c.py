# %% right
# Intent: one comparison by broadcasting gives both which rows to keep and their new labels; five blocks in a
# Sequential; a plain Adam loop, shared by training and by cross-validation, which never looks at the held-out part
# before it is measured.
def pick_digits(X: ArrayLike, y: ArrayLike, digits: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    X, y = np.asarray(X), np.asarray(y).astype(np.int64)
    matches = y[:, None] == np.array(list(digits), dtype=np.int64)[None, :]
    keep = matches.any(axis=1)
    return (X[keep] / 255.0).astype(np.float32), matches[keep].argmax(axis=1).astype(np.int64)


class HalfDigits(nn.Module):
    def __init__(
        self,
        n_inputs: int = 784,
        n_outputs: int = 5,
        n_hidden: int = 100,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()

        def block(fan_in: int) -> nn.Sequential:
            dense = nn.Linear(fan_in, n_hidden)
            nn.init.kaiming_normal_(dense.weight, mode="fan_in", nonlinearity="relu")
            nn.init.zeros_(dense.bias)
            norm = [nn.BatchNorm1d(n_hidden)] if batch_norm else []
            drop = [nn.Dropout(dropout)] if dropout > 0 else []
            return nn.Sequential(dense, *norm, nn.ELU(), *drop)

        self.hidden = nn.Sequential(*map(block, [n_inputs] + 4 * [n_hidden]))
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        return self.output(self.hidden(X))


def half_rows(X: ArrayLike, y: ArrayLike) -> tuple[Tensor, Tensor]:
    return torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)


def adam_epochs(model: nn.Module, X: Tensor, y: Tensor, n_epochs: int, rate: float, batch_size: int):
    """Train for an epoch each time that a next one is asked for; leaves the model in evaluation mode in between."""
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    for epoch in range(n_epochs):
        model.train()
        for rows in torch.randperm(len(X)).split(batch_size):
            optimiser.zero_grad()
            cross_entropy(model(X[rows]), y[rows]).backward()
            optimiser.step()
        model.eval()
        yield epoch


def train_half(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    path: str | Path,
    *,
    n_epochs: int = 50,
    patience: int = 5,
    rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 42,
) -> list[float]:
    (X, y), (X_valid, y_valid) = half_rows(X, y), half_rows(X_valid, y_valid)
    losses: list[float] = []
    best, best_epoch = float("inf"), 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for epoch in adam_epochs(model, X, y, n_epochs, rate, batch_size):
            with torch.no_grad():
                losses.append(cross_entropy(model(X_valid), y_valid).item())
            if losses[-1] < best:
                best, best_epoch = losses[-1], epoch
                torch.save({name: value.cpu() for name, value in model.state_dict().items()}, path)
            if epoch - best_epoch >= patience:
                break
    if best < float("inf"):
        model.load_state_dict(torch.load(path))
    return losses


def compare_settings(
    X: ArrayLike,
    y: ArrayLike,
    settings: Sequence[dict[str, Any]],
    *,
    n_folds: int = 3,
    n_epochs: int = 5,
    n_hidden: int = 100,
    seed: int = 42,
) -> list[float]:
    X, y = half_rows(X, y)
    folds = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed)).tensor_split(n_folds)

    def accuracy(setting: dict[str, Any], held_out: int) -> float:
        train = torch.cat([fold for number, fold in enumerate(folds) if number != held_out])
        test = folds[held_out]
        torch.manual_seed(seed)
        network = HalfDigits(
            n_inputs=X.shape[1],
            n_outputs=int(y.max()) + 1,
            n_hidden=n_hidden,
            **{key: setting[key] for key in ("batch_norm", "dropout") if key in setting},
        )
        rate, batch_size = setting.get("rate", 1e-3), setting.get("batch_size", 64)
        for _ in adam_epochs(network, X[train], y[train], n_epochs, rate, batch_size):
            pass
        network.eval()
        with torch.no_grad():
            return (network(X[test]).argmax(dim=1) == y[test]).double().mean().item()

    with torch.random.fork_rng(devices=[]):
        return [float(np.mean([accuracy(setting, k) for k in range(n_folds)])) for setting in settings]


# %% wrong: pick_digits
# Misconception: the new label is the digit less the first one of those kept (so that they have to follow each other).
def pick_digits(X: ArrayLike, y: ArrayLike, digits: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    X, y = np.asarray(X), np.asarray(y).astype(np.int64)
    keep = np.isin(y, list(digits))
    return (X[keep] / 255.0).astype(np.float32), y[keep] - min(digits)


# %% wrong: train_half
# Misconception: patience counts epochs in a row that are no better than the epoch just before them, and what is an
# improvement on that epoch is worth saving.
def train_half(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    path: str | Path,
    *,
    n_epochs: int = 50,
    patience: int = 5,
    rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 42,
) -> list[float]:
    (X, y), (X_valid, y_valid) = half_rows(X, y), half_rows(X_valid, y_valid)
    losses, last, waited = [], float("inf"), 0
    torch.manual_seed(seed)
    for _ in adam_epochs(model, X, y, n_epochs, rate, batch_size):
        with torch.no_grad():
            losses.append(cross_entropy(model(X_valid), y_valid).item())
        if losses[-1] < last:
            waited = 0
            torch.save(model.state_dict(), path)
        else:
            waited += 1
        last = losses[-1]
        if waited >= patience:
            break
    model.load_state_dict(torch.load(path))
    return losses
