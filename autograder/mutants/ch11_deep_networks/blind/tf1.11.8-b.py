# %% right
# Intent: pandas' get_indexer for the labels, nn.init, Adam over a DataLoader, KFold; both trainings share one generator of epochs.
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold
from torch.utils.data import DataLoader, TensorDataset

def pick_digits(X: ArrayLike, y: ArrayLike, digits: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    where = pd.Index(list(digits)).get_indexer(np.asarray(y))
    X = np.asarray(X)[where >= 0].astype(np.float32) / np.float32(255)
    return X, where[where >= 0].astype(np.int64)

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
        self.hidden = nn.Sequential()
        for number in range(5):
            part = nn.Sequential(nn.Linear(n_hidden if number else n_inputs, n_hidden))
            nn.init.kaiming_normal_(part[0].weight, nonlinearity="relu")
            nn.init.zeros_(part[0].bias)
            if batch_norm:
                part.append(nn.BatchNorm1d(n_hidden))
            part.append(nn.ELU())
            if dropout:
                part.append(nn.Dropout(dropout))
            self.hidden.append(part)
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        return self.output(self.hidden(X))

def adam_epochs(model, X, y, n_epochs, rate, batch_size):
    """Train with Adam; pause after each epoch, with the model in evaluation mode."""
    data = TensorDataset(torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long))
    batches = DataLoader(data, batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for epoch in range(n_epochs):
        model.train()
        for X_batch, y_batch in batches:
            optimizer.zero_grad()
            cross_entropy(model(X_batch), y_batch).backward()
            optimizer.step()
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
    torch.manual_seed(seed)
    X_valid, y_valid = torch.as_tensor(X_valid, dtype=torch.float32), torch.as_tensor(y_valid, dtype=torch.long)
    losses: list[float] = []
    for epoch in adam_epochs(model, X, y, n_epochs, rate, batch_size):
        with torch.no_grad():
            losses.append(cross_entropy(model(X_valid), y_valid).item())
        best = int(np.argmin(losses))
        if best == epoch:
            torch.save(model.state_dict(), path)
        if epoch - best >= patience:
            break
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
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y, dtype=np.int64)
    folds = list(KFold(n_folds, shuffle=True, random_state=seed).split(X))
    means = []
    for setting in settings:
        network = {key: setting[key] for key in ("batch_norm", "dropout") if key in setting}
        training = {"rate": 1e-3, "batch_size": 64} | {key: setting[key] for key in ("rate", "batch_size") if key in setting}
        scores = []
        for rows, held_out in folds:
            torch.manual_seed(seed)
            model = HalfDigits(X.shape[1], int(y.max()) + 1, n_hidden, **network)
            for _ in adam_epochs(model, X[rows], y[rows], n_epochs, **training):
                pass
            with torch.no_grad():
                answers = model(torch.from_numpy(X[held_out])).argmax(dim=1)
            scores.append(accuracy_score(y[held_out], answers.numpy()))
        means.append(float(np.mean(scores)))
    return means

# %% wrong: HalfDigits
# Misconception: batch norm standardises a layer's outputs, so it comes after the activation.
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
        self.hidden = nn.Sequential()
        for number in range(5):
            part = nn.Sequential(nn.Linear(n_hidden if number else n_inputs, n_hidden), nn.ELU())
            nn.init.kaiming_normal_(part[0].weight, nonlinearity="relu")
            nn.init.zeros_(part[0].bias)
            if batch_norm:
                part.append(nn.BatchNorm1d(n_hidden))
            if dropout:
                part.append(nn.Dropout(dropout))
            self.hidden.append(part)
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        return self.output(self.hidden(X))

# %% wrong: train_half
# Misconception: a checkpoint is what was saved last: save after each epoch, and early stopping takes care of the rest.
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
    torch.manual_seed(seed)
    X_valid, y_valid = torch.as_tensor(X_valid, dtype=torch.float32), torch.as_tensor(y_valid, dtype=torch.long)
    losses: list[float] = []
    for epoch in adam_epochs(model, X, y, n_epochs, rate, batch_size):
        with torch.no_grad():
            losses.append(cross_entropy(model(X_valid), y_valid).item())
        torch.save(model.state_dict(), path)
        if epoch - int(np.argmin(losses)) >= patience:
            break
    model.load_state_dict(torch.load(path))
    return losses
