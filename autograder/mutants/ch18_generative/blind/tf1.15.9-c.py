# %% right
# Intent: one hidden layer with LayerNorm on each side, noise before the sigmoid in training, binary cross-entropy;
# Hamming distances by a matrix product.
from torch.nn.functional import binary_cross_entropy as _bce_of


class HashingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.noise = noise
        self.before = nn.Sequential(nn.Linear(n_inputs, 256), nn.LayerNorm(256), nn.ReLU(), nn.Linear(256, n_bits))
        self.after = nn.Sequential(
            nn.Linear(n_bits, 256), nn.LayerNorm(256), nn.ReLU(), nn.Linear(256, n_inputs), nn.Sigmoid()
        )

    def encode(self, X):
        a = self.before(X)
        if self.training:
            a = a + self.noise * torch.randn_like(a)
        return a.sigmoid()

    def forward(self, X):
        return self.after(self.encode(X))


def fit_hashing(X, n_bits=30, noise=4.0, n_epochs=8, seed=42):
    X = torch.as_tensor(np.asarray(X, dtype=np.float32))
    torch.manual_seed(seed)
    model = HashingAutoencoder(X.shape[1], n_bits, noise).train()
    size = 32 if len(X) < 10_000 else 64
    total = max(1, n_epochs * -(-len(X) // size))
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: max(0.05, 1 - i / total))
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(size):
            loss = _bce_of(model(X[rows]), X[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


@torch.no_grad()
def hash_bits(autoencoder, X):
    X = torch.as_tensor(np.asarray(X, dtype=np.float32))
    was = autoencoder.training
    autoencoder.eval()
    codings = torch.cat([autoencoder.encode(batch) for batch in X.split(2048)])
    autoencoder.train(was)
    return (codings > 0.5).numpy().astype(np.uint8)


def within(hashes, query, radius):
    apart = (np.asarray(hashes) != np.asarray(query)).sum(axis=1)
    return np.flatnonzero(apart <= radius)


def purity(hashes, y, radius=0):
    H = torch.as_tensor(np.asarray(hashes, dtype=np.float32))
    classes, labels = np.unique(np.asarray(y), return_inverse=True)
    Y = torch.eye(len(classes), dtype=torch.float64)[torch.as_tensor(labels.reshape(-1))]
    found = []
    for part in H.split(1024):
        apart = part @ (1 - H).T + (1 - part) @ H.T
        counts = (apart < radius + 0.5).double() @ Y
        sizes = counts.sum(dim=1, keepdim=True)
        pure = (counts / sizes).square().sum(dim=1)
        found.append(pure[sizes[:, 0] > 1.5])
    found = torch.cat(found)
    return float(found.mean()) if len(found) else float("nan")

# %% wrong: HashingAutoencoder
# Misconception: noise makes codings robust wherever it is added: it is added to the codings themselves, which are cut to 0 to 1.
_Hashing = HashingAutoencoder


class HashingAutoencoder(_Hashing):
    def encode(self, X):
        codings = self.before(X).sigmoid()
        if self.training:
            codings = (codings + self.noise * torch.randn_like(codings)).clamp(0, 1)
        return codings

# %% wrong: purity
# Misconception: the purity of a neighbourhood is the share of its most frequent class.
def purity(hashes, y, radius=0):
    H, y = np.asarray(hashes), np.asarray(y)
    pure = []
    for row in H:
        near = y[(H != row).sum(axis=1) <= radius]
        if len(near) > 1:
            pure.append(np.unique(near, return_counts=True)[1].max() / len(near))
    return float(np.mean(pure)) if pure else float("nan")
