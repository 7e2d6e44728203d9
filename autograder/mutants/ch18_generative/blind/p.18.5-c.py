# %% right
# Intent: one ParameterList of matrices, used by functional linear forwards and transposed backwards; two lists of biases.
class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        pairs = list(zip(sizes[:-1], sizes[1:]))
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(b, a)) for a, b in pairs])
        self.up = nn.ParameterList([nn.Parameter(torch.zeros(b)) for _, b in pairs])
        self.down = nn.ParameterList([nn.Parameter(torch.zeros(a)) for a, _ in pairs[::-1]])
        for W in self.weights:
            nn.init.xavier_uniform_(W)

    @staticmethod
    def _chain(X, layers):
        for i, (W, b) in enumerate(layers):
            X = linear(X, W, b)
            if i + 1 < len(layers):
                X = X.relu()
        return X

    def encode(self, X):
        return self._chain(X, list(zip(self.weights, self.up)))

    def decode(self, codings):
        return self._chain(codings, [(W.T, b) for W, b in zip(reversed(list(self.weights)), self.down)])

    def forward(self, X):
        return self.decode(self.encode(X))

# %% wrong: TiedAutoencoder
# Misconception: tying means that the decoder starts out with the transposed matrices of the encoder (taken once, when it is built).
_Tied = TiedAutoencoder


class TiedAutoencoder(_Tied):
    def __init__(self, sizes):
        super().__init__(sizes)
        self.back = [W.detach().T.clone() for W in reversed(list(self.weights))]

    def decode(self, codings):
        return self._chain(codings, list(zip(self.back, self.down)))

# %% wrong: TiedAutoencoder
# Misconception: every layer of the encoder, the one with the codings too, has a ReLU behind it.
class TiedAutoencoder(_Tied if "_Tied" in globals() else TiedAutoencoder):
    def encode(self, X):
        for W, b in zip(self.weights, self.up):
            X = linear(X, W, b).relu()
        return X
