"""Chapter 14, dates from one form to another, letter by letter (p.14.8): the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device

PAD, START, END = 0, 1, 2  # the first numbers of every alphabet and vocabulary


def make_dates(
    n: int, seed: int = 42, first: str = "1900-01-01", last: str = "2099-12-31"
) -> tuple[list[str], list[str]]:
    """Return the same `n` dates in words and in digits.

    Parameters
    ----------
    n : number of dates; the same one may come twice.
    seed : decides which.
    first, last : each day from `first` to `last`, both included, is equally likely.

    Returns
    -------
    words : like April 22, 2019: the month in English, the day without a leading zero.
    digits : like 2019-04-22.

    Examples
    --------
    >>> make_dates(1, first="2019-04-02", last="2019-04-02")
    (['April 2, 2019'], ['2019-04-02'])
    """
    rng = np.random.default_rng(seed)
    start = date.fromisoformat(first)
    span = (date.fromisoformat(last) - start).days + 1
    days = [start + timedelta(days=int(offset)) for offset in rng.integers(span, size=n)]
    return [f"{day:%B} {day.day}, {day.year}" for day in days], [day.isoformat() for day in days]


def encode_texts(texts: Sequence[str], letters: str, end: bool = False) -> Tensor:
    """Return texts as numbers, padded to the longest.

    Parameters
    ----------
    texts : of letters that all occur in `letters`.
    letters : the alphabet: its letters are numbered from 3 on, in their order.
    end : whether each text is to be followed by END.

    Returns
    -------
    (B, T) int64, with PAD behind each text. T is as short as possible, but at least 1.

    Examples
    --------
    >>> encode_texts(["ab", "c"], "abc").tolist()
    [[3, 4], [5, 0]]
    >>> encode_texts(["ab", "c"], "abc", end=True).tolist()
    [[3, 4, 2], [5, 2, 0]]
    """
    number = {letter: i for i, letter in enumerate(letters, start=3)}
    rows = [[number[letter] for letter in text] + [END] * end for text in texts]
    longest = max([1, *map(len, rows)])
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


def decoder_inputs(targets: Tensor) -> Tensor:
    """Return what a decoder is given at each step while it is trained, with teacher
    forcing: START at first, and then the right token of the step before.

    Parameters
    ----------
    targets : (B, T) int64, what it has to say at each step. They are left as they are.

    Returns
    -------
    (B, T) int64

    Examples
    --------
    >>> decoder_inputs(torch.tensor([[5, 4, 2], [6, 2, 0]])).tolist()
    [[1, 5, 4], [1, 6, 2]]
    """
    return torch.cat([torch.full_like(targets[:, :1], START), targets[:, :-1]], dim=1)


class Seq2Seq(nn.Module):
    """An encoder, a decoder, and attention between them if that is wanted.

    Parameters
    ----------
    n_source, n_target : how many numbers each language has, 0 to n - 1, with PAD, START
        and END.
    n_hidden : size of the states; even.
    attention : whether the decoder may look at all that the encoder has said. Without,
        all it gets to know of the source is one vector.

    Examples
    --------
    >>> model = Seq2Seq(n_source=20, n_target=10, n_hidden=8)
    >>> source = torch.tensor([[3, 4, 5], [6, 7, 0]])
    >>> model(source, torch.tensor([[1, 5], [1, 6]])).shape
    torch.Size([2, 2, 10])
    """

    def __init__(self, n_source: int, n_target: int, n_hidden: int = 64, attention: bool = True) -> None:
        super().__init__()
        self.attention = attention
        self.source_embedding = nn.Embedding(n_source, n_hidden, padding_idx=PAD)
        self.encoder = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.target_embedding = nn.Embedding(n_target, n_hidden, padding_idx=PAD)
        self.decoder = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.out = nn.Linear(2 * n_hidden if attention else n_hidden, n_target)

    def forward(self, source: Tensor, inputs: Tensor) -> Tensor:
        """Return logits of the next token after each of the decoder's inputs.

        Parameters
        ----------
        source : (B, S) int64, padded with PAD, which makes no difference, however much
            there is. Each row has a token or more.
        inputs : (B, T) int64, the decoder's inputs. What is said after one of them does
            not depend on later ones.

        Returns
        -------
        (B, T, n_target)
        """
        encoded, states = self._states(source, inputs)
        if self.attention:
            weights = self._weights(encoded, states, source)
            states = torch.cat([states, weights @ encoded], dim=2)
        return self.out(states)

    def attention_weights(self, source: Tensor, inputs: Tensor) -> Tensor:
        """Return (B, T, S): how much each step of the decoder looks at each token of
        the source. They sum to 1 over the source, and padding gets 0. (A model that has
        no attention does not need this.)
        """
        return self._weights(*self._states(source, inputs), source)

    def _states(self, source: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
        encoded, _ = self.encoder(self.source_embedding(source))  # (B, S, hidden)
        last = (source != PAD).sum(dim=1) - 1
        summary = encoded[torch.arange(len(source), device=source.device), last]
        states, _ = self.decoder(self.target_embedding(inputs), summary[None])  # (B, T, hidden)
        return encoded, states

    def _weights(self, encoded: Tensor, states: Tensor, source: Tensor) -> Tensor:
        scores = states @ encoded.mT  # (B, T, S)
        return scores.masked_fill(source[:, None] == PAD, -torch.inf).softmax(dim=2)


@dataclass
class _Translator:
    model: Seq2Seq
    source: str
    target: str
    longest: int


def fit_dates(
    sources: Sequence[str],
    targets: Sequence[str],
    attention: bool = True,
    n_hidden: int = 64,
    n_steps: int = 2000,
    seed: int = 42,
) -> Any:
    """Train a `Seq2Seq`, letter by letter, to say `targets` after having read
    `sources`.

    Parameters
    ----------
    sources, targets : n texts each. The letters that occur in them are the two
        alphabets.
    attention, n_hidden : of the `Seq2Seq`.
    n_steps : number of updates of the weights, each made with some 64 pairs.
    seed : decides everything that is left to chance: the same seed trains the same
        model.

    Returns
    -------
    Anything you like: it is handed to `translate`.

    Examples
    --------
    >>> words, digits = ["May 1", "May 2"], ["5-1", "5-2"]
    >>> translator = fit_dates(words, digits, n_hidden=8, n_steps=2)
    >>> [type(text) for text in translate(translator, ["May 2"])]
    [<class 'str'>]
    """
    torch.manual_seed(seed)
    where = device()
    alphabets = ["".join(sorted(set("".join(texts)))) for texts in (sources, targets)]
    source = encode_texts(sources, alphabets[0]).to(where)
    target = encode_texts(targets, alphabets[1], end=True).to(where)
    model = Seq2Seq(len(alphabets[0]) + 3, len(alphabets[1]) + 3, n_hidden, attention).to(where)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    for _ in range(n_steps):
        rows = torch.randint(len(source), (64,), device=where)
        logits = model(source[rows], decoder_inputs(target[rows]))
        loss = cross_entropy(logits.flatten(0, 1), target[rows].flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return _Translator(model.cpu(), alphabets[0], alphabets[1], target.shape[1])


def greedy_decode(model: nn.Module, source: Tensor, longest: int) -> list[list[int]]:
    """Return what a `Seq2Seq` says: at each step the likeliest token, which is then its
    next input.

    Parameters
    ----------
    model : a `Seq2Seq`, or any module that is called like one.
    source : (B, S) int64, padded.
    longest : the largest number of tokens.

    Returns
    -------
    For each source its tokens up to END, which is left out, or the first `longest`. PAD
    and START are tokens like others here: a model that has not learned may say them.

    Examples
    --------
    >>> found = greedy_decode(Seq2Seq(9, 6, n_hidden=8), torch.tensor([[3, 4]]), 5)
    >>> len(found), len(found[0]) <= 5
    (1, True)
    """
    model.eval()
    tokens = torch.full((len(source), 1), START)
    with torch.no_grad():
        for _ in range(longest):
            following = model(source, tokens)[:, -1].argmax(dim=1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
    rows = tokens[:, 1:].tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def translate(translator: Any, texts: Sequence[str]) -> list[str]:
    """Return what a trained translator makes of each text. No target is there to look
    at, and what becomes of a text does not depend on the others.

    Parameters
    ----------
    translator : what `fit_dates` returns.
    texts : of letters that were in its sources, each of one or more.

    Returns
    -------
    (n,) texts. None has to be longer than the longest of the targets that `fit_dates`
    was given.

    Examples
    --------
    >>> words, digits = ["May 1", "May 2"], ["5-1", "5-2"]
    >>> translator = fit_dates(words, digits, n_hidden=8, n_steps=2)
    >>> len(translate(translator, ["May 2", "May 1", "May"]))
    3
    """
    tokens = greedy_decode(translator.model, encode_texts(texts, translator.source), translator.longest)
    return ["".join(translator.target[token - 3] for token in row if token >= 3) for row in tokens]
