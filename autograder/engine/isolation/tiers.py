"""The tiers of isolation, from all that Linux offers to none."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """How far a submission is kept apart; T1 is the most. See docs/security.md."""

    T1 = "T1"  # root on Linux: namespaces, a user of its own, control groups, Landlock, seccomp
    T2 = "T2"  # user namespaces: the same with one user, control groups where delegated
    T3 = "T3"  # Landlock, seccomp, limits, a watchdog: the usual container
    T4 = "T4"  # a process of its own, not isolated: macOS, Windows, old kernels

    @property
    def meaning(self) -> str:
        """One line for a report."""
        return _MEANING[self]


_MEANING = {
    Tier.T1: "isolated: own namespaces, own user, control groups, Landlock, seccomp",
    Tier.T2: "isolated: own namespaces, Landlock, seccomp",
    Tier.T3: "isolated: Landlock and seccomp, shared process list",
    Tier.T4: "not isolated: for your own work only",
}
