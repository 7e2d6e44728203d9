"""Chapter 13, chorales, composed (p.13.10): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad

from autograder.mutants.ch13_sequences.chorales import N_NOTES, _cut, _ids, _train
from autograder.testing import alternative, mutant


def _pitches(ids):
    ids = np.asarray(ids)
    return np.where(ids == 0, 0, ids + 35)


# ---------------------------------------------------------------- composing, wrong


def _compose(model, chords, n, temperature, seed, context=400, shape=lambda logits, t: logits / t, mode=False):
    draw = torch.Generator().manual_seed(seed)
    notes = _ids(chords).ravel().tolist()
    model.train(mode)
    for _ in range(4 * n):
        with torch.no_grad():
            logits = model(torch.tensor([notes[-context:]]))[0, -1]
        if temperature == 0:
            note = logits.argmax()
        else:
            note = torch.multinomial(shape(logits, temperature).softmax(dim=0), 1, generator=draw)
        notes.append(int(note))
    return _pitches(notes).reshape(-1, 4)


@mutant("p.13.10", replaces="generate", fails="test_each_note_follows_from_those_before")
def four_at_once(model, chords, n, temperature=1.0, seed=42):
    """You draw the four notes of a chord at once, so that alto, tenor and bass don't know the soprano: ask the model
    again after each note."""
    draw = torch.Generator().manual_seed(seed)
    notes = _ids(chords).ravel().tolist()
    model.eval()
    for _ in range(n):
        with torch.no_grad():
            logits = model(torch.tensor([notes]))[0, -1]
        probas = (logits / (temperature or 1e-4)).softmax(dim=0)
        notes += torch.multinomial(probas, 4, replacement=True, generator=draw).tolist()
    return _pitches(notes).reshape(-1, 4)


@mutant("p.13.10", replaces="generate", fails="test_each_note_follows_from_those_before")
def begins_in_the_middle(model, chords, n, temperature=1.0, seed=42):
    """You give the model the last so many notes, which begin in the middle of a chord: begin with a chord's first
    voice, else it mistakes one voice for another."""
    return _compose(model, chords, n, temperature, seed, context=128)


@mutant("p.13.10", replaces="generate", fails="test_each_note_follows_from_those_before")
def new_chords_only(model, chords, n, temperature=1.0, seed=42):
    """You return the new chords only: the piece begins with the chords that are given."""
    return _compose(model, chords, n, temperature, seed)[len(chords) :]


@mutant("p.13.10", replaces="generate", fails="test_each_note_follows_from_those_before")
def numbers_for_pitches(model, chords, n, temperature=1.0, seed=42):
    """You return numbers of categories: turn them into pitches again, and 0 into silence."""
    return _ids(_compose(model, chords, n, temperature, seed))


@mutant("p.13.10", replaces="generate", fails="test_model_remembers_earlier_chords")
def last_chord_only(model, chords, n, temperature=1.0, seed=42):
    """You give the model nothing but the last chord or two: give it the piece so far."""
    draw = torch.Generator().manual_seed(seed)
    notes = _ids(chords).ravel().tolist()
    model.eval()
    for _ in range(4 * n):
        first = 4 * max(0, len(notes) // 4 - 1)
        with torch.no_grad():
            logits = model(torch.tensor([notes[first:]]))[0, -1]
        notes.append(int(torch.multinomial((logits / (temperature or 1e-4)).softmax(dim=0), 1, generator=draw)))
    return _pitches(notes).reshape(-1, 4)


@mutant("p.13.10", replaces="generate", fails="test_temperature_shapes_the_probabilities")
def multiplies(model, chords, n, temperature=1.0, seed=42):
    """You multiply the logits by the temperature, so that it works the wrong way round: divide."""
    return _compose(model, chords, n, temperature, seed, shape=lambda logits, t: logits * t)


@mutant("p.13.10", replaces="generate", fails="test_temperature_shapes_the_probabilities")
def divides_probabilities(model, chords, n, temperature=1.0, seed=42):
    """You divide the probabilities, and scaled to a sum of 1 they are as before: divide the logits."""
    return _compose(model, chords, n, temperature, seed, shape=lambda logits, t: logits)


@mutant("p.13.10", replaces="generate", fails="test_temperature_shapes_the_probabilities")
def never_draws(model, chords, n, temperature=1.0, seed=42):
    """You always take the most probable note: draw one, as often as the probabilities say."""
    return _compose(model, chords, n, 0, seed)


@mutant("p.13.10", replaces="generate", fails="test_temperature_of_zero_leaves_nothing_to_chance")
def hardly_cold(model, chords, n, temperature=1.0, seed=42):
    """With temperature 0 you still draw: take the note with the largest logit instead."""
    return _compose(model, chords, n, max(temperature, 0.1), seed)


@mutant("p.13.10", replaces="generate", fails="test_seed_decides_the_piece")
def one_piece_for_all_seeds(model, chords, n, temperature=1.0, seed=42):
    """You don't use the seed you are given: it decides what is drawn."""
    return _compose(model, chords, n, temperature, 42)


@mutant("p.13.10", replaces="generate", fails="test_model_is_used_in_evaluation_mode")
def composes_while_training(model, chords, n, temperature=1.0, seed=42):
    """You leave the model in training mode, where dropout spoils what it says: call `model.eval()` first."""
    return _compose(model, chords, n, temperature, seed, mode=True)


# ---------------------------------------------------------------- right


class _Causal(nn.Module):
    """Dilated convolutions, padded on the left, with residuals, as in WaveNet."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.convs = nn.ModuleList([nn.Conv1d(hidden, hidden, 2, dilation=2**i) for i in range(5)])
        self.out = nn.Sequential(nn.ReLU(), nn.Linear(hidden, N_NOTES))

    def forward(self, notes):
        x = self.note(notes).mT
        for conv in self.convs:
            x = x + torch.relu(conv(pad(x, (conv.dilation[0], 0))))
        return self.out(x.mT)


def _fit_causal(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    return _train(_Causal, *_unfolded(chorales, length, 1), hidden, n_steps, seed, rate=0.005)


def _unfolded(chorales, length, shift):
    """Tensors, by `unfold`."""
    pieces = [torch.as_tensor(_ids(piece)) for piece in chorales]
    windows = [piece.unfold(0, length, shift).mT.flatten(1) for piece in pieces if len(piece) >= length]
    windows = torch.cat(windows)
    return windows[:, :-1], windows[:, 1:]


@alternative("p.13.10", replaces="generate",
             also={"ChoraleNet": _Causal, "fit_chorales": _fit_causal, "make_windows": _unfolded})  # fmt: skip
def of_tensors(model, chords, n, temperature=1.0, seed=0):
    """Draws from a Categorical; returns a tensor."""
    torch.manual_seed(seed)
    model.eval()
    notes = torch.as_tensor(_ids(chords)).reshape(1, -1)
    for _ in range(n):
        start = max(0, notes.shape[1] - 4 * 16)
        for _ in range(4):
            with torch.inference_mode():
                logits = model(notes[:, start:])[:, -1]
            cold = temperature < 1e-6
            note = logits.argmax(-1) if cold else torch.distributions.Categorical(logits=logits / temperature).sample()
            notes = torch.cat([notes, note[:, None]], dim=1)
    return torch.as_tensor(_pitches(notes[0].numpy())).view(-1, 4)


class _Grams(nn.Module):
    """A window of the last 16 notes, side by side, and two dense layers: no recurrence, and no convolution by name."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.layers = nn.Sequential(nn.Linear(16 * hidden, 2 * hidden), nn.ReLU(), nn.Linear(2 * hidden, N_NOTES))

    def forward(self, notes):
        x = pad(self.note(notes), (0, 0, 15, 0))  # (B, 15 + T, hidden)
        return self.layers(x.unfold(1, 16, 1).flatten(2))


def _fit_grams(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    return _train(_Grams, *_cut(chorales, length, 2), hidden, n_steps, seed, rate=0.003)


@alternative("p.13.10", replaces="generate", also={"ChoraleNet": _Grams, "fit_chorales": _fit_grams})
def by_gumbel(model, chords, n, temperature=1.0, seed=42):
    """The largest of logits and Gumbel noise, which is a draw; lists of lists."""
    rng = np.random.default_rng(seed)
    piece = [list(map(int, chord)) for chord in chords]
    model.eval()
    for _ in range(n):
        piece.append([])
        for _ in range(4):
            notes = [int(_ids(pitch)) for chord in piece[-40:] for pitch in chord]
            logits = model(torch.tensor([notes]))[0, -1].detach().numpy()
            note = np.argmax(logits + temperature * rng.gumbel(size=N_NOTES))
            piece[-1].append(int(_pitches(note)))
    return piece


class _Deep(nn.Module):
    """Two LSTM layers with dropout; no hint at the voice."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.rnn = nn.LSTM(hidden, 2 * hidden, num_layers=2, dropout=0.1, batch_first=True)
        self.out = nn.Linear(2 * hidden, N_NOTES)

    def forward(self, notes):
        return self.out(self.rnn(self.note(notes))[0])


def _fit_deep(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """Epochs over shuffled windows, until the steps are used up."""
    torch.manual_seed(seed)
    X, Y = map(torch.tensor, _listed(chorales, length, 2))
    model = _Deep(hidden)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    batches = [rows for _ in range(n_steps) for rows in torch.randperm(len(X)).split(32)]
    for rows in batches[:n_steps]:
        optimizer.zero_grad()
        cross_entropy(model(X[rows]).reshape(-1, N_NOTES), Y[rows].reshape(-1)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


def _listed(chorales, length, shift):
    """Plain lists, in loops."""
    X, Y = [], []
    for piece in chorales:
        for start in range(0, len(piece), shift):
            if start + length <= len(piece):
                chords = np.asarray(piece)[start : start + length].tolist()
                notes = [pitch and pitch - 35 for chord in chords for pitch in chord]
                X.append(notes[:-1])
                Y.append(notes[1:])
    return X, Y


@alternative("p.13.10", replaces="generate",
             also={"ChoraleNet": _Deep, "fit_chorales": _fit_deep, "make_windows": _listed})  # fmt: skip
def all_notes_each_time(model, chords, n, temperature=1.0, seed=1):
    """All notes so far, without end; a random number against the cumulative probabilities."""
    rng = np.random.default_rng(seed)
    notes = [int(note) for note in _ids(chords).ravel()]
    model.eval()
    while len(notes) < 4 * (len(chords) + n):
        with torch.no_grad():
            logits = model(torch.tensor(notes)[None])[0, -1].double().numpy()
        if temperature:
            weights = np.exp((logits - logits.max()) / temperature)
            notes.append(min(int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum())), N_NOTES - 1))
        else:
            notes.append(int(logits.argmax()))
    return np.array([pitch and pitch + 35 for pitch in notes]).reshape(-1, 4)


class _WithASign(nn.Module):
    """One category more than there are notes, with which a piece begins."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES + 1, hidden)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, N_NOTES + 1)

    def forward(self, notes):
        begun = pad(notes, (1, 0), value=N_NOTES)
        return self.out(self.rnn(self.note(begun))[0])[:, 1:]


def _fit_with_a_sign(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    return _train(_WithASign, *_cut(chorales, length, 2), hidden, n_steps, seed)


@alternative("p.13.10", replaces="generate", also={"ChoraleNet": _WithASign, "fit_chorales": _fit_with_a_sign})
def with_a_sign_for_the_start(model, chords, n, temperature=1.0, seed=42):
    """Of the logits, only those of notes are taken."""
    draw = torch.Generator().manual_seed(seed)
    notes = torch.as_tensor(_ids(chords)).flatten()[None]
    model.eval()
    for _ in range(4 * n):
        with torch.no_grad():
            logits = model(notes)[0, -1, :N_NOTES]
        shares = (logits / temperature).softmax(0) if temperature else (logits == logits.max()).float()
        notes = torch.cat([notes, torch.multinomial(shares, 1, generator=draw)[None]], dim=1)
    return np.asarray(_pitches(notes[0].numpy())).reshape(-1, 4)
