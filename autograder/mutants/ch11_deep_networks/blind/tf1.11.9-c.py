# %% right
# Intent: a random permutation, sorted stably by class, gives ranks within classes; the copy is cut into a frozen
# trunk (evaluation mode, no gradients) and a trainable top, and caching only decides when the trunk is run.
def some_of_each(y: ArrayLike, n: int, seed: int = 42) -> NDArray[np.int64]:
    y = np.asarray(y)
    shuffled = np.random.default_rng(seed).permutation(len(y))
    same = y[shuffled][:, None] == np.unique(y)[None, :]  # (m, classes)
    rank = np.where(same, same.cumsum(axis=0), 0).sum(axis=1)  # 1 for the first of its class, and so on
    return shuffled[rank <= n].astype(np.int64)


class Transferred(nn.Module):
    def __init__(self, hidden: list[nn.Module], n_outputs: int) -> None:
        super().__init__()
        self.hidden = nn.Sequential(*hidden)
        width = [part.out_features for part in self.hidden.modules() if isinstance(part, nn.Linear)][-1]
        self.output = nn.Linear(width, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        return self.output(self.hidden(X))


def transfer(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    n_outputs: int = 5,
    n_reused: int = 5,
    n_unfrozen: int = 0,
    cached: bool = False,
    n_epochs: int = 30,
    rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 42,
) -> Transferred:
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        new = Transferred(list(copy.deepcopy(model.hidden).cpu())[:n_reused], n_outputs)
        cut = max(len(new.hidden) - n_unfrozen, 0)
        trunk, top = new.hidden[:cut], new.hidden[cut:]
        trunk.requires_grad_(False).eval()
        top.requires_grad_(True).train()
        new.output.train()

        @torch.no_grad()
        def low(rows: Tensor) -> Tensor:
            return trunk(rows)

        inputs = low(X) if cached else X
        below = (lambda rows: rows) if cached else low
        optimiser = torch.optim.Adam(
            [{"params": list(new.output.parameters())}, {"params": list(top.parameters()), "lr": rate / 10}], lr=rate
        )
        for _ in range(n_epochs):
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                cross_entropy(new.output(top(below(inputs[rows]))), y[rows]).backward()
                optimiser.step()
    return new.eval()


# %% wrong: some_of_each
# Misconception: a random sample of n times as many rows as there are classes has n of each.
def some_of_each(y: ArrayLike, n: int, seed: int = 42) -> NDArray[np.int64]:
    y = np.asarray(y)
    return np.random.default_rng(seed).choice(len(y), size=n * len(np.unique(y)), replace=False)


# %% wrong: transfer
# Misconception: requires_grad = False is all there is to freezing (batch norm and dropout go on in training mode).
def transfer(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    n_outputs: int = 5,
    n_reused: int = 5,
    n_unfrozen: int = 0,
    cached: bool = False,
    n_epochs: int = 30,
    rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 42,
) -> Transferred:
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    torch.manual_seed(seed)
    new = Transferred(list(copy.deepcopy(model.hidden))[:n_reused], n_outputs)
    cut = max(len(new.hidden) - n_unfrozen, 0)
    trunk, top = new.hidden[:cut], new.hidden[cut:]
    for parameter in trunk.parameters():
        parameter.requires_grad = False
    new.train()
    if cached:
        with torch.no_grad():
            X = trunk(X)
    optimiser = torch.optim.Adam(
        [{"params": list(new.output.parameters())}, {"params": list(top.parameters()), "lr": rate / 10}], lr=rate
    )
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(batch_size):
            signal = X[rows] if cached else trunk(X[rows])
            optimiser.zero_grad()
            cross_entropy(new.output(top(signal)), y[rows]).backward()
            optimiser.step()
    return new.eval()
