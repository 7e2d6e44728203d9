"""Chapter 15, generating and prompting (p.15.7 and p.15.8): wrong answers, and right ones."""

import re
from collections import Counter

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.prompting import next_shares

# ---------------------------------------------------------------- p.15.7


@mutant("p.15.7", replaces="next_shares", fails="test_temperature")
def multiplied(logits, temperature=1.0, top_k=None, top_p=None):
    """You multiply by the temperature: a high one has to make all tokens more alike."""
    return next_shares(logits, 1 / temperature, top_k, top_p)


@mutant("p.15.7", replaces="next_shares", fails="test_temperature")
def raised_as_they_are(logits, temperature=1.0, top_k=None, top_p=None):
    """You raise e to large logits: take the largest away first, or use a softmax that does."""
    if np.max(logits) < 300:
        return next_shares(logits, temperature, top_k, top_p)
    with np.errstate(over="ignore", invalid="ignore"):
        high = np.exp(np.asarray(logits) / temperature)
        return high / high.sum()


@mutant("p.15.7", replaces="next_shares", fails="test_temperature")
def probabilities_divided(logits, temperature=1.0, top_k=None, top_p=None):
    """You divide probabilities, and not logits: that changes nothing once they sum to 1 again."""
    return next_shares(logits, 1.0, top_k, top_p)


@mutant("p.15.7", replaces="next_shares", fails="test_top_k")
def zero_is_no_logit(logits, temperature=1.0, top_k=None, top_p=None):
    """You set the logits of the others to 0, which is a logit like any other: minus infinity is none."""
    shares = next_shares(logits, temperature, top_k, top_p)
    return shares if top_k is None else softmax(np.where(shares > 0, np.asarray(logits) / temperature, 0.0))


@mutant("p.15.7", replaces="next_shares", fails="test_top_k")
def a_small_logit(logits, temperature=1.0, top_k=None, top_p=None):
    """You set the logits of the others to a number that you take for small: logits may be smaller. Minus infinity is
    below all."""
    shares = next_shares(logits, temperature, top_k, top_p)
    return shares if top_k is None else softmax(np.where(shares > 0, np.asarray(logits) / temperature, -20.0))


@mutant("p.15.7", replaces="next_shares", fails="test_top_k")
def left_as_they_were(logits, temperature=1.0, top_k=None, top_p=None):
    """You don't divide by what is left: the probabilities have to sum to 1 again."""
    shares = next_shares(logits, temperature, top_k, top_p)
    return shares if top_k is None else np.where(shares > 0, softmax(np.asarray(logits) / temperature), 0.0)


@mutant("p.15.7", replaces="next_shares", fails="test_top_k")
def unlikeliest(logits, temperature=1.0, top_k=None, top_p=None):
    """You keep the unlikeliest tokens: `argsort` sorts upwards."""
    if top_k is None:
        return next_shares(logits, temperature, None, top_p)
    scores = np.asarray(logits, dtype=float) / temperature
    kept = np.full(scores.shape, -np.inf)
    order = np.argsort(scores)[:top_k]
    kept[order] = scores[order]
    return softmax(kept)


@mutant("p.15.7", replaces="next_shares", fails="test_top_p")
def stops_before(logits, temperature=1.0, top_k=None, top_p=None):
    """You leave out the token with which p is reached: it belongs to them, and one is always kept."""
    shares = next_shares(logits, temperature, top_k)
    if top_p is None:
        return shares
    order = np.argsort(-shares)
    kept = np.zeros(len(shares), dtype=bool)
    kept[order[np.cumsum(shares[order]) <= top_p]] = True
    kept[order[0]] = True
    return np.where(kept, shares, 0) / shares[kept].sum()


@mutant("p.15.7", replaces="next_shares", fails="test_top_p")
def likelier_than_p(logits, temperature=1.0, top_k=None, top_p=None):
    """You keep tokens whose own probability is above p: it is what they reach together that counts."""
    shares = next_shares(logits, temperature, top_k)
    if top_p is None:
        return shares
    kept = (shares >= top_p) | (shares == shares.max())
    return np.where(kept, shares, 0) / shares[kept].sum()


@mutant("p.15.7", replaces="next_shares", fails="test_top_p")
def in_the_order_of_tokens(logits, temperature=1.0, top_k=None, top_p=None):
    """You add up in the order of the tokens' numbers: begin with the likeliest."""
    shares = next_shares(logits, temperature, top_k)
    if top_p is None:
        return shares
    kept = np.cumsum(shares) - shares < top_p
    return np.where(kept, shares, 0) / shares[kept].sum()


@mutant("p.15.7", replaces="next_shares", fails="test_all_knobs_together")
def top_p_first(logits, temperature=1.0, top_k=None, top_p=None):
    """You apply top_p before top_k: it is the other way round, on the probabilities over what top_k has kept."""
    shares = next_shares(logits, temperature, None, top_p)
    if top_k is not None:
        shares[np.argsort(-shares)[top_k:]] = 0
    return shares / shares.sum()


@mutant("p.15.7", replaces="next_shares", fails="test_all_knobs_together")
def temperature_last(logits, temperature=1.0, top_k=None, top_p=None):
    """You apply the temperature last: it changes what top_p keeps, so it comes first."""
    if top_p is None:
        return next_shares(logits, temperature, top_k)
    kept = next_shares(logits, 1.0, top_k, top_p) > 0
    return softmax(np.where(kept, np.asarray(logits) / temperature, -np.inf))


@mutant("p.15.7", replaces="next_shares", fails="test_top_p_of_one")
def first_of_nothing(logits, temperature=1.0, top_k=None, top_p=None):
    """Where rounding leaves the sum just below p, `argmax` finds nothing, says 0, and you keep one token only."""
    shares = next_shares(logits, temperature, top_k)
    if top_p is None:
        return shares
    order = np.argsort(-shares)
    kept = order[: np.argmax(np.cumsum(shares[order]) >= top_p) + 1]
    found = np.zeros(len(shares))
    found[kept] = shares[kept] / shares[kept].sum()
    return found


@alternative("p.15.7", replaces="next_shares")
def with_the_library(logits, temperature=1.0, top_k=None, top_p=None):
    """By PyTorch, with thresholds, in place of an order."""
    scores = torch.tensor(np.asarray(logits, dtype=float)) / temperature
    if top_k is not None:
        scores[scores < scores.topk(min(top_k, len(scores))).values[-1]] = -torch.inf
    if top_p is not None:
        shares, order = scores.softmax(0).sort(descending=True)
        gone = shares.cumsum(0) - shares >= top_p
        gone[0] = False
        scores[order[gone]] = -torch.inf
    return scores.softmax(0)


@alternative("p.15.7", replaces="next_shares")
def shares_in_single_precision(logits, temperature=1.0, top_k=None, top_p=None):
    """In float32, on probabilities, of which what is not kept is set to 0."""
    shares = torch.tensor(np.asarray(logits), dtype=torch.float32).div(temperature).softmax(0)
    order = shares.argsort(descending=True)[:top_k]
    if top_p is not None:
        reached = (shares[order] / shares[order].sum()).cumsum(0)
        order = order[: int((reached < top_p).sum()) + 1]
    found = torch.zeros_like(shares)
    found[order] = shares[order]
    return (found / found.sum()).numpy()


@alternative("p.15.7", replaces="next_shares")
def token_by_token(logits, temperature=1.0, top_k=None, top_p=None):
    """In plain Python."""
    top = max(logits)
    high = {i: float(np.exp((value - top) / temperature)) for i, value in enumerate(logits)}
    ranked = sorted(high, key=lambda i: -logits[i])
    ranked = ranked if top_k is None else ranked[:top_k]
    total, reached, kept = sum(high[i] for i in ranked), 0.0, []
    for i in ranked:
        if top_p is not None and reached >= top_p * total:
            break
        kept.append(i)
        reached += high[i]
    return [high[i] / reached if i in kept else 0.0 for i in range(len(logits))]


# ---------------------------------------------------------------- p.15.8


def _answers(texts, which=-1, clean=lambda text: text.strip().lower().removesuffix(".").strip()):
    found = []
    for text in texts:
        lines = re.findall(r"^Answer:(.*)$", text, flags=re.MULTILINE)
        if lines and clean(lines[which]):
            found.append(clean(lines[which]))
    return found


def _most(answers):
    return Counter(answers).most_common(1)[0][0] if answers else None


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def the_first_reply(texts):
    """You take the first answer: ask which one most of the replies have."""
    return next(iter(_answers(texts)), None)


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def first_line_counts(texts):
    """You take the first line with an answer: a model may think better of it, so the last one counts."""
    return _most(_answers(texts, 0))


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def as_it_is_written(texts):
    """You compare answers as they are written: `Rome`, `rome` and `rome.` are the same."""
    return _most(_answers(texts, clean=str.strip))


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def more_than_half(texts):
    """You ask for more than half of the replies: the answer that most of them have may be in fewer."""
    answers = _answers(texts)
    best = _most(answers)
    return best if 2 * answers.count(best) > len(answers) else None


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def alphabet_decides(texts):
    """Of equally frequent answers you take the first by the alphabet: the one that was given first is asked for."""
    return _most(sorted(_answers(texts)))


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def all_points_removed(texts):
    """You take all full stops away: 3.5 is not 35."""
    return _most(_answers(texts, clean=lambda text: text.strip().lower().replace(".", "")))


@mutant("p.15.8", replaces="majority_answer", fails="test_what_is_said_most_often")
def silence_is_an_answer(texts):
    """You count replies without an answer as one: leave them out, and return None if there is no other."""
    return _most([(_answers([text]) or [""])[0] for text in texts])


CUT = "test_where_an_answer_begins_and_ends"


def _most_by(texts, pattern, clean=lambda text: text.strip().lower().removesuffix(".").strip(), flags=re.MULTILINE):
    lines = [re.findall(pattern, text, flags=flags) for text in texts]
    return _most([clean(found[-1]) for found in lines if found and clean(found[-1])])


@mutant("p.15.8", replaces="majority_answer", fails=CUT)
def over_the_line_s_end(texts):
    """Your `\\s*` goes over the end of the line: where nothing follows "Answer:", you take the next line for it."""
    return _most_by(texts, r"^Answer:\s*(.*)$")


@mutant("p.15.8", replaces="majority_answer", fails=CUT)
def last_that_says_something(texts):
    """You skip a last line that is empty: it is the one that counts, so the reply has no answer."""
    return _most_by(texts, r"^Answer:[ ]*(\S.*)$")


@mutant("p.15.8", replaces="majority_answer", fails=CUT)
def all_stops_at_the_end(texts):
    """You take all full stops away from the end: `rstrip` takes as many as there are, and one is to go."""
    return _most_by(texts, r"^Answer:(.*)$", lambda text: text.strip().lower().rstrip(".").strip())


@mutant("p.15.8", replaces="majority_answer", fails=CUT)
def stop_before_blanks(texts):
    """You look for the full stop before the blanks are gone: `42. ` ends with a blank."""
    return _most_by(texts, r"^Answer:(.*)$", lambda text: text.lower().removesuffix(".").strip())


@mutant("p.15.8", replaces="majority_answer", fails=CUT)
def however_it_is_written(texts):
    """You take `answer:` for `Answer:`: only the answer is compared in small letters."""
    return _most_by(texts, r"^Answer:(.*)$", flags=re.MULTILINE | re.IGNORECASE)


@mutant("p.15.8", replaces="majority_answer", fails=CUT)
def behind_blanks_as_well(texts):
    """You take a line that begins with blanks: "Answer:" has to stand at its very beginning."""
    return _most_by(texts, r"^\s*Answer:(.*)$")


@mutant("p.15.8", replaces="P_15_8_CHOICE", fails="test_techniques", constant=True)
def any_instruction_is_a_role():
    """No example is shown there, and nobody is told who to be: that is zero-shot."""
    return {
        "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
        "great film -> +, a bore -> -, could not stop laughing ->": "zero-shot",
        "You are a patient tax adviser. Answer in two sentences.": "role",
        "Answer from this page only: (the page). When does the pool open?": "retrieval",
        "Here is your answer. List its mistakes, then write a better one.": "critique",
        "Is this review friendly? Say yes or no: What a bore.": "few-shot",
    }


@alternative("p.15.8", replaces="majority_answer")
def line_by_line(texts):
    """From the end of each reply, and with a dict of counts."""
    counts = {}
    for text in texts:
        for line in reversed(text.splitlines()):
            if line.startswith("Answer:"):
                word = line.removeprefix("Answer:").strip().casefold()
                word = word[:-1] if word.endswith(".") else word
                if word:
                    counts[word] = counts.get(word, 0) + 1
                break
    ranked = sorted(counts, key=counts.__getitem__, reverse=True)
    return ranked[0] if ranked else None


@alternative("p.15.8", replaces="majority_answer")
def grouped_by_pandas(texts):
    """With pandas, whose groups stay in the order in which they come."""
    last = [([line[7:] for line in text.split("\n") if line.startswith("Answer:")] or [""])[-1] for text in texts]
    answers = pd.Series(last, dtype=str).str.strip().str.lower().str.removesuffix(".").str.strip()
    sizes = answers[answers != ""].groupby(answers, sort=False).size()
    return None if sizes.empty else sizes.idxmax()
