# %% right
# Intent: per reply, remember the last line that begins with "Answer:", clean it; count in a dict, which keeps first-seen order.
def majority_answer(texts):
    counts = {}
    for text in texts:
        last = None
        for line in text.splitlines():
            if line.startswith("Answer:"):
                last = line[len("Answer:") :]
        if last is None:
            continue
        answer = last.strip().lower()
        if answer.endswith("."):
            answer = answer[:-1]
        if answer == "":
            continue
        counts[answer] = counts.get(answer, 0) + 1
    best = None
    for answer, count in counts.items():
        if best is None or count > counts[best]:
            best = answer
    return best


P_15_8_CHOICE = {
    "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
    "great film -> +, a bore -> -, could not stop laughing ->": "few-shot",
    "You are a patient tax adviser. Answer in two sentences.": "role",
    "Answer from this page only: (the page). When does the pool open?": "retrieval",
    "Here is your answer. List its mistakes, then write a better one.": "critique",
    "Is this review friendly? Say yes or no: What a bore.": "zero-shot",
}

# %% wrong: majority_answer
# Misconception: a reply without an answer is a vote as well, for "no answer"; if most replies have none, there is none.
def majority_answer(texts):
    counts = {}
    for text in texts:
        answer = None
        for line in text.splitlines():
            if line.startswith("Answer:"):
                answer = line[len("Answer:") :].strip().lower().removesuffix(".") or None
        counts[answer] = counts.get(answer, 0) + 1
    return max(counts, key=lambda answer: counts[answer]) if counts else None

# %% wrong: P_15_8_CHOICE
# Misconception: few-shot means that a prompt shows a review at all; arrows without an instruction are zero-shot.
P_15_8_CHOICE = {
    "Think step by step before you answer: how many days are there from May 3 to July 1?": "chain of thought",
    "great film -> +, a bore -> -, could not stop laughing ->": "zero-shot",
    "You are a patient tax adviser. Answer in two sentences.": "role",
    "Answer from this page only: (the page). When does the pool open?": "retrieval",
    "Here is your answer. List its mistakes, then write a better one.": "critique",
    "Is this review friendly? Say yes or no: What a bore.": "few-shot",
}
