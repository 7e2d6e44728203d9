"""Grading: hidden checks, the engine that judges a submission by them, and the class-wide commands."""

from autograder.api import alternative, check, headline, mutant
from autograder.engine.remote import Handle, Student, StudentRaised

__all__ = ["Handle", "Student", "StudentRaised", "alternative", "check", "headline", "mutant"]
