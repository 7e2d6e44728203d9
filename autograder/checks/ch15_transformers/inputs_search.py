"""Encoders without knowledge and a language that nobody speaks, for the checks of p.15.14."""

# No `from __future__ import annotations`: the source of `Tiny` must stand alone.
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import Generator

LONGEST = 12  # tokens, with the two that the tokenizer adds
N_CONCEPTS, N_WAYS, N_FILLERS = 24, 4, 30


class Tiny:
    """A small BERT with random weights, and its tokenizer; notes how it is called (runs in the student's process).

    Attributes
    ----------
    calls : for each call of the model: rows, training mode, whether gradients are on.
    start : the weights that the model began with.
    """

    def __init__(self, words: "list[str]", size: int, seed: int, longest: int = 64, dropout: float = 0.0):
        import torch
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        signs = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
        names = {word: number for number, word in enumerate([*signs, *words])}
        inner = Tokenizer(models.WordLevel(names, unk_token="[UNK]"))
        inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        inner.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        self.tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=inner,
            pad_token="[PAD]",
            unk_token="[UNK]",
            cls_token="[CLS]",
            sep_token="[SEP]",
            model_max_length=longest,
        )
        torch.manual_seed(seed)
        self.model = BertModel(
            BertConfig(
                vocab_size=len(names),
                hidden_size=size,
                num_hidden_layers=1,
                num_attention_heads=2,
                intermediate_size=size,
                max_position_embeddings=longest,
                hidden_dropout_prob=dropout,
                attention_probs_dropout_prob=dropout,
            )
        )
        self.model.eval()
        self.start = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.calls: list[tuple[int, bool, bool]] = []

        def note(module: Any, args: Any, kwargs: Any, _: Any) -> None:
            ids = kwargs["input_ids"] if "input_ids" in kwargs else args[0]
            self.calls.append((len(ids), module.training, torch.is_grad_enabled()))

        self.model.register_forward_hook(note, with_kwargs=True)


def some_words(rng: Generator, n: int) -> list[str]:
    """Draw `n` different words of four to six letters."""
    found: dict[str, None] = {}
    while len(found) < n:
        letters = rng.choice(list("abcdefghijklmnoprstuvz"), int(rng.integers(4, 7)))
        found["".join(letters)] = None
    return list(found)


def sentences(rng: Generator, words: list[str], lengths: list[int]) -> list[str]:
    """Draw texts of so many words, no word twice in one of them."""
    return [" ".join(rng.choice(words, n, replace=False)) for n in lengths]


def alone(tiny: Tiny, texts: list[str]) -> np.ndarray:
    """Return the vector of each text, (n, d), by a call of its own, without any padding."""
    import torch

    rows = []
    with torch.no_grad():
        for text in texts:
            batch = tiny.tokenizer(text, truncation=True, return_tensors="pt")
            rows.append(tiny.model(**batch).last_hidden_state[0].mean(dim=0).numpy())
    found = np.stack(rows).astype(float)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


class Tongue:
    """A language in which each thing can be said in four ways, and words that say nothing stand everywhere.

    The halves of a story tell the same four things, and share no word but such as say nothing.
    """

    def __init__(self, rng: Generator):
        words = some_words(rng, N_CONCEPTS * N_WAYS + N_FILLERS)
        self.words = words
        self.ways = np.array(words[N_FILLERS:]).reshape(N_CONCEPTS, N_WAYS)
        self.fillers = words[:N_FILLERS]

    def stories(self, rng: Generator, n: int) -> list[tuple[str, str]]:
        """Return two halves each; no two stories tell the same four things."""
        told: dict[tuple[int, ...], None] = {}
        while len(told) < n:
            told[tuple(sorted(int(i) for i in rng.choice(N_CONCEPTS, 4, replace=False)))] = None
        return [self._story(rng, concepts) for concepts in rng.permutation(list(told))]

    def _story(self, rng: Generator, concepts: np.ndarray) -> tuple[str, str]:
        ways = np.stack([rng.choice(N_WAYS, 2, replace=False) for _ in concepts])  # (4, 2)
        halves = []
        for side in (0, 1):
            said = [*(self.ways[c, w] for c, w in zip(concepts, ways[:, side], strict=True))]
            halves.append(" ".join(rng.permutation([*said, *rng.choice(self.fillers, 3)])))
        return halves[0], halves[1]


def found_among(k: int, queries: np.ndarray, documents: np.ndarray) -> float:
    """Return the share of queries whose own document is among the best `k`; of equals, half come before it."""
    scores = queries @ documents.T
    own = np.diag(scores)[:, None]
    before = (scores > own + 1e-9).sum(axis=1) + 0.5 * ((abs(scores - own) <= 1e-9).sum(axis=1) - 1)
    return float((before < k).mean())


def in_order(scores: list[float]) -> bool:
    """Whether no score is larger than the one before it."""
    return all(one >= other - 1e-6 for one, other in pairwise(scores))
