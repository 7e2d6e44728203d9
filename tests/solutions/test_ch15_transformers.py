"""Chapter 15: references beside PyTorch, transformers, scikit-learn, an XML parser, closed forms and properties."""

from __future__ import annotations

import json
import statistics
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import top_k_accuracy_score
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    TemperatureLogitsWarper,
    TextClassificationPipeline,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from course.datasets import load
from solutions.ch15_transformers import (
    attention,
    chatbot,
    chatting,
    pretraining,
    prompting,
    search,
    sentiment,
    shakespeare,
    tools,
    writing,
)
from tests.support.oracle import oracle

drawn = settings(max_examples=15, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 5)

quietly = pytest.mark.filterwarnings("ignore")

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.15.1", "PyTorch's `MultiheadAttention`")
@drawn
@given(seeds, small, st.integers(1, 3), st.booleans())
def test_multi_head_attention(seed: int, T: int, n_heads: int, causal: bool) -> None:
    rng, d = np.random.default_rng(seed), 2 * n_heads
    X, weights = rng.normal(size=(T, d)), rng.normal(size=(4, d, d))
    layer = nn.MultiheadAttention(d, n_heads, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.from_numpy(np.concatenate(weights[:3].transpose(0, 2, 1))))
        layer.out_proj.weight.copy_(torch.from_numpy(weights[3].T))
        mask = nn.Transformer.generate_square_subsequent_mask(T, dtype=torch.float64) if causal else None
        rows = torch.from_numpy(X)
        wanted = layer(rows, rows, rows, attn_mask=mask)[0].numpy()
    np.testing.assert_allclose(attention.multi_head_attention(X, *weights, n_heads, causal), wanted, atol=1e-8)


@oracle("p.15.2", "PyTorch's encoder layer, which is blind, and its convolution and recurrent layer, which are not")
@pytest.mark.parametrize("kind", ["encoder", "convolution", "recurrent", "normalised"])
def test_is_order_blind(kind: str) -> None:
    torch.manual_seed(3)
    encoder = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True, dtype=torch.float64)
    convolution = nn.Conv1d(4, 4, 3, padding=1, dtype=torch.float64)
    recurrent = nn.GRU(4, 4, batch_first=True, dtype=torch.float64)
    layers = {
        "encoder": encoder,
        "convolution": lambda X: convolution(X.transpose(1, 2)).transpose(1, 2),
        "recurrent": lambda X: recurrent(X)[0],
        "normalised": nn.LayerNorm(4, dtype=torch.float64),
    }

    def layer(X: np.ndarray) -> np.ndarray:
        return layers[kind](torch.from_numpy(X)[None])[0].detach().numpy()

    blind = attention.is_order_blind(layer, np.random.default_rng(0).normal(size=(4, 4)))
    assert blind is (kind in ("encoder", "normalised"))


@oracle("p.15.3", "which gradients are 0 in PyTorch's transformer")
@pytest.mark.parametrize("kind", ["encoder", "decoder", "encoder-decoder"])
def test_may_look(kind: str) -> None:
    torch.manual_seed(0)
    n, m = 3, 2
    X = torch.randn(1, n + m, 4, dtype=torch.float64, requires_grad=True)
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True, dtype=torch.float64), 2
    )
    decoder = nn.TransformerDecoder(
        nn.TransformerDecoderLayer(4, 2, 8, dropout=0.0, batch_first=True, dtype=torch.float64), 2
    )
    causal = nn.Transformer.generate_square_subsequent_mask
    if kind == "encoder-decoder":
        memory = encoder(X[:, :n])
        found = torch.cat([memory, decoder(X[:, n:], memory, tgt_mask=causal(m, dtype=torch.float64))], dim=1)
    else:
        found = encoder(X, mask=causal(n + m, dtype=torch.float64) if kind == "decoder" else None)
    rows = [torch.autograd.grad(found[0, i, 0], X, retain_graph=True)[0][0].abs().sum(dim=1) for i in range(n + m)]
    np.testing.assert_array_equal(attention.may_look(kind, n, m), (torch.stack(rows) > 1e-12).numpy())


@oracle("p.15.4", "the binomial distribution")
def test_mask_tokens() -> None:
    ids = np.random.default_rng(1).integers(5, 1000, (100, 300))
    inputs, labels = pretraining.mask_tokens(ids, special=[0], mask=4, n_tokens=1000, seed=0)
    chosen = labels >= 0
    n = int(chosen.sum())
    for count, of, share in (
        (n, ids.size, 0.15),
        (int((inputs[chosen] == 4).sum()), n, 0.8001),
        (int((inputs[chosen] == labels[chosen]).sum()), n, 0.1001),
    ):
        assert stats.binomtest(count, of, share).pvalue > 1e-4
    assert (inputs[~chosen] == ids[~chosen]).all()


@oracle("p.15.5", "PyTorch's `KLDivLoss`, and the matrices of its encoder layers")
@drawn
@given(seeds, small, st.floats(0.5, 4))
def test_distillation_loss(seed: int, n: int, temperature: float) -> None:
    one, other = torch.from_numpy(np.random.default_rng(seed).normal(size=(2, n, 4)))
    logs = [(part / temperature).log_softmax(1) for part in (one, other)]
    wanted = nn.KLDivLoss(reduction="batchmean", log_target=True)(*logs) * temperature**2
    assert pretraining.distillation_loss(one, other, temperature) == pytest.approx(float(wanted))
    layer = nn.TransformerEncoderLayer(8, 2, 32)
    matrices = sum(part.numel() for part in layer.parameters() if part.dim() == 2)
    assert pretraining.count_weights(0, 8, n) == n * matrices
    assert pretraining.count_weights(9, 8, n, 2, shared=True) == matrices + 9 * 2 + 2 * 8


@oracle("p.15.6", "the loss of transformers' `GPT2LMHeadModel`")
def test_next_token_loss() -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(vocab_size=9, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    model = GPT2LMHeadModel(config).eval()
    ids, mask = torch.randint(9, (3, 6)), (torch.arange(6) < torch.tensor([[6], [2], [4]])).long()
    with torch.no_grad():
        told = model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100))
    torch.testing.assert_close(pretraining.next_token_loss(told.logits, ids, mask), told.loss)


@oracle("p.15.7", "transformers' own logits processors")
@drawn
@given(seeds, st.floats(0.3, 3), st.integers(1, 12), st.floats(0.05, 1))
def test_next_shares(seed: int, temperature: float, k: int, p: float) -> None:
    from transformers.generation.logits_process import (
        LogitsProcessorList,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    logits = np.random.default_rng(seed).normal(0, 2, 10)
    chain = LogitsProcessorList([TemperatureLogitsWarper(temperature), TopKLogitsWarper(k), TopPLogitsWarper(p)])
    wanted = chain(torch.zeros(1, 1, dtype=torch.long), torch.from_numpy(logits)[None]).softmax(-1)[0].numpy()
    np.testing.assert_allclose(prompting.next_shares(logits, temperature, k, p), wanted, atol=1e-9)


@oracle("p.15.8", "the standard library's `multimode`")
@drawn
@given(st.lists(st.sampled_from(["rome", "paris", "3.5", "12"]), min_size=1, max_size=9))
def test_majority_answer(said: list[str]) -> None:
    found = prompting.majority_answer([f"Well.\nAnswer: {word.upper()}." for word in said])
    assert found == statistics.multimode(said)[0]


@oracle("p.15.9", "PyTorch's `logsigmoid`, and the loss of a model that has not moved")
@drawn
@given(seeds, small, st.floats(0.01, 2))
def test_dpo_loss(seed: int, n: int, beta: float) -> None:
    parts = -np.random.default_rng(seed).exponential(9, (4, n))
    margin = torch.from_numpy((parts[0] - parts[2]) - (parts[1] - parts[3]))
    assert chatting.dpo_loss(*parts, beta) == pytest.approx(float(-nn.functional.logsigmoid(beta * margin).mean()))
    assert chatting.dpo_loss(parts[0], parts[1], parts[0], parts[1], beta) == pytest.approx(np.log(2))


@oracle("p.15.10", "Python's own sum, by a model that adds one number after the other")
@drawn
@given(st.lists(st.integers(-99, 99), min_size=1, max_size=5))
def test_run_tools(numbers: list[int]) -> None:
    def generate(messages: list[dict[str, str]]) -> str:
        results = [int(message["content"]) for message in messages if message["role"] == "tool"]
        if len(results) == len(numbers):
            return f"It is {results[-1]}."
        return json.dumps({"tool": "add", "arguments": {"a": [0, *results][-1], "b": numbers[len(results)]}})

    answer, _ = tools.run_tools(generate, {"add": lambda a, b: a + b}, "how much?", limit=5)
    assert answer == f"It is {sum(numbers)}."


@oracle("p.15.11", "the rules of JSON-RPC: either a result or an error, the same id, none for a notification")
@drawn
@given(st.sampled_from(["tools/list", "tools/call", "ping"]), st.sampled_from(["a", "b"]), st.integers(0, 9))
def test_answer_request(method: str, name: str, number: int) -> None:
    message = {"jsonrpc": "2.0", "method": method, "params": {"name": name}}
    offered = {"a": ("says a", lambda: "a")}
    assert tools.answer_request(message, offered) is None
    answer = json.loads(json.dumps(tools.answer_request({**message, "id": number}, offered)))
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", number)
    failed = method == "ping" or (method == "tools/call" and name == "b")
    assert ("error" in answer, "result" in answer) == (failed, not failed)


@oracle("p.15.14", "scikit-learn's `top_k_accuracy_score`")
@drawn
@given(seeds, st.integers(3, 9), st.integers(1, 2))
def test_recall_at(seed: int, n: int, k: int) -> None:
    queries, documents = np.random.default_rng(seed).normal(size=(2, n, 3))
    wanted = top_k_accuracy_score(range(n), queries @ documents.T, k=k)
    assert search.recall_at(k, queries, documents) == pytest.approx(wanted)


@oracle("p.15.14", "a loop over the rows, with PyTorch's loss for each")
@drawn
@given(seeds, small, st.floats(0.05, 1))
def test_contrastive_loss(seed: int, n: int, temperature: float) -> None:
    first, second = torch.from_numpy(np.random.default_rng(seed).normal(size=(2, n, 4)))
    told = []
    for one, other in ((first, second), (second, first)):
        for i in range(n):
            scores = nn.functional.cosine_similarity(one[i][None], other) / temperature
            told.append(nn.functional.cross_entropy(scores[None], torch.tensor([i])))
    torch.testing.assert_close(search.contrastive_loss(first, second, temperature), torch.stack(told).mean())


@oracle("p.15.15", "an XML parser, which reads from the quotations what was quoted")
@drawn
@given(
    st.lists(st.tuples(st.text("ab<>&\"'/ \n[]1=;", max_size=20), st.text("plot<>&\"'/ \n!", max_size=30)), max_size=3)
)
def test_quote_plots(found: list[tuple[str, str]]) -> None:
    read = ElementTree.fromstring(f"<all>{chatbot.quote_plots(found)}</all>")  # our own text
    assert [plot.get("number") for plot in read] == [str(number) for number in range(1, len(found) + 1)]
    for plot, (title, text) in zip(read, found, strict=True):
        assert plot.get("title") == " ".join(title.split())
        assert (plot.text or "").strip("\n") == " ".join(text.split())


TEXTS = ["A great film!", "Awful.", "I have seen it twice, and would again; " * 30, "not bad"]


@quietly
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


@quietly
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


@quietly
@oracle("p.15.13", "the model's own loss")
def test_perplexity(writer: tuple[Any, Any]) -> None:
    model, tokenizer = writer
    blocks = shakespeare.make_blocks(
        "First Citizen:\nBefore we proceed any further, hear me speak.\n" * 9, tokenizer, 24
    )
    with torch.no_grad():
        loss = model(blocks, labels=blocks).loss
    assert shakespeare.perplexity(model, blocks) == pytest.approx(float(loss.exp()), rel=1e-4)


@quietly
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


@quietly
@oracle("p.15.13", "the model's own greedy `generate`")
def test_generate(writer: tuple[Any, Any]) -> None:
    model, tokenizer = writer
    tokens = tokenizer("ROMEO:", return_tensors="pt")
    wanted = model.generate(**tokens, do_sample=False, max_new_tokens=30, min_new_tokens=30, pad_token_id=0)
    assert writing.generate(model, tokenizer, "ROMEO:", 30, top_k=1) == tokenizer.decode(wanted[0])
