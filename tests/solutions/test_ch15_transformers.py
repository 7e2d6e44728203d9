"""Chapter 15's references beside transformers' own tools."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    TemperatureLogitsWarper,
    TextClassificationPipeline,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from course.datasets import load
from solutions.ch15_transformers import sentiment, shakespeare, writing
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
pytestmark = pytest.mark.filterwarnings("ignore")

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

TEXTS = ["A great film!", "Awful.", "I have seen it twice, and would again; " * 30, "not bad"]


@oracle("p.15.12", "transformers' pipeline for texts")
def test_praise_probability() -> None:
    model, tokenizer = sentiment.load_classifier(sentiment.SMALL_BERT)
    with torch.no_grad():
        model.classifier.weight.mul_(20)  # louder, so that texts differ
    said = TextClassificationPipeline(model=model, tokenizer=tokenizer, device="cpu")(
        TEXTS, top_k=None, truncation=True, max_length=64
    )
    wanted = [next(one["score"] for one in scores if one["label"] == "LABEL_1") for scores in said]
    found = sentiment.praise_probability(model, tokenizer, TEXTS, 64)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert sentiment.predict(model, tokenizer, TEXTS, 64).tolist() == [int(share > 0.5) for share in wanted]


@oracle("p.15.12", "the tokenizer and the encoder, a text at a time")
def test_embed() -> None:
    model, tokenizer = sentiment.load_classifier(sentiment.SMALL_BERT)
    found = sentiment.frozen_features(model, tokenizer, TEXTS, 64)
    for text, row in zip(TEXTS, found, strict=True):
        tokens = torch.tensor([tokenizer.encode(text, truncation=True, max_length=64)])
        with torch.no_grad():
            states = model.bert(tokens).last_hidden_state[0]
        np.testing.assert_allclose(row, states.mean(dim=0).numpy(), atol=1e-4)


@pytest.fixture(scope="module")
def writer() -> tuple[Any, Any]:
    folder = load("small_gpt").folder
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


@oracle("p.15.13", "the model's own loss")
def test_perplexity(writer: tuple[Any, Any]) -> None:
    model, tokenizer = writer
    blocks = shakespeare.make_blocks(
        "First Citizen:\nBefore we proceed any further, hear me speak.\n" * 9, tokenizer, 24
    )
    with torch.no_grad():
        loss = model(blocks, labels=blocks).loss
    assert shakespeare.perplexity(model, blocks) == pytest.approx(float(loss.exp()), rel=1e-4)


@oracle("p.15.13", "transformers' warpers of logits")
@drawn
@given(st.integers(0, 10_000), st.floats(0.3, 3), st.none() | st.integers(1, 40), st.none() | st.floats(0.05, 0.95))
def test_next_probabilities(seed: int, temperature: float, top_k: int | None, top_p: float | None) -> None:
    logits = torch.tensor(np.random.default_rng(seed).normal(0, 2, (1, 30)))
    none = torch.zeros((1, 0), dtype=torch.int64)
    scores = TemperatureLogitsWarper(temperature)(none, logits)
    if top_k is not None:
        scores = TopKLogitsWarper(top_k)(none, scores)
    if top_p is not None:
        scores = TopPLogitsWarper(top_p)(none, scores)
    found = writing.next_probabilities(logits[0].numpy(), temperature, top_k, top_p)
    np.testing.assert_allclose(found, scores.softmax(dim=-1)[0].numpy(), atol=1e-9)


@oracle("p.15.13", "the model's own greedy `generate`")
def test_generate(writer: tuple[Any, Any]) -> None:
    model, tokenizer = writer
    tokens = tokenizer("ROMEO:", return_tensors="pt")
    wanted = model.generate(**tokens, do_sample=False, max_new_tokens=30, min_new_tokens=30, pad_token_id=0)
    assert writing.generate(model, tokenizer, "ROMEO:", 30, top_k=1) == tokenizer.decode(wanted[0])
