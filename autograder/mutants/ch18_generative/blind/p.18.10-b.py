# %% right
# Intent: nn.Sequential with batch norms, Adam with OneCycleLR, MSE to the clean rows; a classifier is a deep copy plus norm, ReLU and dense layer.
import copy

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss


def _train(model, X, target, loss, n_epochs, seed, batch, rate, noise=0.0):
    torch.manual_seed(seed)
    parameters = [p for p in model.parameters() if p.requires_grad]
    n_batches = max(1, len(X) // batch)
    optimizer = torch.optim.AdamW(parameters, rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=n_epochs * n_batches + 1)
    model.train()
    for module in model.modules():  # norms of a frozen part stay as they are, too
        own = list(module.parameters())
        if own and not any(p.requires_grad for p in own):
            module.eval()
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).tensor_split(n_batches):
            optimizer.zero_grad()
            loss(model(X[rows] + noise * torch.randn_like(X[rows])), target[rows]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


class DenoisingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__()
        self.n_inputs, self.n_codings, self.noise = n_inputs, n_codings, noise
        self.encoder = nn.Sequential(
            nn.Linear(n_inputs, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_codings)
        )
        self.decoder = nn.Sequential(
            nn.BatchNorm1d(n_codings), nn.ReLU(), nn.Linear(n_codings, n_inputs)
        )

    def forward(self, X):
        if self.training:
            X = X + self.noise * torch.randn_like(X)
        return self.decoder(self.encoder(X))


def pretrain(X, n_codings=64, noise=0.5, n_epochs=8, seed=42):
    X = torch.tensor(np.asarray(X), dtype=torch.float32)
    torch.manual_seed(seed)
    model = DenoisingAutoencoder(X.shape[1], n_codings, noise)
    return _train(model, X, X, mse_loss, n_epochs, seed, batch=32 if len(X) < 10_000 else 128, rate=0.005)


def top_images(encoder, X, unit, k):
    mode = encoder.training
    encoder.eval()
    with torch.no_grad():
        coding = encoder(torch.tensor(np.asarray(X), dtype=torch.float32))[:, unit]
    encoder.train(mode)
    return coding.topk(k).indices.numpy()


def draw_labelled(y, n, seed=42):
    order = np.random.default_rng(seed).permutation(len(y))
    shuffled = pd.Series(np.asarray(y)[order])
    rank = shuffled.groupby(shuffled).cumcount().to_numpy()
    return order[np.argsort(rank, kind="stable")[:n]]


def classifier_from(autoencoder, n_classes, frozen=False):
    encoder = copy.deepcopy(autoencoder.encoder).requires_grad_(not frozen)
    return nn.Sequential(
        encoder, nn.BatchNorm1d(autoencoder.n_codings), nn.ReLU(), nn.Linear(autoencoder.n_codings, n_classes)
    )


def fit_classifier(model, X, y, n_epochs=30, seed=42):
    X = torch.tensor(np.asarray(X), dtype=torch.float32)
    y = torch.tensor(np.asarray(y), dtype=torch.long)
    return _train(model, X, y, cross_entropy, n_epochs, seed, batch=12 if len(X) < 100 else 32, rate=0.003, noise=0.3)


def compare(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    torch.manual_seed(seed)
    fresh = DenoisingAutoencoder(autoencoder.n_inputs, autoencoder.n_codings, autoencoder.noise)
    X_test = torch.tensor(np.asarray(X_test), dtype=torch.float32)
    scores = {}
    for name, start in {"pretrained": autoencoder, "scratch": fresh}.items():
        torch.manual_seed(seed)
        model = fit_classifier(classifier_from(start, int(np.max(y)) + 1), X, y, n_epochs, seed)
        with torch.no_grad():
            scores[name] = float(np.mean(model(X_test).argmax(dim=1).numpy() == np.asarray(y_test)))
    return scores


# %% wrong: pretrain
# Misconception: an autoencoder gives back its input, so the noisy rows are both what goes in and what should come out.
def pretrain(X, n_codings=64, noise=0.5, n_epochs=8, seed=42):
    X = torch.tensor(np.asarray(X), dtype=torch.float32)
    torch.manual_seed(seed)
    model = DenoisingAutoencoder(X.shape[1], n_codings, 0.0)
    optimizer = torch.optim.Adam(model.parameters(), 0.003)
    model.train()
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).tensor_split(max(1, len(X) // 32)):
            grainy = X[rows] + noise * torch.randn_like(X[rows])
            optimizer.zero_grad()
            mse_loss(model(grainy), grainy).backward()
            optimizer.step()
    model.noise = noise
    return model.eval()


# %% wrong: classifier_from
# Misconception: putting the encoder into a new nn.Sequential makes a new network with weights of its own.
def classifier_from(autoencoder, n_classes, frozen=False):
    encoder = autoencoder.encoder
    if frozen:
        encoder.requires_grad_(False)
    return nn.Sequential(
        encoder, nn.BatchNorm1d(autoencoder.n_codings), nn.ReLU(), nn.Linear(autoencoder.n_codings, n_classes)
    )
