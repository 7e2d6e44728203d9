# %% right
# Intent: json per line, linspace for the progress, pad_sequence for the batch; an LSTM, whose outputs are
# averaged over the real points (it reads forwards only, so that no point is touched by the padding behind it).
import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, RandomSampler


def read_ndjson(text):
    records = [json.loads(line) for line in text.split("\n") if line.strip()]
    words = [record["word"] for record in records]
    drawings = [[np.array(stroke[:2], dtype=np.float32).T for stroke in record["drawing"]] for record in records]
    return words, drawings


def sketch_to_seq(drawing):
    strokes = [np.asarray(stroke, dtype=float) for stroke in drawing]
    points = np.concatenate(strokes)
    points -= points.min(axis=0)
    size = points.max()
    progress = np.concatenate([np.linspace(0, 1, len(stroke)) for stroke in strokes])
    return np.column_stack([points / size if size > 0 else points, progress]).astype(np.float32)


def collate(batch):
    sequences, labels = zip(*batch)
    sequences = [torch.tensor(np.asarray(sequence), dtype=torch.float32) for sequence in sequences]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return pad_sequence(sequences, batch_first=True), lengths, torch.tensor([int(label) for label in labels])


class SketchNet(nn.Module):
    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.lstm = nn.LSTM(3, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, n_classes))

    def forward(self, X, lengths):
        X = X[:, : lengths.max()]
        padding = (torch.arange(X.shape[1]) >= lengths[:, None])[..., None]
        outputs = self.lstm(X.masked_fill(padding, 0.0))[0].masked_fill(padding, 0.0)
        return self.head(outputs.sum(dim=1) / lengths[:, None])


def fit_sketches(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    pairs = [(sketch_to_seq(drawing), int(label)) for drawing, label in zip(drawings, labels)]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = SketchNet(n_classes, hidden)
        sampler = RandomSampler(pairs, replacement=True, num_samples=32 * n_steps)
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        for X, lengths, y in DataLoader(pairs, batch_size=32, sampler=sampler, collate_fn=collate):
            optimizer.zero_grad()
            F.cross_entropy(net(X, lengths), y).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
    return net.eval()


# %% wrong: SketchNet
# Misconception: Thinks that once the padding is masked out, the outputs may simply be averaged over time, as zeros
# add nothing; but the mean is divided by the length of the longest sketch in the batch.
class SketchNet(nn.Module):
    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.lstm = nn.LSTM(3, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, n_classes))

    def forward(self, X, lengths):
        X = X[:, : lengths.max()]
        padding = (torch.arange(X.shape[1]) >= lengths[:, None])[..., None]
        outputs = self.lstm(X.masked_fill(padding, 0.0))[0].masked_fill(padding, 0.0)
        return self.head(outputs.mean(dim=1))


# %% wrong: sketch_to_seq
# Misconception: Thinks that progress is the share of the stroke's way that the pen has gone, so that a long step
# counts more than a short one.
def sketch_to_seq(drawing):
    strokes = [np.asarray(stroke, dtype=float) for stroke in drawing]
    points = np.concatenate(strokes)
    points -= points.min(axis=0)
    size = points.max()
    progress = []
    for stroke in strokes:
        way = np.append(0, np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1)))
        progress.append(way / way[-1] if way[-1] > 0 else np.linspace(0, 1, len(stroke)))
    return np.column_stack([points / size if size > 0 else points, np.concatenate(progress)]).astype(np.float32)
