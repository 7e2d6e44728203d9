"""Chapter 14, strings of an embedded grammar (p.14.7): the answers."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pack_padded_sequence

from course import device

Grammar = Mapping[int, Sequence[tuple[str, int]]]


def walks(grammar: Grammar, n: int, seed: int = 42) -> list[str]:
    """Return `n` strings of a grammar, each read off one walk through it.

    Parameters
    ----------
    grammar : for each state the arrows that leave it: (symbol, next state). A walk
        begins in state 0. A state without arrows, or one that is no key at all, is the
        end.
    n : number of strings; the same one may come twice.
    seed : decides all choices. Each arrow that leaves a state is equally likely.

    Examples
    --------
    >>> walks({0: [("A", 1)], 1: [("B", 2)]}, n=2)
    ['AB', 'AB']
    >>> set(walks({0: [("A", 1), ("B", 1)]}, n=50)) == {"A", "B"}
    True
    """
    rng = np.random.default_rng(seed)

    def walk() -> str:
        state, symbols = 0, ""
        while arrows := grammar.get(state, ()):
            symbol, state = arrows[int(rng.integers(len(arrows)))]
            symbols += symbol
        return symbols

    return [walk() for _ in range(n)]


def accepts(grammar: Grammar, string: str) -> bool:
    """Return whether a walk through the grammar, from state 0 to an end, reads
    `string`.

    Parameters
    ----------
    grammar : see `walks`; no two arrows that leave a state have the same symbol.
    string : any text.

    Examples
    --------
    >>> grammar = {0: [("A", 0), ("B", 1)]}
    >>> accepts(grammar, "AAB"), accepts(grammar, "AA"), accepts(grammar, "ABB")
    (True, False, False)
    """
    state = 0
    for symbol in string:
        following = dict(grammar.get(state, ()))
        if symbol not in following:
            return False
        state = following[symbol]
    return not grammar.get(state)


def embedded(grammar: Grammar) -> dict[int, list[tuple[str, int]]]:
    """Return the grammar of the strings B T … T E and B P … P E, where … is any string
    of `grammar`, and T or P are the same before and after it.

    Parameters
    ----------
    grammar : see `walks`, with at least one arrow. It is not changed.

    Returns
    -------
    A grammar of the same form. How its states are numbered, apart from state 0, is up
    to you; no two arrows that leave a state have the same symbol.

    Examples
    --------
    >>> whole = embedded({0: [("X", 1)]})
    >>> [accepts(whole, s) for s in ("BTXTE", "BPXPE", "BTXPE", "X")]
    [True, True, False, False]
    """
    states = sorted({0, *grammar, *(state for arrows in grammar.values() for _, state in arrows)})
    whole: dict[int, list[tuple[str, int]]] = {0: [("B", 1)], 1: [], 2: [("E", 3)]}
    for copy, symbol in enumerate("TP"):  # two copies: the state has to tell what the second symbol was
        number = {state: 4 + copy * len(states) + i for i, state in enumerate(states)}
        whole[1].append((symbol, number[0]))
        for state in states:
            arrows = [(letter, number[following]) for letter, following in grammar.get(state, ())]
            whole[number[state]] = arrows or [(symbol, 2)]
    return whole


def reber_examples(grammar: Grammar, n: int, seed: int = 42) -> tuple[list[str], NDArray[np.int64]]:
    """Return strings to learn the embedded grammar from, right ones and wrong ones.

    Parameters
    ----------
    grammar : the inner one, see `walks`.
    n : number of strings, a multiple of four.
    seed : decides everything.

    Returns
    -------
    strings : `n` strings in random order. Half of them are walks of
        ``embedded(grammar)``. The other half are such walks, too, in each of which one
        symbol was replaced by another, so that it is valid no longer: a quarter of all
        strings by having the last symbol but one be the wrong one of T and P, a quarter
        with any symbol, at a place drawn at random, replaced by any other symbol that
        the embedded grammar has. (Where that is valid again, place and symbol are drawn
        once more, in the same walk or in another.)
    labels : (n,) int64, 1 for valid strings, 0 for the others.

    Examples
    --------
    >>> strings, labels = reber_examples({0: [("X", 0), ("V", 1)]}, n=8)
    >>> len(strings), int(labels.sum())
    (8, 4)
    """
    rng = np.random.default_rng(seed)
    whole = embedded(grammar)
    symbols = sorted({symbol for arrows in whole.values() for symbol, _ in arrows})
    strings = walks(whole, n, int(rng.integers(2**31)))
    for i in range(n // 2, n):
        strings[i] = _mismatched(strings[i]) if i < 3 * n // 4 else _misspelt(strings[i], whole, symbols, rng)
    order = rng.permutation(n)
    return [strings[i] for i in order], (order < n // 2).astype(np.int64)


def _mismatched(string: str) -> str:
    return string[:-2] + ("P" if string[-2] == "T" else "T") + string[-1]


def _misspelt(string: str, grammar: Grammar, symbols: list[str], rng: np.random.Generator) -> str:
    while True:
        place, symbol = rng.integers(len(string)), symbols[rng.integers(len(symbols))]
        other = string[:place] + symbol + string[place + 1 :]
        if not accepts(grammar, other):
            return other


def encode_strings(strings: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Return strings as numbers, padded to the longest.

    Parameters
    ----------
    strings : each of one capital letter or more.

    Returns
    -------
    codes : (B, longest) int64, 1 for A to 26 for Z, and 0 behind each string's end.
    lengths : (B,) int64.

    Examples
    --------
    >>> codes, lengths = encode_strings(["ABZ", "C"])
    >>> codes.tolist(), lengths.tolist()
    ([[1, 2, 26], [3, 0, 0]], [3, 1])
    """
    lengths = torch.tensor([len(string) for string in strings])
    codes = torch.zeros(len(strings), int(lengths.max()), dtype=torch.int64)
    for row, string in zip(codes, strings, strict=True):
        row[: len(string)] = torch.tensor([ord(letter) - ord("A") + 1 for letter in string])
    return codes, lengths


class StringNet(nn.Module):
    """A network that reads a string and says whether it is valid.

    Parameters
    ----------
    n_hidden : size of its state.

    Examples
    --------
    >>> net = StringNet(n_hidden=8)
    >>> net(torch.tensor([[1, 2, 26], [3, 0, 0]]), torch.tensor([3, 1])).shape
    torch.Size([2])
    """

    def __init__(self, n_hidden: int = 32) -> None:
        super().__init__()
        self.embedding = nn.Embedding(27, 16, padding_idx=0)
        self.rnn = nn.GRU(16, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, codes: Tensor, lengths: Tensor) -> Tensor:
        """Return a logit for each string: above 0 for valid ones.

        Parameters
        ----------
        codes, lengths : (B, T) and (B,) int64, see `encode_strings`; there may be more
            padding than needed.

        Returns
        -------
        (B,)
        """
        packed = pack_padded_sequence(self.embedding(codes), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, last = self.rnn(packed)  # (1, B, hidden): the state after each string's last symbol
        return self.out(last[0])[:, 0]


def fit_strings(
    strings: Sequence[str], labels: ArrayLike, n_hidden: int = 32, n_steps: int = 1000, seed: int = 42
) -> StringNet:
    """Train a `StringNet`.

    Parameters
    ----------
    strings : to learn from, of capital letters.
    labels : (n,) 1 for valid strings, 0 for the others.
    n_hidden : size of the net.
    n_steps : number of updates of the weights, each made with some 64 strings.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> net = fit_strings(["BTXTE", "BTXPE"], [1, 0], n_hidden=4, n_steps=2)
    >>> net(*encode_strings(["BPXPE"])).shape
    torch.Size([1])
    """
    torch.manual_seed(seed)
    where = device()
    codes, lengths = encode_strings(strings)
    y = torch.as_tensor(np.asarray(labels), dtype=torch.float32, device=where)
    model = StringNet(n_hidden).to(where)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=n_steps)
    for _ in range(n_steps):
        rows = torch.randint(len(codes), (64,))
        longest = int(lengths[rows].max())
        loss = binary_cross_entropy_with_logits(model(codes[rows, :longest].to(where), lengths[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.cpu()


def valid_probability(model: nn.Module, strings: Sequence[str]) -> NDArray[np.float32]:
    """Return for each string how likely it is to be valid, as a trained `StringNet`
    says.

    Parameters
    ----------
    model : a `StringNet`.
    strings : one or more, of capital letters.

    Returns
    -------
    (n,) from 0 to 1. What is said of a string does not depend on the others.

    Examples
    --------
    >>> valid_probability(StringNet(n_hidden=4), ["BTXTE", "BTXPE"]).shape
    (2,)
    """
    model.eval()
    with torch.no_grad():
        probability: NDArray[np.float32] = torch.sigmoid(model(*encode_strings(strings))).numpy()
    return probability
