"""Chapter 15, a BERT that is fine-tuned to tell praise from blame (p.15.12): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

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
