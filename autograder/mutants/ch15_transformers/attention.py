"""Chapter 15, attention and its masks (p.15.1 to p.15.3): wrong answers, and right ones."""

import itertools

import numpy as np
import torch
from scipy.special import softmax
from torch.nn.functional import scaled_dot_product_attention

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.attention import may_look

# ---------------------------------------------------------------- p.15.1


def _attended(X, W_q, W_k, W_v, W_o, n_heads, causal, scale=None, axis=-1, tril=True, split=None):
    q, k, v = (np.asarray(X, dtype=float) @ np.asarray(W, dtype=float) for W in (W_q, W_k, W_v))
    T, d = q.shape
    cut = split or (lambda part: part.reshape(T, n_heads, -1).transpose(1, 0, 2))
    q, k, v = cut(q), cut(k), cut(v)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(scale or d // n_heads)
    if causal:
        seen = np.tri(T, dtype=bool)
        scores = np.where(seen if tril else seen.T, scores, -np.inf)
    found = softmax(scores, axis=axis) @ v
    return found.transpose(1, 0, 2).reshape(T, d) @ np.asarray(W_o, dtype=float)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_heads_side_by_side")
def scaled_by_all(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You divide by the root of d: a head's vectors are of size d / n_heads."""
    return _attended(X, W_q, W_k, W_v, W_o, n_heads, causal, scale=len(W_q))


@mutant("p.15.1", replaces="multi_head_attention", fails="test_heads_side_by_side")
def one_head(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You reckon with one head, whatever `n_heads` is: each head has scores and weights of its own."""
    return _attended(X, W_q, W_k, W_v, W_o, 1, causal)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_heads_side_by_side")
def columns_dealt_out(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """Your heads get every n-th column: the first head has the first d / n_heads columns, and so on."""
    T = len(X)
    return _attended(
        X, W_q, W_k, W_v, W_o, n_heads, causal, split=lambda part: part.reshape(T, -1, n_heads).transpose(2, 0, 1)
    )


@mutant("p.15.1", replaces="multi_head_attention", fails="test_heads_side_by_side")
def cut_without_turning(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You `reshape` to (heads, T, …) in one go, which mixes tokens: cut the columns first, then swap the axes."""
    T = len(X)
    return _attended(X, W_q, W_k, W_v, W_o, n_heads, causal, split=lambda part: part.reshape(n_heads, T, -1))


@mutant("p.15.1", replaces="multi_head_attention", fails="test_heads_side_by_side")
def without_the_last_matrix(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You leave out W_o, which mixes what the heads have found."""
    return _attended(X, W_q, W_k, W_v, np.eye(len(W_o)), n_heads, causal)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_no_look_at_later_tokens")
def looks_ahead(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You mask the earlier tokens: it is the later ones that must not be seen."""
    return _attended(X, W_q, W_k, W_v, W_o, n_heads, causal, tril=False)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_no_look_at_later_tokens")
def zeros_for_the_future(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You set later tokens' scores to 0, which is a score like any other: minus infinity is none."""
    q, k, v = (np.asarray(X, dtype=float) @ W for W in (W_q, W_k, W_v))
    T, d = q.shape
    q, k, v = (part.reshape(T, n_heads, -1).transpose(1, 0, 2) for part in (q, k, v))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d // n_heads)
    found = softmax(scores * np.tri(T) if causal else scores, axis=-1) @ v
    return found.transpose(1, 0, 2).reshape(T, d) @ W_o


@mutant("p.15.1", replaces="multi_head_attention", fails="test_no_look_at_later_tokens")
def hidden_after_softmax(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You take later tokens' weights away after softmax: those that are left no longer sum to 1. Hide the scores."""
    q, k, v = (np.asarray(X, dtype=float) @ W for W in (W_q, W_k, W_v))
    T, d = q.shape
    q, k, v = (part.reshape(T, n_heads, -1).transpose(1, 0, 2) for part in (q, k, v))
    shares = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(d // n_heads), axis=-1)
    found = (shares * np.tri(T) if causal else shares) @ v
    return found.transpose(1, 0, 2).reshape(T, d) @ W_o


def _by_hand(X, W_q, W_k, W_v, W_o, n_heads, causal, shares_of):
    q, k, v = (np.asarray(X, dtype=float) @ np.asarray(W, dtype=float) for W in (W_q, W_k, W_v))
    T, d = q.shape
    q, k, v = (part.reshape(T, n_heads, -1).transpose(1, 0, 2) for part in (q, k, v))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d // n_heads)
    with np.errstate(all="ignore"):
        found = shares_of(scores, np.tri(T, dtype=bool) if causal else np.ones((T, T), dtype=bool)) @ v
    return found.transpose(1, 0, 2).reshape(T, d) @ np.asarray(W_o, dtype=float)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_large_scores")
def exponentials_as_they_come(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You raise e to the scores as they are: take each row's largest away first, or use a softmax that does."""

    def shares_of(scores, seen):
        high = np.where(seen, np.exp(scores), 0)
        return high / high.sum(axis=-1, keepdims=True)

    return _by_hand(X, W_q, W_k, W_v, W_o, n_heads, causal, shares_of)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_large_scores")
def one_maximum_for_all(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You take the largest score of all rows away from each: where a row's own are far below, nothing is left of it."""

    def shares_of(scores, seen):
        scores = np.where(seen, scores, -np.inf)
        high = np.exp(scores - scores.max())
        return high / high.sum(axis=-1, keepdims=True)

    return _by_hand(X, W_q, W_k, W_v, W_o, n_heads, causal, shares_of)


@mutant("p.15.1", replaces="multi_head_attention", fails="test_large_scores")
def a_hundred_below_zero(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You hide later tokens by a score of -100: others may be lower still. Minus infinity is below all."""
    return _by_hand(
        X, W_q, W_k, W_v, W_o, n_heads, causal, lambda scores, seen: softmax(np.where(seen, scores, -100.0), axis=-1)
    )


@mutant("p.15.1", replaces="multi_head_attention", fails="test_large_scores")
def divided_again_after_hiding(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """You hide later tokens after softmax and divide by what is left: that may be nothing. Hide the scores before."""

    def shares_of(scores, seen):
        shares = np.where(seen, softmax(scores, axis=-1), 0)
        return shares / shares.sum(axis=-1, keepdims=True)

    return _by_hand(X, W_q, W_k, W_v, W_o, n_heads, causal, shares_of)


@mutant("p.15.1", replaces="P_15_1_CHOICE", fails="test_names_the_layer", constant=True)
def feedforward():
    """The feedforward layer treats each token by itself: it can't tell one of another."""
    return "the feedforward layer"


@alternative("p.15.1", replaces="multi_head_attention")
def head_by_head(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """In a loop over heads and tokens, each with the keys that it may see."""
    X = np.asarray(X, dtype=float)
    size = X.shape[1] // n_heads
    results = []
    for head in range(n_heads):
        q, k, v = ((X @ W)[:, head * size : (head + 1) * size] for W in (W_q, W_k, W_v))
        rows = []
        for t in range(len(X)):
            end = t + 1 if causal else len(X)
            rows.append(softmax(k[:end] @ q[t] / size**0.5) @ v[:end])
        results.append(np.array(rows))
    return (np.hstack(results) @ W_o).tolist()


@alternative("p.15.1", replaces="multi_head_attention")
def torch_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """PyTorch's attention."""
    X = torch.as_tensor(np.asarray(X, dtype=float))
    parts = [
        (X @ torch.as_tensor(np.asarray(W, dtype=float))).unflatten(1, (n_heads, -1)).transpose(0, 1)
        for W in (W_q, W_k, W_v)
    ]
    found = scaled_dot_product_attention(*parts, is_causal=causal)
    return found.transpose(0, 1).flatten(1) @ torch.as_tensor(np.asarray(W_o, dtype=float))


@alternative("p.15.1", replaces="multi_head_attention")
def einsums_in_single_precision(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    """Einsums in float32, and a large number in the place of minus infinity."""
    X, *parts = (torch.tensor(np.asarray(part), dtype=torch.float32) for part in (X, W_q, W_k, W_v))
    q, k, v = ((X @ W).reshape(len(X), n_heads, -1) for W in parts)
    scores = torch.einsum("ihd,jhd->hij", q, k) / q.shape[2] ** 0.5
    if causal:
        scores = scores.masked_fill(torch.ones(len(X), len(X)).triu(1) > 0, -1e9)
    found = torch.einsum("hij,jhd->ihd", scores.softmax(-1), v).reshape(X.shape)
    return (found @ torch.tensor(np.asarray(W_o), dtype=torch.float32)).numpy()


# ---------------------------------------------------------------- p.15.2


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def turned_round(layer, X):
    """You try one order only, the rows turned round: a layer may be blind to that one, and see others."""
    return bool(np.allclose(layer(X[::-1]), np.asarray(layer(X))[::-1], atol=1e-6))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def ends_swapped(layer, X):
    """You swap the first row and the last only: a layer may be blind to that, and see other orders."""
    order = [len(X) - 1, *range(1, len(X) - 1), 0]
    return bool(np.allclose(layer(X[order]), np.asarray(layer(X))[order], atol=1e-6))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def one_order_drawn(layer, X):
    """You draw one order and try that: a layer may be blind to it, and see others. Of five rows there are 120."""
    order = np.random.permutation(len(X))
    return bool(np.allclose(layer(X[order]), np.asarray(layer(X))[order], atol=1e-6))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def moved_round(layer, X):
    """You try moving the rows round only: a convolution does not see that, and still sees who stands beside whom."""
    return all(
        np.allclose(layer(np.roll(X, n, axis=0)), np.roll(np.asarray(layer(X)), n, axis=0), atol=1e-6)
        for n in range(len(X))
    )


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def nothing_may_change(layer, X):
    """You ask that the result stays as it is: its rows are in the new order, too, if the layer is blind."""
    orders = map(list, itertools.permutations(range(len(X))))
    return all(np.allclose(layer(X[order]), layer(X), atol=1e-6) for order in orders)


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def to_the_last_digit(layer, X):
    """You compare to the last digit: sums in another order differ a little, so allow for 0.000001."""
    plain = np.asarray(layer(X))
    return all(np.array_equal(layer(X[list(o)]), plain[list(o)]) for o in itertools.permutations(range(len(X))))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def same_rows_somewhere(layer, X):
    """You compare sorted rows: each row has to be where its token is."""
    plain = np.sort(np.asarray(layer(X)), axis=0)
    orders = map(list, itertools.permutations(range(len(X))))
    return all(np.allclose(np.sort(layer(X[order]), axis=0), plain, atol=1e-6) for order in orders)


def _same_after(layer, X, order, **near):
    return bool(np.allclose(layer(X[list(order)]), np.asarray(layer(X))[list(order)], **near))


def _swapped(n, pairs):
    for i, j in pairs:
        order = np.arange(n)
        order[[i, j]] = order[[j, i]]
        yield order


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def swaps_of_two(layer, X):
    """You swap two rows at a time: all orders are made of such swaps, but a layer may see only what several make."""
    pairs = itertools.combinations(range(len(X)), 2)
    return all(_same_after(layer, X, order, atol=1e-6) for order in _swapped(len(X), pairs))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def a_few_orders_drawn(layer, X):
    """You draw some orders and try these: a layer may see one that is not among them. Of five rows there are 120."""
    return all(_same_after(layer, X, np.random.permutation(len(X)), atol=1e-6) for _ in range(20))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def near_enough(layer, X):
    """You overlook differences of 0.001: what is above 0.000001 shows that the layer sees the order."""
    return all(_same_after(layer, X, order, atol=1e-2) for order in itertools.permutations(range(len(X))))


@mutant("p.15.2", replaces="is_order_blind", fails="test_finds_layers_that_are_blind")
def first_column_only(layer, X):
    """You compare the first column only: the order may show in another one."""
    plain = np.asarray(layer(X))
    orders = map(list, itertools.permutations(range(len(X))))
    return all(np.allclose(np.asarray(layer(X[order]))[:, 0], plain[order][:, 0], atol=1e-6) for order in orders)


@alternative("p.15.2", replaces="is_order_blind")
def largest_difference(layer, X):
    """The largest difference over all orders, as one of NumPy's own truth values."""
    plain = np.array(layer(X))
    orders = [list(order) for order in itertools.permutations(range(len(X)))]
    return np.max([np.abs(np.subtract(layer(X[order]), plain[order])).max() for order in orders]) <= 1e-6


@alternative("p.15.2", replaces="is_order_blind")
def by_recursion(layer, X):
    """Chooses one row after the other, and asks once no more are left; in PyTorch."""
    plain = torch.as_tensor(np.asarray(layer(X), dtype=float))

    def blind(order, left):
        if not left:
            return torch.allclose(torch.as_tensor(np.asarray(layer(X[order]), dtype=float)), plain[order], atol=1e-6)
        return all(blind([*order, row], left - {row}) for row in left)

    return blind([], set(range(len(X))))


# ---------------------------------------------------------------- p.15.3


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def source_looks_ahead(kind, n_source, n_target):
    """Your encoder sees the target: it has read the source before there is one."""
    seen = may_look(kind, n_source, n_target)
    if kind == "encoder-decoder":
        seen[:n_source] = True
    return seen


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def source_word_by_word(kind, n_source, n_target):
    """The encoder of an encoder-decoder reads the whole source, in both directions."""
    return may_look("decoder" if kind == "encoder-decoder" else kind, n_source, n_target)


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def prefix_for_all(kind, n_source, n_target):
    """A decoder reads the source from left to right as well: no token sees a later one."""
    return may_look("encoder-decoder" if kind == "decoder" else kind, n_source, n_target)


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def not_at_itself(kind, n_source, n_target):
    """A token may look at itself, too."""
    seen = may_look(kind, n_source, n_target)
    return seen & ~np.eye(len(seen), dtype=bool)


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def columns_look(kind, n_source, n_target):
    """Your rows and columns are swapped: row i says what the token at i may look at."""
    return may_look(kind, n_source, n_target).T


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def target_looks_ahead(kind, n_source, n_target):
    """Your decoder's tokens see the whole target: what comes later is not written yet."""
    seen = may_look(kind, n_source, n_target)
    if kind == "encoder-decoder":
        seen[n_source:] = True
    return seen


@mutant("p.15.3", replaces="may_look", fails="test_who_may_look_at_whom")
def target_without_source(kind, n_source, n_target):
    """Your target does not see the source: the decoder looks at what the encoder has made of it."""
    seen = may_look(kind, n_source, n_target)
    if kind == "encoder-decoder":
        seen[n_source:, :n_source] = False
    return seen


@mutant("p.15.3", replaces="P_15_3_CHOICE", fails="test_kinds_for_tasks", constant=True)
def decoders_for_all():
    """A page is read in both directions to find an answer in it: that is what encoders are made for."""
    return {
        "spam or not": "encoder",
        "names of people in a contract": "encoder",
        "a vector for a search": "encoder",
        "which words of a page answer a question": "decoder",
        "go on with a story": "decoder",
        "chat": "decoder",
        "translate a letter": "encoder-decoder",
        "a summary of a report": "encoder-decoder",
    }


@alternative("p.15.3", replaces="may_look")
def place_by_place(kind, n_source, n_target):
    """For each pair of places, as a list of lists."""

    def sees(i, j):
        if kind == "encoder" or j <= i:
            return True
        return kind == "encoder-decoder" and i < n_source and j < n_source

    every = range(n_source + n_target)
    return [[sees(i, j) for j in every] for i in every]
