# %% right
# Intent: pandas' groupby.sample; a deep copy of the layers split in a frozen and a learning part, Adam with two parameter groups.
from torch.utils.data import DataLoader, TensorDataset

def some_of_each(y: ArrayLike, n: int, seed: int = 42) -> NDArray[np.int64]:
    y = np.asarray(y)
    return pd.Series(np.arange(len(y))).groupby(y).sample(n, random_state=seed).to_numpy(dtype=np.int64)

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
    torch.manual_seed(seed)
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    new = Transferred(list(copy.deepcopy(model.hidden).cpu())[:n_reused], n_outputs)
    n_frozen = n_reused - n_unfrozen
    frozen = new.hidden[:n_frozen].requires_grad_(False).eval()
    upper = new.hidden[n_frozen:].requires_grad_(True).train()
    optimizer = torch.optim.Adam(
        [{"params": new.output.parameters()}, {"params": list(upper.parameters()), "lr": rate / 10}], lr=rate
    )
    if cached:
        with torch.no_grad():
            X = frozen(X)
    batches = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    for _ in range(n_epochs):
        for X_batch, y_batch in batches:
            signal = X_batch if cached else frozen(X_batch)
            optimizer.zero_grad()
            cross_entropy(new.output(upper(signal)), y_batch).backward()
            optimizer.step()
    return new.eval()

# %% wrong: transfer
# Misconception: to freeze a layer is to set requires_grad to False; the network as a whole is in training mode meanwhile.
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
    torch.manual_seed(seed)
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    new = Transferred(list(copy.deepcopy(model.hidden).cpu())[:n_reused], n_outputs)
    n_frozen = n_reused - n_unfrozen
    frozen = new.hidden[:n_frozen].requires_grad_(False)
    upper = new.hidden[n_frozen:].requires_grad_(True)
    new.train()
    optimizer = torch.optim.Adam(
        [{"params": new.output.parameters()}, {"params": list(upper.parameters()), "lr": rate / 10}], lr=rate
    )
    if cached:
        with torch.no_grad():
            X = frozen(X)
    batches = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    for _ in range(n_epochs):
        for X_batch, y_batch in batches:
            signal = X_batch if cached else frozen(X_batch)
            optimizer.zero_grad()
            cross_entropy(new.output(upper(signal)), y_batch).backward()
            optimizer.step()
    return new.eval()

# %% wrong: transfer
# Misconception: all that learns learns at the same rate; being unfrozen is all there is to it.
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
    torch.manual_seed(seed)
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    new = Transferred(list(copy.deepcopy(model.hidden).cpu())[:n_reused], n_outputs)
    n_frozen = n_reused - n_unfrozen
    frozen = new.hidden[:n_frozen].requires_grad_(False).eval()
    upper = new.hidden[n_frozen:].requires_grad_(True).train()
    optimizer = torch.optim.Adam([*new.output.parameters(), *upper.parameters()], lr=rate)
    if cached:
        with torch.no_grad():
            X = frozen(X)
    batches = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    for _ in range(n_epochs):
        for X_batch, y_batch in batches:
            signal = X_batch if cached else frozen(X_batch)
            optimizer.zero_grad()
            cross_entropy(new.output(upper(signal)), y_batch).backward()
            optimizer.step()
    return new.eval()
