"""Reinforcement learning, questions: wrong answers that must fail, and right ones that must pass."""

from autograder.testing import alternative, mutant
