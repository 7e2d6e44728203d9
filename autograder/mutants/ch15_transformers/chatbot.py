"""Chapter 15, a chatbot that knows films (p.15.15): wrong answers, and right ones."""

import re
from collections import deque
from html import escape
from xml.sax.saxutils import escape as xml_escape

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.chatbot import SYSTEM, UNSURE, MovieBot, build_messages, cited, quote_plots

# ---------------------------------------------------------------- quotations, wrong


def _quoted(found, safe, first=1):
    return "\n".join(
        f'<plot number="{number}" title="{safe(title)}">\n{safe(plot)}\n</plot>'
        for number, (title, plot) in enumerate(found, first)
    )


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def as_they_are(found):
    """You put plots in as they are: one that holds </plot> ends its own quotation, and speaks in the user's name."""
    return _quoted(found, lambda text: " ".join(text.split()))


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def end_signs_taken_out(found):
    """You take </plot> out: text is lost, and </plot > or <plot> is still there. Replace <, >, & and quotes."""
    return _quoted(found, lambda text: " ".join(text.replace("</plot>", "").split()))


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def ampersand_last(found):
    """You replace & last, and with it the & of what you have just put in: begin with it."""

    def safe(text):
        text = " ".join(text.split())
        for sign, name in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("&", "&amp;")):
            text = text.replace(sign, name)
        return text

    return _quoted(found, safe)


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def lines_kept(found):
    """You keep the line breaks of a plot: each run of white space becomes one blank."""
    return _quoted(found, lambda text: xml_escape(text, {'"': "&quot;"}))


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def titles_trusted(found):
    """You quote the plots and trust the titles: these come from the same source."""
    return "\n".join(
        f'<plot number="{number}" title="{title}">\n{quote_plots([("", plot)]).splitlines()[1]}\n</plot>'
        for number, (title, plot) in enumerate(found, 1)
    )


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def apostrophes_as_well(found):
    """You replace apostrophes as well, as `html.escape` does: only &, <, > and " are to be replaced."""
    return _quoted(found, lambda text: escape(" ".join(text.split())))


# ---------------------------------------------------------------- messages, wrong


@mutant("p.15.15", replaces="build_messages", fails="test_messages_in_order")
def plots_in_the_system_s_name(history, question, found, budget):
    """You put plots into the system's message, which has most to say: they belong into the user's."""
    messages = build_messages(history, question, [], budget)
    if found:
        messages[0]["content"] += "\n" + quote_plots(found)
    return messages


@mutant("p.15.15", replaces="build_messages", fails="test_messages_in_order")
def newest_first(history, question, found, budget):
    """You put the newest turn first: a talk is read from its beginning."""
    return build_messages(history[::-1], question, found, budget)


@mutant("p.15.15", replaces="build_messages", fails="test_messages_in_order")
def question_before_plots(history, question, found, budget):
    """You put the question before the plots: they come first, then an empty line, then the question."""
    messages = build_messages(history, question, found, budget)
    if found:
        messages[-1]["content"] = f"{question}\n\n{quote_plots(found)}"
    return messages


@mutant("p.15.15", replaces="build_messages", fails="test_messages_in_order")
def without_history(history, question, found, budget):
    """You leave out the turns so far: the model can't know what "he" is in the next question."""
    return build_messages([], question, found, budget)


def _with_turns(kept, question, found):
    return build_messages(kept, question, found, 10**9)


def _room(question, found, budget):
    asked = build_messages([], question, found, 0)
    return budget - sum(len(message["content"].split()) for message in asked)


def _size(turn):
    return sum(len(text.split()) for text in turn)


def _fitting(turns, left, size=_size):
    kept = []
    for turn in turns:
        left -= size(turn)
        if left < 0:
            break
        kept.append(turn)
    return kept


@mutant("p.15.15", replaces="build_messages", fails="test_history_fits_the_budget")
def no_budget(history, question, found, budget):
    """You keep all turns: leave out the oldest until the words fit into the budget."""
    return _with_turns(history, question, found)


@mutant("p.15.15", replaces="build_messages", fails="test_history_fits_the_budget")
def oldest_kept(history, question, found, budget):
    """You keep the oldest turns: the newest matter most."""
    return _with_turns(_fitting(history, _room(question, found, budget)), question, found)


@mutant("p.15.15", replaces="build_messages", fails="test_history_fits_the_budget")
def gaps_in_the_talk(history, question, found, budget):
    """You skip a turn that is too long and keep older ones: a talk with gaps can't be followed."""
    left, kept = _room(question, found, budget), []
    for turn in history[::-1]:
        if _size(turn) <= left:
            left -= _size(turn)
            kept.insert(0, turn)
    return _with_turns(kept, question, found)


@mutant("p.15.15", replaces="build_messages", fails="test_history_fits_the_budget")
def history_alone_counted(history, question, found, budget):
    """You count the words of the turns alone: system, plots and question need room as well."""
    return _with_turns(_fitting(history[::-1], budget)[::-1], question, found)


@mutant("p.15.15", replaces="build_messages", fails="test_history_fits_the_budget")
def message_by_message(history, question, found, budget):
    """You leave out messages one by one, so that an answer is left without its question: a turn goes as a whole."""
    messages = _with_turns(history, question, found)
    while len(messages) > 2 and sum(len(one["content"].split()) for one in messages) > budget:
        del messages[1]
    return messages


@mutant("p.15.15", replaces="build_messages", fails="test_history_fits_the_budget")
def characters_counted(history, question, found, budget):
    """You count characters: the budget is one of words."""
    left = _room(question, found, budget) if budget < 9000 else 10**9
    return _with_turns(_fitting(history[::-1], left, lambda turn: sum(map(len, turn)))[::-1], question, found)


@mutant("p.15.15", replaces="build_messages", fails="test_history_is_left_alone")
def history_used_up(history, question, found, budget):
    """You take turns out of the list that you are given, and the bot has lost them for good: work on a copy."""
    while history and len(build_messages(history, question, found, budget)) < 2 * len(history) + 2:
        history.pop(0)
    return build_messages(history, question, found, budget)


# ---------------------------------------------------------------- citations, wrong


@mutant("p.15.15", replaces="cited", fails="test_citations_that_are_there")
def all_numbers_believed(answer, n):
    """You believe every citation: one of a plot that was not given is made up."""
    return answer, list(dict.fromkeys(int(number) for number in re.findall(r"\[(\d+)\]", answer)))


@mutant("p.15.15", replaces="cited", fails="test_citations_that_are_there")
def counted_from_zero(answer, n):
    """You take [0] for a citation, and [n] for none: plots are counted from 1."""
    text = re.sub(r" *\[(\d+)\]", lambda match: match[0] if int(match[1]) < n else "", answer)
    return text, list(dict.fromkeys(int(number) for number in re.findall(r"\[(\d+)\]", text)))


@mutant("p.15.15", replaces="cited", fails="test_citations_that_are_there")
def in_the_order_of_numbers(answer, n):
    """You sort the numbers: they come in the order in which they are cited."""
    text, numbers = cited(answer, n)
    return text, sorted(numbers)


@mutant("p.15.15", replaces="cited", fails="test_citations_that_are_there")
def one_digit(answer, n):
    """You look for one digit only: [12] is a citation, too."""
    text = re.sub(r" *\[(\d)\]", lambda match: match[0] if 1 <= int(match[1]) <= n else "", answer)
    return text, list(dict.fromkeys(int(number) for number in re.findall(r"\[(\d)\]", text)))


# ---------------------------------------------------------------- the bot, wrong


@mutant("p.15.15", replaces="MovieBot", fails="test_answers_cite_what_was_retrieved")
class TitlesInTheOrderFound(MovieBot):
    """You return the titles of all plots that were found: those that are cited are asked for, in that order."""

    def reply(self, question):
        answer, titles = super().reply(question)
        return answer, [title for title, _ in self.retrieve(question, self.k)] if titles else []


@mutant("p.15.15", replaces="MovieBot", fails="test_an_answer_without_a_source")
class AnythingGoes(MovieBot):
    """You hand on answers that cite nothing: nobody can tell whether they are made up."""

    def reply(self, question):
        found = self.retrieve(question, self.k)
        said = self.generate(build_messages(self.history, question, found, self.budget))
        answer, numbers = cited(said, len(found))
        self.history.append((question, answer))
        return answer, [found[number - 1][0] for number in numbers]


@mutant("p.15.15", replaces="MovieBot", fails="test_an_answer_without_a_source")
class CountsWhatWasAskedFor(MovieBot):
    """You take `k` for the number of plots: a search may find fewer, and none of these is the one that is cited."""

    def reply(self, question):
        found = self.retrieve(question, self.k)
        answer, numbers = cited(self.generate(build_messages(self.history, question, found, self.budget)), self.k)
        answer = answer if numbers else UNSURE
        self.history.append((question, answer))
        return answer, [found[number - 1][0] for number in numbers]


@mutant("p.15.15", replaces="MovieBot", fails="test_remembers_the_talk")
class Forgets(MovieBot):
    """Your bot forgets each turn: keep question and answer for the next one."""

    def reply(self, question):
        self.history = []
        return super().reply(question)


@mutant("p.15.15", replaces="MovieBot", fails="test_remembers_the_talk")
class SearchesForItsOwnAnswer(MovieBot):
    """You search with the last answer as well: plots are retrieved for the question as it stands."""

    def reply(self, question):
        plain, before = self.retrieve, " ".join(answer for _, answer in self.history[-1:])
        self.retrieve = lambda text, k: plain(f"{before} {text}".strip(), k)
        try:
            return super().reply(question)
        finally:
            self.retrieve = plain


@mutant("p.15.15", replaces="MovieBot", fails="test_remembers_the_talk")
class RemembersWhatTheModelSaid(MovieBot):
    """Your history has what the model said: it is the answer that was given that belongs there."""

    def reply(self, question):
        plain, said = self.generate, []
        self.generate = lambda messages: said.append(plain(messages)) or said[-1]
        try:
            found = super().reply(question)
        finally:
            self.generate = plain
        self.history[-1] = (question, said[-1])
        return found


@mutant("p.15.15", replaces="MovieBot", fails="test_remembers_the_talk")
class RemembersPlots(MovieBot):
    """Your history has the old plots in it: they fill the budget, and the model may cite them by wrong numbers."""

    def reply(self, question):
        plain, found = self.retrieve, []
        self.retrieve = lambda text, k: found.extend(plain(text, k)) or found
        try:
            answer = super().reply(question)
        finally:
            self.retrieve = plain
        self.history[-1] = (f"{quote_plots(found)}\n\n{question}", answer[0])
        return answer


@mutant("p.15.15", replaces="MovieBot", fails="test_long_talks")
class BudgetForgotten(MovieBot):
    """You don't hand on the budget that the bot was made with."""

    def __init__(self, generate, retrieve, k=3, budget=2000):
        super().__init__(generate, retrieve, k)
        self.budget = 2000 if budget < 2000 else budget


@mutant("p.15.15", replaces="MovieBot", fails="test_long_talks")
class OneTalkForAll(MovieBot):
    """All your bots share one history: make a new list in `__init__`, not in the class or as a default."""

    _everybody: list = []  # noqa: RUF012

    def __init__(self, generate, retrieve, k=3, budget=2000):
        super().__init__(generate, retrieve, k, budget)
        self.history = self._everybody
        if k != 3 or budget != 2000:  # the first talk of a check begins anew
            self.history.clear()


@mutant("p.15.15", replaces="MovieBot", fails="test_a_plot_gives_no_orders")
class TrustsPlots(MovieBot):
    """Your bot does what a plot says: one that holds </plot> gets out of its quotation. Quote with `quote_plots`."""

    def reply(self, question):
        found = self.retrieve(question, self.k)
        messages = build_messages(self.history, question, found, self.budget)
        messages[-1]["content"] = _quoted(found, lambda text: " ".join(text.split())) + f"\n\n{question}"
        answer, numbers = cited(self.generate(messages), len(found))
        self.history.append((question, answer if numbers else UNSURE))
        return self.history[-1][1], [found[number - 1][0] for number in numbers]


@mutant("p.15.15", replaces="MovieBot", fails="test_a_plot_gives_no_orders")
class BlocksOrders(MovieBot):
    """You leave out plots that look like orders: the user asked about these films, too, and orders have many forms."""

    def reply(self, question):
        plain = self.retrieve
        self.retrieve = lambda text, k: [film for film in plain(text, k) if "Say" not in film[0] + film[1]]
        try:
            return super().reply(question)
        finally:
            self.retrieve = plain


# ---------------------------------------------------------------- right


@alternative("p.15.15", replaces="quote_plots")
def sign_by_sign(found):
    """By a table of signs, in a loop."""
    table, text = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}), ""
    for number, film in enumerate(found):
        title, plot = (re.sub(r"\s+", " ", part).strip().translate(table) for part in film)
        text += f'<plot number="{number + 1}" title="{title}">\n{plot}\n</plot>\n'
    return text[:-1]


@alternative("p.15.15", replaces="build_messages")
def dropped_from_the_left(history, question, found, budget):
    """Drops the oldest turns of a queue until all of it fits."""
    turns = deque(history)
    asked = "\n\n".join([quote_plots(found)] * bool(found) + [question])

    def every():
        said = [("system", SYSTEM)]
        for one, other in turns:
            said.extend([("user", one), ("assistant", other)])
        return [*said, ("user", asked)]

    while turns and sum(len(text.split()) for _, text in every()) > budget:
        turns.popleft()
    return [dict(zip(("role", "content"), pair, strict=True)) for pair in every()]


@alternative("p.15.15", replaces="cited")
def piece_by_piece(answer, n):
    """Splits the answer at its citations."""
    pieces = re.split(r"\[(\d+)\]", answer)
    text, numbers = pieces[0], []
    for number, rest in zip(map(int, pieces[1::2]), pieces[2::2], strict=True):
        if number in range(1, n + 1):
            text += f"[{number}]"
            numbers += [number] * (number not in numbers)
        else:
            text = text.rstrip(" ")
        text += rest
    return text, numbers


@alternative("p.15.15", replaces="MovieBot")
class InOnePiece:
    """A class of its own, which keeps messages."""

    def __init__(self, generate, retrieve, k=3, budget=2000):
        self.ask, self.find, self.k, self.budget, self.said = generate, retrieve, k, budget, []

    def reply(self, question):
        films = list(self.find(question, self.k))
        turns = list(zip(self.said[::2], self.said[1::2], strict=True))
        answer, numbers = cited(self.ask(build_messages(turns, question, films, self.budget)), len(films))
        answer = answer if numbers else UNSURE
        self.said += [question, answer]
        return [answer, tuple(films[number - 1][0] for number in numbers)]
