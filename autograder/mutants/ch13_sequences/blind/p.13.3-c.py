# %% right
# Intent: Layers are generators that consume each other: each GRU cell pulls the steps of the layer below one by one,
# and a linear map is applied to what the topmost one yields.
import torch
from torch import nn


class _Tower(nn.Module):
    def __init__(self, widths, n_outputs):
        super().__init__()
        self.cells = nn.ModuleList(nn.GRUCell(low, high) for low, high in zip(widths, widths[1:]))
        self.tell = nn.Linear(widths[-1], n_outputs)

    @staticmethod
    def _run(cell, stream):
        state = None
        for moment in stream:
            state = cell(moment, state)
            yield state

    def forward(self, X):
        stream = iter(X.unbind(dim=1))
        for cell in self.cells:
            stream = self._run(cell, stream)
        return self.tell(torch.stack(list(stream), dim=1))


def deep_network(n_features, n_hidden, n_layers, n_outputs):
    return _Tower([n_features] + n_layers * [n_hidden], n_outputs)


# %% wrong: deep_network
# Misconception: Thinks that nn.GRU finds the time axis by itself and leaves out batch_first=True; the shapes come out
# right, but the layer steps through the batch instead of through time.
class _Colleague(nn.Module):
    def __init__(self, n_features, n_hidden, n_layers, n_outputs):
        super().__init__()
        self.rnn = nn.GRU(n_features, n_hidden, n_layers)
        self.tell = nn.Linear(n_hidden, n_outputs)

    def forward(self, X):
        return self.tell(self.rnn(X)[0])


def deep_network(n_features, n_hidden, n_layers, n_outputs):
    return _Colleague(n_features, n_hidden, n_layers, n_outputs)


# %% wrong: deep_network
# Misconception: Thinks that an output at every step calls for a bidirectional layer, "so that each step has the whole
# context"; so what is said on a day depends on later days.
class _BothWays(nn.Module):
    def __init__(self, n_features, n_hidden, n_layers, n_outputs):
        super().__init__()
        self.rnn = nn.GRU(n_features, n_hidden, n_layers, batch_first=True, bidirectional=True)
        self.tell = nn.Linear(2 * n_hidden, n_outputs)

    def forward(self, X):
        return self.tell(self.rnn(X)[0])


def deep_network(n_features, n_hidden, n_layers, n_outputs):
    return _BothWays(n_features, n_hidden, n_layers, n_outputs)
