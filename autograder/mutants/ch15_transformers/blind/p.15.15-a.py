# %% right
# Intent: plain string work; & is replaced first, turns are dropped from the front until the words fit, a regex finds citations.
import re


def quote_plots(found):
    def clean(text):
        text = " ".join(text.split())
        for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
            text = text.replace(sign, name)
        return text

    lines = []
    number = 0
    for title, plot in found:
        number += 1
        lines.append(f'<plot number="{number}" title="{clean(title)}">')
        lines.append(clean(plot))
        lines.append("</plot>")
    return "\n".join(lines)


def build_messages(history, question, found, budget):
    last = question
    if len(found) > 0:
        last = quote_plots(found) + "\n\n" + question
    turns = list(history)

    def words(text):
        return len(text.split())

    total = words(SYSTEM) + words(last)
    for asked, answered in turns:
        total += words(asked) + words(answered)
    while turns and total > budget:
        asked, answered = turns.pop(0)
        total -= words(asked) + words(answered)
    messages = [{"role": "system", "content": SYSTEM}]
    for asked, answered in turns:
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": answered})
    messages.append({"role": "user", "content": last})
    return messages


def cited(answer, n):
    numbers = []

    def check(match):
        number = int(match.group(1))
        if not 1 <= number <= n:
            return ""
        if number not in numbers:
            numbers.append(number)
        return match.group(0)

    text = re.sub(r" *\[(\d+)\]", check, answer)
    return text, numbers


class MovieBot:
    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.generate = generate
        self.retrieve = retrieve
        self.k = k
        self.budget = budget
        self.turns = []

    def reply(self, question):
        found = list(self.retrieve(question, self.k))
        said = self.generate(build_messages(self.turns, question, found, self.budget))
        answer, numbers = cited(said, len(found))
        if len(numbers) == 0:
            answer = UNSURE
        titles = []
        for number in numbers:
            titles.append(found[number - 1][0])
        self.turns.append((question, answer))
        return answer, titles

# %% wrong: build_messages
# Misconception: a budget is kept by dropping the oldest messages one by one; a turn need not go as a whole.
def build_messages(history, question, found, budget):
    last = quote_plots(found) + "\n\n" + question if found else question
    middle = []
    for asked, answered in history:
        middle.append({"role": "user", "content": asked})
        middle.append({"role": "assistant", "content": answered})
    first, end = {"role": "system", "content": SYSTEM}, {"role": "user", "content": last}

    def words(messages):
        return sum(len(message["content"].split()) for message in messages)

    while middle and words([first, *middle, end]) > budget:
        middle.pop(0)
    return [first, *middle, end]

# %% wrong: MovieBot
# Misconception: the model should remember its own words, so what it said goes into the history as it said it, unchecked.
class MovieBot:
    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.generate, self.retrieve, self.k, self.budget = generate, retrieve, k, budget
        self.turns = []

    def reply(self, question):
        found = list(self.retrieve(question, self.k))
        said = self.generate(build_messages(self.turns, question, found, self.budget))
        self.turns.append((question, said))
        answer, numbers = cited(said, len(found))
        if not numbers:
            return UNSURE, []
        return answer, [found[number - 1][0] for number in numbers]
