"""Hidden checks of ch14_text: reber (p.14.1)."""

from autograder.testing import check
