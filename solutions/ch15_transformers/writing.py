"""Chapter 15, what a GPT writes (p.15.13): the answers."""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from solutions.ch15_transformers.shakespeare import SMALL_GPT  # noqa: F401 - for the examples


def next_probabilities(
    logits: ArrayLike, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> NDArray[np.float64]:
    """Return the probabilities with which the next token is drawn.

    Parameters
    ----------
    logits : (V,) floats, all different.
    temperature : above 0. The logits are divided by it, before all else.
    top_k : if given, 1 or more: only the `top_k` likeliest tokens can be drawn. There
        may be fewer tokens.
    top_p : if given, above 0 and below 1: of the tokens that are left, with their
        probabilities as they are then (their sum is 1), only the likeliest can be
        drawn: as few as are needed for a sum of `top_p` or more.

    Returns
    -------
    (V,) floats: 0 for tokens that can't be drawn; the others are in the same proportion
    to each other as without `top_k` and `top_p`, and their sum is 1.

    Examples
    --------
    >>> logits = np.log([0.1, 0.4, 0.2, 0.3])
    >>> next_probabilities(logits).round(4)
    array([0.1, 0.4, 0.2, 0.3])
    >>> next_probabilities(logits, top_k=2).round(4)
    array([0.    , 0.5714, 0.    , 0.4286])
    >>> next_probabilities(logits, top_p=0.75).round(4)
    array([0.    , 0.4444, 0.2222, 0.3333])
    """
    scores = np.asarray(logits, dtype=np.float64) / temperature
    ranked = np.argsort(-scores)[:top_k]
    shares = np.exp(scores[ranked] - scores[ranked[0]])
    shares /= shares.sum()
    if top_p is not None:
        needed = np.searchsorted(shares.cumsum(), top_p) + 1  # the token that passes it is needed, too
        ranked, shares = ranked[:needed], shares[:needed]
    found = np.zeros(len(scores))
    found[ranked] = shares / shares.sum()
    return found


def draw_tokens(
    logits: ArrayLike,
    n: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 42,
) -> NDArray[np.int64]:
    """Draw `n` tokens, each independently of the others, with the probabilities that
    `next_probabilities` gives. `seed` decides which.

    Returns
    -------
    (n,) int64, from 0 to V - 1, in the order in which they were drawn.

    Examples
    --------
    >>> draw_tokens([0.0, 9.0, 3.0], n=4, top_k=1).tolist()
    [1, 1, 1, 1]
    >>> sorted(set(draw_tokens([0.0, 9.0, 8.9], n=99, top_p=0.9).tolist()))
    [1, 2]
    """
    probabilities = next_probabilities(logits, temperature, top_k, top_p)
    drawn: NDArray[np.int64] = np.random.default_rng(seed).choice(len(probabilities), n, p=probabilities)
    return drawn


def generate(
    model: Any,
    tokenizer: Any,
    prompt: str,
    n: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 42,
) -> str:
    """Let a language model go on with a text. Draw the tokens yourself: the model's own
    ``generate`` is not to be used.

    Parameters
    ----------
    model : see `perplexity`. It can read ``model.config.n_positions`` tokens at once:
        where there are more, it is shown the last ones.
    tokenizer : its ``decode`` turns tokens into text.
    prompt : one token or more.
    n : number of tokens that are added, one at a time: each is drawn given those that
        are there already, the prompt's and the new ones.
    temperature, top_k, top_p : see `next_probabilities`.
    seed : decides what is drawn.

    Returns
    -------
    What ``tokenizer.decode`` makes of all tokens: the prompt's and the new ones.

    Examples
    --------
    >>> from transformers import AutoModelForCausalLM, AutoTokenizer
    >>> tokenizer = AutoTokenizer.from_pretrained(SMALL_GPT)
    >>> model = AutoModelForCausalLM.from_pretrained(SMALL_GPT, dtype=torch.float32)
    >>> text = generate(model, tokenizer, "ROMEO:", n=8, temperature=0.7)
    >>> text.startswith("ROMEO:"), len(text) > len("ROMEO:")
    (True, True)
    """
    model.eval()
    rng = np.random.default_rng(seed)
    tokens = list(tokenizer(prompt)["input_ids"])
    for _ in range(n):
        with torch.no_grad():
            logits = model(torch.tensor([tokens[-model.config.n_positions :]])).logits[0, -1]
        shares = next_probabilities(logits.float().numpy(), temperature, top_k, top_p)
        tokens.append(int(rng.choice(len(shares), p=shares)))
    return str(tokenizer.decode(tokens))
