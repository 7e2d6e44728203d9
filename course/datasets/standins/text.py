"""Generators of texts that stand in for real ones."""

from __future__ import annotations

from random import Random

import numpy as np

from course.datasets.shapes import Head, Labels, Pairs, Reviews, Text, freeze

SEED = 20
REVIEWS = 1000  # for training, and as many for testing
SPEECHES = 1500

_PRAISE = ("a joy to watch", "moving and honest", "brilliantly acted", "funny from start to end", "worth every minute")
_BLAME = ("a waste of time", "dull and far too long", "badly acted", "full of tired jokes", "an insult to its audience")
_GOOD = ("wonderful", "superb", "touching", "clever", "gripping", "charming", "excellent")
_BAD = ("awful", "boring", "clumsy", "flat", "annoying", "pointless", "terrible")
_PARTS = ("plot", "acting", "music", "camera work", "dialogue", "ending", "cast", "direction")
_OPENINGS = (
    "I saw this film last night.",
    "My sister made me watch this one.",
    "After all the talk about it I had to see it.",
    "It is set in a small town near the sea.",
    "The story begins with a train journey.",
    "The director made two films before this one.",
)
_ROLES = ("Duke", "Queen", "Servant", "Captain", "Messenger", "Old Man", "First Guard", "Second Guard")
_SUBJECTS = (
    "the night",
    "my lord",
    "thy brother",
    "this crown",
    "our army",
    "the sea",
    "a faithful heart",
    "the morning",
)
_VERBS = ("shall bring", "doth hide", "will answer", "must forgive", "cannot hold", "once promised", "hath forgotten")
_OBJECTS = (
    "the truth",
    "thy sorrow",
    "an empty house",
    "all our hopes",
    "a heavy price",
    "the king's peace",
    "no comfort",
)
_TAILS = (
    "before the dawn",
    "without a word",
    "as I have heard",
    "in spite of us",
    "and so farewell",
    "for love of thee",
)
_PEOPLE = (
    ("I", "Yo", 0),
    ("You", "Tú", 1),
    ("He", "Él", 2),
    ("She", "Ella", 2),
    ("We", "Nosotros", 3),
    ("They", "Ellos", 4),
    ("Maria", "María", 2),
    ("My brother", "Mi hermano", 2),
)
_ACTIONS = (
    (("eat", "eats"), ("como", "comes", "come", "comemos", "comen"), (("bread", "pan"), ("an apple", "una manzana"))),
    (("read", "reads"), ("leo", "lees", "lee", "leemos", "leen"), (("a book", "un libro"), ("the letter", "la carta"))),
    (
        ("buy", "buys"),
        ("compro", "compras", "compra", "compramos", "compran"),
        (("a house", "una casa"), ("the car", "el coche"), ("bread", "pan")),
    ),
    (
        ("see", "sees"),
        ("veo", "ves", "ve", "vemos", "ven"),
        (("the dog", "el perro"), ("the sea", "el mar"), ("a bird", "un pájaro")),
    ),
    (
        ("write", "writes"),
        ("escribo", "escribes", "escribe", "escribimos", "escriben"),
        (("a letter", "una carta"), ("a poem", "un poema")),
    ),
    (("drink", "drinks"), ("bebo", "bebes", "bebe", "bebemos", "beben"), (("water", "agua"), ("coffee", "café"))),
    (
        ("sell", "sells"),
        ("vendo", "vendes", "vende", "vendemos", "venden"),
        (("the car", "el coche"), ("flowers", "flores")),
    ),
)
_TIMES = (
    ("", ""),
    (" today", " hoy"),
    (" now", " ahora"),
    (" every day", " todos los días"),
    (" at night", " por la noche"),
    (" on Monday", " el lunes"),
    (" with Ana", " con Ana"),
    (" at home", " en casa"),
)


def imdb(head: Head) -> Reviews:
    """Write reviews whose praise or blame prevails, but is mixed with the other and with plain telling."""
    rng = Random(SEED)

    def half() -> tuple[tuple[str, ...], Labels]:
        labels = np.repeat(np.arange(2), REVIEWS // 2).astype(np.int64)
        return tuple(_review(bool(label), rng) for label in labels), freeze(labels)

    return Reviews(head, *half(), *half())


def _review(positive: bool, rng: Random) -> str:
    lines = [rng.choice(_OPENINGS)]
    for _ in range(rng.randrange(3, 12)):
        likes = positive if rng.random() < 0.8 else not positive
        part, other = rng.sample(_PARTS, 2)
        adjective = rng.choice(_GOOD if likes else _BAD)
        lines.append(
            rng.choice(
                (
                    f"The {part} is {adjective}.",
                    f"I found the {part} and the {other} {adjective}.",
                    f"What a {adjective} {part}!",
                    f"All in all it was {rng.choice(_PRAISE if likes else _BLAME)}.",
                    f"The {part} is not {rng.choice(_BAD if likes else _GOOD)} at all.",
                    rng.choice(_OPENINGS),
                )
            )
        )
    return rng.choice((" ", "<br /><br />")).join(lines)


def tiny_shakespeare(head: Head) -> Text:
    """Write a play: a name, a colon, some lines, an empty line."""
    rng = Random(SEED)
    speeches = []
    for _ in range(SPEECHES):
        lines = [_verse(rng) for _ in range(rng.randrange(1, 6))]
        speeches.append(f"{rng.choice(_ROLES)}:\n" + "\n".join(lines) + "\n")
    return Text(head, "\n".join(speeches))


def _verse(rng: Random) -> str:
    verse = f"{rng.choice(_SUBJECTS)} {rng.choice(_VERBS)} {rng.choice(_OBJECTS)}"
    if rng.random() < 0.6:
        verse += f"{rng.choice((', ', ' '))}{rng.choice(_TAILS)}"
    return verse[0].upper() + verse[1:] + rng.choice((".", ",", ";", "!", "?"))


def spa_eng(head: Head) -> Pairs:
    """Combine people, verbs, objects and times; Spanish verbs agree with the person. All pairs differ."""
    pairs = [
        (f"{who} {verb[person == 2]} {thing}{when}.", f"{quien} {verbo[person]} {cosa}{cuando}.")
        for who, quien, person in _PEOPLE
        for verb, verbo, things in _ACTIONS
        for thing, cosa in things
        for when, cuando in _TIMES
    ]
    return Pairs(head, tuple(sorted(pairs, key=lambda pair: len(pair[0]))))  # the real set is sorted by length, too
