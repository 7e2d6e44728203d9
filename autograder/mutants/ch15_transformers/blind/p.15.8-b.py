# %% right
# Intent: a regular expression finds the answer lines, the last one counts; Counter.most_common settles ties by order.
import re
from collections import Counter


def majority_answer(texts):
    lines = [re.findall(r"^Answer:(.*)$", text, flags=re.MULTILINE) for text in texts]
    answers = [found[-1].strip().lower().removesuffix(".").strip() for found in lines if found]
    votes = Counter(filter(None, answers)).most_common(1)
    return votes[0][0] if votes else None


P_15_8_CHOICE = {
    "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
    "great film -> +, a bore -> -, could not stop laughing ->": "few-shot",
    "You are a patient tax adviser. Answer in two sentences.": "role",
    "Answer from this page only: (the page). When does the pool open?": "retrieval",
    "Here is your answer. List its mistakes, then write a better one.": "critique",
    "Is this review friendly? Say yes or no: What a bore.": "zero-shot",
}

# %% wrong: majority_answer
# Misconception: a majority is more than half of the replies; otherwise the model has no answer.
def majority_answer(texts):
    lines = [re.findall(r"^Answer:(.*)$", text, flags=re.MULTILINE) for text in texts]
    answers = [found[-1].strip().lower().removesuffix(".").strip() for found in lines if found]
    votes = Counter(filter(None, answers)).most_common(1)
    return votes[0][0] if votes and votes[0][1] > len(texts) / 2 else None

# %% wrong: majority_answer
# Misconception: a reply says "Answer:" once, so the first place where it stands is the answer.
def majority_answer(texts):
    found = [re.search(r"Answer:(.*)", text) for text in texts]
    answers = [one[1].strip().lower().removesuffix(".").strip() for one in found if one]
    votes = Counter(filter(None, answers)).most_common(1)
    return votes[0][0] if votes else None
