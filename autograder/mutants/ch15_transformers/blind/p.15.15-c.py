# %% right
# Intent: one translation table for the quotes, word counts as a sum, one regular expression with a function for citations; the bot
# composes the three.
import re


def quote_plots(found):
    table = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

    def clean(text):
        return " ".join(text.split()).translate(table)

    return "\n".join(
        f'<plot number="{number}" title="{clean(title)}">\n{clean(plot)}\n</plot>' for number, (title, plot) in enumerate(found, 1)
    )


def build_messages(history, question, found, budget):
    def say(role, content):
        return {"role": role, "content": content}

    def n_words(messages):
        return sum(len(message["content"].split()) for message in messages)

    first = say("system", SYSTEM)
    last = say("user", f"{quote_plots(found)}\n\n{question}" if len(found) else question)
    turns = [[say("user", asked), say("assistant", answered)] for asked, answered in history]
    while turns and n_words([first, *sum(turns, []), last]) > budget:
        turns = turns[1:]
    return [first, *sum(turns, []), last]


def cited(answer, n):
    numbers = {}

    def check(match):
        number = int(match["number"])
        if not 1 <= number <= n:
            return ""
        numbers.setdefault(number)
        return match[0]

    text = re.sub(r" *\[(?P<number>\d+)\]", check, answer)
    return text, list(numbers)


class MovieBot:
    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.generate, self.retrieve, self.k, self.budget = generate, retrieve, k, budget
        self.history = []

    def reply(self, question):
        found = list(self.retrieve(question, self.k))
        said = self.generate(build_messages(self.history, question, found, self.budget))
        answer, numbers = cited(said, len(found))
        if not numbers:
            answer = UNSURE
        self.history = [*self.history, (question, answer)]
        return answer, [found[number - 1][0] for number in numbers]

# %% wrong: quote_plots
# Misconception: only the closing tag is dangerous, so it is enough to take "</plot>" out of the texts.
def quote_plots(found):
    def clean(text):
        return " ".join(text.replace("</plot>", " ").split())

    return "\n".join(
        f'<plot number="{number}" title="{clean(title)}">\n{clean(plot)}\n</plot>' for number, (title, plot) in enumerate(found, 1)
    )

# %% wrong: MovieBot
# Misconception: the history is what the model itself has said, as it said it; checking is only for the user's eyes.
class MovieBot:
    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.generate, self.retrieve, self.k, self.budget = generate, retrieve, k, budget
        self.history = []

    def reply(self, question):
        found = list(self.retrieve(question, self.k))
        said = self.generate(build_messages(self.history, question, found, self.budget))
        self.history.append((question, said))
        answer, numbers = cited(said, len(found))
        if not numbers:
            return UNSURE, []
        return answer, [found[number - 1][0] for number in numbers]
