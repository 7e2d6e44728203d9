"""Makes invitations for a cluster's hub, in its pod, and prints them: ``python3 -m hub_config.kubernetes.invite``.

Without names, for everybody of ``courses.toml`` who has none; with names, new ones for those.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hub_config.kubernetes.values import INVITATIONS
from hub_config.login.invites import Invitations


def invite(names: Sequence[str], path: Path) -> list[str]:
    """Return a line for each code that was made: a person and a tab and the code.

    Raises
    ------
    SystemExit : a name is not in ``courses.toml``, as the values know it.
    """
    people = os.environ.get("COURSE_PEOPLE", "").split()
    if unknown := sorted(set(names) - set(people)):
        raise SystemExit(
            f"Not in courses.toml: {', '.join(unknown)}. Write them there, make the values anew, and run helm upgrade."
        )
    codes = Invitations(path).invite(names or people, again=bool(names))
    return [f"{name}\t{code}" for name, code in codes.items()]


if __name__ == "__main__":
    made = invite(sys.argv[1:], Path(INVITATIONS))
    print("\n".join(made) or "Everybody has an invitation already. Name those who need a new one.")
