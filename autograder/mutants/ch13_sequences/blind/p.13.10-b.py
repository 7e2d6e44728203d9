# %% right
# Intent: sliding_window_view cuts the pieces. The net is an embedding, a causal convolution over the last four notes,
# and an LSTM, which may also vote for holding the voice's note; composing asks it about the last 16 chords and what
# there is of the present one.
import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import nn
from torch.nn import functional as F


def _ids(chords):
    chords = np.asarray(chords, dtype=np.int64).reshape(-1, 4)
    return np.where(chords > 0, chords - LOWEST + 1, 0)


def _pitches(ids):
    return np.where(ids > 0, ids + LOWEST - 1, 0)


def make_windows(chorales, length, shift):
    rows = [np.empty((0, 4 * length), dtype=np.int64)]
    for piece in map(_ids, chorales):
        if len(piece) >= length:
            windows = sliding_window_view(piece, length, axis=0)[::shift]  # (m, 4, length)
            rows.append(windows.swapaxes(1, 2).reshape(-1, 4 * length))
    rows = np.concatenate(rows)
    return rows[:, :-1], rows[:, 1:]


class ChoraleNet(nn.Module):
    def __init__(self, hidden=128):
        super().__init__()
        self.embed = nn.Embedding(N_NOTES, hidden)
        self.voice = nn.Embedding(4, hidden)
        self.conv = nn.Conv1d(hidden, hidden, kernel_size=4)
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(2 * hidden, N_NOTES)
        self.hold = nn.Linear(hidden, 1)
        nn.init.constant_(self.hold.bias, 3.0)

    def forward(self, notes):
        place = torch.arange(notes.shape[1], device=notes.device) % 4
        X = self.drop(self.embed(notes) + self.voice(place))
        near = F.relu(self.conv(F.pad(X.transpose(1, 2), (3, 0)))).transpose(1, 2)
        far = self.drop(self.lstm(near)[0])
        # the note that the next voice has had in the chord before: how likely is it to be held?
        held = F.one_hot(F.pad(notes, (3, 0))[:, :-3], N_NOTES)
        return self.head(torch.cat([near, far], dim=2)) + self.hold(far) * held


def fit_chorales(chorales, length=32, hidden=128, n_steps=1000, seed=42):
    X, Y = map(torch.from_numpy, make_windows(chorales, length, shift=1))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = ChoraleNet(hidden)
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        for _ in range(n_steps):
            rows = torch.randint(len(X), (32,))
            optimizer.zero_grad()
            F.cross_entropy(net(X[rows]).transpose(1, 2), Y[rows]).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
    return net.eval()


def generate(model, chords, n, temperature=1.0, seed=42):
    generator = torch.Generator().manual_seed(seed)
    notes = torch.from_numpy(_ids(chords).ravel())
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for _ in range(4 * n):
            begin = max(0, len(notes) // 4 - 16) * 4
            logits = model(notes[None, begin:])[0, -1, :N_NOTES]
            if temperature == 0:
                note = logits.argmax().view(1)
            else:
                probabilities = torch.softmax(logits.double() / temperature, dim=0)
                note = torch.multinomial(probabilities, 1, generator=generator)
            notes = torch.cat([notes, note])
    model.train(was_training)
    return _pitches(notes.numpy()).reshape(-1, 4)


# %% wrong: generate
# Misconception: Thinks that the probabilities are to be divided by the temperature; as they are brought back to a sum
# of 1 when a note is drawn, no temperature but 0 makes any difference.
def generate(model, chords, n, temperature=1.0, seed=42):
    generator = torch.Generator().manual_seed(seed)
    notes = torch.from_numpy(_ids(chords).ravel())
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for _ in range(4 * n):
            begin = max(0, len(notes) // 4 - 16) * 4
            logits = model(notes[None, begin:])[0, -1, :N_NOTES]
            if temperature == 0:
                note = logits.argmax().view(1)
            else:
                probabilities = torch.softmax(logits.double(), dim=0) / temperature
                note = torch.multinomial(probabilities, 1, generator=generator)
            notes = torch.cat([notes, note])
    model.train(was_training)
    return _pitches(notes.numpy()).reshape(-1, 4)


# %% wrong: make_windows
# Misconception: Thinks of all chorales as one long text, as is done with a novel, so that windows may begin in one
# piece and end in the next.
def make_windows(chorales, length, shift):
    corpus = np.concatenate([_ids(piece) for piece in chorales])
    windows = sliding_window_view(corpus, length, axis=0)[::shift]
    rows = windows.swapaxes(1, 2).reshape(-1, 4 * length).copy()
    return rows[:, :-1], rows[:, 1:]
