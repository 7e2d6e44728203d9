"""Chapter 15, questions on generating and prompting (p.15.7 and p.15.8): the answers."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

P_15_7 = """
- do_sample: draw each token by its probability, instead of taking the likeliest one every time.
- temperature: logits are divided by it. Below 1 likely tokens get likelier, and texts safer; above 1 it is the other
  way round.
- top_k: only the k likeliest tokens can be drawn.
- top_p: only the likeliest tokens that together reach a probability of p can be drawn: few where the model is sure,
  many where it is not.
- num_beams: how many beginnings beam search keeps.
- max_new_tokens: when to stop at the latest. (Others: repetition_penalty, no_repeat_ngram_size, eos_token_id.)
"""
P_15_7_RUBRIC = """
- 1 point: two arguments, with what each of them does
- 1 point: a third and a fourth
- 1 point: a fifth; and for one of them which way it changes the text (temperature below or above 1, small k, …)
"""


def next_shares(
    logits: ArrayLike, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> NDArray[np.float64]:
    """Return with which probability each token is drawn.

    First the logits are divided by the temperature. Then, if `top_k` is given, the
    `top_k` likeliest tokens are kept (all, if there are fewer). Then, if `top_p` is
    given, of these the likeliest ones are kept whose probabilities, by softmax over
    what `top_k` has kept, sum to `top_p` or more: no more tokens than are needed, and
    one at least. What is not kept is never drawn; the others' probabilities sum to 1,
    in the proportions that softmax gave them.

    Parameters
    ----------
    logits : (V,), finite, no two the same; they may be large.
    temperature : above 0.
    top_k : 1 or more.
    top_p : above 0, up to 1.

    Returns
    -------
    (V,) sums to 1.

    Examples
    --------
    >>> logits = np.log([0.5, 0.3, 0.2])
    >>> next_shares(logits, top_k=2).round(3).tolist()
    [0.625, 0.375, 0.0]
    >>> next_shares(logits, top_p=0.45).tolist()
    [1.0, 0.0, 0.0]
    """
    scores = np.asarray(logits, dtype=float) / temperature
    order = np.argsort(-scores)
    if top_k is not None:
        order = order[:top_k]
    shares = softmax(scores[order])  # the likeliest first
    if top_p is not None:
        before = np.cumsum(shares) - shares
        order = order[before < top_p]
    kept = np.full(scores.shape, -np.inf)
    kept[order] = scores[order]
    return softmax(kept)


P_15_8 = """
Prompt engineering is writing what a model is given so that it does a task well, without training it: its weights stay
as they are. Five techniques:

- few-shot: show some examples with their answers before the question;
- chain of thought: ask it to write down its reasoning step by step before the answer;
- a role and rules in the system prompt: who it is, for whom it writes, and in which form the answer has to be;
- retrieval: put the documents that have the facts into the prompt;
- self-consistency: let it answer several times, with sampling, and take what it says most often;
- critique: let it look for mistakes in its own answer, and improve it.
"""
P_15_8_RUBRIC = """
- 1 point: says what it is: wording the input so that the model does the task well, without training
- 1 point: two techniques, each in a few words
- 1 point: a third, a fourth and a fifth
"""

# Which technique each prompt uses
P_15_8_CHOICE = {
    "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
    "great film -> +, a bore -> -, could not stop laughing ->": "few-shot",
    "You are a patient tax adviser. Answer in two sentences.": "role",
    "Answer from this page only: (the page). When does the pool open?": "retrieval",
    "Here is your answer. List its mistakes, then write a better one.": "critique",
    "Is this review friendly? Say yes or no: What a bore.": "zero-shot",
}


def majority_answer(texts: Sequence[str]) -> str | None:
    """Return what a model says most often, when it is asked the same several times.

    Parameters
    ----------
    texts : its replies. Each writes down some reasoning and ends with a line such as
        "Answer: 42". What counts is the last line that begins with "Answer:", and of it
        what comes after that, without blanks at its ends, in small letters, and without
        one full stop at its end. A reply without such a line, or with nothing in it,
        has no answer.

    Returns
    -------
    The answer that most replies have; of several that are equally frequent, the one
    that was given first. None if no reply has an answer.

    Examples
    --------
    >>> majority_answer(["1 + 1.\\nAnswer: 2", "Hm.\\nAnswer: 3.", "Answer: 2."])
    '2'
    >>> majority_answer(["Answer: Paris", "I can't say.", "Answer: rome"])
    'paris'
    """
    answers = []
    for text in texts:
        lines = re.findall(r"^Answer:(.*)$", text, flags=re.MULTILINE)
        if lines and (answer := lines[-1].strip().lower().removesuffix(".").strip()):
            answers.append(answer)
    return Counter(answers).most_common(1)[0][0] if answers else None
