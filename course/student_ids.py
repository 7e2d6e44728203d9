"""What a student's id may be: a folder's name, and a gradebook's key."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from course.hand_in_files import safe_path

_LONGEST = 128  # characters: what nbgrader's gradebook takes
_LOST = "\u00ad\u200c\u200d\u2060\ufeff"  # soft hyphen, joiners, a byte-order mark: not seen, and not part of a name


def student_id(text: str) -> str:
    """Return the student's id that a name stands for, or an empty text where it can be none.

    An id is a folder's name and a gradebook's key. It is in Unicode's composed form (NFC); a blank is ``_`` in it. It
    has letters (of any script, with their marks), digits, and ``. _ - + @``, and does not begin or end with a dot.
    """
    if re.search(r"%[0-9A-Fa-f]{2}", text):
        text = unquote(text)
    letters = []
    for letter in unicodedata.normalize("NFC", text.translate(dict.fromkeys(map(ord, _LOST)))):
        kind = unicodedata.category(letter)
        if kind[0] == "C" or kind in ("Zl", "Zp"):
            return ""  # a control character, a mark that turns the line round, half a character
        letters.append(letter if kind[0] in "LMN" or letter in "._-+@" else "_")
    made = re.sub("_{2,}", "_", "".join(letters)).lstrip(".-+@ ").rstrip(".")
    made = made if made == text else made.strip("_").rstrip(".")
    if not made or unicodedata.category(made[0])[0] == "M" or len(made) > _LONGEST or len(made.encode()) > 200:
        return ""
    try:
        return safe_path(made) if "/" not in made else ""
    except ValueError:
        return ""


def is_student(name: str) -> bool:
    """Whether `name` can be a student's id."""
    return name != "" and student_id(name) == name
