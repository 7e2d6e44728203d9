"""Chapter 13's references beside PyTorch's cells and gradients, scipy, brute force, closed forms and properties."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.signal import lfilter, spectrogram
from scipy.special import softmax
from scipy.stats import chisquare
from torch import Tensor, nn
from torch.nn.functional import conv1d, cross_entropy, one_hot

from solutions.ch13_sequences import chorales, layers, recurrent, ridership, sketches, speech
from solutions.ch13_sequences.composing import generate
from solutions.ch13_sequences.ridership_training import fit_forecaster, forecast
from solutions.ch13_sequences.sketches_training import SketchNet, fit_sketches
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 5)
Singles = NDArray[np.float32]

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


class _Says(nn.Module):
    """A model that is a given function."""

    def __init__(self, says: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.forward = says


def _gru(parameters: Sequence[Tensor], X: Tensor) -> Tensor:
    """Return what a stack of GRU layers with a linear layer on top gives, one cell after the other."""
    *weights, W, b = parameters
    for i in range(0, len(weights), 4):
        states = [torch.zeros(len(X), weights[i + 1].shape[1])]
        for x in X.unbind(1):
            states.append(torch.gru_cell(x, states[-1], *weights[i : i + 4]))
        X = torch.stack(states[1:], dim=1)
    return X @ W.T + b


@oracle("p.13.1", "a number of steps in and out for each application")
def test_sequence_kind() -> None:
    assert recurrent.sequence_kind(1, 1) == "vector to vector"
    steps = {"translation": (12, 14), "word classes": (12, 12), "tomorrow, every day": (365, 365)}
    steps |= {"review": (200, 1), "composer": (300, 1), "tomorrow": (56, 1)}
    steps |= {"caption": (1, 12), "tune": (1, 300), "product text": (1, 90)}
    assert {name: recurrent.sequence_kind(*pair) for name, pair in steps.items()} == recurrent.P_13_1_CHOICE


@oracle("p.13.2", "PyTorch's nn.GRU and nn.RNN, given sequences that pad_sequence has packed (hypothesis)")
@drawn
@given(st.lists(small, min_size=5, max_size=5), st.booleans(), st.booleans(), st.sampled_from([nn.GRU, nn.RNN]))
def test_recurrent_shapes(sizes: list[int], first: bool, both: bool, kind: Any) -> None:
    batch, steps, features, hidden, n_layers = sizes
    X = nn.utils.rnn.pad_sequence([torch.zeros(steps, features)] * batch, batch_first=first)
    outputs, state = kind(features, hidden, n_layers, batch_first=first, bidirectional=both)(X)
    shapes = (X.shape, outputs.shape, state.shape)
    assert recurrent.recurrent_shapes(batch, steps, features, hidden, n_layers, first, both) == shapes


@oracle("p.13.3", "torch.gru_cell, step by step and layer by layer; gradients with respect to later steps")
@oracle("p.13.9", "torch.gru_cell, step by step; gradients with respect to later days")
@pytest.mark.parametrize("n_layers", [1, 3, 0])
def test_recurrent_networks(n_layers: int) -> None:
    torch.manual_seed(3)
    net = recurrent.deep_network(5, 8, n_layers, 2) if n_layers else ridership.Seq2SeqBoth(7)
    parameters, X = list(net.parameters()), torch.randn(4, 6, 5, requires_grad=True)
    assert len(parameters) == 4 * (n_layers or 1) + 2
    torch.testing.assert_close(net(X), _gru(parameters, X))
    for t, step in enumerate(net(X)[0]):
        (gradient,) = torch.autograd.grad(step.sum(), X, retain_graph=True)
        assert gradient[0].any(dim=1).tolist() == [s <= t for s in range(6)]


@oracle("p.13.4", "numpy's sliding_window_view (hypothesis)")
@drawn
@given(small, small, st.integers(0, 8), seeds)
def test_next_values(window: int, horizon: int, more: int, seed: int) -> None:
    series = np.random.default_rng(seed).random(window + horizon + more)
    X, Y = recurrent.next_values(series, window, horizon)
    assert np.array_equal(X[..., 0], sliding_window_view(series[:-horizon], window))
    ahead = sliding_window_view(series[1:], horizon)  # of each day
    assert np.array_equal(Y, sliding_window_view(ahead, window, axis=0).transpose(0, 2, 1))


@oracle("p.13.5", "the impulse response by scipy's lfilter (hypothesis)")
@drawn
@given(st.integers(-99, 99).filter(bool), st.integers(1, 99))
def test_steps_remembered(hundredths: int, least: int) -> None:
    response = np.abs(lfilter([1], [1, -hundredths / 100], np.eye(1, 700)[0]))
    steps = recurrent.steps_remembered(hundredths / 100, least / 100)
    assert steps == np.flatnonzero(response >= least / 100)[-1]
    assert recurrent.steps_remembered(math.copysign(1, hundredths), least / 100) == math.inf


@oracle("p.13.5", "PyTorch's clip_grad_norm_ (hypothesis)")
@drawn
@given(seeds, st.floats(0.1, 20))
def test_clipped(seed: int, max_norm: float) -> None:
    torch.manual_seed(seed)
    parameters: list[Any] = [nn.Parameter(torch.zeros(shape)) for shape in [(3, 2), (4,), ()]]
    for parameter in parameters:
        parameter.grad = 2 * torch.randn(parameter.shape)
    found = recurrent.clipped([parameter.grad.numpy().copy() for parameter in parameters], max_norm)
    nn.utils.clip_grad_norm_(parameters, max_norm)
    assert all(part == pytest.approx(p.grad.numpy(), rel=1e-4) for part, p in zip(found, parameters, strict=True))


@oracle("p.13.6", "PyTorch's nn.LSTMCell (hypothesis)")
@drawn
@given(small, small, small, seeds)
def test_lstm_step(batch: int, features: int, hidden: int, seed: int) -> None:
    torch.manual_seed(seed)
    cell = nn.LSTMCell(features, hidden, dtype=torch.float64)
    x, h, c = (2 * torch.randn(batch, n, dtype=torch.float64) for n in (features, hidden, hidden))
    weights = [part.detach().numpy() for part in (cell.weight_ih, cell.weight_hh, cell.bias_ih + cell.bias_hh)]
    found = layers.lstm_step(x.numpy(), h.numpy(), c.numpy(), *weights)
    assert all(part == pytest.approx(new.detach().numpy()) for part, new in zip(found, cell(x, (h, c)), strict=True))


@oracle("p.13.7", "PyTorch's conv1d, and which inputs its gradients reach, for strides up to the kernel (hypothesis)")
@drawn
@given(st.lists(st.integers(1, 4).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))), max_size=4))
def test_convolutions(stack: list[tuple[int, int]]) -> None:
    inputs = torch.ones(1, 1, 300, requires_grad=True)
    X: Tensor = inputs
    for kernel, stride in stack:
        length, X = X.shape[2], conv1d(X, torch.ones(1, 1, kernel), stride=stride)
        assert layers.conv_length(length, kernel, stride) == X.shape[2]
    assert layers.steps_seen(stack) == torch.autograd.grad(X[0, 0, 0], inputs)[0].count_nonzero()


@oracle("p.13.8", "PyTorch's layers, which the tensors go through (hypothesis)")
@drawn
@given(small, small, st.sampled_from([1, 2, 3, 4]), st.tuples(small, small), small, small)
def test_video_shapes(n: int, seconds: int, per_second: int, size: tuple[int, int], kept: int, classes: int) -> None:
    clips = torch.zeros(n, seconds * 12, 3, *size)[:, :: 12 // per_second]
    frames = clips.flatten(0, 1)
    features = nn.Conv2d(3, kept, 1)(frames).mean(dim=(2, 3)).unflatten(0, (n, -1))
    logits = nn.Linear(4, classes)(nn.GRU(kept, 4, batch_first=True)(features)[0][:, -1])
    shapes = {"videos": clips.shape, "frames": frames.shape, "features": features.shape, "logits": logits.shape}
    assert layers.video_shapes(n, seconds, per_second, size, kept, classes) == shapes


@oracle("p.13.9", "a dictionary of days, asked for the day after each (hypothesis)")
@drawn
@given(seeds, st.integers(1, 20))
def test_daily_features(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    dates, types = pd.date_range("2020-02-20", periods=n), rng.choice([*"AUW"], n)
    bus, rail = rng.integers(10**6, size=(2, n))
    table = pd.DataFrame({"service_date": dates, "day_type": types, "bus": bus, "rail_boardings": rail})
    found = ridership.daily_features(table.iloc[rng.permutation([*range(n), *rng.integers(0, n, 3)])])
    assert found[:, :2] == pytest.approx(np.transpose([rail, bus]) / 1e6)
    known = dict(zip(dates, types, strict=True))
    following = [known.get(day + pd.Timedelta(days=1)) for day in dates]
    assert found[:, 2:].tolist() == [[day == "A", day == "U", day == "W"] for day in following]


def _windows(series: Singles, window: int) -> tuple[Singles, Singles]:
    """Return all windows, (n, window, 5), and what follows each of their days, (n, window, 28)."""
    ahead = sliding_window_view(series[1:, :2], 14, axis=0).reshape(-1, 28)
    X, Y = (sliding_window_view(days, window, axis=0).transpose(0, 2, 1) for days in (series[:-14], ahead))
    return X, Y


@oracle("p.13.9", "numpy's sliding_window_view (hypothesis)")
@drawn
@given(small, st.integers(-3, 6), seeds)
def test_ridership_windows(window: int, more: int, seed: int) -> None:
    series = np.random.default_rng(seed).random((window + 14 + more, 5), dtype=np.float32)
    dataset = ridership.Seq2SeqBothDataset(series, window)
    assert len(dataset) == max(0, more + 1)
    for i in range(len(dataset)):
        assert all(np.array_equal(a, b[i]) for a, b in zip(dataset[i], _windows(series, window), strict=True))


@oracle("p.13.9", "early stopping by its definition, the loss by numpy; periods that must make no difference")
def test_fit_forecaster() -> None:
    series = np.random.default_rng(9).random((120, 5), dtype=np.float32) * 0.1
    series[:, :2] += np.tile([[0.9, 0.1]] * 3 + [[0.2, 0.6]] * 4, (18, 1))[:120]

    def trained(days: Singles, **how: int) -> tuple[nn.Module, list[float]]:
        torch.manual_seed(1)
        model = ridership.Seq2SeqBoth(8)
        return model, fit_forecaster(model, days, 70, 35, window=10, **how)

    later, unlike = series.copy(), series.copy()
    later[105:], unlike[70:105] = 9, -5
    for days in (unlike, series):
        model, losses = trained(days, n_epochs=45, patience=2)
        X, Y = _windows(days[70:105], 10)
        assert min(losses) == pytest.approx(np.abs(model(torch.tensor(X)).detach().numpy() - Y).mean(), rel=1e-5)
        assert len(losses) == min(45, losses.index(min(losses)) + 3)
        assert days is series or len(losses) < 45
    assert min(losses) < 0.7 * np.abs(Y - np.median(Y, axis=(0, 1))).mean()  # than the best constants
    assert trained(later, n_epochs=3, patience=3)[1] == losses[:3]
    weights = [trained(days, n_epochs=1, patience=1)[0].parameters() for days in (series, unlike)]
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))


@oracle("p.13.9", "a model whose forecasts are counted off")
@pytest.mark.parametrize("training", [True, False])
def test_forecast(training: bool) -> None:
    counted = _Says(lambda X: torch.arange(28.0).expand(*X.shape[:2], 28) * X[..., :1])
    model = nn.Sequential(counted, nn.Dropout(0.9)).train(training)
    assert forecast(model, [[7.0] * 5, [1.0] * 5]).T.ravel().tolist() == [n * 1_000_000 for n in range(28)]
    assert model.training == training


NOTE = {pitch: number for number, pitch in enumerate([0, *range(36, 82)])}


@oracle("p.13.10", "brute force over the chords where a window may begin (hypothesis)")
@drawn
@given(st.lists(st.integers(0, 7), max_size=3), small, small, seeds)
def test_make_windows(sizes: list[int], length: int, shift: int, seed: int) -> None:
    pieces = [np.random.default_rng(seed).choice(list(NOTE), (steps, 4)) for steps in sizes]
    X, Y = chorales.make_windows(pieces, length, shift)
    read = [[NOTE[pitch] for chord in piece.tolist() for pitch in chord] for piece in pieces]
    windows = [notes[4 * start :][: 4 * length] for notes in read for start in range(0, 8, shift)]
    windows = [window for window in windows if len(window) == 4 * length]
    assert X.shape == Y.shape == (len(windows), 4 * length - 1)
    assert X.tolist() == [window[:-1] for window in windows]
    assert Y.tolist() == [window[1:] for window in windows]


@oracle("p.13.10", "torch.gru_cell, step by step, with one-hot notes and voices")
def test_chorale_net() -> None:
    torch.manual_seed(10)
    net, notes = chorales.ChoraleNet(6), torch.randint(47, (2, 11))
    note, voice, *rest = net.parameters()
    voices = one_hot(torch.tensor([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]), 4).float()
    torch.testing.assert_close(net(notes), _gru(rest, one_hot(notes, 47).float() @ note + voices @ voice))


@oracle("p.13.10", "closed form: the cross entropy of a fair coin is log 2, and of what never changes 0")
def test_fit_chorales() -> None:
    coins = np.random.default_rng(10).choice([70, 77], (3, 150))
    pieces = [[[coin, 60, 55, 0] for coin in line] for line in coins]
    net = chorales.fit_chorales(pieces[:2], length=3, hidden=32, n_steps=60)
    X, Y = map(torch.tensor, chorales.make_windows(pieces[2:], 3, 3))
    losses = cross_entropy(net(X)[:, 3:].flatten(0, 1), Y[:, 3:].flatten(), reduction="none").reshape(-1, 4)
    assert losses.mean(dim=0).tolist() == pytest.approx([math.log(2), 0, 0, 0], abs=0.1)


@oracle("p.13.10", "models that repeat what was 1, 4, 16 chords before, and what that makes")
@pytest.mark.parametrize(("chords", "temperature"), [(1, 0), (4, 0.5), (16, 1.5), (16, 0)])
def test_generate_repeats(chords: int, temperature: float) -> None:
    start = np.random.default_rng(chords).choice(list(NOTE), (20, 4)).tolist()
    model = _Says(lambda notes: 90.0 * one_hot(notes.roll(4 * chords - 1, 1), 47))
    piece = generate(model, start, 24, temperature).tolist()
    assert piece == start + [start[20 - chords + i % chords] for i in range(24)]


@oracle("p.13.10", "scipy's softmax and chi-squared test")
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_generate_draws(temperature: float) -> None:
    logits, places = torch.full((47,), -1e9), [NOTE[pitch] for pitch in (0, 36, 55, 81)]
    logits[places] = torch.tensor([0.3, 1.0, 0.0, -0.4])
    model = _Says(lambda notes: logits.expand(*notes.shape, 47))
    notes = generate(model, [[60] * 4], 250, temperature, seed=5)[1:]
    counts = [int((notes == pitch).sum()) for pitch in (0, 36, 55, 81)]
    assert chisquare(counts, 1000 * softmax(logits[places].double().numpy() / temperature)).pvalue > 0.001


points = st.tuples(st.integers(-50, 300), st.integers(-50, 300))
strokes_drawn = st.lists(st.lists(points, min_size=1, max_size=6), min_size=1, max_size=4)


@oracle("p.13.11", "round trip through json.dumps (hypothesis)")
@drawn
@given(st.lists(st.tuples(st.sampled_from(["ant", 'the "sea"']), strokes_drawn), max_size=3))
def test_read_ndjson(records: list[tuple[str, list[list[tuple[int, int]]]]]) -> None:
    lines = [json.dumps({"word": word, "drawing": [[*zip(*s, strict=True)] for s in d]}) for word, d in records]
    words, drawings = sketches.read_ndjson("\n\n".join(lines) + "\n")
    assert words == [word for word, _ in records]
    assert [[[*map(tuple, stroke.tolist())] for stroke in d] for d in drawings] == [d for _, d in records]


@oracle("p.13.11", "point by point, by Python's numbers (hypothesis)")
@drawn
@given(strokes_drawn)
def test_sketch_to_seq(strokes: list[list[tuple[int, int]]]) -> None:
    every = [point for stroke in strokes for point in stroke]
    left, top = map(min, zip(*every, strict=True))
    size = max(max(x - left, y - top) for x, y in every) or 1
    progress = [i / max(1, len(stroke) - 1) for stroke in strokes for i in range(len(stroke))]
    rows = [[(x - left) / size, (y - top) / size, part] for (x, y), part in zip(every, progress, strict=True)]
    assert sketches.sketch_to_seq(strokes) == pytest.approx(np.array(rows), abs=1e-6)


@oracle("p.13.11", "numpy's pad; property: a sketch alone gives the same; gradients with respect to padding are 0")
def test_collate_and_sketch_net() -> None:
    rng = np.random.default_rng(11)
    batch = [(rng.normal(size=(size, 3)).astype(np.float32), label) for size, label in [(4, 2), (9, 0), (1, 3), (6, 2)]]
    X, lengths, labels = sketches.collate(batch)
    assert np.array_equal(X, [np.pad(sequence, ((0, 9 - len(sequence)), (0, 0))) for sequence, _ in batch])
    assert [*zip(lengths.tolist(), labels.tolist(), strict=True)] == [(len(rows), label) for rows, label in batch]
    assert (X.dtype, lengths.dtype, labels.dtype) == (torch.float32, torch.int64, torch.int64)
    torch.manual_seed(11)
    net = SketchNet(4, hidden=6)
    found = net(X.requires_grad_(), lengths)
    alone = [net(X[i : i + 1, :n], lengths[i : i + 1])[0] for i, n in enumerate(lengths)]
    torch.testing.assert_close(found, torch.stack(alone))
    (gradient,) = torch.autograd.grad(found[:, 0].sum(), X)
    assert torch.equal(gradient.any(dim=2), torch.arange(9) < lengths[:, None])


@oracle("p.13.11", "planted classes: the same lines, drawn from left to right and from right to left")
def test_fit_sketches() -> None:
    lines = [np.linspace([0, 0], end, 7) for end in np.random.default_rng(11).integers(40, 200, (90, 2))]
    labels = np.arange(90) % 2
    drawings = [[line[:: 1 - 2 * label]] for line, label in zip(lines, labels, strict=True)]
    net = fit_sketches(drawings[:60], labels[:60], 2, hidden=8, n_steps=30)
    X, lengths, y = sketches.collate([*zip(map(sketches.sketch_to_seq, drawings[60:]), labels[60:], strict=True)])
    assert (net(X, lengths).argmax(dim=1) == y).float().mean() > 0.9


@oracle("p.13.12", "means of Python's integers, which can't overflow (hypothesis)")
@drawn
@given(st.lists(st.lists(st.integers(-(2**15), 2**15 - 1), min_size=3, max_size=3), min_size=1, max_size=4))
def test_to_mono(channels: list[list[int]]) -> None:
    wave = np.array(channels, dtype=np.int16)
    assert speech.to_mono(wave) == pytest.approx([sum(s) / len(s) for s in zip(*channels, strict=True)])
    assert speech.to_mono(wave[0]).tolist() == channels[0]


@oracle("p.13.12", "planted words, much alike in loudness, with dips and with clicks between them (hypothesis)")
@drawn
@given(seeds, st.integers(1, 5), st.sampled_from([8000, 11025, 16000]), st.floats(-3, 4))
def test_split_on_silence(seed: int, n: int, rate: int, power: float) -> None:
    rng = np.random.default_rng(seed)
    cuts = np.cumsum(rng.uniform([0.5, 0.2], [0.9, 0.6], (n, 2)).ravel()).reshape(n, 2)
    loud = np.ones(int((cuts[-1, 1] + 0.7) * rate))
    for begin, end in (cuts * rate).astype(int):
        loud[begin:end] = rng.uniform(25, 50)
        dip, click = (begin + end) // 2, end + rate // 4
        loud[dip : dip + int(rng.uniform(0.03, 0.06) * rate)] = 1
        loud[click : click + int(rng.uniform(0, 0.03) * rate)] = 30
    found = speech.split_on_silence(10**power * loud * rng.normal(size=len(loud)), rate)
    assert np.array(found) / rate == pytest.approx(cuts, abs=0.06)


@oracle("p.13.12", "scipy's spectrogram; edges of the bands by root finding, triangles by interpolation (hypothesis)")
@drawn
@given(seeds, st.sampled_from([8000, 16000]), st.integers(4, 30), st.integers(0, 900))
def test_log_mel(seed: int, rate: int, n_mels: int, more: int) -> None:
    size, step = rate * 32 // 1000, rate // 100
    wave = 50 * np.random.default_rng(seed).normal(size=size + more)

    places = np.linspace(0, 2595 * math.log10(1 + rate / 1400), n_mels + 2)[1:-1]
    inner = [brentq(lambda f, m: 2595 * math.log10(1 + f / 700) - m, 0, rate / 2, m) for m in places]
    window = np.hanning(size)
    f, _, heard = spectrogram(wave, rate, window, size, size - step, size, False, scaling="spectrum", mode="magnitude")
    powers = (heard * window.sum()) ** 2
    bands = [np.interp(f, [0, *inner, rate / 2][i : i + 3], [0, 1, 0], 0, 0) @ powers for i in range(n_mels)]
    found = speech.log_mel(wave, rate, n_mels)
    assert found.shape == (n_mels, 1 + more // step)
    assert found == pytest.approx(np.log(np.array(bands) + 1e-6))


@oracle("p.13.12", "planted words: tones that rise, tones that fall; louder, alone and among others")
def test_words() -> None:
    rng = np.random.default_rng(12)
    labels, words = np.arange(60) % 2, []
    for label in labels:
        ends = rng.uniform([300, 900], [500, 1200])[:: 1 if label else -1]
        turns = np.cumsum(np.linspace(ends[0], ends[1], rng.integers(1600, 2600))) / 8000
        words.append(rng.uniform(0.1, 9) * np.sin(2 * np.pi * turns))
    model = speech.fit_words(words[:40], labels[:40], 8000, seed=1)
    assert speech.name_words(model, words[40:], 8000).tolist() == labels[40:].tolist()
    assert [speech.name_words(model, [300 * word], 8000).item() for word in words[40:]] == labels[40:].tolist()
