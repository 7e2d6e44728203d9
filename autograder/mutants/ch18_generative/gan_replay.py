"""Wrong and right answers of chapter 18: experience replay (p.18.12)."""

import random
from collections import deque

import numpy as np
import torch

from autograder.testing import alternative, mutant


class _Buffer:
    def __init__(self, capacity, seed=42):
        self.capacity, self.rng = capacity, np.random.default_rng(seed)
        self.rows = torch.empty(0)

    def __len__(self):
        return len(self.rows)

    def push(self, pictures):
        new = pictures.detach().clone()
        self.rows = (torch.cat([self.rows, new]) if len(self.rows) else new)[-self.capacity :]

    def sample(self, n):
        return self.rows[torch.from_numpy(self.rng.permutation(len(self.rows))[:n])]

    def mix(self, pictures, share=0.5):
        pictures, old = pictures.detach().clone(), min(int(share * len(pictures)), len(self))
        found = torch.cat([self.sample(old), pictures[: len(pictures) - old]]) if old else pictures
        self.push(pictures)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_newest_pictures_are_kept")
class OldestStay(_Buffer):
    """Once your buffer is full, nothing new comes in: the oldest have to go."""

    def push(self, pictures):
        new = pictures.detach().clone()
        self.rows = (torch.cat([self.rows, new]) if len(self.rows) else new)[: self.capacity]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_newest_pictures_are_kept")
class BatchesCounted(_Buffer):
    """Your capacity counts batches: it is one of pictures."""

    def __init__(self, capacity, seed=42):
        super().__init__(capacity, seed)
        self.batches = deque(maxlen=capacity)

    def push(self, pictures):
        self.batches.append(pictures.detach().clone())
        self.rows = torch.cat(list(self.batches))


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_newest_pictures_are_kept")
class DrawnTwice(_Buffer):
    """Your draw may have the same picture twice: draw without putting back."""

    def sample(self, n):
        return self.rows[torch.from_numpy(self.rng.integers(len(self.rows), size=n))]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_pictures_are_drawn_evenly")
class NewestOnly(_Buffer):
    """You hand out the newest pictures each time: draw at random."""

    def sample(self, n):
        return self.rows[len(self.rows) - n :]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class PushedFirst(_Buffer):
    """You keep the new pictures before you draw the old ones, so that some of these are new."""

    def mix(self, pictures, share=0.5):
        self.push(pictures)
        old = min(int(share * len(pictures)), len(self))
        return torch.cat([self.sample(old), pictures.detach()[: len(pictures) - old]])


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class NewShare(_Buffer):
    """`share` is that of the old pictures; you take it for that of the new ones."""

    def mix(self, pictures, share=0.5):
        return super().mix(pictures, 1 - share)


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class LargerBatch(_Buffer):
    """The old pictures come on top of all new ones, so that the batch grows: it has as many as came."""

    def mix(self, pictures, share=0.5):
        old = min(int(share * len(pictures)), len(self))
        found = torch.cat([self.sample(old), pictures.detach().clone()]) if old else pictures.detach().clone()
        self.push(pictures)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class PushedInPart(_Buffer):
    """You keep only those new pictures that the batch has: all of them are pushed."""

    def mix(self, pictures, share=0.5):
        old = min(int(share * len(pictures)), len(self))
        new = pictures.detach().clone()[: len(pictures) - old]
        found = torch.cat([self.sample(old), new]) if old else new
        self.push(new)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_kept_pictures_are_copies")
class SharedMemory(_Buffer):
    """What you keep changes with the batch: `detach` alone shares its memory, `clone` makes a copy."""

    def push(self, pictures):
        self.parts = [*getattr(self, "parts", []), *pictures.detach()][-self.capacity :]

    def __len__(self):
        return len(getattr(self, "parts", []))

    def sample(self, n):
        return torch.stack([self.parts[row] for row in self.rng.permutation(len(self))[:n]])


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_kept_pictures_are_copies")
class WithGraph(_Buffer):
    """What you keep holds on to the graph that it was made by, and to all its memory: `detach` it."""

    def push(self, pictures):
        self.rows = (torch.cat([self.rows, pictures.clone()]) if len(self.rows) else pictures.clone())[-self.capacity :]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_pictures_are_drawn_evenly")
class SeedOfAll(_Buffer):
    """You set torch's global seed: whatever else is drawn changes what comes next, and so does a second buffer. Keep a
    `torch.Generator` of your own."""

    def __init__(self, capacity, seed=42):
        super().__init__(capacity, seed)
        torch.manual_seed(seed)

    def sample(self, n):
        return self.rows[torch.randperm(len(self.rows))[:n]]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_any_old_picture_may_come_back")
class NewestComeBack(_Buffer):
    """You mix in the newest of the old pictures, which the discriminator has seen just now: draw from all of them."""

    def mix(self, pictures, share=0.5):
        new, old = pictures.detach().clone(), min(int(share * len(pictures)), len(self))
        found = torch.cat([self.rows[-old:], new[: len(new) - old]]) if old else new
        self.push(pictures)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_any_old_picture_may_come_back")
class OldestComeBack(_Buffer):
    """You mix in the oldest pictures, the same ones again and again: draw from all of them."""

    def mix(self, pictures, share=0.5):
        new, old = pictures.detach().clone(), min(int(share * len(pictures)), len(self))
        found = torch.cat([self.rows[:old], new[: len(new) - old]]) if old else new
        self.push(pictures)
        return found


@alternative("p.18.12", replaces="ReplayBuffer")
class Rows(_Buffer):
    """One tensor, NumPy's random numbers."""


@alternative("p.18.12", replaces="ReplayBuffer")
class InAQueue:
    """A queue of limited length, Python's random numbers."""

    def __init__(self, capacity, seed=42):
        self.queue, self.random = deque(maxlen=capacity), random.Random(seed)

    def __len__(self):
        return len(self.queue)

    def push(self, pictures):
        self.queue.extend(torch.tensor(picture.tolist()) for picture in pictures)

    def sample(self, n):
        return torch.stack(self.random.sample(self.queue, n))

    def mix(self, pictures, share=0.5):
        old = min(int(share * len(pictures)), len(self))
        found = [*(self.sample(old) if old else ()), *pictures.detach().clone()][: len(pictures)]
        self.push(pictures)
        return torch.stack(found)
