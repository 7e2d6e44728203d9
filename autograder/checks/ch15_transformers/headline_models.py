"""Full-size figures of chapter 15: a BERT that is fine-tuned, and a GPT that writes."""

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from transformers import AutoModelForCausalLM, AutoTokenizer

from autograder.checks.ch15_transformers.inputs_shakespeare import n_gram_perplexity
from autograder.testing import headline
from course.datasets import load
from solutions.ch15_transformers.sentiment import (
    SMALL_BERT,
    frozen_features,
    load_classifier,
    predict,
)
from solutions.ch15_transformers.sentiment_training import finetune_classifier
from solutions.ch15_transformers.shakespeare import SMALL_GPT, make_blocks, perplexity

# ---------------------------------------------------------------- p.15.12


def _reviews() -> tuple[list[str], np.ndarray, list[str], np.ndarray]:
    data, rng = load("imdb"), np.random.default_rng(0)
    train, test = (rng.permutation(len(part)) for part in (data.X_train, data.X_test))
    texts, others = ([part[i].replace("<br />", " ") for i in rows] for part, rows in
                     ((data.X_train, train), (data.X_test, test)))  # fmt: skip
    return texts, data.y_train[train], others, data.y_test[test]


def _fine_tuned() -> float:
    texts, y, others, wanted = _reviews()
    model, tokenizer = load_classifier(SMALL_BERT)
    valid = others[:500], wanted[:500]
    finetune_classifier(model, tokenizer, (texts, y), valid, n_epochs=3, learning_rate=5e-4)
    return float(np.mean(predict(model, tokenizer, others) == wanted))


@headline("p.15.12", "IMDb, small BERT, fine-tuned less frozen", book="", data="imdb", holds=lambda value: value > 0)
def imdb_beside_frozen() -> tuple[float, str]:
    """Beside a logistic regression on the features of the encoder as it was."""
    texts, y, others, wanted = _reviews()
    model, tokenizer = load_classifier(SMALL_BERT)
    head = LogisticRegression(max_iter=2000).fit(frozen_features(model, tokenizer, texts), y)
    frozen = float(head.score(frozen_features(model, tokenizer, others), wanted))
    return _fine_tuned() - frozen, f"{len(texts):,} train / {len(others):,} test"


@headline("p.15.12", "IMDb, small BERT less a bag of its tokens", book="", data="imdb", holds=lambda value: value > 0)
def imdb_beside_a_bag() -> tuple[float, str]:
    """Beside a logistic regression on which of the same tokens are among a review's first 256."""
    texts, y, others, wanted = _reviews()
    _, tokenizer = load_classifier(SMALL_BERT)

    def tokens(text: str) -> list[str]:
        return list(tokenizer.tokenize(text)[:254])

    count = CountVectorizer(tokenizer=tokens, token_pattern=None, lowercase=False, binary=True)
    bag = make_pipeline(count, LogisticRegression(C=0.05, max_iter=2000)).fit(texts, y)
    return _fine_tuned() - float(bag.score(others, wanted)), f"{len(texts):,} train / {len(others):,} test"


# ---------------------------------------------------------------- p.15.13


@headline(
    "p.15.13",
    "Shakespeare, perplexity beside the best n-gram's (small GPT)",
    book="",
    data="tiny_shakespeare",
    holds=lambda value: value < 1,
)
def shakespeare_beside_n_grams() -> tuple[float, str]:
    """On the last tenth; orders 1 to 5 are counted on the nine tenths that the model was trained on."""
    text = load("tiny_shakespeare").text
    n = len(text) * 9 // 10
    tokenizer = AutoTokenizer.from_pretrained(SMALL_GPT)
    model = AutoModelForCausalLM.from_pretrained(SMALL_GPT, dtype=torch.float32)
    train, test = (make_blocks(part, tokenizer, 128) for part in (text[:n], text[n:]))
    best = min(n_gram_perplexity(train.numpy(), test.numpy(), 512, order) for order in range(1, 6))
    return perplexity(model, test) / best, f"{train.numel():,} train / {test.numel():,} test tokens"
