"""Chapter 13, chorales, cut and predicted (p.13.10): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import mutant

N_NOTES = 47


def _ids(pitches):
    pitches = np.asarray(pitches)
    return np.where(pitches == 0, 0, pitches - 35)


# ---------------------------------------------------------------- windows, wrong


def _cut(chorales, length, shift, number=_ids):
    windows = [
        number(piece)[i : i + length].ravel() for piece in chorales for i in range(0, len(piece) - length + 1, shift)
    ]
    windows = np.array(windows).reshape(-1, 4 * length)
    return windows[:, :-1], windows[:, 1:]


@mutant("p.13.10", replaces="make_windows", fails="test_targets_are_the_next_notes")
def no_note_to_predict(chorales, length, shift):
    """Your Y has the same notes as X: it has to be one note ahead, so that there is something to predict."""
    X, _ = _cut(chorales, length, shift)
    return X, X


@mutant("p.13.10", replaces="make_windows", fails="test_targets_are_the_next_notes")
def a_chord_ahead(chorales, length, shift):
    """Your Y is a whole chord ahead: the next note is the next voice of the same chord, as long as there is one."""
    X, Y = _cut(chorales, length, shift)
    return X, np.concatenate([Y[:, 3:], Y[:, -3:]], axis=1)


@mutant("p.13.10", replaces="make_windows", fails="test_windows_are_cut_from_each_piece")
def windows_across_pieces(chorales, length, shift):
    """Your windows run from one piece into the next, which no composer wrote: cut each piece by itself."""
    return _cut([np.concatenate([np.asarray(piece) for piece in chorales])], length, shift)


@mutant("p.13.10", replaces="make_windows", fails="test_windows_are_cut_from_each_piece")
def voice_by_voice(chorales, length, shift):
    """You read all of the soprano, then all of the alto, …: read chord by chord, four notes at a time."""
    windows = [
        _ids(piece)[i : i + length].T.ravel() for piece in chorales for i in range(0, len(piece) - length + 1, shift)
    ]
    return np.array(windows)[:, :-1], np.array(windows)[:, 1:]


@mutant("p.13.10", replaces="make_windows", fails="test_windows_are_cut_from_each_piece")
def shifted_by_notes(chorales, length, shift):
    """You shift by notes, so that windows begin in the middle of a chord: `shift` counts chords."""
    notes = [_ids(piece).ravel() for piece in chorales]
    windows = [row[i : i + 4 * length] for row in notes for i in range(0, len(row) - 4 * length + 1, shift)]
    return np.array(windows)[:, :-1], np.array(windows)[:, 1:]


@mutant("p.13.10", replaces="make_windows", fails="test_windows_are_cut_from_each_piece")
def last_window_lost(chorales, length, shift):
    """You lose the window that ends with a piece's last chord: it still fits."""
    return _cut([piece[:-1] for piece in chorales], length, shift)


@mutant("p.13.10", replaces="make_windows", fails="test_notes_are_numbers_of_categories")
def pitches_as_they_are(chorales, length, shift):
    """You leave the pitches as they are: number them from 1, with silence as 0."""
    return _cut(chorales, length, shift, np.asarray)


@mutant("p.13.10", replaces="make_windows", fails="test_notes_are_numbers_of_categories")
def silence_is_a_low_note(chorales, length, shift):
    """You give the lowest pitch the number of silence: 36 becomes 1, and 0 is for silence alone."""
    return _cut(chorales, length, shift, lambda piece: np.maximum(np.asarray(piece) - 36, 0))


@mutant("p.13.10", replaces="make_windows", fails="test_notes_are_numbers_of_categories")
def notes_as_quantities(chorales, length, shift):
    """You scale the notes like quantities: they are categories, and the net needs their numbers as they are."""
    return _cut(chorales, length, shift, lambda piece: _ids(piece) / 46)


# ---------------------------------------------------------------- the net, wrong


class _Recurrent(nn.Module):
    def __init__(self, hidden=128, n_out=N_NOTES, **options):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True, **options)
        self.out = nn.Linear(hidden * (2 if options.get("bidirectional") else 1), n_out)

    def forward(self, notes):
        return self.out(self.rnn(self.note(notes))[0])


@mutant("p.13.10", replaces="ChoraleNet", fails="test_music_net_does_not_look_ahead")
class ReadsBackwards(_Recurrent):
    """Your net reads the piece backwards as well, so that it knows the note it is to predict: one direction only."""

    def __init__(self, hidden=128):
        super().__init__(hidden, bidirectional=True)


@mutant("p.13.10", replaces="ChoraleNet", fails="test_music_net_does_not_look_ahead")
class HearsBothSides(nn.Module):
    """Your convolutions reach to both sides: pad on the left only, so that they see no later notes."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.conv = nn.Conv1d(hidden, hidden, 9, padding="same")
        self.out = nn.Linear(hidden, N_NOTES)

    def forward(self, notes):
        return self.out(torch.relu(self.conv(self.note(notes).mT)).mT)


@mutant("p.13.10", replaces="ChoraleNet", fails="test_music_net_does_not_look_ahead")
class LastNoteOnly(nn.Module):
    """Your net sees the last note only: let it remember those before, with a recurrent layer for instance."""

    def __init__(self, hidden=128):
        super().__init__()
        self.layers = nn.Sequential(nn.Embedding(N_NOTES, hidden), nn.ReLU(), nn.Linear(hidden, N_NOTES))

    def forward(self, notes):
        return self.layers(notes)


@mutant("p.13.10", replaces="ChoraleNet", fails="test_music_net_gives_a_logit_for_each_note")
class NoteAsNumber(_Recurrent):
    """Your net predicts a note as one number, and what lies between two notes is none: give each note a logit."""

    def __init__(self, hidden=128):
        super().__init__(hidden, n_out=1)


@mutant("p.13.10", replaces="ChoraleNet", fails="test_music_net_gives_a_logit_for_each_note")
class LastLogitsOnly(_Recurrent):
    """Your net predicts after the last note only: apply the output layer at every place."""

    def forward(self, notes):
        return super().forward(notes)[:, -1]


@mutant("p.13.10", replaces="ChoraleNet", fails="test_music_net_gives_a_logit_for_each_note")
class ChordsAsBatch(nn.Module):
    """Your recurrent layer takes the rows of a batch for steps in time: set `batch_first=True`, and keep all logits."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.rnn = nn.GRU(hidden, N_NOTES)

    def forward(self, notes):
        return self.rnn(self.note(notes))[0].transpose(0, 1)


@mutant("p.13.10", replaces="ChoraleNet", fails="test_all_of_the_music_net_can_learn")
class MusicInAList(nn.Module):
    """Your layers are in a plain list, where the optimiser does not find them: use `nn.ModuleList`."""

    def __init__(self, hidden=128):
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.layers = [nn.GRU(hidden, hidden, batch_first=True) for _ in range(2)]
        self.out = nn.Linear(hidden, N_NOTES)

    def forward(self, notes):
        x = self.note(notes)
        for layer in self.layers:
            x = layer(x)[0]
        return self.out(x)


# ---------------------------------------------------------------- training, wrong


def _train(make, X, Y, hidden, n_steps, seed, rate=0.01):
    torch.manual_seed(seed)
    X, Y = torch.as_tensor(X), torch.as_tensor(Y)
    model = make(hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(n_steps):
        rows = torch.randint(len(X), (32,))
        loss = cross_entropy(model(X[rows]).transpose(1, 2), Y[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


@mutant("p.13.10", replaces="fit_chorales", fails="test_trained_net_predicts_music")
def learns_shuffled_notes(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """You shuffle notes: what you may shuffle is the order of windows, never that of notes within one."""
    rng = np.random.default_rng(seed)
    X, Y = _cut(chorales, length, 2)
    windows = rng.permuted(np.concatenate([X, Y[:, -1:]], axis=1), axis=1)
    return _train(_Recurrent, windows[:, :-1], windows[:, 1:], hidden, min(n_steps, 60), seed)


@mutant("p.13.10", replaces="fit_chorales", fails="test_trained_net_predicts_music")
def learns_pairs_only(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """Your net learns which note follows which, and no more: the bass alone does not tell what the soprano does next.
    Give it a memory."""
    return _train(LastNoteOnly, *_cut(chorales, length, 2), hidden, n_steps, seed)


@mutant("p.13.10", replaces="fit_chorales", fails="test_trained_net_predicts_music")
def learns_the_same_note(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """Your net learns to say the note it has just read: its targets are X where they should be Y."""
    X, _ = _cut(chorales, length, 2)
    return _train(_Recurrent, X, X, hidden, n_steps, seed)


@mutant("p.13.10", replaces="fit_chorales", fails="test_trained_net_predicts_music")
def learns_no_music(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """Your net's weights never change: does the optimiser have them, and do you call its `step`?"""
    torch.manual_seed(seed)
    return _Recurrent(hidden)


@mutant("p.13.10", replaces="fit_chorales", fails="test_trained_net_predicts_music")
def trains_another_net(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """The net you train is not your `ChoraleNet`, and it reads the notes that it is to predict: make the one that does
    not."""
    return _train(ReadsBackwards, *_cut(chorales, length, 2), hidden, min(n_steps, 20), seed)


@mutant("p.13.10", replaces="fit_chorales", fails="test_music_net_is_trained_as_asked")
def as_many_updates_as_ever(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """`n_steps` has no effect: it is the number of updates that your training makes."""
    return _train(_Recurrent, *_cut(chorales, length, 2), hidden, 5, seed)


@mutant("p.13.10", replaces="fit_chorales", fails="test_music_net_is_trained_as_asked")
def one_size_of_music_net(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """`hidden` has no effect: hand it to your `ChoraleNet`, else it is as large as it is by itself."""
    return _train(lambda _: _Recurrent(32), *_cut(chorales, length, 2), hidden, n_steps, seed)


@mutant("p.13.10", replaces="fit_chorales", fails="test_seed_decides_the_music_net")
def one_music_net_for_all_seeds(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """You don't use the seed you are given: call `torch.manual_seed(seed)` before you make the net."""
    return _train(_Recurrent, *_cut(chorales, length, 2), hidden, n_steps, 42)
