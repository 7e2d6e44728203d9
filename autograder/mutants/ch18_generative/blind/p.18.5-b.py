# %% right
# Intent: nn.Linear layers for the encoder; the decoder calls F.linear with their transposed weights and biases of its own.
import torch
from torch import nn
from torch.nn.functional import linear, relu


class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in reversed(sizes[:-1]))

    def encode(self, X):
        for i, layer in enumerate(self.layers):
            X = layer(X if i == 0 else relu(X))
        return X

    def decode(self, codings):
        for i, (layer, bias) in enumerate(zip(reversed(self.layers), self.biases)):
            codings = linear(codings if i == 0 else relu(codings), layer.weight.T, bias)
        return codings

    def forward(self, X):
        return self.decode(self.encode(X))


# %% wrong: TiedAutoencoder
# Misconception: tying means that the decoder begins with the encoder's transposed weights; afterwards it learns its own.
class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.back = nn.ModuleList(nn.Linear(b, a) for a, b in reversed(list(zip(sizes[:-1], sizes[1:]))))
        with torch.no_grad():
            for there, back in zip(reversed(self.layers), self.back):
                back.weight.copy_(there.weight.T)

    def encode(self, X):
        for i, layer in enumerate(self.layers):
            X = layer(X if i == 0 else relu(X))
        return X

    def decode(self, codings):
        for i, layer in enumerate(self.back):
            codings = layer(codings if i == 0 else relu(codings))
        return codings

    def forward(self, X):
        return self.decode(self.encode(X))


# %% wrong: TiedAutoencoder
# Misconception: every hidden layer has its activation, and the codings are a hidden layer too.
class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in reversed(sizes[:-1]))

    def encode(self, X):
        for layer in self.layers:
            X = relu(layer(X))
        return X

    def decode(self, codings):
        for i, (layer, bias) in enumerate(zip(reversed(self.layers), self.biases)):
            codings = linear(codings if i == 0 else relu(codings), layer.weight.T, bias)
        return codings

    def forward(self, X):
        return self.decode(self.encode(X))
