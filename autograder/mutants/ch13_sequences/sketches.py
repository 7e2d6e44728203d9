"""Chapter 13, sketches as sequences of points (p.13.11): wrong answers, and right ones."""

import io
import json

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- reading, wrong


def _records(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@mutant("p.13.11", replaces="read_ndjson", fails="test_every_line_is_a_drawing")
def one_json_text(text):
    """You read the whole file as one JSON text, which fails from the second line on: every line is a text of its
    own."""
    record = json.loads(text)
    return [record["word"]], [[np.array(stroke).T for stroke in record["drawing"]]]


@mutant("p.13.11", replaces="read_ndjson", fails="test_every_line_is_a_drawing")
def not_turned_over(text):
    """Your strokes have a row of all x and a row of all y: turn them over, a row for each point."""
    records = _records(text)
    return [record["word"] for record in records], [
        [np.array(stroke) for stroke in record["drawing"]] for record in records
    ]


@mutant("p.13.11", replaces="read_ndjson", fails="test_every_line_is_a_drawing")
def joined_strokes(text):
    """You join the strokes of a drawing: keep them apart, since each has a progress of its own."""
    records = _records(text)
    return [record["word"] for record in records], [
        [np.concatenate([np.array(stroke).T for stroke in record["drawing"]])] for record in records
    ]


@mutant("p.13.11", replaces="read_ndjson", fails="test_every_line_is_a_drawing")
def sorted_by_word(text):
    """You bring the drawings into another order: leave them in that of the file."""
    records = sorted(_records(text), key=lambda record: (record["word"], record["key_id"]), reverse=True)
    return [record["word"] for record in records], [
        [np.array(stroke).T for stroke in record["drawing"]] for record in records
    ]


# ---------------------------------------------------------------- sequences, wrong


def _parts(drawing):
    strokes = [np.asarray(stroke, dtype=float) for stroke in drawing]
    points = np.concatenate(strokes)
    points = points - points.min(axis=0)
    return strokes, points / (points.max() or 1)


def _progress(strokes):
    return np.concatenate([np.linspace(0, 1, len(stroke)) for stroke in strokes])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_progress_begins_anew_with_each_stroke")
def one_progress_for_all(drawing):
    """Your progress goes through the whole sketch: it begins anew with each stroke, so that the net sees where the pen
    was lifted."""
    _, points = _parts(drawing)
    return np.column_stack([points, np.linspace(0, 1, len(points))])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_progress_begins_anew_with_each_stroke")
def never_arrives(drawing):
    """Your progress does not reach 1 at a stroke's last point: of n points, there are n - 1 steps between them."""
    strokes, points = _parts(drawing)
    return np.column_stack([points, np.concatenate([np.arange(len(s)) / len(s) for s in strokes])])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_progress_begins_anew_with_each_stroke")
def pen_lifted(drawing):
    """You mark only where the pen is lifted: progress rises evenly along the stroke."""
    strokes, points = _parts(drawing)
    return np.column_stack([points, np.concatenate([np.arange(len(s)) == len(s) - 1 for s in strokes])])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_points_keep_order_and_proportions")
def each_axis_by_itself(drawing):
    """You stretch each axis by itself, so that a slim sketch becomes a square: divide both by the larger of width and
    height."""
    strokes, points = _parts(drawing)
    return np.column_stack([points / np.maximum(points.max(axis=0), 1e-9), _progress(strokes)])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_points_keep_order_and_proportions")
def pixels_from_0_to_255(drawing):
    """You divide by 255, which suits one data set only: what counts is the sketch's own size and place."""
    strokes, _ = _parts(drawing)
    return np.column_stack([np.concatenate(strokes) / 255, _progress(strokes)])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_points_keep_order_and_proportions")
def each_stroke_by_itself(drawing):
    """You scale each stroke by itself, so that they all lie on top of each other: one scale for the whole sketch."""
    strokes, _ = _parts(drawing)
    scaled = [(s - s.min(axis=0)) / (np.ptp(s, axis=0).max() or 1) for s in strokes]
    return np.column_stack([np.concatenate(scaled), _progress(strokes)])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_points_keep_order_and_proportions")
def points_sorted(drawing):
    """You bring the points into another order: keep that in which they were drawn."""
    strokes, points = _parts(drawing)
    return np.column_stack([points[np.argsort(points[:, 0], kind="stable")], _progress(strokes)])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_dots_and_straight_lines")
def divides_by_nothing(drawing):
    """A stroke of a single point makes you divide by 0: give it a progress of 0."""
    strokes, points = _parts(drawing)
    with np.errstate(invalid="ignore"):
        progress = np.concatenate([np.arange(len(s)) / np.float64(len(s) - 1) for s in strokes])
    return np.column_stack([points, progress])


@mutant("p.13.11", replaces="sketch_to_seq", fails="test_drawing_is_left_alone")
def moved_in_place(drawing):
    """You move the points in the caller's own arrays: work on copies."""
    strokes, points = _parts(drawing)
    for stroke in drawing:
        if isinstance(stroke, np.ndarray):
            stroke -= np.concatenate(strokes).min(axis=0).astype(stroke.dtype)
    return np.column_stack([points, _progress(strokes)])


# ---------------------------------------------------------------- batches, wrong


def _padded(batch, where=slice, fill=0.0, longest=0):
    longest = longest or max(len(sequence) for sequence, _ in batch)
    X = torch.full((len(batch), longest, 3), fill)
    for row, (sequence, _) in zip(X, batch, strict=True):
        kept = torch.as_tensor(np.asarray(sequence, dtype=np.float32))[:longest]
        row[where(len(kept))] = kept
    lengths = torch.tensor([min(len(sequence), longest) for sequence, _ in batch])
    return X, lengths, torch.tensor([int(label) for _, label in batch])


@mutant("p.13.11", replaces="collate", fails="test_batch_of_sketches_is_padded")
def padded_in_front(batch):
    """You pad in front of the sequences: the zeros come behind them."""
    longest = max(len(sequence) for sequence, _ in batch)
    return _padded(batch, where=lambda n: slice(longest - n, None))


@mutant("p.13.11", replaces="collate", fails="test_batch_of_sketches_is_padded")
def cut_to_the_shortest(batch):
    """You cut all sequences to the shortest one and lose what was drawn last: pad up to the longest."""
    return _padded(batch, longest=min(len(sequence) for sequence, _ in batch))


@mutant("p.13.11", replaces="collate", fails="test_batch_of_sketches_is_padded")
def padding_counted(batch):
    """Your lengths count the padding, too: they are those of the sequences before they were padded."""
    X, lengths, labels = _padded(batch)
    return X, torch.full_like(lengths, X.shape[1]), labels


@mutant("p.13.11", replaces="collate", fails="test_batch_of_sketches_is_padded")
def sorted_by_length(batch):
    """You sort the sequences by length and leave the classes behind: keep the order of the batch."""
    X, lengths, labels = _padded(batch)
    order = lengths.argsort(descending=True, stable=True)
    return X[order], lengths[order], labels


# ---------------------------------------------------------------- right


def _train(model, examples, n_steps, rate=0.01):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(n_steps):
        X, lengths, labels = _padded([examples[i] for i in torch.randint(len(examples), (32,))])
        optimizer.zero_grad()
        cross_entropy(model(X, lengths), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


def _examples(drawings, labels):
    seqs = [np.column_stack([points, _progress(strokes)]) for strokes, points in map(_parts, drawings)]
    return list(zip(seqs, np.asarray(labels).tolist(), strict=True))


def _with_pandas(text):
    """`read_json(lines=True)`; strokes as lists of pairs."""
    table = pd.read_json(io.StringIO(text), lines=True)
    drawings = [[list(zip(*stroke[:2], strict=True)) for stroke in drawing] for drawing in table["drawing"]]
    return table["word"].tolist(), drawings


class _Convolutions(nn.Module):
    """Convolutions on moves, and the largest of each feature; no recurrent layer."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(5, hidden, 3, padding=1), nn.Conv1d(hidden, hidden, 3, padding=1)
        self.out = nn.Linear(2 * hidden, n_classes)

    def forward(self, X, lengths):
        real = (torch.arange(X.shape[1])[None] < lengths[:, None]).unsqueeze(1)  # (B, 1, T)
        X = X.transpose(1, 2) * real
        moves = torch.diff(X[:, :2], dim=2, prepend=X[:, :2, :1]) * real
        x = torch.relu(self.conv1(torch.cat([X, moves], dim=1))) * real
        x = torch.relu(self.conv2(x)) * real
        return self.out(torch.cat([x.amax(dim=2), x.sum(dim=2) / lengths[:, None]], dim=1))


def _fit_convolutions(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    return _train(_Convolutions(n_classes, hidden), _examples(drawings, labels), n_steps, rate=0.005)


def _in_loops(drawing):
    """No array until the end; a dot has arrived."""
    xs, ys = zip(*[(float(x), float(y)) for stroke in drawing for x, y in stroke], strict=True)
    size = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    rows = []
    for stroke in drawing:
        for i, (x, y) in enumerate(stroke):
            progress = i / (len(stroke) - 1) if len(stroke) > 1 else 1.0
            rows.append([(float(x) - min(xs)) / size, (float(y) - min(ys)) / size, progress])
    return torch.tensor(rows)


@alternative(
    "p.13.11",
    replaces="read_ndjson",
    also={"sketch_to_seq": _in_loops, "SketchNet": _Convolutions, "fit_sketches": _fit_convolutions},
)
def by_characters(text):
    """A decoder that goes on where the text before has ended."""
    words, drawings, decoder, at = [], [], json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        record, at = decoder.raw_decode(text, at)
        words.append(record["word"])
        drawings.append([np.column_stack([stroke[0], stroke[1]]) for stroke in record["drawing"]])
    return words, drawings


class _Lstm(nn.Module):
    """Two layers, and the state at the last point, picked out; dropout."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.rnn = nn.LSTM(3, hidden, num_layers=2, dropout=0.1, batch_first=True)
        self.out = nn.Linear(hidden, n_classes)

    def forward(self, X, lengths):
        states, _ = self.rnn(X)
        last = (lengths - 1).view(-1, 1, 1).expand(-1, 1, states.shape[2])
        return self.out(states.gather(1, last).squeeze(1))


def _fit_lstm(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    return _train(_Lstm(n_classes, hidden), _examples(drawings, labels), n_steps)


@alternative("p.13.11", replaces="collate",
             also={"read_ndjson": _with_pandas, "SketchNet": _Lstm, "fit_sketches": _fit_lstm})  # fmt: skip
def filled_row_by_row(batch):
    """Zeros first, then each sequence into its row."""
    return _padded(batch)


class _Attention(nn.Module):
    """Attention among points, the padding masked; places as sines; the average of all points."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.enter = nn.Linear(3 + 8, hidden)
        self.layer = nn.TransformerEncoderLayer(hidden, 4, 2 * hidden, dropout=0.0, batch_first=True, norm_first=True)
        self.out = nn.Linear(hidden, n_classes)

    def forward(self, X, lengths):
        places = torch.arange(X.shape[1])
        padding = places >= lengths[:, None]
        angles = places[:, None] / torch.tensor([2.0, 6.0, 18.0, 54.0])
        sines = torch.cat([angles.sin(), angles.cos()], dim=1).expand(len(X), -1, -1)
        x = self.layer(self.enter(torch.cat([X, sines], dim=2)), src_key_padding_mask=padding)
        return self.out(x.masked_fill(padding[..., None], 0).sum(dim=1) / lengths[:, None])


def _fit_attention(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    return _train(_Attention(n_classes, hidden), _examples(drawings, labels), n_steps, rate=0.005)


@alternative("p.13.11", replaces="collate", also={"SketchNet": _Attention, "fit_sketches": _fit_attention})
def by_a_nested_tensor(batch):
    """`torch.nested` does the padding."""
    sequences = [torch.tensor(np.asarray(sequence), dtype=torch.float32) for sequence, _ in batch]
    X = torch.nested.to_padded_tensor(torch.nested.as_nested_tensor(sequences), 0.0)
    labels = np.array([label for _, label in batch], dtype=np.int64)
    return X, torch.LongTensor([len(sequence) for sequence in sequences]), torch.from_numpy(labels)
