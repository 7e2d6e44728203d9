# %% right
# Intent: Points with their differences go through convolutions along the stroke; after each layer the padding is
# set to zero, and the mean and maximum over the true points (an einsum and a masked amax) go to a linear layer.
import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence


def read_ndjson(text):
    records = [json.loads(line) for line in text.split("\n") if line.strip()]

    def strokes(record):
        return [np.array(stroke[:2], dtype=np.float32).T for stroke in record["drawing"]]

    return [record["word"] for record in records], [strokes(record) for record in records]


def sketch_to_seq(drawing):
    strokes = [np.asarray(stroke, dtype=np.float64).reshape(-1, 2) for stroke in drawing]
    points = np.concatenate(strokes)
    corner, extent = points.min(axis=0), np.ptp(points, axis=0).max()
    progress = np.concatenate([np.linspace(0, 1, len(stroke)) for stroke in strokes])
    return np.column_stack([(points - corner) / (extent or 1.0), progress]).astype(np.float32)


def collate(batch):
    sequences, labels = zip(*batch)
    tensors = [torch.as_tensor(np.array(seq, dtype=np.float32)).reshape(-1, 3) for seq in sequences]
    lengths = torch.tensor([len(seq) for seq in tensors], dtype=torch.int64)
    return pad_sequence(tensors, batch_first=True), lengths, torch.tensor([int(k) for k in labels], dtype=torch.int64)


class SketchNet(nn.Module):
    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv1d(n_in, hidden, 5, padding=2 * d, dilation=d) for n_in, d in ((5, 1), (hidden, 2), (hidden, 4))
        )
        self.say = nn.Linear(2 * hidden + 1, n_classes)

    def pooled(self, S, true, lengths):
        weights = true.to(S.dtype) / lengths[:, None]
        mean = torch.einsum("bht,bt->bh", S, weights)
        top = S.masked_fill(~true[:, None], -torch.inf).amax(dim=2)
        return mean, top

    def forward(self, X, lengths):
        lengths = lengths.to(X.device)
        true = torch.arange(X.shape[1], device=X.device) < lengths[:, None]
        S = X.masked_fill(~true[..., None], 0.0).transpose(1, 2)
        moves = F.pad(S[:, :2, 1:] - S[:, :2, :-1], (1, 0))
        S = torch.cat([2 * S - 1, 4 * moves], dim=1)
        for depth, layer in enumerate(self.layers):
            fresh = F.relu(layer(S.masked_fill(~true[:, None], 0.0)))
            S = fresh + S if depth else fresh
        mean, top = self.pooled(S, true, lengths)
        size = lengths[:, None].to(X.dtype).log()
        return self.say(torch.cat([mean, top, size - 3], dim=1))


def _draws(n, size, chance):
    while True:
        yield from torch.randperm(n, generator=chance).split(size)


def fit_sketches(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    known = [(sketch_to_seq(drawing), int(k)) for drawing, k in zip(drawings, np.asarray(labels).ravel())]
    batches = _draws(len(known), 32, torch.Generator().manual_seed(seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SketchNet(n_classes, hidden)
        optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
        for k, rows in zip(range(n_steps), batches):
            optimiser.param_groups[0]["lr"] = 0.005 * (1 - k / n_steps) ** 0.5
            X, lengths, y = collate([known[row] for row in rows.tolist()])
            optimiser.zero_grad()
            F.cross_entropy(model(X, lengths), y).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    return model.eval()


# %% wrong: SketchNet
# Misconception: Thinks that once the padding is set to zero it can't make a difference any more, and takes the mean
# over the whole time axis; but the zeros are counted, so the mean depends on how much padding there is.
class SketchNet(SketchNet):
    def pooled(self, S, true, lengths):
        kept = S.masked_fill(~true[:, None], 0.0)
        return kept.mean(dim=2), kept.amax(dim=2)


# %% wrong: sketch_to_seq
# Misconception: Thinks that how far a stroke has got is the share of its length that the pen has travelled, rather than
# equal steps from point to point.
def sketch_to_seq(drawing):
    strokes = [np.asarray(stroke, dtype=np.float64).reshape(-1, 2) for stroke in drawing]
    points = np.concatenate(strokes)
    corner, extent = points.min(axis=0), np.ptp(points, axis=0).max()

    def travelled(stroke):
        way = np.append(0.0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T)))
        return way / (way[-1] or 1.0)

    progress = np.concatenate([travelled(stroke) for stroke in strokes])
    return np.column_stack([(points - corner) / (extent or 1.0), progress]).astype(np.float32)
