"""Hidden checks of ch12_vision: counting (p.12.1)."""

from autograder.testing import check
