# %% right
# Intent: the standard library's XML escape with the double quote added; re.sub with a function for citations.
import re
from xml.sax.saxutils import escape


def clean(text):
    return escape(" ".join(text.split()), {'"': "&quot;"})


def quote_plots(found):
    return "\n".join(
        f'<plot number="{number}" title="{clean(title)}">\n{clean(plot)}\n</plot>'
        for number, (title, plot) in enumerate(found, 1)
    )


def build_messages(history, question, found, budget):
    turns = [
        [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}] for asked, answer in history
    ]
    last = f"{quote_plots(found)}\n\n{question}" if found else question
    while True:
        messages = [{"role": "system", "content": SYSTEM}, *sum(turns, []), {"role": "user", "content": last}]
        if not turns or sum(len(message["content"].split()) for message in messages) <= budget:
            return messages
        turns = turns[1:]


def cited(answer, n):
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", answer)]
    text = re.sub(r" *\[(\d+)\]", lambda match: match[0] if 1 <= int(match[1]) <= n else "", answer)
    return text, list(dict.fromkeys(number for number in numbers if 1 <= number <= n))


class MovieBot:
    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.generate, self.retrieve, self.k, self.budget = generate, retrieve, k, budget
        self.history = []

    def reply(self, question):
        found = list(self.retrieve(question, self.k))
        answer, numbers = cited(self.generate(build_messages(self.history, question, found, self.budget)), len(found))
        if not numbers:
            answer = UNSURE
        self.history.append((question, answer))
        return answer, [found[number - 1][0] for number in numbers]

# %% wrong: quote_plots
# Misconception: only the plot is text of strangers; a title is a short name, and can be put in as it is.
def quote_plots(found):
    return "\n".join(
        f'<plot number="{number}" title="{" ".join(title.split())}">\n{clean(plot)}\n</plot>'
        for number, (title, plot) in enumerate(found, 1)
    )

# %% wrong: MovieBot
# Misconception: the history is what the model really said, so its unchecked answer is kept for the next question.
class MovieBot:
    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.generate, self.retrieve, self.k, self.budget = generate, retrieve, k, budget
        self.history = []

    def reply(self, question):
        found = list(self.retrieve(question, self.k))
        said = self.generate(build_messages(self.history, question, found, self.budget))
        self.history.append((question, said))
        answer, numbers = cited(said, len(found))
        return (answer, [found[number - 1][0] for number in numbers]) if numbers else (UNSURE, [])
