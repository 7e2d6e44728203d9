# %% right
# Intent: dense layers with LayerNorm (no trouble with small batches), noise drawn in forward, MSE to the clean rows;
# the classifier is a deep copy of the encoder in a Sequential with ReLU and a linear head.
from torch.nn.functional import relu as _relu


def _rows(X):
    return torch.as_tensor(np.asarray(X, dtype=np.float32))


def _shuffled(n, size, generator):
    return torch.randperm(n, generator=generator).split(size)


def _block(a, b):
    return [nn.Linear(a, b), nn.LayerNorm(b), nn.ReLU()]


class DenoisingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__()
        self.n_inputs, self.n_codings, self.noise = n_inputs, n_codings, noise
        self.encoder = nn.Sequential(*_block(n_inputs, 256), nn.Linear(256, n_codings))
        self.decoder = nn.Sequential(*_block(n_codings, 256), nn.Linear(256, n_inputs))

    def forward(self, X):
        if self.training:
            X = X + self.noise * torch.randn_like(X)
        return self.decoder(self.encoder(X))


def pretrain(X, n_codings=64, noise=0.5, n_epochs=8, seed=42):
    X = _rows(X)
    torch.manual_seed(seed)
    model = DenoisingAutoencoder(X.shape[1], n_codings, noise).train()
    g = torch.Generator().manual_seed(seed)
    size = 32 if len(X) < 10_000 else 128
    total = n_epochs * -(-len(X) // size)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: 1 - 0.95 * i / max(1, total))
    for _ in range(n_epochs):
        for rows in _shuffled(len(X), size, g):
            loss = mse_loss(model(X[rows]), X[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


@torch.no_grad()
def top_images(encoder, X, unit, k):
    was = encoder.training
    encoder.eval()
    values = torch.cat([encoder(batch)[:, unit] for batch in _rows(X).split(4096)])
    encoder.train(was)
    return values.sort(descending=True, stable=True).indices[:k].numpy()


def draw_labelled(y, n, seed=42):
    y = np.asarray(y)
    rng = np.random.default_rng(seed)
    classes = rng.permutation(np.unique(y))
    per, extra = divmod(n, len(classes))
    drawn = [rng.permutation(np.flatnonzero(y == c))[: per + (i < extra)] for i, c in enumerate(classes)]
    return rng.permutation(np.concatenate(drawn)).astype(np.int64)


def classifier_from(autoencoder, n_classes, frozen=False):
    encoder = copy.deepcopy(autoencoder.encoder).requires_grad_(not frozen)
    return nn.Sequential(encoder, nn.ReLU(), nn.Linear(autoencoder.n_codings, n_classes))


def fit_classifier(model, X, y, n_epochs=30, seed=42):
    X, y = _rows(X), torch.as_tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    model.train()
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-3)
    for _ in range(n_epochs):
        for rows in _shuffled(len(X), 8 if len(X) < 200 else 32, g):
            loss = cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.cpu().eval()


def compare(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    n_classes = int(np.max(np.asarray(y))) + 1
    torch.manual_seed(seed)
    fresh = DenoisingAutoencoder(autoencoder.n_inputs, autoencoder.n_codings, autoencoder.noise)
    scores = {}
    for name, source in (("pretrained", autoencoder), ("scratch", fresh)):
        torch.manual_seed(seed)
        model = fit_classifier(classifier_from(source, n_classes), X, y, n_epochs, seed)
        with torch.no_grad():
            guess = model(_rows(X_test)).argmax(dim=1).numpy()
        scores[name] = float(np.mean(guess == np.asarray(y_test)))
    return scores

# %% wrong: pretrain
# Misconception: an autoencoder always reproduces what it is given, so that the noisy rows are the targets, too.
def pretrain(X, n_codings=64, noise=0.5, n_epochs=8, seed=42):
    X = _rows(X)
    torch.manual_seed(seed)
    model = DenoisingAutoencoder(X.shape[1], n_codings, noise).train()
    g = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(n_epochs):
        for rows in _shuffled(len(X), 32 if len(X) < 10_000 else 128, g):
            grainy = X[rows] + noise * torch.randn_like(X[rows])
            loss = mse_loss(model.decoder(model.encoder(grainy)), grainy)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.cpu().eval()

# %% wrong: classifier_from
# Misconception: to put the module into a new Sequential is to copy it.
def classifier_from(autoencoder, n_classes, frozen=False):
    encoder = autoencoder.encoder
    if frozen:
        encoder.requires_grad_(False)
    return nn.Sequential(encoder, nn.ReLU(), nn.Linear(autoencoder.n_codings, n_classes))
