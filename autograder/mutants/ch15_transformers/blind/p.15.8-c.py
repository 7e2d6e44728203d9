# %% right
# Intent: a small pure function per reply, then Counter, which keeps the order of first appearance among equals.
from collections import Counter


def majority_answer(texts):
    def answer_of(text):
        lines = [line for line in text.splitlines() if line.startswith("Answer:")]
        return lines[-1].removeprefix("Answer:").strip().lower().removesuffix(".").strip() if lines else ""

    votes = Counter(filter(None, map(answer_of, texts)))
    return max(votes, key=votes.get, default=None)


P_15_8_CHOICE = {
    "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
    "great film -> +, a bore -> -, could not stop laughing ->": "few-shot",
    "You are a patient tax adviser. Answer in two sentences.": "role",
    "Answer from this page only: (the page). When does the pool open?": "retrieval",
    "Here is your answer. List its mistakes, then write a better one.": "critique",
    "Is this review friendly? Say yes or no: What a bore.": "zero-shot",
}

# %% wrong: majority_answer
# Misconception: a majority answer needs more than half of the replies, else there is none.
def majority_answer(texts):
    def answer_of(text):
        lines = [line for line in text.splitlines() if line.startswith("Answer:")]
        return lines[-1].removeprefix("Answer:").strip().lower().removesuffix(".").strip() if lines else ""

    votes = Counter(filter(None, map(answer_of, texts)))
    best = max(votes, key=votes.get, default=None)
    return best if best is not None and votes[best] > len(texts) / 2 else None

# %% wrong: majority_answer
# Misconception: the answer of a reply is the first one that it writes down; what comes later is only doubt.
def majority_answer(texts):
    def answer_of(text):
        lines = [line for line in text.splitlines() if line.startswith("Answer:")]
        return lines[0].removeprefix("Answer:").strip().lower().removesuffix(".").strip() if lines else ""

    votes = Counter(filter(None, map(answer_of, texts)))
    return max(votes, key=votes.get, default=None)
