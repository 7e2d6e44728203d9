"""Language: recurrent networks and attention, reber: wrong answers that must fail, and right ones that must pass."""

from autograder.testing import alternative, mutant
