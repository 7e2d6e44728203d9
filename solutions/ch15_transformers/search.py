"""Chapter 15, semantic search of film plots (p.15.14): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from course import device
from course.datasets import load  # noqa: F401  # in the examples


def load_encoder(where: Any) -> tuple[Any, nn.Module]:
    """As in the notebook."""
    from transformers import AutoModel, AutoTokenizer

    return AutoTokenizer.from_pretrained(where), AutoModel.from_pretrained(where)


def _pooled(texts: Sequence[str], tokenizer: Any, model: nn.Module) -> Tensor:
    where = next(model.parameters()).device
    batch = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt").to(where)
    states = model(**batch).last_hidden_state  # (B, T, d)
    real = batch["attention_mask"][..., None].to(states.dtype)
    return normalize((states * real).sum(dim=1) / real.sum(dim=1), dim=1)


def embed(texts: Sequence[str], tokenizer: Any, model: nn.Module, batch_size: int = 32) -> NDArray[np.float32]:
    """Return a vector for each text: the mean of the states of its real tokens, of
    length 1.

    Parameters
    ----------
    texts : one or more.
    tokenizer, model : as `load_encoder` returns them. Texts that
        are longer than the tokenizer allows are cut off (`truncation=True`). Every
        token of a text counts, those at its beginning and its end that the tokenizer
        adds as well; padding does not.
    batch_size : the model never gets more texts than that at a time.

    Returns
    -------
    (n, d) float32, in the order of the texts. The model is asked in evaluation mode
    (no dropout), and is in the mode afterwards that it was in before; no gradients are
    kept.

    Examples
    --------
    >>> tokenizer, model = load_encoder(load("small_sentences").folder)
    >>> embed(["A ship sinks.", "Nobody believes him."], tokenizer, model).shape
    (2, 64)
    """
    training = model.training
    model.eval()
    with torch.no_grad():
        parts = [
            _pooled(texts[row : row + batch_size], tokenizer, model).float().cpu().numpy()
            for row in range(0, len(texts), batch_size)
        ]
    model.train(training)
    return np.concatenate(parts)


def contrastive_loss(first: Tensor, second: Tensor, temperature: float = 0.05) -> Tensor:
    """Return how badly the rows of two batches find each other.

    The score of row i of `first` and row j of `second` is the cosine of the angle
    between them, divided by `temperature`. The loss of row i of `first` is the cross
    entropy of finding row i among all rows of `second` by softmax over its scores; rows
    of `second` look for theirs among those of `first` likewise.

    Parameters
    ----------
    first, second : (B, d), of any length; row i of one belongs to row i of the other.

    Returns
    -------
    The mean over all 2 B rows: a tensor without dimensions, gradients flow through it.

    Examples
    --------
    >>> rows = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    >>> round(contrastive_loss(rows, rows, temperature=1.0).item(), 4)  # log(1 + 1/e)
    0.3133
    >>> contrastive_loss(rows, rows.flip(0), temperature=1.0).item() > 1
    True
    """
    scores = normalize(first, dim=1) @ normalize(second, dim=1).T / temperature
    right = torch.arange(len(scores), device=scores.device)
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


def fit_encoder(
    pairs: Sequence[tuple[str, str]],
    tokenizer: Any,
    model: nn.Module,
    n_epochs: int = 5,
    seed: int = 42,
) -> nn.Module:
    """Train an encoder so that the two texts of a pair get similar vectors, and texts
    of different pairs do not.

    Parameters
    ----------
    pairs : two texts each, such as the halves of a plot.
    tokenizer, model : see `embed`, by whose means (with gradients) a text becomes a
        vector. The model that is given is trained, not a copy of it.
    n_epochs : how often each pair is seen.
    seed : decides everything that is left to chance, the order of pairs and dropout:
        the same seed makes the same model of the same model.

    Returns
    -------
    The model, on the CPU and in evaluation mode.

    Examples
    --------
    >>> tokenizer, model = load_encoder(load("small_sentences").folder)
    >>> pairs = [("A ship sinks.", "The boat is lost."), ("He dies.", "She weeps.")]
    >>> fit_encoder(pairs, tokenizer, model, n_epochs=1) is model, model.training
    (True, False)
    """
    torch.manual_seed(seed)
    model.to(device()).train()
    batches = -(-len(pairs) // 32)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_epochs * batches)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pairs)).split(32):
            first, second = (_pooled([pairs[i][side] for i in rows], tokenizer, model) for side in (0, 1))
            loss = contrastive_loss(first, second)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


class PlotIndex:
    """Finds the texts that mean nearly the same as a query.

    Parameters
    ----------
    titles, plots : of n films. Two films may have the same title.
    tokenizer, model : see `embed`. The plots are embedded once, when the index is made;
        a search embeds the query, and nothing else.

    Examples
    --------
    >>> tokenizer, model = load_encoder(load("small_sentences").folder)
    >>> plots = ["A ship sinks in a storm.", "Two teachers fall in love."]
    >>> index = PlotIndex(["Waves", "School"], plots, tokenizer, model)
    >>> [title for title, _ in index.search("A ship sinks in a storm.", k=2)]
    ['Waves', 'School']
    """

    def __init__(self, titles: Sequence[str], plots: Sequence[str], tokenizer: Any, model: nn.Module) -> None:
        self.titles = list(titles)
        self.tokenizer, self.model = tokenizer, model
        self.vectors = embed(plots, tokenizer, model)

    def search(self, query: str, k: int = 5) -> list[tuple[str, float]]:
        """Return (title, score) of the `k` films whose plots are most similar to the
        query, the most similar first; of all films, if there are fewer. The score is
        the cosine of the angle between the two vectors. Of two films with the same
        score, the one that was given first comes first.
        """
        scores = self.vectors @ embed([query], self.tokenizer, self.model)[0]
        order = np.argsort(-scores, kind="stable")[:k]
        return [(self.titles[i], float(scores[i])) for i in order]


def recall_at(k: int, queries: ArrayLike, documents: ArrayLike) -> float:
    """Return the share of queries that find their own document among the best `k`.

    Parameters
    ----------
    k : 1 or more.
    queries, documents : (n, d), vectors of length 1; row i of one belongs to row i of
        the other. Every query is compared with all documents. A query finds its own if
        fewer than `k` others have as large a product with it as its own has: who gives
        all texts the same vector finds nothing.

    Examples
    --------
    >>> documents = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]
    >>> queries = [[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]]
    >>> round(recall_at(1, queries, documents), 2), recall_at(2, queries, documents)
    (0.67, 1.0)
    """
    scores = np.asarray(queries) @ np.asarray(documents).T  # (n, n)
    as_good = (scores >= np.diag(scores)[:, None]).sum(axis=1)  # its own among them
    return float((as_good <= k).mean())
