"""Chapter 15, a BERT that is fine-tuned to tell praise from blame (p.15.12): the training."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from course import device
from solutions.ch15_transformers.sentiment import SMALL_BERT, load_classifier, predict, prepare  # noqa: F401 - for the examples


def _rising_and_falling(optimizer: torch.optim.Optimizer, n_steps: int) -> Any:
    """A schedule of rates whose slow rise keeps the first, blind steps from spoiling what was learned before."""
    warm = -(-n_steps // 10)
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (n_steps - step) / max(n_steps - warm, 1))
    )


def finetune_classifier(
    model: Any,
    tokenizer: Any,
    train: tuple[Sequence[str], ArrayLike],
    valid: tuple[Sequence[str], ArrayLike],
    n_epochs: int = 2,
    learning_rate: float = 2e-5,
    max_length: int = 256,
    seed: int = 42,
) -> list[float]:
    """Train a model on, head and encoder, so that it tells praise from blame.

    Parameters
    ----------
    model, tokenizer : see `load_classifier`. The model itself is changed; it begins
        with the weights that it has.
    train : texts, and their labels, 0 or 1: what it learns from.
    valid : others, which it is asked about after each epoch, and never learns from.
    n_epochs : how often it learns from each text of `train`, with dropout on.
    learning_rate : the largest that is used; the optimizer is one of Adam's kind.
    max_length : see `prepare`.
    seed : decides everything that is left to chance, the order and dropout: the same
        seed trains a model of the same weights to the same end.

    Returns
    -------
    The share of `valid` that was labelled rightly after each epoch, (n_epochs,). The
    model is left as it is after the last one, in evaluation mode, on the CPU.

    Examples
    --------
    >>> model, tokenizer = load_classifier(SMALL_BERT)
    >>> texts = ["A great film!", "Awful.", "What a great cast!", "Simply awful."]
    >>> some = texts, [1, 0, 1, 0]
    >>> history = finetune_classifier(model, tokenizer, some, some, 3, 1e-3)
    >>> len(history)
    3
    """
    torch.manual_seed(seed)
    texts, labels = train[0], torch.as_tensor(np.asarray(train[1]), dtype=torch.int64)
    where = device()
    model.to(where)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    rates = _rising_and_falling(optimizer, n_epochs * -(-len(texts) // 16))
    history = []
    for _ in range(n_epochs):
        model.train()
        for rows in torch.randperm(len(texts)).split(16):
            batch = prepare([texts[i] for i in rows], tokenizer, max_length)
            logits = model(**{name: value.to(where) for name, value in batch.items()}).logits
            loss = torch.nn.functional.cross_entropy(logits, labels[rows].to(where))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            rates.step()
        history.append(float(np.mean(predict(model, tokenizer, valid[0], max_length) == np.asarray(valid[1]))))
    model.cpu()
    return history
