"""Chapter 15, what a chatbot's model hears (p.15.15): more wrong answers."""

from html import escape

from autograder.testing import mutant
from solutions.ch15_transformers.chatbot import build_messages


@mutant("p.15.15", replaces="quote_plots", fails="test_quotations")
def apostrophes_as_well(found):
    """You replace apostrophes as well, as `html.escape` does: only &, <, > and " are to be replaced."""
    blocks = [
        f'<plot number="{number}" title="{escape(" ".join(title.split()))}">\n{escape(" ".join(plot.split()))}\n</plot>'
        for number, (title, plot) in enumerate(found, 1)
    ]
    return "\n".join(blocks)


@mutant("p.15.15", replaces="build_messages", fails="test_history_is_left_alone")
def history_used_up(history, question, found, budget):
    """You take turns out of the list that you are given, and the bot has lost them for good: work on a copy."""
    while history and len(build_messages(history, question, found, budget)) < 2 * len(history) + 2:
        history.pop(0)
    return build_messages(history, question, found, budget)
