"""Full-size figures of chapter 15."""

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from transformers import AutoModelForCausalLM, AutoTokenizer

from autograder.checks.ch15_transformers.inputs_shakespeare import n_gram_perplexity
from autograder.testing import headline
from course.datasets import load
from solutions.ch15_transformers.sentiment import SMALL_BERT, embed, finetune_classifier, load_classifier, predict
from solutions.ch15_transformers.shakespeare import SMALL_GPT, make_blocks, perplexity

# ---------------------------------------------------------------- p.15.12


def _reviews() -> tuple[list[str], np.ndarray, list[str], np.ndarray]:
    data, rng = load("imdb"), np.random.default_rng(0)
    train, test = (rng.permutation(len(part)) for part in (data.X_train, data.X_test))
    texts, others = ([part[i].replace("<br />", " ") for i in rows] for part, rows in
                     ((data.X_train, train), (data.X_test, test)))  # fmt: skip
    return texts, data.y_train[train], others, data.y_test[test]


def _said(score: float, others: list[str]) -> tuple[float, str]:
    return score, f"25,000 train / {len(others):,} test"


@headline("p.15.12", "IMDb, frozen encoder, test accuracy (small BERT)", book="", data="imdb")
def imdb_frozen() -> tuple[float, str]:
    """A logistic regression on the small BERT's features. The book's frozen BERT is given as 0.88."""
    texts, y, others, wanted = _reviews()
    model, tokenizer = load_classifier(SMALL_BERT)
    head = LogisticRegression(max_iter=2000).fit(embed(model, tokenizer, texts), y)
    return _said(float(head.score(embed(model, tokenizer, others), wanted)), others)


@headline("p.15.12", "IMDb, bag of the same tokens, test accuracy", book="", data="imdb")
def imdb_bag() -> tuple[float, str]:
    """A logistic regression on which of the small BERT's tokens are among a review's first 256."""
    texts, y, others, wanted = _reviews()
    _, tokenizer = load_classifier(SMALL_BERT)

    def tokens(text: str) -> list[str]:
        return tokenizer.tokenize(text)[:254]

    bag = make_pipeline(CountVectorizer(tokenizer=tokens, token_pattern=None, lowercase=False, binary=True),
                        LogisticRegression(C=0.05, max_iter=2000))  # fmt: skip
    return _said(float(bag.fit(texts, y).score(others, wanted)), others)


@headline("p.15.12", "IMDb, fine-tuned, test accuracy (small BERT)", book="", data="imdb")
def imdb_fine_tuned() -> tuple[float, str]:
    """Three epochs. The book's BERT is given as about 0.90 after two."""
    texts, y, others, wanted = _reviews()
    model, tokenizer = load_classifier(SMALL_BERT)
    valid = others[:500], wanted[:500]
    finetune_classifier(model, tokenizer, (texts, y), valid, n_epochs=3, learning_rate=5e-4)
    return _said(float(np.mean(predict(model, tokenizer, others) == wanted)), others)


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
