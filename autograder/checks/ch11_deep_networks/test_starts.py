"""Hidden checks of ch11_deep_networks: starts (p.11.1)."""

from autograder.testing import check
