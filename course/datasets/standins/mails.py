"""A generator of mails that stands in for the SpamAssassin corpus.

Ham and spam share words, addresses and forms: no single word, header or kind of content gives a mail away.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

import numpy as np

from course.datasets.shapes import Head, Mails, freeze

SEED = 20
HAM, SPAM = 800, 200  # about the corpus's own share
KINDS = ("plain", "html", "both")
START = datetime(2002, 8, 22, 12, tzinfo=UTC)
NAMES = ("anna", "ben", "carol", "dmitri", "elena", "frank", "grace", "hugo", "ines", "jonas", "kim", "lars")
HAM_HOSTS = ("lists.example.org", "mail.example.edu", "example.com", "dev.example.net")
SPAM_HOSTS = ("offers.example.com", "example.net", "bulk.example.biz", "mail.example.org", "example.com")
LINK_HOSTS = ("www.example.com", "example.org", "download.example.net")
WORDS = {
    "tool": ("kernel", "parser", "mailer", "compiler", "scheduler", "installer", "driver", "script", "server"),
    "act": ("rebuild", "patch", "upgrade", "test", "configure", "debug", "package", "rewrite", "install"),
    "event": ("meeting", "talk", "seminar", "lunch", "release", "workshop", "review"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "next week", "tomorrow"),
    "person": ("Anna", "Ben", "Carol", "Dmitri", "Elena", "Frank", "Grace", "Hugo"),
    "good": ("watches", "pills", "vitamins", "cartridges", "loans", "mortgages", "software", "insurance"),
    "gain": ("money", "profit", "savings", "income", "cash", "winnings", "bonus"),
    "hurry": ("now", "today only", "immediately", "before midnight", "while it lasts"),
}
HAM_LINES = (
    "I tried to {act} the {tool} but it still fails with error {num}.",
    "The {event} is moved to {day}, {person} will send the notes.",
    "Does anyone know how to {act} the {tool} without root?",
    "{person} wrote a short page about it: {link}",
    "See {link} for the patch against version {num}.",
    "Thanks for the help, the {tool} works on my machine.",
    "We have {num} open bugs before the {event} on {day}.",
    "I think {person} is right, the {tool} should not need a restart.",
    "The new version is free and you can download it from {link}.",
    "Please send me the money for {event} by {day}, it is {num} each.",
    "My old laptop needs {num} minutes to {act} the {tool}.",
    "Can we discuss this at the {event} on {day}?",
    "There is an article about {good} and privacy at {link}.",
    "Click on the second link, the first one is broken.",
)
SPAM_LINES = (
    "Order {good} {hurry} and save {num} percent!",
    "You have been selected to receive {num} dollars in {gain}.",
    "Click here {hurry}: {link}",
    "Lowest price on {good}, no questions asked.",
    "Make {num} dollars a week from home, guaranteed {gain}!",
    "This is a limited offer, act {hurry}.",
    "Get approved for {good} {hurry}, even with bad credit.",
    "Dear friend, I need your help to move {num} dollars of {gain}.",
    "To be removed from our list visit {link}",
    "Our {good} are free for {num} days, risk free.",
    "Your friend {person} told us that you want {gain}.",
    "We tested {num} {good} for you, see {link}",
    "Double your {gain} {hurry}, {person} did!",
)
SHARED_LINES = (
    "Hello {person},",
    "Let me know what you think.",
    "More information is at {link}",
    "Best regards, {person}",
    "Please reply to this mail by {day}.",
    "You get this mail because you signed up at {link}",
    "It takes about {num} minutes.",
)
HAM_SUBJECTS = ("Re: {tool} fails on {day}", "{event} on {day}", "[list] how to {act} the {tool}", "Re: free {tool}")
SPAM_SUBJECTS = ("{good} at {num} percent off", "Re: your {gain}", "{person}, act {hurry}", "FREE {good}!!!")


def spamassassin(head: Head) -> Mails:
    """Write 800 ham mails and 200 spam mails with headers, replies, HTML, links and numbers."""
    rng = Random(SEED)  # for single draws much faster than numpy's
    emails = [_mail(number, number >= HAM, rng) for number in range(HAM + SPAM)]
    labels = np.repeat(np.arange(2), [HAM, SPAM]).astype(np.int64)
    return Mails(head, tuple(emails), freeze(labels))


def _mail(number: int, spam: bool, rng: Random) -> str:
    host = rng.choice(SPAM_HOSTS if spam else HAM_HOSTS)
    sender, reader = rng.choice(NAMES), rng.choice(NAMES)
    sent = format_datetime(START + timedelta(minutes=rng.randrange(60 * 24 * 60)))
    headers = [
        f"Return-Path: <{sender}@{host}>",
        f"Received: from {host} by mail.example.org with SMTP id {number:06d}; {sent}",
        f"Message-Id: <{rng.randrange(10**9)}.{number}@{host}>",
        f"From: {sender.title()} <{sender}{rng.randrange(100)}@{host}>",
        f"To: {reader}@example.org",
        f"Subject: {_fill(rng.choice(SPAM_SUBJECTS if spam else HAM_SUBJECTS), rng)}",
        f"Date: {sent}",
    ]
    if not spam and rng.random() < 0.5:
        headers.append("List-Id: A list for developers <dev.example.org>")
    text = "\n".join(headers) + "\n" + _body(number, spam, rng)
    # The corpus has mails that name a charset nobody knows: a parser must live with that.
    return text.replace('charset="utf-8"', 'charset="default_charset"') if rng.random() < 0.02 else text


def _body(number: int, spam: bool, rng: Random) -> str:
    """Write the content and the headers that describe it."""
    lines = _lines(spam, rng)
    kind = rng.choices(KINDS, (0.25, 0.5, 0.25) if spam else (0.85, 0.05, 0.1))[0]
    plain, html = "\n".join(lines) + "\n", _html(lines, spam, rng)
    body = EmailMessage()
    if kind == "html":
        body.set_content(html, subtype="html", cte="base64" if rng.random() < 0.1 else "quoted-printable")
    else:
        body.set_content(plain, cte="quoted-printable" if rng.random() < 0.2 else "7bit")
    if kind == "both":
        body.add_alternative(html, subtype="html", cte="quoted-printable")
        body.set_boundary(f"----=_part_{number:06d}")  # the library's own would be different in every run
    return body.as_string()


def _lines(spam: bool, rng: Random) -> list[str]:
    """Write 4 to 12 lines, mostly of the mail's own kind; ham quotes the mail it answers."""
    own, other = (SPAM_LINES, HAM_LINES) if spam else (HAM_LINES, SPAM_LINES)
    lines = []
    for _ in range(rng.randrange(4, 13)):
        bank = rng.choices((own, SHARED_LINES, other), (0.6, 0.35, 0.05))[0]
        line = _fill(rng.choice(bank), rng)
        lines.append(line.upper() if spam and rng.random() < 0.15 else line)
    if not spam and rng.random() < 0.4:
        lines[1:1] = ["> " + _fill(rng.choice(HAM_LINES), rng) for _ in range(rng.randrange(1, 4))]
    return lines


def _html(lines: list[str], spam: bool, rng: Random) -> str:
    colour = rng.choice(("#ff0000", "#0000cc", "#008800")) if spam else "#000000"
    body = "\n".join(f'<p><font color="{colour}" size={rng.randrange(2, 6)}>{line}</font></p>' for line in lines)
    return f"<html><head><title>mail</title></head>\n<body bgcolor=white>\n{body}\n</body></html>\n"


def _fill(line: str, rng: Random) -> str:
    """Put a word into each {slot}; numbers and links are made up."""
    while "{" in line:
        start, end = line.index("{"), line.index("}")
        line = line[:start] + _word(line[start + 1 : end], rng) + line[end + 1 :]
    return line


def _word(slot: str, rng: Random) -> str:
    if slot == "num":
        small, large = rng.randrange(2, 100), rng.randrange(100, 100000)
        return rng.choice((str(small), str(large), f"{small}.{large % 100:02d}"))
    if slot == "link":
        return f"http://{rng.choice(LINK_HOSTS)}/{rng.choice(NAMES)}/{rng.randrange(1000)}.html"
    return rng.choice(WORDS[slot])
