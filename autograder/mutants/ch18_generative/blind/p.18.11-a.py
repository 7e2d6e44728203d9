# %% right
# Intent: the formulas written out; three-layer MLPs on both sides, Adam with a falling rate on small batches.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus


def reparameterize(mu, logvar):
    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)


def kl_divergence(mu, logvar):
    return (0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar)).sum(dim=1)


def vae_loss(logits, X, mu, logvar, beta=1.0):
    bce = (softplus(logits) - X * logits).sum(dim=1)
    return (bce + beta * kl_divergence(mu, logvar)).mean()


class VAE(nn.Module):
    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__()
        self.there1 = nn.Linear(n_pixels, n_hidden)
        self.there2 = nn.Linear(n_hidden, n_hidden)
        self.mean = nn.Linear(n_hidden, n_latent)
        self.log_variance = nn.Linear(n_hidden, n_latent)
        self.back1 = nn.Linear(n_latent, n_hidden)
        self.back2 = nn.Linear(n_hidden, n_hidden)
        self.out = nn.Linear(n_hidden, n_pixels)

    def encode(self, X):
        h = nn.functional.silu(self.there1(X))
        h = nn.functional.silu(self.there2(h))
        return self.mean(h), self.log_variance(h)

    def decode(self, z):
        h = nn.functional.silu(self.back1(z))
        h = nn.functional.silu(self.back2(h))
        return self.out(h)

    def forward(self, X):
        mu, logvar = self.encode(X)
        z = reparameterize(mu, logvar) if self.training else mu
        return self.decode(z), mu, logvar


def fit_vae(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32))
    model = VAE(X.shape[1], n_latent, n_hidden)
    size = 32
    n_steps = n_epochs * ((len(X) + size - 1) // size)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    model.train()
    step = 0
    for _ in range(n_epochs):
        order = torch.randperm(len(X))
        for start in range(0, len(X), size):
            for group in optimizer.param_groups:
                group["lr"] = 0.005 * max(1 - step / n_steps, 0.03)
            batch = X[order[start : start + size]]
            loss = vae_loss(*(lambda out: (out[0], batch, out[1], out[2]))(model(batch)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
    return model.eval()


def sample_vae(model, n, n_latent, seed=42):
    rng = torch.Generator().manual_seed(seed)
    z = torch.randn(n, n_latent, generator=rng)
    mode = model.training
    model.eval()
    with torch.no_grad():
        pictures = 1 / (1 + torch.exp(-model.decode(z)))
    model.train(mode)
    return pictures.numpy().astype(np.float32)

# %% wrong: reparameterize
# Misconception: exp(logvar) is the standard deviation.
def reparameterize(mu, logvar):
    return mu + torch.exp(logvar) * torch.randn_like(mu)

# %% wrong: vae_loss
# Misconception: the reconstruction error is the mean over pixels, as losses are means as a rule.
def vae_loss(logits, X, mu, logvar, beta=1.0):
    bce = (softplus(logits) - X * logits).mean(dim=1)
    return (bce + beta * kl_divergence(mu, logvar)).mean()
