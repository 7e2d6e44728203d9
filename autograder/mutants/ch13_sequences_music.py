"""Chapter 13, chorales: wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad

from autograder import alternative, mutant

N_NOTES = 47


def _ids(pitches):
    pitches = np.asarray(pitches)
    return np.where(pitches == 0, 0, pitches - 35)


def _pitches(ids):
    ids = np.asarray(ids)
    return np.where(ids == 0, 0, ids + 35)


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


@mutant("p.13.10", replaces="fit_chorales", fails="test_seed_decides_the_music_net")
def one_music_net_for_all_seeds(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    """You don't use the seed you are given: call `torch.manual_seed(seed)` before you make the net."""
    return _train(_Recurrent, *_cut(chorales, length, 2), hidden, n_steps, 42)


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
