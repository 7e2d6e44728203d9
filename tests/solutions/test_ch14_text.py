"""Chapter 14's references beside PyTorch, scikit-learn, brute force, closed forms and properties."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax
from sklearn.feature_extraction.text import CountVectorizer
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, scaled_dot_product_attention
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from solutions.ch14_text import characters, choosing, dates, machines, phrases, questions, rain, reber, reviews
from solutions.ch14_text import word_vectors as vectors
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 5)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.14.1", "a state that is carried along reads the same as in one go")
@drawn
@given(seeds, small, small, small)
def test_stateful_batches(seed: int, batch: int, window: int, n_batches: int) -> None:
    series = np.random.default_rng(seed).normal(size=batch * window * n_batches + batch * window - 1)
    batches = torch.tensor(questions.stateful_batches(series, batch, window), dtype=torch.float32)
    torch.manual_seed(seed)
    layer = nn.GRU(1, 3, batch_first=True)
    state: torch.Tensor | None = None
    with torch.no_grad():
        for part in batches:
            _, state = layer(part[..., None], state)
        pieces = torch.tensor(series[: batches.numel()], dtype=torch.float32).view(batch, -1, 1)
        torch.testing.assert_close(state, layer(pieces)[1])


@oracle("p.14.2", "all dictionaries, by brute force")
@drawn
@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), st.text("xy", min_size=1, max_size=3)), max_size=4))
def test_word_for_word(pairs: list[tuple[str, str]]) -> None:
    told = [(" ".join(one), " ".join(other)) for one, other in pairs]
    some = any(
        all([table[letter] for letter in one] == list(other) for one, other in pairs)
        for table in ({"a": a, "b": b} for a, b in itertools.product("xy", repeat=2))
    )
    assert questions.word_for_word(told) == some


@oracle("p.14.3", "PyTorch's padding and its loss that ignores a class")
@drawn
@given(seeds, st.lists(small, min_size=1, max_size=5))
def test_padding(seed: int, lengths: list[int]) -> None:
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(n, 2)) for n in lengths]
    X, mask = questions.pad_batch(parts, fill=-3.0)
    wanted = pad_sequence([torch.from_numpy(part) for part in parts], batch_first=True, padding_value=-3.0)
    np.testing.assert_array_equal(X, wanted)
    logits, y = torch.from_numpy(X), torch.where(torch.from_numpy(mask), 1, -100)
    losses = cross_entropy(logits.mT, y, reduction="none")
    assert questions.masked_mean(losses, mask) == pytest.approx(float(cross_entropy(logits.mT, y)))


@oracle("p.14.4", "every sequence there is")
@drawn
@given(seeds)
def test_beam_search(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0, 1.5, (4, 4, 4))
    table = log_softmax(scores, axis=2)

    def following(tokens: Any) -> Any:
        return table[tuple([3, 3, *tokens][-2:])]

    def score(tokens: tuple[int, ...]) -> float:
        return float(sum(following(tokens[:i])[token] for i, token in enumerate(tokens)))

    every = [tokens for n in (1, 2, 3) for tokens in itertools.product(range(4), repeat=n)]
    whole = [t for t in every if 0 not in t[:-1] and (t[-1] == 0 or len(t) == 3)]
    tokens, log_prob = choosing.beam_search(following, 100, end=0, longest=3)
    assert tuple(tokens) == max(whole, key=score)
    assert log_prob == pytest.approx(score(tuple(tokens)))
    assert np.exp([score(one) for one in whole]).sum() == pytest.approx(1)


@oracle("p.14.5", "PyTorch's scaled_dot_product_attention")
@drawn
@given(seeds, small, small, small)
def test_attention(seed: int, n: int, m: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    q, k, v = rng.normal(size=(n, d)), rng.normal(size=(m, d)), rng.normal(size=(m, 3))
    mask = np.arange(m) < rng.integers(1, m + 1)
    found, _ = choosing.attend(q, k, v, mask)
    wanted = scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)), attn_mask=torch.from_numpy(mask))
    np.testing.assert_allclose(found, wanted, atol=1e-9)


@oracle("p.14.6", "PyTorch's cross_entropy over all classes, where all others are sampled")
@drawn
@given(seeds)
def test_sampled_softmax(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0, 3, 12)
    wanted = float(cross_entropy(torch.from_numpy(scores)[None], torch.tensor([seed % 12])))
    assert choosing.sampled_loss(scores, seed % 12, range(12)) == pytest.approx(wanted)


@oracle("tf1.14.4", "PyTorch's packed sequences")
@drawn
@given(st.lists(small, min_size=1, max_size=6))
def test_packing(lengths: list[int]) -> None:
    padded = torch.zeros(len(lengths), max(lengths), 1)
    packed = pack_padded_sequence(padded, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    assert machines.alive_at_each_step(lengths) == packed.batch_sizes.tolist()
    assert machines.saved_by_packing(lengths) == pytest.approx(1 - len(packed.data) / padded.numel())


@oracle("tf1.14.6", "longest paths through the graph of cells, by networkx")
@drawn
@given(small, small)
def test_pipeline(n_layers: int, n_steps: int) -> None:
    cells = nx.DiGraph()
    cells.add_nodes_from(itertools.product(range(n_layers), range(n_steps)))
    cells.add_edges_from(((i, t), (i, t + 1)) for i in range(n_layers) for t in range(n_steps - 1))
    cells.add_edges_from(((i, t), (i + 1, t)) for i in range(n_layers - 1) for t in range(n_steps))
    times = machines.earliest_times(n_layers, n_steps)
    for generation, nodes in enumerate(nx.topological_generations(cells)):
        assert all(times[i][t] == generation for i, t in nodes)
    gpus = [[(i * t) % 3 for t in range(n_steps)] for i in range(n_layers)]
    cut = sum(gpus[a][b] != gpus[c][d] for (a, b), (c, d) in cells.edges)
    assert machines.handed_over(gpus) == cut


@oracle("tf2.13.10", "scikit-learn's CountVectorizer, PyTorch's EmbeddingBag")
@drawn
@given(seeds)
def test_reviews(seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(["aa", "bb", "cc", "dd", "ee"], rng.integers(1, 9))) for _ in range(6)]
    counter = CountVectorizer().fit(texts)
    totals = dict(
        zip(counter.get_feature_names_out(), counter.transform(texts).toarray().sum(axis=0).tolist(), strict=True)
    )
    vocabulary = reviews.build_vocabulary(texts, 3)
    assert sorted(totals, key=lambda word: (-totals[word], word))[:3] == list(vocabulary)
    codes = reviews.encode_reviews(texts, vocabulary)
    layer = reviews.MeanEmbedding(9, 4)
    bag = nn.EmbeddingBag.from_pretrained(layer.embedding.weight, mode="mean", padding_idx=0)
    n = (codes != 0).sum(dim=1, keepdim=True)
    torch.testing.assert_close(layer(codes), bag(codes) * n.sqrt())


@oracle("p.14.7", "a regular expression, and networkx's graph of the grammar")
@drawn
@given(seeds)
def test_reber(seed: int) -> None:
    grammar = {0: [("B", 1)], 1: [("T", 2), ("P", 3)], 2: [("S", 2), ("X", 4)], 3: [("T", 3), ("V", 5)],
               4: [("X", 3), ("S", 6)], 5: [("P", 4), ("V", 6)], 6: [("E", 7)]}  # fmt: skip
    # T S* X, then, by way of X T* V P, any number of times to the same place again, and P T* V.
    again = "(?:XT*VP)*"
    inner = f"B(?:TS*X{again}(?:S|XT*VV)|PT*V(?:P{again}(?:S|XT*VV)|V))E"
    pattern = re.compile(f"B(?:T{inner}T|P{inner}P)E")
    strings, labels = reber.reber_examples(grammar, 40, seed)
    assert [int(pattern.fullmatch(string) is not None) for string in strings] == labels.tolist()
    whole = reber.embedded(grammar)
    edges = nx.DiGraph([(state, to) for state, arrows in whole.items() for _, to in arrows])
    assert set(nx.descendants(edges, 0)) | {0} == set(edges.nodes)
    assert [state for state in edges if not edges.out_degree(state)] == [3]


@oracle("tf1.14.8", "pandas' groupby, hour by hour")
def test_rain() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "Id": rng.integers(0, 9, 60),
            "minutes_past": rng.permutation(60),
            "radardist_km": 3.0,
            "Ref": np.where(rng.random(60) < 0.4, np.nan, rng.normal(20, 9, 60)),
        }
    )
    table["Expected"] = table["Id"] * 1.5
    X, lengths, y, ids = rain.make_sequences(table)
    for number, rows in table.groupby("Id"):
        if rows["Ref"].notna().any():
            place = ids.tolist().index(number)
            rows = rows.sort_values("minutes_past")
            assert lengths[place] == len(rows)
            assert float(y[place]) == pytest.approx(1.5 * number)
            np.testing.assert_allclose(X[place, : len(rows), 2] * 50, rows["Ref"].fillna(0), rtol=1e-5)
    train, valid = rain.split_hours(table, 0.34)
    assert not set(train["Id"]) & set(valid["Id"])
    torch.manual_seed(0)
    net = rain.RainNet(6)
    packed = pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
    _, (last, _) = net.rnn(packed)
    torch.testing.assert_close(net(X, lengths), net.out(last[-1])[:, 0])


@oracle("tf1.14.9", "counting pairs of places; the loss of a classifier; the angle by arccos")
@drawn
@given(seeds, small)
def test_word_vectors(seed: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, 4, 9)
    pairs = Counter(map(tuple, vectors.skipgram_pairs(tokens, window).tolist()))
    places = itertools.permutations(range(9), 2)
    assert pairs == Counter((int(tokens[i]), int(tokens[j])) for i, j in places if abs(i - j) <= window)
    u, v, w = (torch.tensor(rng.normal(size=shape)) for shape in ((5, 3), (5, 3), (5, 2, 3)))
    every = torch.einsum("bd,bkd->bk", u, torch.cat([v[:, None], w], dim=1))
    right = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).expand(5, 3)
    wanted = 3 * binary_cross_entropy_with_logits(every, right)
    torch.testing.assert_close(vectors.negative_sampling_loss(u, v, w), wanted)
    table = rng.normal(size=(8, 3))
    angle = [
        np.arccos(np.clip(row @ table[0] / np.linalg.norm(row) / np.linalg.norm(table[0]), -1, 1)) for row in table
    ]
    assert vectors.nearest_words(table, 0, 7) == np.argsort(angle)[1:].tolist()


@oracle("p.14.8", "the calendar of datetime; step by step what forward says for each prefix")
def test_dates() -> None:
    words, digits = dates.make_dates(300, seed=3, first="1999-12-25", last="2004-03-03")
    for word, digit in zip(words, digits, strict=True):
        day = date.fromisoformat(digit)
        assert word == day.strftime("%B ") + str(day.day) + day.strftime(", %Y")
    torch.manual_seed(0)
    for attention in (True, False):
        model = dates.Seq2Seq(9, 6, n_hidden=8, attention=attention)
        (tokens,) = dates.greedy_decode(model, torch.tensor([[3, 5, 7]]), 6)
        for i, token in enumerate(tokens):
            assert int(model(torch.tensor([[3, 5, 7]]), torch.tensor([[1, *tokens[:i]]]))[0, -1].argmax()) == token


@oracle("tf2.16.10", "PyTorch's scaled_dot_product_attention, with W taken into the keys")
@drawn
@given(seeds)
def test_attention_layer(seed: int) -> None:
    torch.manual_seed(seed)
    layer, queries, keys = phrases.Attention(4, 6), torch.rand(2, 3, 4), torch.rand(2, 5, 6)
    lengths = torch.tensor([5, 2])
    mask = (torch.arange(5) < lengths[:, None])[:, None]
    wanted = scaled_dot_product_attention(queries, layer.W(keys), keys, attn_mask=mask, scale=1.0)
    torch.testing.assert_close(layer(queries, keys, lengths)[0], wanted)


@oracle("tf2.16.11", "bytes that numpy writes; a chain whose perplexity is known")
@drawn
@given(seeds)
def test_characters(seed: int) -> None:
    rng = np.random.default_rng(seed)
    array = rng.normal(size=(2, 3)).astype("<f4")
    header = b'{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]}}'
    data = len(header).to_bytes(8, "little") + header + bytes(4) + array.tobytes()
    np.testing.assert_array_equal(characters.read_safetensors(data)["a"], array)
    shares = torch.tensor(rng.dirichlet(np.ones(4), 4))

    def chain(tokens: torch.Tensor) -> torch.Tensor:
        return shares.log()[tokens]

    text = characters.generate(chain, [0], 400, seed=seed)
    counts = np.array([[0] * 4] * 4)
    np.add.at(counts, (text[:-1], text[1:]), 1)
    wanted = np.exp(-(counts * shares.log().numpy()).sum() / counts.sum())
    assert characters.perplexity(chain, text) == pytest.approx(wanted, rel=1e-5)
