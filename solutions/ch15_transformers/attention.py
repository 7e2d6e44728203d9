"""Chapter 15, questions on attention and its masks (p.15.1 to p.15.3): the answers."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

# The layer without which it would be no transformer
P_15_1_CHOICE = "multi-head attention"


def multi_head_attention(
    X: ArrayLike,
    W_q: ArrayLike,
    W_k: ArrayLike,
    W_v: ArrayLike,
    W_o: ArrayLike,
    n_heads: int,
    causal: bool = False,
) -> NDArray[np.float64]:
    """Self-attention with several heads, for one sequence.

    Parameters
    ----------
    X : (T, d), a row for each token.
    W_q, W_k, W_v, W_o : (d, d). Queries are X W_q, keys X W_k and values X W_v.
    n_heads : divides d. The first head has the first d / n_heads columns of queries,
        keys and values, the second head the next ones, and so on. Each is scaled
        dot-product attention by itself: softmax over the keys of q · k / √(d / n_heads)
        makes the weights of the values. Scores may be large.
    causal : whether a token may look at itself and at earlier tokens only.

    Returns
    -------
    (T, d): the heads' results side by side, in order, times W_o.

    Examples
    --------
    >>> X, one = [[1.0, 0.0], [0.0, 1.0]], np.eye(2)
    >>> multi_head_attention(X, 0 * one, 0 * one, one, one, n_heads=1).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    >>> found = multi_head_attention(X, 0 * one, 0 * one, one, one, 2, causal=True)
    >>> found.tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    q, k, v = (np.asarray(X, dtype=float) @ np.asarray(W, dtype=float) for W in (W_q, W_k, W_v))
    T, d = q.shape
    q, k, v = (part.reshape(T, n_heads, -1).transpose(1, 0, 2) for part in (q, k, v))  # (heads, T, d / heads)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d // n_heads)  # (heads, T, T)
    if causal:
        scores = np.where(np.tri(T, dtype=bool), scores, -np.inf)
    found = softmax(scores, axis=-1) @ v
    return found.transpose(1, 0, 2).reshape(T, d) @ np.asarray(W_o, dtype=float)


P_15_2 = """
To attention, a sentence is a bag: each token's result is a weighted mean over all tokens, and the weights come from
what the tokens are, not from where they stand. Shuffle the tokens, and the results are shuffled in the same way, and
nothing else changes. The layers between treat each token by itself. So "dog bites man" and "man bites dog" would be the
same to the network.

A recurrent network reads in order, and a convolution looks at neighbours, so both know places by how they are built. A
transformer has to be told: a vector for each position, fixed waves or learned, is added to the embedding of the token
that stands there (or the position goes into the scores, as in rotary encodings).
"""
P_15_2_RUBRIC = """
- 1 point: attention does not see the order: permuted tokens give permuted results
- 1 point: nothing else in the network tells places apart, as recurrence or convolution would
- 1 point: positions are added to the embeddings (or put into the scores), so that the order can matter
"""


def is_order_blind(layer: Callable[[NDArray[np.float64]], ArrayLike], X: ArrayLike) -> bool:
    """Return whether a layer does not see in which order it gets its rows.

    It does not if, for every order of the rows of X, it returns the rows of layer(X) in
    that same order: layer(X[order]) is layer(X)[order], up to 0.000001.

    Parameters
    ----------
    layer : maps (T, d) to (T, e).
    X : (T, d), T from 2 to 5, all rows different.

    Examples
    --------
    >>> X = np.array([[1.0], [2.0], [5.0]])
    >>> is_order_blind(lambda rows: rows - rows.mean(axis=0), X)
    True
    >>> is_order_blind(lambda rows: rows.cumsum(axis=0), X)
    False
    """
    rows = np.asarray(X, dtype=float)
    plain = np.asarray(layer(rows), dtype=float)
    orders = map(list, itertools.permutations(range(len(rows))))
    return all(np.allclose(layer(rows[order]), plain[order], rtol=0, atol=1e-6) for order in orders)


# Which kind of transformer each task was made for
P_15_3_CHOICE = {
    "spam or not": "encoder",
    "names of people in a contract": "encoder",
    "a vector for a search": "encoder",
    "which words of a page answer a question": "encoder",
    "go on with a story": "decoder",
    "chat": "decoder",
    "translate a letter": "encoder-decoder",
    "a summary of a report": "encoder-decoder",
}


def may_look(kind: str, n_source: int, n_target: int) -> NDArray[np.bool_]:
    """Return which tokens may look at which, in a transformer of some kind.

    Parameters
    ----------
    kind : "encoder", "decoder" or "encoder-decoder".
    n_source, n_target : numbers of tokens of the source, which is given, and of the
        target, which comes after it.

    Returns
    -------
    (T, T) bool with T = n_source + n_target: source first, then target. Row i says
    which tokens the result at place i may depend on, in all layers together: itself
    included.

    An encoder reads both together, and each token sees all. A decoder reads both
    together, and each token sees those up to itself. In an encoder-decoder, the source
    goes into the encoder, and the target into the decoder, which looks at the source as
    well.

    Examples
    --------
    >>> may_look("decoder", 1, 1).astype(int).tolist()
    [[1, 0], [1, 1]]
    >>> may_look("encoder-decoder", 1, 1).astype(int).tolist()
    [[1, 0], [1, 1]]
    >>> may_look("encoder", 1, 1).astype(int).tolist()
    [[1, 1], [1, 1]]
    """
    T = n_source + n_target
    if kind == "encoder":
        return np.ones((T, T), dtype=bool)
    seen = np.tri(T, dtype=bool)
    if kind == "encoder-decoder":
        seen[:n_source, :n_source] = True
    return seen
