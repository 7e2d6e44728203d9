"""Hidden checks of chapter 15: attention and its masks (p.15.1 to p.15.3)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen


def _weights(rng, d):
    return [rng.normal(0, 1 / np.sqrt(d), (d, d)) for _ in range(4)]


def _by_torch(X, weights, n_heads, causal):
    d = X.shape[1]
    layer = torch.nn.MultiheadAttention(d, n_heads, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.from_numpy(np.concatenate([W.T for W in weights[:3]])))
        layer.out_proj.weight.copy_(torch.from_numpy(weights[3].T))
        mask = torch.ones(len(X), len(X), dtype=torch.bool).triu(1) if causal else None
        rows = torch.from_numpy(X)[None]
        return layer(rows, rows, rows, attn_mask=mask, need_weights=False)[0][0].numpy()


@check(
    "p.15.1",
    core=True,
    weight=3,
    hint="Which columns belong to which head, and by what are its scores divided? Do the heads' results stand side by "
    "side before W_o?",
)
def test_heads_side_by_side(student, rng):
    """What each token gets is what attention with several heads gives, each with columns of its own."""
    for T, d, n_heads in ((4, 6, 1), (5, 6, 3), (3, 8, 2), (1, 4, 2)):
        X, weights = rng.normal(size=(T, d)), _weights(rng, d)
        found = np.asarray(student.multi_head_attention(X, *weights, n_heads), dtype=float)
        assert found.shape == (T, d)
        assert_allclose(found, _by_torch(X, weights, n_heads, False), atol=1e-5)


@check("p.15.1", hint="Which triangle of the scores is the future? What do they have to be before softmax?")
def test_no_look_at_later_tokens(student, rng):
    """With `causal`, a token looks at itself and at earlier ones only."""
    for T, d, n_heads in ((5, 6, 3), (4, 4, 2)):
        X, weights = rng.normal(size=(T, d)), _weights(rng, d)
        found = np.asarray(student.multi_head_attention(X, *weights, n_heads, causal=True), dtype=float)
        assert_allclose(found, _by_torch(X, weights, n_heads, True), rtol=1e-5, atol=1e-5)


@check("p.15.1", hint="What is e to the power of 1000, and of -1000? From which score on is a token never looked at?")
def test_large_scores(student, rng):
    """Scores of several thousand, above 0 and below, are no trouble, with `causal` or without."""
    scale = 150.0
    for n_heads, causal in ((1, False), (4, True), (4, True)):
        X, weights = scale * rng.normal(size=(6, 8)), _weights(rng, 8)
        found = np.asarray(student.multi_head_attention(X, *weights, n_heads, causal=causal), dtype=float)
        assert_allclose(found, _by_torch(X, weights, n_heads, causal), rtol=1e-5, atol=1e-3 * scale)  # single precision


LAYERS = [
    "layer normalization",
    "multi-head attention",
    "the feedforward layer",
    "positional encoding",
    "the embedding",
    "dropout",
]


@check("p.15.1", hint="Which layer lets one token learn of another?")
def test_names_the_layer(student, rng):
    """You name the layer that matters most."""
    one = np.eye(2)
    answer = choice(student, "P_15_1_CHOICE", "multi_head_attention", one, one, one, one, one, 1)
    chosen(answer, LAYERS, right=["multi-head attention"])


def layer_of(kind, weight):
    """A layer of some kind (runs in the student's process)."""
    import numpy as np

    def attention(X, positions=0.0):
        X = X + positions * np.arange(len(X))[:, None]
        scores = X @ weight @ X.T
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True) @ X

    def neighbours(X):
        return X + np.roll(X, 1, axis=0) + np.roll(X, -1, axis=0)

    def circle(X):
        return 2 * X + np.roll(X, 1, axis=0)

    def first_two(X):
        X[:2] = X[:2].mean(axis=0)
        return X

    def both_ends(X):
        X[[0, -1]] = (X[0] + X[-1]) / 2
        return X

    def parity(X):
        return X + np.linalg.det(np.eye(len(X))[X[:, 0].argsort()])

    def pooled(X):
        return np.tile(X.max(axis=0), (len(X), 1)) + np.tanh(X)

    def hardly(X):
        return X.sum(axis=0) + 1e-9 * np.arange(len(X))[:, None] + X

    def last_one(X):
        return X - X[-1]

    def slightly(X):
        return np.tanh(X) + 3e-4 * np.arange(len(X))[:, None]

    def one_column(X):
        X[:, -1] = X[:, -1].cumsum()
        return X

    def one_order(X):
        return X + np.all(np.diff(X[:, 0]) > 0)

    kinds = {"attention": attention, "positions": lambda X: attention(X, 1.0), "neighbours": neighbours}
    kinds |= {"circle": circle, "first two": first_two, "pooled": pooled, "hardly": hardly, "last one": last_one}
    kinds |= {"both ends": both_ends, "parity": parity}
    kinds |= {"slightly": slightly, "one column": one_column, "one order": one_order}
    return lambda X: kinds[kind](np.array(X, dtype=float))


BLIND = {"attention", "pooled", "hardly"}


@check(
    "p.15.2",
    core=True,
    hint="A layer may be blind to one order and not to another: how many are there of five rows? And is it the "
    "result that has to stay the same, or its rows?",
)
def test_finds_layers_that_are_blind(student, rng):
    """You say rightly of any layer whether it sees the order of its rows: of attention with and without positions, of
    convolutions, and of layers that see it only in some orders, in one column, or only slightly."""
    layers = {}
    kinds = ["attention", "positions", "neighbours", "circle", "first two", "pooled", "hardly", "last one"]
    kinds += ["both ends", "parity", "slightly", "one column", "one order"]
    weight = rng.normal(size=(3, 3))
    for kind in kinds:
        layers[kind] = student.probe_(layer_of)(kind, weight)

    def ask(kind, X):
        found = student.is_order_blind(layers[kind], X)
        return bool(found) if isinstance(found, bool | np.bool_) else found

    def rows(kind, n):
        X = rng.normal(size=(n, 3))
        if kind != "one order":
            return X
        order = rng.permutation(n)
        while (order == np.arange(n)).sum() > n - 3:  # two swaps and more from the one that it sees
            order = rng.permutation(n)
        return X[X[:, 0].argsort()][order]

    cases = [(kind, rows(kind, n)) for n in (4, 5, 4) for kind in rng.permutation(kinds).tolist()]
    cases += [("one order", rows("one order", 5)) for _ in range(4)]  # who tries a few of the 120 does not see it
    ask_all(ask, lambda kind, X: kind in BLIND, cases)


def _seen(kind, n, m):
    """By walking through two layers of the network, token by token."""
    places = range(n + m)
    if kind == "encoder":
        direct = [set(places) for _ in places]
    elif kind == "decoder":
        direct = [{j for j in places if j <= i} for i in places]
    else:
        direct = [set(range(n)) if i < n else set(range(n)) | set(range(n, i + 1)) for i in places]
    reached = [set().union(*(direct[j] for j in direct[i])) for i in places]
    return [[j in seen for j in places] for seen in reached]


@check(
    "p.15.3",
    core=True,
    hint="Draw the matrix for two tokens of source and two of target. Which rows are the decoder's?",
)
def test_who_may_look_at_whom(student, rng):
    """For each kind and any numbers of tokens, the matrix says rightly which tokens a result may depend on."""
    for kind in ("encoder", "decoder", "encoder-decoder"):
        for n, m in ((1, 1), (3, 2), (2, 4), tuple(int(size) for size in rng.integers(1, 7, 2))):
            found = np.asarray(student.may_look(kind, n, m))
            assert found.shape == (n + m, n + m)
            assert_array_equal(found.astype(bool), _seen(kind, n, m))


TASKS = {
    "spam or not": "encoder",
    "names of people in a contract": "encoder",
    "a vector for a search": "encoder",
    "which words of a page answer a question": "encoder",
    "go on with a story": "decoder",
    "chat": "decoder",
    "translate a letter": "encoder-decoder",
    "a summary of a report": "encoder-decoder",
}


@check("p.15.3", hint="What comes out: a word about the text, more text, or another text made of the whole of it?")
def test_kinds_for_tasks(student, rng):
    """For each of the eight tasks you name the kind that was made for it."""
    answer = choice(student, "P_15_3_CHOICE", "may_look", "decoder", 1, 1)
    assert isinstance(answer, dict)
    assert answer.keys() == TASKS.keys()
    for task, kind in TASKS.items():
        chosen(answer[task], ["encoder", "decoder", "encoder-decoder"], right=[kind])
