"""Hidden checks of ch19_reinforcement: questions (p.19.1)."""

from autograder.testing import check
