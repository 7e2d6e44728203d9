# %% right
# Intent: A stacked nn.LSTM, and one nn.Linear that PyTorch applies to the last axis, that is, at every time step.
from torch import nn


class _DeepNetwork(nn.Module):
    def __init__(self, n_features, n_hidden, n_layers, n_outputs):
        super().__init__()
        self.rnn = nn.LSTM(n_features, n_hidden, n_layers, batch_first=True)
        self.head = nn.Linear(n_hidden, n_outputs)

    def forward(self, X):
        return self.head(self.rnn(X)[0])


def deep_network(n_features, n_hidden, n_layers, n_outputs):
    return _DeepNetwork(n_features, n_hidden, n_layers, n_outputs)


# %% wrong: deep_network
# Misconception: Thinks that a recurrent layer reads (batch, steps, features) by itself, as all other layers have the
# batch first; the shapes fit, but it runs along the patients instead of the days.
class _DeepNetwork(nn.Module):
    def __init__(self, n_features, n_hidden, n_layers, n_outputs):
        super().__init__()
        self.rnn = nn.LSTM(n_features, n_hidden, n_layers)
        self.head = nn.Linear(n_hidden, n_outputs)

    def forward(self, X):
        return self.head(self.rnn(X)[0])


def deep_network(n_features, n_hidden, n_layers, n_outputs):
    return _DeepNetwork(n_features, n_hidden, n_layers, n_outputs)


# %% wrong: deep_network
# Misconception: Thinks that a bidirectional layer is simply a better one, and that its output at a step still tells
# only of the days up to there.
class _DeepNetwork(nn.Module):
    def __init__(self, n_features, n_hidden, n_layers, n_outputs):
        super().__init__()
        self.rnn = nn.LSTM(n_features, n_hidden, n_layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * n_hidden, n_outputs)

    def forward(self, X):
        return self.head(self.rnn(X)[0])


def deep_network(n_features, n_hidden, n_layers, n_outputs):
    return _DeepNetwork(n_features, n_hidden, n_layers, n_outputs)
