# %% right
# Intent: rows sorted by class, so that a row of class c is start[c] + offset; classes and pairs of classes are dealt
# in turn, in random order, so that all of them turn up; the second row of a same pair lies a random nonzero way on
# (modulo the class's size). Towers are Sequentials; the head is trained on features that are worked out once.
from torch.nn.functional import binary_cross_entropy_with_logits


def make_pairs(
    X: ArrayLike, y: ArrayLike, n: int, seed: int = 42
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    order = np.argsort(y, kind="stable")
    _, start, size = np.unique(y[order], return_index=True, return_counts=True)
    half = n // 2

    # the same class twice
    c = np.resize(rng.permutation(len(size)), half)
    first = rng.integers(size[c])
    second = (first + rng.integers(1, size[c])) % size[c]
    same = np.stack([start[c] + first, start[c] + second])

    # two classes
    pairs = rng.permutation(np.argwhere(np.triu(np.ones((len(size), len(size))), k=1)))
    pairs = rng.permuted(np.resize(pairs, (half, 2)), axis=1).T
    different = start[pairs] + rng.integers(size[pairs])

    mixed = rng.permutation(n)
    a, b = order[np.concatenate([same, different], axis=1)[:, mixed]]
    labels = np.repeat(np.array([0, 1], dtype=np.int64), half)[mixed]
    return X[a], X[b], labels


class PairNet(nn.Module):
    def __init__(self, n_inputs: int = 784, n_hidden: int = 100, n_layers: int = 5) -> None:
        super().__init__()

        def dense(fan_in: int) -> nn.Sequential:
            linear = nn.Linear(fan_in, n_hidden)
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
            return nn.Sequential(linear, nn.ELU())

        def tower() -> nn.Sequential:
            return nn.Sequential(*map(dense, [n_inputs] + (n_layers - 1) * [n_hidden]))

        self.tower_a, self.tower_b = tower(), tower()
        self.joint = nn.Sequential(dense(2 * n_hidden), nn.Linear(n_hidden, 1), nn.Flatten(0))

    def forward(self, A: Tensor, B: Tensor) -> Tensor:
        return self.joint(torch.cat([self.tower_a(A), self.tower_b(B)], dim=-1))


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
    A, B, labels = (torch.as_tensor(part, dtype=torch.float32) for part in (A, B, labels))
    optimiser = torch.optim.NAdam(net.parameters(), lr=rate)
    history: list[float] = []
    net.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(n_epochs):
            losses = []
            for rows in torch.randperm(len(A)).split(batch_size):
                loss = binary_cross_entropy_with_logits(net(A[rows], B[rows]), labels[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                losses.append(loss.detach())
            history.append(torch.stack(losses).mean().item())
    net.eval()
    return history


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
    X, y = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    tower = copy.deepcopy(net.tower_a).cpu().requires_grad_(False).eval()
    with torch.no_grad():
        features = tower(X)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = nn.Linear(features.shape[-1], n_outputs)
        optimiser = torch.optim.NAdam(head.parameters(), lr=rate)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                cross_entropy(head(features[rows]), y[rows]).backward()
                optimiser.step()
    return nn.Sequential(tower, head).eval()


# %% wrong: make_pairs
# Misconception: two draws from one class may hit the same picture: that is the same digit as well.
def make_pairs(
    X: ArrayLike, y: ArrayLike, n: int, seed: int = 42
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    classes = np.unique(y)
    a, b = [], []
    for number in range(n):
        if number < n // 2:
            one = other = rng.choice(classes)
        else:
            one, other = rng.choice(classes, size=2, replace=False)
        a.append(rng.choice(np.flatnonzero(y == one)))
        b.append(rng.choice(np.flatnonzero(y == other)))
    mixed = rng.permutation(n)
    labels = (np.arange(n) >= n // 2).astype(np.int64)
    return X[a][mixed], X[b][mixed], labels[mixed]


# %% wrong: PairNet
# Misconception: two towers that look at the same kind of picture are one network, used twice (shared weights).
class PairNet(nn.Module):
    def __init__(self, n_inputs: int = 784, n_hidden: int = 100, n_layers: int = 5) -> None:
        super().__init__()
        sizes = [n_inputs] + n_layers * [n_hidden]
        layers = [part for i, o in zip(sizes, sizes[1:]) for part in (nn.Linear(i, o), nn.ELU())]
        self.tower_a = nn.Sequential(*layers)
        self.tower_b = self.tower_a
        self.joint = nn.Sequential(nn.Linear(2 * n_hidden, n_hidden), nn.ELU(), nn.Linear(n_hidden, 1))

    def forward(self, A: Tensor, B: Tensor) -> Tensor:
        return self.joint(torch.cat([self.tower_a(A), self.tower_b(B)], dim=-1)).squeeze(-1)
