"""Known ways to cheat or harm an autograder, as submissions that our own engine has to withstand.

`techniques` and `names` list them, `run` grades them and says what became of each.
"""

from __future__ import annotations

from autograder.redteam.runner import Row, run
from autograder.redteam.technique import Technique, names, techniques

__all__ = ["Row", "Technique", "names", "run", "techniques"]
