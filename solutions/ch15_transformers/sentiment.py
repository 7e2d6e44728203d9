"""Chapter 15, a BERT that is fine-tuned to tell praise from blame (p.15.12): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from course import device
from course.datasets import load

SMALL_BERT = str(load("small_bert").folder)


def load_classifier(source: str, seed: int = 42) -> tuple[Any, Any]:
    """Load a pretrained encoder with a new head for two classes, and its tokenizer.

    Parameters
    ----------
    source : a folder, or the name of a model that is published. What
        ``from_pretrained`` takes.
    seed : decides the weights of the head, and of all else that `source` lacks.

    Returns
    -------
    The model, of a class of the library's, which gives two logits for each text: 0 is
    blame, 1 is praise; and the tokenizer. The model's numbers are float32, whatever
    they are on disk, and it is in evaluation mode.

    Examples
    --------
    >>> model, tokenizer = load_classifier(SMALL_BERT)
    >>> model.config.num_labels, model.training, model.dtype
    (2, False, torch.float32)
    >>> tokenizer.tokenize("A great film!")
    ['a', 'great', 'film', '!']
    """
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(source)


def prepare(texts: Sequence[str], tokenizer: Any, max_length: int = 256) -> dict[str, Tensor]:
    """Turn texts into a batch for the model.

    Parameters
    ----------
    texts : (n,) one or more.
    tokenizer : see `load_classifier`.
    max_length : number of tokens that a text may have, its first and its last one
        ([CLS] and [SEP]) included. Of longer texts the end is cut off; they still begin
        with [CLS] and end with [SEP].

    Returns
    -------
    ``"input_ids"``, the numbers of the tokens, and ``"attention_mask"``, 1 where there
    is a token and 0 where there is padding: both (n, T) int64. T is the length of the
    longest of these texts once they are cut: there is no more padding than is needed.

    Examples
    --------
    >>> tokenizer = AutoTokenizer.from_pretrained(SMALL_BERT)
    >>> batch = prepare(["A great film!", "Awful."], tokenizer)
    >>> batch["input_ids"].shape
    torch.Size([2, 6])
    >>> batch["attention_mask"].tolist()
    [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]]
    """
    encoded = tokenizer(list(texts), padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    return {name: encoded[name] for name in ("input_ids", "attention_mask")}


def _batches(texts: Sequence[str], tokenizer: Any, max_length: int) -> list[tuple[list[int], dict[str, Tensor]]]:
    """Return which texts are in each batch, and the batch: texts of like length together, so that little is padded."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [order[i : i + 64] for i in range(0, len(order), 64)]
    return [(rows, prepare([texts[i] for i in rows], tokenizer, max_length)) for rows in parts]


def frozen_features(model: Any, tokenizer: Any, texts: Sequence[str], max_length: int = 256) -> NDArray[np.float32]:
    """Return what the encoder makes of texts, without its head: for each text the mean
    of its last layer's vectors over all of the text's tokens, [CLS] and [SEP] included,
    padding left out.

    Parameters
    ----------
    model, tokenizer : see `load_classifier`. The encoder is ``model.base_model``.
    texts : (n,) one or more.
    max_length : see `prepare`.

    Returns
    -------
    (n, d) float32, d numbers for each text, in the order of `texts`. What is said of a
    text does not depend on the others, and dropout is off, whatever mode the model is
    in.

    Examples
    --------
    >>> model, tokenizer = load_classifier(SMALL_BERT)
    >>> frozen_features(model, tokenizer, ["A great film!", "Awful."]).shape
    (2, 64)
    """
    model.eval()
    found = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    for rows, batch in _batches(texts, tokenizer, max_length):
        with torch.no_grad():
            batch = {name: value.to(model.device) for name, value in batch.items()}
            states = model.base_model(**batch).last_hidden_state  # (n, T, d)
        real = batch["attention_mask"][..., None]
        found[rows] = ((states * real).sum(dim=1) / real.sum(dim=1)).cpu().numpy()
    return found


def praise_probability(model: Any, tokenizer: Any, texts: Sequence[str], max_length: int = 256) -> NDArray[np.float32]:
    """Return for each text how likely it is to praise, as the model says.

    Parameters
    ----------
    model, tokenizer : see `load_classifier`.
    texts : (n,) one or more.
    max_length : see `prepare`.

    Returns
    -------
    (n,) from 0 to 1, the softmax of the logits at label 1, in the order of `texts`.
    What is said of a text does not depend on the others, and dropout is off, whatever
    mode the model is in.

    Examples
    --------
    >>> model, tokenizer = load_classifier(SMALL_BERT)
    >>> praise_probability(model, tokenizer, ["A great film!", "Awful."]).shape
    (2,)
    """
    model.eval()
    found = np.empty(len(texts), dtype=np.float32)
    for rows, batch in _batches(texts, tokenizer, max_length):
        with torch.no_grad():
            logits = model(**{name: value.to(model.device) for name, value in batch.items()}).logits
        found[rows] = logits.softmax(dim=1)[:, 1].cpu().numpy()
    return found


def predict(model: Any, tokenizer: Any, texts: Sequence[str], max_length: int = 256) -> NDArray[np.int64]:
    """Return the label of each text, (n,) int64: 1 where praise is likelier, else 0.
    For the parameters, see `praise_probability`.

    Examples
    --------
    >>> model, tokenizer = load_classifier(SMALL_BERT)
    >>> predict(model, tokenizer, ["A great film!", "Awful."]).shape
    (2,)
    """
    return (praise_probability(model, tokenizer, texts, max_length) > 0.5).astype(np.int64)


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
