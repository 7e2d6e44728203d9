"""What authors of checks write with."""

from autograder.engine.wire.proxy import Handle, Student, StudentRaised
from autograder.testing.marks import alternative, check, headline, lookup, mutant, naive

__all__ = ["Handle", "Student", "StudentRaised", "alternative", "check", "headline", "lookup", "mutant", "naive"]
