# %% right
# Intent: go round all classes and all pairs of classes so that none is missing; Sequential towers, Adam, DataLoader, torch's own BCE on logits.
from itertools import combinations

from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

def make_pairs(
    X: ArrayLike, y: ArrayLike, n: int, seed: int = 42
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(y == label) for label in np.unique(y)]
    classes = np.resize(rng.permutation(len(rows)), n // 2)
    mixed = np.resize(rng.permutation(list(combinations(range(len(rows)), 2))), (n // 2, 2))
    same = [rng.choice(rows[number], 2, replace=False) for number in classes]
    different = [[rng.choice(rows[one]), rng.choice(rows[two])] for one, two in rng.permuted(mixed, axis=1)]
    pairs, labels = np.array([*same, *different]), np.repeat([0, 1], n // 2)
    order = rng.permutation(n)
    return X[pairs[order, 0]], X[pairs[order, 1]], labels[order].astype(np.int64)

def elu_layers(n_inputs, n_hidden, n_layers):
    """Dense layers with ELU, drawn by He's rule."""
    layers = nn.Sequential()
    for number in range(n_layers):
        layers.extend([nn.Linear(n_hidden if number else n_inputs, n_hidden), nn.ELU()])
        nn.init.kaiming_normal_(layers[-2].weight, nonlinearity="relu")
        nn.init.zeros_(layers[-2].bias)
    return layers

class PairNet(nn.Module):
    def __init__(self, n_inputs: int = 784, n_hidden: int = 100, n_layers: int = 5) -> None:
        super().__init__()
        self.tower_a = elu_layers(n_inputs, n_hidden, n_layers)
        self.tower_b = elu_layers(n_inputs, n_hidden, n_layers)
        self.top = nn.Sequential(elu_layers(2 * n_hidden, n_hidden, 1), nn.Linear(n_hidden, 1), nn.Flatten(0))

    def forward(self, A: Tensor, B: Tensor) -> Tensor:
        return self.top(torch.cat([self.tower_a(A), self.tower_b(B)], dim=1))

def fit_pairs(
    net: nn.Module,
    A: ArrayLike,
    B: ArrayLike,
    labels: ArrayLike,
    *,
    n_epochs: int = 20,
    rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 42,
) -> list[float]:
    torch.manual_seed(seed)
    data = TensorDataset(*(torch.as_tensor(part, dtype=torch.float32) for part in (A, B, labels)))
    batches = DataLoader(data, batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    means = []
    net.train()
    for _ in range(n_epochs):
        losses = []
        for A_batch, B_batch, wanted in batches:
            loss = binary_cross_entropy_with_logits(net(A_batch, B_batch), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        means.append(float(np.mean(losses)))
    net.eval()
    return means

def fit_head(
    net: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    n_outputs: int = 10,
    *,
    n_epochs: int = 30,
    rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 42,
) -> nn.Module:
    torch.manual_seed(seed)
    tower = copy.deepcopy(net.tower_a).cpu().eval().requires_grad_(False)
    features = tower(torch.as_tensor(X, dtype=torch.float32))
    batches = DataLoader(
        TensorDataset(features, torch.as_tensor(y, dtype=torch.long)), batch_size=batch_size, shuffle=True
    )
    head = nn.Linear(features.shape[1], n_outputs)
    optimizer = torch.optim.Adam(head.parameters(), lr=rate)
    for _ in range(n_epochs):
        for batch, wanted in batches:
            optimizer.zero_grad()
            cross_entropy(head(batch), wanted).backward()
            optimizer.step()
    return nn.Sequential(tower, head).eval()

# %% wrong: PairNet
# Misconception: as both pictures are of the same kind, "two towers" are one network that is used twice (Siamese).
class PairNet(nn.Module):
    def __init__(self, n_inputs: int = 784, n_hidden: int = 100, n_layers: int = 5) -> None:
        super().__init__()
        self.tower_a = elu_layers(n_inputs, n_hidden, n_layers)
        self.tower_b = self.tower_a
        self.top = nn.Sequential(elu_layers(2 * n_hidden, n_hidden, 1), nn.Linear(n_hidden, 1), nn.Flatten(0))

    def forward(self, A: Tensor, B: Tensor) -> Tensor:
        return self.top(torch.cat([self.tower_a(A), self.tower_b(B)], dim=1))

# %% wrong: fit_head
# Misconception: a copy of the tower with a new layer on top is trained as any network is; "frozen" is where it starts from.
def fit_head(
    net: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    n_outputs: int = 10,
    *,
    n_epochs: int = 30,
    rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 42,
) -> nn.Module:
    torch.manual_seed(seed)
    tower = copy.deepcopy(net.tower_a).cpu()
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    with torch.no_grad():
        width = tower(X[:2]).shape[1]
    model = nn.Sequential(tower, nn.Linear(width, n_outputs)).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(n_epochs):
        for batch, wanted in DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True):
            optimizer.zero_grad()
            cross_entropy(model(batch), wanted).backward()
            optimizer.step()
    return model.eval()
