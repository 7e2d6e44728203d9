"""Hidden checks of ch10_pytorch: layers (p.10.1)."""

from autograder.testing import check
