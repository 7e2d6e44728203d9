"""Hidden checks of chapter 15: generating and prompting (p.15.7 and p.15.8)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen


def _shares(logits, temperature=1.0, top_k=None, top_p=None):
    """By a list of tokens from which the unlikely ones are taken away."""
    left = sorted(range(len(logits)), key=lambda i: -logits[i])[:top_k]
    high = {i: np.exp((logits[i] - max(logits)) / temperature) for i in left}
    if top_p is not None:
        total, kept, reached = sum(high.values()), {}, 0.0
        for i in left:
            kept[i] = high[i]
            reached += high[i] / total
            if reached >= top_p:
                break
        high = kept
    return [high.get(i, 0.0) / sum(high.values()) for i in range(len(logits))]


def _agrees(student, logits, **knobs):
    _same(student.next_shares(logits, **knobs), logits, **knobs)


def _same(reply, logits, **knobs):
    found = np.asarray(reply, dtype=float)
    assert found.shape == (len(logits),)
    assert_allclose(found, _shares(logits, **knobs), atol=1e-4)  # single precision is fine
    assert_allclose(found.sum(), 1, atol=1e-5)


@check("p.15.7", core=True, hint="Divide, then take softmax. What do large logits do to the exponential?")
def test_temperature(student, rng):
    """Logits are divided by the temperature before softmax, and large ones are no trouble."""
    for n, temperature, height in ((5, 1.0, 0), (9, 0.4, 0), (9, 3.0, 0), (4, 0.5, 1000)):
        _agrees(student, rng.normal(0, 2, n) + height, temperature=temperature)


@check("p.15.7", hint="What is the probability of a token that is not kept? And how many are there at most?")
def test_top_k(student, rng):
    """Only the k likeliest tokens can be drawn, in the proportions that they had."""
    for n, k in ((6, 1), (8, 3), (5, 5), (4, 9)):
        logits = rng.normal(0, 2, n) - 30
        _agrees(student, logits, top_k=k)
        _agrees(student, logits, top_k=k, temperature=2.5)


@check("p.15.7", weight=2, hint="Go from the likeliest down and add up. Does the one that reaches p belong to them?")
def test_top_p(student, rng):
    """The fewest tokens that reach a probability of p together can be drawn, one at least, whatever their order."""
    cases = [
        (rng.normal(0, scale, n) - 30, p)
        for n, p in ((8, 0.3), (8, 0.6), (8, 0.9), (30, 0.75), (6, 0.99), (5, 1e-4))
        for scale in (0.3, 2.0)
    ]
    replies = [student.next_shares(logits, top_p=p) for logits, p in cases]  # all, before the first is judged
    numbers = set()
    for (logits, p), reply in zip(cases, replies, strict=True):
        _same(reply, logits, top_p=p)
        numbers.add(sum(share > 0 for share in _shares(logits, top_p=p)))
    assert len(numbers) > 4


@check(
    "p.15.7",
    hint="Print a cumulative sum to 17 digits: is its last number 1? What does your code do if p is never reached?",
)
def test_top_p_of_one(student, rng):
    """With `top_p=1` no token is lost, though computed sums are a little off."""
    cases = [rng.normal(0, 1, int(n)) for n in rng.integers(5, 30, 40)]
    for logits in cases:
        _agrees(student, logits, top_p=1.0)


@check("p.15.7", weight=2, hint="In which order are temperature, top_k and top_p applied, and to which probabilities?")
def test_all_knobs_together(student, rng):
    """The temperature comes first, then top_k, then top_p, of the probabilities over what top_k has kept."""
    apart = 0
    for _ in range(12):
        logits = rng.normal(0, 1.5, 12)
        knobs = {"temperature": float(rng.uniform(0.5, 2)), "top_k": int(rng.integers(3, 8))}
        knobs["top_p"] = float(rng.uniform(0.4, 0.95))
        _agrees(student, logits, **knobs)
        once = _shares(_logs(_shares(logits, knobs["temperature"], None, knobs["top_p"])), 1.0, knobs["top_k"])
        apart += not np.allclose(once, _shares(logits, **knobs))
    assert apart > 1  # the order matters here


def _logs(shares):
    return np.log(np.maximum(shares, 1e-300))


def _reply(rng, answer):
    lines = [f"Step {i}: {int(rng.integers(100))}." for i in range(int(rng.integers(0, 3)))]
    if rng.random() < 0.3:
        lines.append("Answer: perhaps")  # it has thought better of it
        lines.append("No, that is wrong.")
    lines.append(answer)
    return "\n".join(lines)


def _majority(texts):
    counts: dict[str, int] = {}
    for text in texts:
        found = ""
        for line in text.split("\n"):
            if line[:7] == "Answer:":
                found = line[7:].strip().lower()
                found = found[:-1].strip() if found[-1:] == "." else found
        if found:
            counts[found] = counts.get(found, 0) + 1
    return max(counts, key=lambda one: counts[one]) if counts else None  # of equals, the first that was put in


@check(
    "p.15.8",
    core=True,
    weight=2,
    hint="Which line counts if there are two? Which answers are the same? And which of two equally frequent ones wins?",
)
def test_what_is_said_most_often(student, rng):
    """Of many replies, the answer that most of them give in their last such line wins, and of equally frequent ones the
    first; large letters, blanks and a full stop make no difference."""
    cases = []
    for _ in range(20):
        options = [str(number) for number in rng.integers(0, 5, 3)] + ["Rome", "3.5"]
        said = [str(rng.choice(options)) for _ in range(int(rng.integers(1, 8)))]
        forms = ["Answer: {}", "Answer:{}.", "Answer:   {}  "]
        lines = [str(rng.choice(forms)).format(one if rng.random() < 0.5 else one.upper()) for one in said]
        cases.append(([_reply(rng, line) for line in lines],))
    cases += [(["I don't know.", "My Answer: 3"],), (["Answer:", "Answer: 2", "Answer: ."],), ([],)]
    cases.append((["Answer: 1", "Answer: 2", "Answer: 2", "Answer: 1", "Answer: 3"],))
    cases.append((["Answer: b", "Answer: a", "so\nAnswer: a\nAnswer: b\nDone."],))
    ask_all(student.majority_answer, _majority, cases)


@check("p.15.8", hint="Try a reply whose last line is `Answer:` alone, and one that ends with three full stops.")
def test_where_an_answer_begins_and_ends(student, rng):
    """An answer begins behind "Answer:" at the very beginning of a line, ends with that line, and loses one full stop
    and the blanks around it; if there is nothing in it, the reply has none."""
    a, b = (str(int(n)) for n in rng.choice(np.arange(10, 99), 2, replace=False))
    replies = [
        [f"Answer: {a}. "],
        [f"Answer: {a}...", f"Answer: {a}", f"Answer: {a}.."],
        [f"Answer: .{a}"],
        [f"Answer:\nThat is {a}.", f"Answer: {b}"],
        [f"Answer:\n\nIt may be {a}"],
        [f"Answer: {a}\nNo.\nAnswer: "],
        [f"answer: {a}", f"ANSWER: {a}", f"Answer: {b}"],
        [f"  Answer: {a}"],
        [f"Is it so?\nAnswer: {b}", f"My Answer: {a}", f"My Answer: {a}"],
    ]
    ask_all(student.majority_answer, _majority, [(texts,) for texts in replies])


PROMPTS = {
    "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
    "great film -> +, a bore -> -, could not stop laughing ->": "few-shot",
    "You are a patient tax adviser. Answer in two sentences.": "role",
    "Answer from this page only: (the page). When does the pool open?": "retrieval",
    "Here is your answer. List its mistakes, then write a better one.": "critique",
    "Is this review friendly? Say yes or no: What a bore.": "zero-shot",
}


@check("p.15.8", hint="Which prompt shows examples, and which one lets the model think?")
def test_techniques(student, rng):
    """For each of the six prompts you name its technique."""
    answer = choice(student, "P_15_8_CHOICE", "majority_answer", ["Answer: 1"])
    assert isinstance(answer, dict)
    assert answer.keys() == PROMPTS.keys()
    for prompt, technique in PROMPTS.items():
        chosen(answer[prompt], set(PROMPTS.values()), right=[technique])
