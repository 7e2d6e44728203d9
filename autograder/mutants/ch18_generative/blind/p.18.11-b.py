# %% right
# Intent: mu + std * randn; torch's BCE with logits, summed; MLPs on both sides with Adam and OneCycleLR.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits


def reparameterize(mu, logvar):
    return mu + torch.exp(logvar / 2) * torch.randn_like(mu)


def kl_divergence(mu, logvar):
    return (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1) / 2


def vae_loss(logits, X, mu, logvar, beta=1.0):
    entropy = binary_cross_entropy_with_logits(logits, X, reduction="none").sum(dim=1)
    return (entropy + beta * kl_divergence(mu, logvar)).mean()


class VAE(nn.Module):
    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(n_pixels, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_hidden), nn.ReLU(),
            nn.Linear(n_hidden, 2 * n_latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_latent, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_hidden), nn.ReLU(),
            nn.Linear(n_hidden, n_pixels),
        )

    def encode(self, X):
        mu, logvar = self.encoder(X).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z):
        return self.decoder(z)

    def forward(self, X):
        mu, logvar = self.encode(X)
        return self.decode(reparameterize(mu, logvar) if self.training else mu), mu, logvar


def fit_vae(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    X = torch.tensor(np.asarray(X), dtype=torch.float32)
    torch.manual_seed(seed)
    model = VAE(X.shape[1], n_latent, n_hidden).train()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X), batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.004, total_steps=n_epochs * len(loader) + 1)
    for _ in range(n_epochs):
        for (batch,) in loader:
            logits, mu, logvar = model(batch)
            optimizer.zero_grad()
            vae_loss(logits, batch, mu, logvar).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def sample_vae(model, n, n_latent, seed=42):
    mode = model.training
    model.eval()
    with torch.no_grad():
        z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
        pictures = model.decode(z).sigmoid().numpy()
    model.train(mode)
    return pictures


# %% wrong: reparameterize
# Misconception: exp undoes the logarithm, so exp(logvar) is what the noise has to be multiplied by.
def reparameterize(mu, logvar):
    return mu + torch.exp(logvar) * torch.randn_like(mu)


# %% wrong: vae_loss
# Misconception: reduction="sum" sums over pixels, and the KL divergences are summed up likewise: the loss of the batch is a sum.
def vae_loss(logits, X, mu, logvar, beta=1.0):
    return binary_cross_entropy_with_logits(logits, X, reduction="sum") + beta * kl_divergence(mu, logvar).sum()
