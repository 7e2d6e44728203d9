"""A small sentence encoder: BERT's class with one layer, trained so that two parts of one text get similar vectors.

It begins with nothing: first with pairs of spans of film reviews, then with spans of the plots of films. Every fifth
film is left out, so that what it finds among these is a test.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from course.datasets import load

if TYPE_CHECKING:
    from transformers import BertModel, PreTrainedTokenizerFast

SIZE, LONGEST, N_WORDS = 64, 128, 4900
REVIEWS, STEPS = 10_000, {"reviews": 1400, "plots": 400}
PAIRS, SPAN = 64, 70  # of a batch; tokens of a span
TEMPERATURE, RATE = 0.07, 3e-3
SIGNS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ENDINGS = ["s", "es", "ed", "d", "ing", "ly", "er", "ers", "n", "r", "y", "ness", "less", "ful"]


def make(folder: Path) -> None:
    """Train the encoder and write it to `folder`, as ``from_pretrained(folder)`` takes it.

    On one thread, with fixed seeds: the same files each time.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _make(folder)
    finally:
        torch.set_num_threads(threads)


def _make(folder: Path) -> None:
    torch.manual_seed(15)
    rng = np.random.default_rng(15)
    texts = load("imdb").X_train
    reviews: list[str] = [texts[i].replace("<br />", " ") for i in rng.permutation(len(texts))[:REVIEWS]]
    plots = [plot for row, plot in enumerate(load("wiki_movie_plots").frame["Plot"]) if row % 5 != 4]
    words = _vocabulary(reviews, plots)
    tokenizer, model = _tokenizer(words), _model(len(words))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    steps = sum(STEPS.values())
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / 100, 1.0) * (1 - 0.9 * step / steps)
    )
    model.train()
    for told, n in ((reviews, STEPS["reviews"]), (plots, STEPS["plots"])):
        tokens = _tokens(tokenizer, told)
        for _ in range(n):
            pairs = [_spans(rng, tokens[i]) for i in rng.integers(len(tokens), size=PAIRS)]
            first, second = (_vectors(model, [pair[side] for pair in pairs]) for side in (0, 1))
            scores, right = first @ second.T / TEMPERATURE, torch.arange(PAIRS)
            loss = (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.half().save_pretrained(folder)
    settings = folder / "config.json"  # the weights are read as float32, whatever they are on disk
    settings.write_text(settings.read_text().replace('"float16"', '"float32"'))
    tokenizer.save_pretrained(folder)


def _vocabulary(reviews: Sequence[str], plots: Sequence[str]) -> list[str]:
    """Return the signs, frequent words and endings.

    Names are left out: words that are hardly ever written in small letters.
    """
    small, plot_counts, counts = Counter[str](), Counter[str](), Counter[str]()
    for text in (*plots, *reviews):
        small.update({word for word in re.findall(r"[A-Za-z]+", text) if word.islower()})
    for text in plots:
        plot_counts.update(set(re.findall(r"[a-z]+", text.lower())))
    for text in reviews:
        counts.update(set(re.findall(r"[a-z]+", text.lower())))
    known = [word for word, number in plot_counts.items() if small[word] > 0.3 * number and small[word] > 4]
    known.sort(key=lambda word: (-plot_counts[word] - counts[word] / 50, word))
    words = [*SIGNS, *(chr(sign) for sign in range(33, 127) if not chr(sign).isalnum()), *known]
    words = list(dict.fromkeys(words))[:N_WORDS]
    return words + [f"##{ending}" for ending in ENDINGS]


def _tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    numbers = {word: number for number, word in enumerate(words)}
    inner = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    inner.normalizer = normalizers.BertNormalizer(lowercase=True)
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", SIGNS.index("[CLS]")), ("[SEP]", SIGNS.index("[SEP]"))],
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SIGNS, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=LONGEST, **names)


def _model(n: int) -> BertModel:
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=n,
        hidden_size=SIZE,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=2 * SIZE,
        max_position_embeddings=LONGEST,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return BertModel(config)


def _tokens(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> list[NDArray[np.int64]]:
    """Return the numbers of each text's words, without the signs at its ends; short texts are left out."""
    found = []
    for row in range(0, len(texts), 1000):
        batch = tokenizer(list(texts[row : row + 1000]), add_special_tokens=False, verbose=False)["input_ids"]
        found += [np.array(one) for one in batch]
    return [one for one in found if len(one) >= 40]


def _spans(rng: Generator, tokens: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return two parts of a text that do not overlap, in either order."""
    cut = int(len(tokens) * rng.uniform(0.35, 0.65))
    parts = []
    for part in (tokens[:cut], tokens[cut:]):
        begin = int(rng.integers(max(1, len(part) - SPAN + 1)))
        parts.append(part[begin : begin + SPAN])
    return (parts[0], parts[1]) if rng.random() < 0.5 else (parts[1], parts[0])


def _vectors(model: BertModel, spans: Sequence[NDArray[np.int64]]) -> Tensor:
    """Return (n, SIZE), the mean of the states of each span, of length 1."""
    ends = SIGNS.index("[CLS]"), SIGNS.index("[SEP]")
    longest = max(map(len, spans)) + 2
    ids = torch.full((len(spans), longest), SIGNS.index("[PAD]"))
    for row, span in zip(ids, spans, strict=True):
        row[: len(span) + 2] = torch.tensor([ends[0], *span.tolist(), ends[1]])
    mask = (ids != SIGNS.index("[PAD]")).long()
    states = model(input_ids=ids, attention_mask=mask).last_hidden_state
    real = mask[..., None].float()
    return normalize((states * real).sum(dim=1) / real.sum(dim=1), dim=1)
