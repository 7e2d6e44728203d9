"""The course's key: the secret that hidden inputs depend on, made once and fit to be one.

A submission sees inputs that were drawn with it, so a key that can be guessed can be found by trying: from 32 random
bytes on nobody can. What else a submission's process is given is not derived from it at all (`judge.Seed`).
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from itertools import pairwise

from course.errors import SetupError
from course.files import write_once
from course.project import Project

VARIABLE = "COURSE_KEY"
BYTES = 32
_HEX = re.compile(rf"[0-9a-fA-F]{{{2 * BYTES},1024}}")
# Random digits have about 56 different neighbours among 63 pairs; fewer than this, not once in the age of the universe.
_FEWEST_PAIRS = 36


def course_key(project: Project) -> str:
    """Return the key: ``COURSE_KEY``, else the one in the build folder, which is made at the first call.

    Of processes that call it for the first time at one moment, one makes the key and all return it.

    Raises
    ------
    SetupError : the key is empty, short or no random one, or others can read it; the message has the command that
        mends it. Or it can't be read or written.
    """
    if VARIABLE in os.environ:
        if trouble := unfit(os.environ[VARIABLE].strip()):
            raise SetupError(
                f"{VARIABLE} in the environment {trouble}. Set a random one: export {VARIABLE}=$(openssl rand -hex "
                f"{BYTES}), the same wherever the course is graded; or unset it, and one is made for this checkout."
            )
        return os.environ[VARIABLE].strip()
    path = project.build / "course.key"
    try:
        if not path.exists():
            write_once(path, secrets.token_hex(BYTES).encode("ascii"))
        with path.open("rb") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read(4096).decode("ascii", "replace").strip()
    except OSError as error:
        raise SetupError(
            f"The course's key can't be kept in {path} ({error.strerror}). Free some space or mend the permissions, "
            f"or set {VARIABLE}, and run again."
        ) from error
    if trouble := unfit(text):
        raise SetupError(
            f"{path} {trouble}. Have a new one made at the next run: rm '{path}'. What was judged with it is then "
            "judged again, on other inputs."
        )
    if stat.S_IMODE(mode) & 0o077:
        raise SetupError(
            f"{path} can be read by others, who could then work out the hidden inputs: chmod 600 '{path}', or, if "
            f"others have been here, have a new one made at the next run: rm '{path}'."
        )
    return text


def unfit(key: str) -> str:
    """Return what is wrong with a key, as the end of a sentence; empty where it is fit."""
    if not key:
        return "is empty"
    if not _HEX.fullmatch(key):
        return f"is no key: {BYTES} random bytes are needed, written as {2 * BYTES} digits from 0 to f"
    if len(set(pairwise(key.lower()))) < _FEWEST_PAIRS:
        return f"is not random, and can be guessed: {BYTES} random bytes are needed"
    return ""
