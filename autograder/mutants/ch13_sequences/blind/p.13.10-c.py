# %% right
# Intent: A GRU with the last four notes and the voice at hand at each place, tied to a bilinear output; pieces are
# drawn with the Gumbel trick, where temperature 0 is no special case.
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def _to_ids(pitches):
    return np.maximum(np.asarray(pitches, dtype=np.int64) - 35, 0)


def _to_pitches(ids):
    return ids + 35 * (ids > 0)


def _rows_of(piece, length, shift):
    notes = _to_ids(piece).reshape(-1, 4)
    for start in range(0, len(notes) - length + 1, shift):
        yield notes[start : start + length].ravel()


def make_windows(chorales, length, shift):
    rows = [row for piece in chorales for row in _rows_of(piece, length, shift)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4 * length)
    return table[:, :-1], table[:, 1:]


class ChoraleNet(nn.Module):
    def __init__(self, hidden=128):
        super().__init__()
        width = max(hidden // 2, 8)
        self.note = nn.Embedding(48, width)  # 47: before the beginning
        self.voice = nn.Embedding(4, width)
        self.read = nn.GRU(5 * width, hidden, batch_first=True)
        self.recall = nn.Parameter(1.5 * torch.eye(48, 47).repeat(4, 1))  # at first: each voice holds its note
        self.say = nn.Linear(hidden + 5 * width, 47)

    def forward(self, notes):
        B, T = notes.shape
        recent = F.pad(notes, (3, 0), value=47).unfold(1, 4, 1)  # (B, T, 4): the newest last
        voice = torch.arange(T, device=notes.device).remainder(4)
        seen = torch.cat([self.note(recent).flatten(2), self.voice(voice).expand(B, -1, -1)], dim=-1)
        told, _ = self.read(seen)
        held = F.embedding(48 * voice + recent[..., 0], self.recall)
        return self.say(torch.cat([told, seen], dim=-1)) + held


def _shuffled_forever(n, size, chance):
    while True:
        yield from torch.randperm(n, generator=chance).split(size)


def fit_chorales(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    length = min(length, max(len(piece) for piece in chorales))
    X, Y = map(torch.from_numpy, make_windows(chorales, length, 1))
    batches = _shuffled_forever(len(X), 32, torch.Generator().manual_seed(seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = ChoraleNet(hidden)
        optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
        slower = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda k: 1.5 * math.cos(math.pi / 2 * k / (n_steps + 1)) ** 2 + 0.02
        )
        for _, rows in zip(range(n_steps), batches):
            optimiser.zero_grad()
            F.cross_entropy(model(X[rows]).transpose(1, 2), Y[rows]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            slower.step()
    return model.eval()


def generate(model, chords, n, temperature=1.0, seed=42):
    given = np.asarray(chords, dtype=np.int64).reshape(-1, 4)
    chance = torch.Generator().manual_seed(seed)
    piece = torch.from_numpy(_to_ids(given).ravel())
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            for _ in range(4 * n):
                logits = model(piece[None])[0, -1, :47].double()
                gumbel = -torch.log(-torch.log(torch.rand(47, generator=chance, dtype=torch.float64)))
                note = (logits + temperature * gumbel if temperature else logits).argmax()
                piece = torch.cat([piece, note[None]])
    finally:
        model.train(mode)
    new = _to_pitches(piece.numpy().reshape(-1, 4)[len(given) :])
    return np.vstack([given, new])


# %% wrong: generate
# Misconception: Thinks that a chord is one step: asks the model once after the last chord and draws all four notes
# from what it says there, so none of them knows those above it.
def generate(model, chords, n, temperature=1.0, seed=42):
    given = np.asarray(chords, dtype=np.int64).reshape(-1, 4)
    chance = torch.Generator().manual_seed(seed)
    piece = torch.from_numpy(_to_ids(given).ravel())
    mode = model.training
    model.eval()
    with torch.no_grad():
        for _ in range(n):
            logits = model(piece[None])[0, -1, :47].double()
            gumbel = -torch.log(-torch.log(torch.rand(4, 47, generator=chance, dtype=torch.float64)))
            piece = torch.cat([piece, (logits + temperature * gumbel).argmax(dim=1)])
    model.train(mode)
    new = _to_pitches(piece.numpy().reshape(-1, 4)[len(given) :])
    return np.vstack([given, new])


# %% wrong: make_windows
# Misconception: Thinks that all chorales may be put one after the other before they are cut, since it is all one kind
# of music; so windows run across the end of a piece, and their beginnings don't start afresh with each one.
def make_windows(chorales, length, shift):
    whole = np.concatenate([np.asarray(piece, dtype=np.int64).reshape(-1, 4) for piece in chorales])
    table = np.array(list(_rows_of(whole, length, shift)), dtype=np.int64).reshape(-1, 4 * length)
    return table[:, :-1], table[:, 1:]
