# %% right
# Intent: an encoder with a head of 2 L outputs that is chunked, SiLU layers, Adam with a falling rate.
from torch.nn.functional import binary_cross_entropy_with_logits as _bce


def reparameterize(mu, logvar):
    return torch.addcmul(mu, (0.5 * logvar).exp(), torch.randn_like(mu))


def kl_divergence(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1)


def vae_loss(logits, X, mu, logvar, beta=1.0):
    pixels = _bce(logits, X, reduction="none").sum(dim=1)
    return (pixels + beta * kl_divergence(mu, logvar)).mean()


class VAE(nn.Module):
    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(n_pixels, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_hidden), nn.SiLU(),
            nn.Linear(n_hidden, 2 * n_latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_latent, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_hidden), nn.SiLU(),
            nn.Linear(n_hidden, n_pixels),
        )

    def encode(self, X):
        mu, logvar = self.encoder(2 * X - 1).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z):
        return self.decoder(z)

    def forward(self, X):
        mu, logvar = self.encode(X)
        return self.decode(reparameterize(mu, logvar) if self.training else mu), mu, logvar


def fit_vae(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    X = torch.as_tensor(np.asarray(X, dtype=np.float32))
    torch.manual_seed(seed)
    model = VAE(X.shape[1], n_latent, n_hidden).train()
    size = 32
    total = max(1, n_epochs * -(-len(X) // size))
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: max(0.02, 1 - i / total))
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(size):
            logits, mu, logvar = model(X[rows])
            loss = vae_loss(logits, X[rows], mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


@torch.no_grad()
def sample_vae(model, n, n_latent, seed=42):
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    was = model.training
    model.eval()
    pictures = model.decode(z).sigmoid()
    model.train(was)
    return pictures.numpy()

# %% wrong: reparameterize
# Misconception: exp(logvar) is the spread by which the noise is multiplied.
def reparameterize(mu, logvar):
    return mu + logvar.exp() * torch.randn_like(mu)

# %% wrong: vae_loss
# Misconception: the library's default is right: the cross entropy is a mean over pixels, beside the mean KL of the pictures.
def vae_loss(logits, X, mu, logvar, beta=1.0):
    return _bce(logits, X) + beta * kl_divergence(mu, logvar).mean()
