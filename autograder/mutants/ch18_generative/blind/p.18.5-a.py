# %% right
# Intent: keep lists of weight matrices, encoder biases and decoder biases as parameters; encode multiplies by W.T, decode by W in reverse order; ReLU between.
import math

import torch
from torch import nn


class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        self.back_biases = nn.ParameterList()
        for n_in, n_out in zip(sizes[:-1], sizes[1:]):
            limit = math.sqrt(6 / (n_in + n_out))
            self.weights.append(nn.Parameter((torch.rand(n_out, n_in) * 2 - 1) * limit))
            self.biases.append(nn.Parameter(torch.zeros(n_out)))
            self.back_biases.append(nn.Parameter(torch.zeros(n_in)))

    def encode(self, X):
        last = len(self.weights) - 1
        for i in range(last + 1):
            X = X @ self.weights[i].T + self.biases[i]
            if i < last:
                X = torch.relu(X)
        return X

    def decode(self, codings):
        for i in range(len(self.weights) - 1, -1, -1):
            codings = codings @ self.weights[i] + self.back_biases[i]
            if i > 0:
                codings = torch.relu(codings)
        return codings

    def forward(self, X):
        return self.decode(self.encode(X))

# %% wrong: TiedAutoencoder
# Misconception: a ReLU belongs after every hidden layer, and the codings are a hidden layer as well.
class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        self.back_biases = nn.ParameterList()
        for n_in, n_out in zip(sizes[:-1], sizes[1:]):
            limit = math.sqrt(6 / (n_in + n_out))
            self.weights.append(nn.Parameter((torch.rand(n_out, n_in) * 2 - 1) * limit))
            self.biases.append(nn.Parameter(torch.zeros(n_out)))
            self.back_biases.append(nn.Parameter(torch.zeros(n_in)))

    def encode(self, X):
        for W, b in zip(self.weights, self.biases):
            X = torch.relu(X @ W.T + b)
        return X

    def decode(self, codings):
        for i in range(len(self.weights) - 1, -1, -1):
            codings = codings @ self.weights[i] + self.back_biases[i]
            if i > 0:
                codings = torch.relu(codings)
        return codings

    def forward(self, X):
        return self.decode(self.encode(X))

# %% wrong: TiedAutoencoder
# Misconception: tying means that the decoder starts with the encoder's transposed weights (a copy made once).
class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        there, back = [], []
        for n_in, n_out in zip(sizes[:-1], sizes[1:]):
            layer = nn.Linear(n_in, n_out)
            mirror = nn.Linear(n_out, n_in)
            mirror.weight.data = layer.weight.data.T.clone()
            there += [layer, nn.ReLU()]
            back = [mirror, nn.ReLU()] + back
        self.encoder = nn.Sequential(*there[:-1])
        self.decoder = nn.Sequential(*back[:-1])

    def encode(self, X):
        return self.encoder(X)

    def decode(self, codings):
        return self.decoder(codings)

    def forward(self, X):
        return self.decode(self.encode(X))
