# %% right
# Intent: A plain loop over one-layer GRUs, each reading the whole output sequence of the one below it; one linear
# layer is applied at every step. All GRUs run forwards in time only.
class _StackedGRU(nn.Module):
    def __init__(self, n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> None:
        super().__init__()
        if n_layers < 1:
            raise ValueError("at least one recurrent layer is needed")
        self.layers = nn.ModuleList()
        width = n_features
        for _ in range(n_layers):
            self.layers.append(nn.GRU(width, n_hidden, batch_first=True))
            width = n_hidden
        self.head = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        for layer in self.layers:
            X, _ = layer(X)
        return self.head(X)


def deep_network(n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> nn.Module:
    return _StackedGRU(n_features, n_hidden, n_layers, n_outputs)

# %% wrong: deep_network
# Misconception: Thinks that a GRU takes (batch, steps, features) by default, since the shapes fit without
# batch_first=True; so the batch is read as if it were time.
def deep_network(n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> nn.Module:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(n_features, n_hidden, num_layers=n_layers)
            self.head = nn.Linear(n_hidden, n_outputs)

        def forward(self, X: Tensor) -> Tensor:
            outputs, _ = self.rnn(X)
            return self.head(outputs)

    return Net()

# %% wrong: deep_network
# Misconception: Thinks that reading in both directions is always better where there is an output at every step, and
# does not see that the backward half knows the later steps.
def deep_network(n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> nn.Module:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(n_features, n_hidden, num_layers=n_layers, batch_first=True, bidirectional=True)
            self.head = nn.Linear(2 * n_hidden, n_outputs)

        def forward(self, X: Tensor) -> Tensor:
            outputs, _ = self.rnn(X)
            return self.head(outputs)

    return Net()
