"""Chapter 14, a language model that writes like Shakespeare (tf2.16.11): the answers."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device

# How a number of each kind is named in a safetensors file.
KINDS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
}


def read_safetensors(data: bytes) -> dict[str, Tensor]:
    """Read the format in which most recent models publish their weights.

    Parameters
    ----------
    data : what a file holds. First 8 bytes: n, an unsigned whole number, the least
        significant byte first. Then n bytes of JSON in UTF-8, perhaps with blanks at
        its end: for each name of a tensor its ``"dtype"`` (a key of KINDS), its
        ``"shape"``, and ``"data_offsets"``, where its bytes begin and where they end,
        counted from the end of the JSON. Its values are there one after the other, the
        last dimension fastest, the least significant byte of each first. A key
        ``"__metadata__"`` is no tensor.

    Returns
    -------
    The tensors, by name, each of its own dtype and shape.

    Examples
    --------
    >>> header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    >>> data = len(header).to_bytes(8, "little") + header
    >>> data += np.array([1.5, -2.0], dtype="<f4").tobytes()
    >>> read_safetensors(data)
    {'w': tensor([ 1.5000, -2.0000])}
    """
    begin = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:begin])
    header.pop("__metadata__", None)
    return {name: _tensor(one, data[begin:]) for name, one in header.items()}


def _tensor(entry: dict[str, Any], body: bytes) -> Tensor:
    first, last = entry["data_offsets"]
    if first == last:
        return torch.empty(entry["shape"], dtype=KINDS[entry["dtype"]])
    return torch.frombuffer(bytearray(body[first:last]), dtype=KINDS[entry["dtype"]]).reshape(entry["shape"])


def make_blocks(tokens: Sequence[int], length: int) -> tuple[Tensor, Tensor]:
    """Cut a text into blocks to learn from.

    Parameters
    ----------
    tokens : the numbers of a text's characters, `length` + 1 or more.
    length : of a block.

    Returns
    -------
    X, Y : (n, length) int64, the tokens and, at each place, the token that follows.
        Each row of X goes on where the one before ends, from the beginning of the text;
        there are as many as possible. What is left over at the end is left out.

    Examples
    --------
    >>> X, Y = make_blocks([1, 2, 3, 4, 5, 6], length=2)
    >>> X.tolist(), Y.tolist()
    ([[1, 2], [3, 4]], [[2, 3], [4, 5]])
    """
    text = torch.as_tensor(tokens, dtype=torch.int64)
    n = (len(text) - 1) // length
    return text[: n * length].view(n, length), text[1 : n * length + 1].view(n, length)


class CharModel(nn.Module):
    """A language model: after each token, how likely is each one to follow?

    Parameters
    ----------
    n_tokens : size of the vocabulary.
    n_hidden : size of its state.

    Examples
    --------
    >>> model = CharModel(n_tokens=20, n_hidden=8)
    >>> model(torch.tensor([[3, 4, 5]])).shape
    torch.Size([1, 3, 20])
    """

    def __init__(self, n_tokens: int, n_hidden: int = 64) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.rnn = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, n_tokens)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (B, T, n_tokens), logits of the token that follows each of `tokens`,
        (B, T) int64: made from those up to it, and no later one.
        """
        return self.out(self.rnn(self.embedding(tokens))[0])


def fit_characters(
    tokens: Sequence[int], n_tokens: int, length: int = 32, n_hidden: int = 64, n_epochs: int = 5, seed: int = 42
) -> CharModel:
    """Train a `CharModel` on a text.

    Parameters
    ----------
    tokens : the numbers of a text's characters.
    n_tokens : size of the vocabulary.
    length : of the blocks to learn from.
    n_hidden : size of the model's state.
    n_epochs : how often it sees the text.
    seed : decides everything that is left to chance: the same seed trains the same
        model.

    Examples
    --------
    >>> model = fit_characters([0, 1, 2] * 9, n_tokens=3, length=4, n_hidden=8)
    >>> model(torch.tensor([[0, 1]])).shape
    torch.Size([1, 2, 3])
    """
    torch.manual_seed(seed)
    where = device()
    X, Y = (part.to(where) for part in make_blocks(tokens, length))
    model = CharModel(n_tokens, n_hidden).to(where)
    batches = -(-len(X) // 16)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_epochs * batches)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X), device=where).split(16):
            loss = cross_entropy(model(X[rows]).flatten(0, 1), Y[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu()


def generate(
    model: Callable[[Tensor], Tensor],
    prompt: Sequence[int],
    n: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 42,
) -> list[int]:
    """Let a language model go on with a text.

    Parameters
    ----------
    model : any function or module that maps (1, T) tokens to (1, T, V) logits, as a
        `CharModel` does.
    prompt : the text's tokens, one or more.
    n : number of tokens that are added, one at a time: each is drawn with the
        probabilities of softmax(logits / temperature), given all that is there already.
    temperature : above 0, or 0: then the likeliest token is taken each time.
    top_k : if given, only the `top_k` likeliest tokens can be drawn: all, if there are
        no more than that.
    seed : decides what is drawn.

    Returns
    -------
    The prompt and the `n` tokens after it.

    Examples
    --------
    >>> model = CharModel(n_tokens=20, n_hidden=8)
    >>> tokens = generate(model, [3, 4], n=5)
    >>> tokens[:2], len(tokens)
    ([3, 4], 7)
    """
    source = torch.Generator().manual_seed(seed)
    tokens = [int(token) for token in prompt]
    with torch.no_grad():
        for _ in range(n):
            logits = model(torch.tensor([tokens]))[0, -1].float()
            if temperature == 0:
                tokens.append(int(logits.argmax()))
                continue
            if top_k is not None:
                logits[logits < logits.topk(min(top_k, len(logits))).values[-1]] = -torch.inf
            shares = (logits / temperature).softmax(dim=0)
            tokens.append(int(torch.multinomial(shares, 1, generator=source)))
    return tokens


def perplexity(model: Callable[[Tensor], Tensor], tokens: Sequence[int]) -> float:
    """Return how many tokens, equally likely, would leave a reader as unsure as this
    model is on a text: e to the mean cross entropy of each token but the first.

    Parameters
    ----------
    model : see `generate`.
    tokens : of the text, two or more; the model reads them in one go.

    Examples
    --------
    >>> def unsure(tokens):  # seven tokens, all equally likely
    ...     return torch.zeros(1, tokens.shape[1], 7)
    >>> round(perplexity(unsure, [1, 2, 3]), 4)
    7.0
    """
    text = torch.tensor([[int(token) for token in tokens]])
    with torch.no_grad():
        loss = cross_entropy(model(text[:, :-1])[0], text[0, 1:])
    return float(np.exp(loss.item()))
