# %% [markdown]
# # Sequences: recurrent and convolutional networks
#
# Notes, strokes, rides and words come one after the other, and the order is half of what they say. In this notebook you
# build networks that read sequences.
#
# ### Afterwards you can
#
# - choose the kind of network that a task with sequences asks for, and follow the shapes through it;
# - say why long sequences are hard to learn from, and what helps;
# - work out one step of an LSTM cell, and what each of its gates is good for;
# - train networks that forecast, compose, read sketches and understand words;
# - compare each of them with something simple.
#
# ### Before you start
#
# You need PyTorch (modules, data loaders, a training loop), and to have read the book's chapters on neural networks and
# on sequences. A GPU is not needed.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   What else you need, import in your answer's own cell.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`), where all the rest is.
#   Nothing is lost if you leave it out: these networks are small.

# %%
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from IPython.display import Audio, display
from numpy.typing import ArrayLike, NDArray
from scipy.io import wavfile
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from course import device
from course.datasets import load

# %% [markdown]
# ## 1. What a sequence is turned into
#
# Networks for sequences are sorted by what goes in and what comes out: a *sequence*, one time step after the other, or
# a *vector*, something without time steps. Think of a hospital, a railway, or wherever you know your way about, and
# invent jobs there for such networks: two that make a sequence of a sequence, two that make a vector of a sequence, and
# one that makes a sequence of a vector. (A function for this comes after question 8, as for 5 and 6.)

# %% exercise="p.13.1" points=2 probe_points=1
from solutions.ch13_sequences.recurrent import P_13_1

# %% [markdown]
# ## 2. Shapes
#
# One wrong dimension is the most common mistake of all with recurrent layers, and often nothing complains. Write
# `recurrent_shapes(…)`, which tells for any such layer what it wants to be given and what it gives back.

# %% exercise="p.13.2" points=3
from solutions.ch13_sequences.recurrent import recurrent_shapes

# %% [markdown]
# ## 3. Deep, and with an output at each step
#
# A colleague has a network in PyTorch with one recurrent layer, which reads a patient's days and says on the last of
# them whether there is danger. Tell her what she has to change to have three layers on top of each other, and then,
# what to change to be told after *every* day. Say which shape the tensors have at each place.

# %% exercise="p.13.3" points=2 probe_points=3
from solutions.ch13_sequences.recurrent import P_13_3

# %% [markdown]
# Build it: `deep_network(n_features, n_hidden, n_layers, n_outputs)`.

# %% exercise="p.13.3"
from solutions.ch13_sequences.recurrent import deep_network, _DeepNetwork

# %% [markdown]
# ## 4. Loaves for the week
#
# A bakery knows how many loaves it has sold on each day for years, and would like to plan the next five. First the
# data: write `next_values(series, window, horizon)`, the windows with what follows each day of them.

# %% exercise="p.13.4" points=4
from solutions.ch13_sequences.recurrent import next_values

# %% [markdown]
# And which networks are trained on such targets to give, asked *once* after the last day of a window, all five numbers
# for the five days to come, each of them learned as a target of its own? (A network that forecasts one day, is given
# its own forecast and asked again, would be called five times.) Choose all: `"sequence to vector, 5 outputs at the last
# step"`, `"sequence to sequence, 5 outputs at every step"`, `"sequence to sequence, 1 output at every step"`, `"vector
# to sequence, from the first day only"`.

# %% exercise="p.13.4"
from solutions.ch13_sequences.recurrent import P_13_4_CHOICE

# %% [markdown]
# ## 5. What is hard about training
#
# A recurrent network is to read the load of a power line minute by minute, ten thousand minutes at a time, and what
# matters may have happened at the beginning. Name three things that you expect to go wrong, or to be a nuisance. Say
# why they befall recurrent networks of all things, and what you would try against each.

# %% exercise="p.13.5" points=3 probe_points=2
from solutions.ch13_sequences.recurrent import P_13_5

# %% [markdown]
# ## 6. Inside an LSTM cell
#
# Follow an LSTM cell through one time step, in words, formulas, or a drawing. What does it bring along from the step
# before, what does it work out from that and from its input, and how does this become what it takes along to the next?

# %% exercise="p.13.6" points=4 probe_points=3
from solutions.ch13_sequences.layers import P_13_6

# %% [markdown]
# ## 7. Convolutions before recurrence
#
# A heart is measured 500 times per second, and a recurrent network is to read a minute of it. Somebody puts two
# one-dimensional convolutional layers in front, with a stride of 4 each. What is that good for? Think of what the
# recurrent layer gets to see then, of what the new layers may find by themselves, and of the time it takes.

# %% exercise="p.13.7" points=2 probe_points=2
from solutions.ch13_sequences.layers import P_13_7

# %% [markdown]
# Two functions to reckon with: `conv_length(length, kernel, stride)` is how long a sequence is after a layer without
# padding, and `steps_seen(layers)` how many time steps one output of a stack of such layers looks at, from the first to
# the last.

# %% exercise="p.13.7"
from solutions.ch13_sequences.layers import conv_length, steps_seen

# %% [markdown]
# ## 8. What a video shows
#
# A sports archive has clips of ten seconds and would like to know of each whether somebody swims, rows or dives.
# Describe a network for that, from the pictures to the answer: which parts has it, what does each of them get, and what
# does it hand on?

# %% exercise="p.13.8" points=3 probe_points=3
from solutions.ch13_sequences.layers import P_13_8

# %% [markdown]
# Write `video_shapes(…)`, the shape of the data at four places of such a network.

# %% exercise="p.13.8"
from solutions.ch13_sequences.layers import video_shapes

# %% [markdown]
# # Second halves
#
# These functions and choices go with questions 1, 5 and 6, whose words they would have given away. If they change your
# mind, go back and change the words.
#
# ## 1. Kinds
#
# Write `sequence_kind(n_in, n_out)`, which names the kind by the number of time steps that go in and come out. Then
# sort these nine applications, each under the name it has here:
#
# - `"translation"` of a sentence, `"word classes"` (noun, verb, … for each word of a sentence), `"tomorrow, every day"`
#   (a forecast after each day of a year);
# - `"review"` (friendly or not?), `"composer"` of a piece of music, `"tomorrow"` (one value, from the last 56 days);
# - `"caption"` for a picture, `"tune"` in a given mood, `"product text"` from a list of 20 measures.

# %% exercise="p.13.1"
from solutions.ch13_sequences.recurrent import sequence_kind, P_13_1_CHOICE

# %% [markdown]
# ## 5. Far back, and far too large
#
# Take the simplest recurrent network there is, one number with
# $h_t = w\,h_{t-1} + x_t$: `steps_remembered(w, least)` says how far back it can feel anything. And
# `clipped(gradients, max_norm)` tames gradients that explode.
#
# Then choose all that help against *unstable gradients*: `"gradient clipping"`,
# `"a saturating activation such as tanh"`, `"ReLU in the recurrent layer"`, `"layer normalisation"`,
# `"a smaller learning rate"`, `"a larger learning rate"`, `"shuffling the time steps"`.

# %% exercise="p.13.5"
from solutions.ch13_sequences.recurrent import steps_remembered, clipped, P_13_5_CHOICE

# %% [markdown]
# *Look*: how much of a change is left after so many steps.

# %% demo
for w in (0.8, 0.95, 1.0, 1.02):
    plt.semilogy(w ** np.arange(101), label=f"w = {w}")
plt.axhline(0.01, color="gray", linestyle="--")
plt.xlabel("steps")
plt.ylabel("what is left of a change")
plt.legend()
plt.show()
print("felt for", steps_remembered(0.95, 0.01), "steps, with w = 0.95 and a limit of 1%")

# %% [markdown]
# ## 6. One step
#
# Write one step of an LSTM cell, with the weights as PyTorch keeps them: `lstm_step(x, h, c, W_x, W_h, b)`.

# %% exercise="p.13.6"
from solutions.ch13_sequences.layers import lstm_step

# %% [markdown]
# # Four projects
#
# ## 9. Rail and bus, two weeks ahead
#
# Every day, hundreds of thousands of people in Chicago take the train, and as many take the bus. How many will it be
# tomorrow, and on each day of the next two weeks? Build one network for both: a *sequence-to-sequence* network, which
# after each day of a window forecasts the 14 days that follow, so that it learns from every day it reads.

# %%
HORIZON = 14  # days ahead

# %% [markdown]
# There are five steps. First the data. Look at them before you begin: is each day there once?

# %% demo
table = load("cta_ridership").tables["ridership"]
print(load("cta_ridership").label, table.shape)
print(table.tail())
by_day = table.drop_duplicates("service_date").set_index("service_date").sort_index()  # the rows are in no order
shown = by_day["2019-03-01":"2019-05-31"]
(shown[["rail_boardings", "bus"]] / 1e6).plot(
    grid=True,
    marker=".",
    figsize=(8, 3),
    ylabel="rides, millions",
)
plt.show()

# %% [markdown]
# The week stands out, and so do the holidays. When the next holiday is, the calendar knows: that is no secret of the
# future, so the network may see the type of the *next* day. Write `daily_features(table)`.

# %% exercise="p.13.9" points=2 probe_points=20 full_size_points=2
from solutions.ch13_sequences.ridership import daily_features

# %% [markdown]
# Next the windows, and the targets: `Seq2SeqBothDataset`. At every step of a window the target is the same kind of
# thing: the 14 days that follow, 28 numbers: flat, or as a table of (2, 14) or (14, 2), if that is how your network
# answers, too. Mind the ends: the first of them is the very next day, and no target reaches beyond the series.

# %% exercise="p.13.9"
from solutions.ch13_sequences.ridership import Seq2SeqBothDataset

# %% [markdown]
# Now the network, `Seq2SeqBoth`. It answers after each day and must not read ahead: the days to come are what it is
# asked for. Anything that keeps to that is welcome, recurrent layers of any kind or causal convolutions. Keep it small:
# one core has to train it in seconds.

# %% exercise="p.13.9"
from solutions.ch13_sequences.ridership import Seq2SeqBoth

# %% [markdown]
# Then the training, with early stopping: `fit_forecaster`. The series is cut into three periods: one to learn from, one
# to tell when to stop, and one that must not make any difference. When the validation loss has not improved for a
# while, stop, and go back to the weights of the best epoch.
#
# Loss, optimiser and learning rate are yours to choose. Your network is graded on made-up cities with weeks and
# holidays of their own, in one of which one working day in three is a holiday. With 25 epochs on 300 days, about 200
# small batches, it has to know tomorrow much better than last week's numbers do: on the mean of rail and bus it may be
# off by {bar:test_beats_last_week:.0%} of what they are off by. To repeat today's numbers gives
# {naive:test_beats_last_week/same_as_today:.0%} at best, and what is usual on that day of the week
# {naive:test_beats_last_week/median_of_all_such_weekdays:.0%}; a network that sees the next day's type and learns stays
# far below.

# %% exercise="p.13.9"
from solutions.ch13_sequences.ridership_training import _all_windows, _mean_absolute_error, fit_forecaster

# %% [markdown]
# And what all this is for: `forecast(model, recent)`, the rides of the next two weeks.

# %% exercise="p.13.9"
from solutions.ch13_sequences.ridership_training import forecast

# %% [markdown]
# *Look*: two and a half years to learn from, five months to tell when to stop, and the two weeks after them. Last week
# had a holiday: who repeats its numbers repeats that, too. On the right, the mean error over seven months that nothing
# was fitted to. How does it grow with the days ahead? What would last week's numbers have said?

# %% demo
table = load("cta_ridership").tables["ridership"]
days = table.drop_duplicates("service_date").sort_values("service_date")
days = days[(days["service_date"] >= "2016-07-01") & (days["service_date"] <= "2019-12-31")]
series = np.asarray(daily_features(days), dtype=np.float32)
ends = int(np.flatnonzero(days["service_date"] == "2019-06-01")[0])
torch.manual_seed(42)
network = Seq2SeqBoth()
losses = fit_forecaster(network, series, ends - 151, 151, window=56, n_epochs=10, patience=5)
print(f"best of {len(losses)} epochs: {min(losses) * 1e6:,.0f} rides off, on the mean of 14 days and of both")

starts = np.arange(ends, len(series) - HORIZON + 1)
came = np.array([series[i : i + HORIZON, :2] for i in starts])  # (starts, 14, 2)
ahead = np.array([forecast(network, series[i - 56 : i]) for i in starts]) / 1e6
again = np.array([np.tile(series[i - 7 : i, :2], (2, 1)) for i in starts])
fig, axes = plt.subplots(1, 3, figsize=(13, 3.3), layout="constrained")
for axis, name, column in zip(axes, ("rail", "bus"), range(2)):
    axis.plot(series[ends - 21 : ends + HORIZON, column], marker=".", label="came")
    axis.plot(np.arange(21, 35), ahead[0, :, column], marker="x", label="forecast")
    axis.plot(np.arange(21, 35), again[0, :, column], ":", label="last week again")
    axis.set(title=name, xlabel="day", ylabel="rides, millions", ylim=(0, 1))
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=3)
for name, said in (("forecast", ahead), ("last week again", again)):
    axes[2].plot(range(1, HORIZON + 1), np.abs(said - came).mean(axis=(0, 2)), marker=".", label=name)
axes[2].set(title="rail and bus", xlabel="days ahead", ylabel="mean error, millions", ylim=(0, None))
axes[2].legend()
plt.show()

# %% [markdown]
# **And in your own words**, four to six sentences with your own figures: how far off is your network, tomorrow and in
# two weeks, by rail and by bus, and how far off are last week's numbers? One pair of weeks says little: take several.
# What has the network learned that last week doesn't know, and on which days is it still wrong?

# %% exercise="p.13.9"
from solutions.ch13_sequences.ridership_training import P_13_9

# %% [markdown]
# ## 10. Music in the manner of Bach
#
# Johann Sebastian Bach set hundreds of hymns for four voices. The data set has 382 of them, 100 to 640 chords long: a
# chord is four MIDI pitches, from soprano to bass, and 0 where a voice is silent. Your network is to read chorales note
# by note, predict what comes next, and then compose. Two helpers, to hear a piece and to see it:

# %%
RATE = 22_050  # samples per second


def sound(chords, seconds=0.2):
    """Return the wave of a piece, (samples,), each chord lasting some seconds; a held note is not struck again."""
    pitches = np.repeat(np.asarray(chords), int(seconds * RATE), axis=0)  # (samples, 4)
    frequencies = 440 * 2.0 ** ((pitches - 69) / 12)
    turns = np.cumsum(frequencies / RATE, axis=0)
    wave = sum(np.sin(2 * np.pi * n * turns) / n**2 for n in (1, 2, 3))  # a tone and two overtones
    struck = np.diff(pitches, axis=0, prepend=-1) != 0
    since = np.arange(len(pitches))[:, None]
    since = since - np.maximum.accumulate(np.where(struck, since, 0), axis=0)  # samples since the note was struck
    envelope = np.minimum(since / (0.01 * RATE), 1) * np.exp(-since / (2.0 * RATE)) * (pitches > 0)
    return (wave * envelope).sum(axis=1) / 4


def score(chords, title):
    """Draw a piece, a line for each voice."""
    plt.figure(figsize=(10, 2.5))
    plt.plot(np.where(np.asarray(chords) > 0, chords, np.nan), drawstyle="steps-post")
    plt.title(title)
    plt.xlabel("chord")
    plt.ylabel("MIDI pitch")
    plt.show()


# %% [markdown]
# *Look, and listen*: how such a piece is written down, and how it sounds.

# %% demo
chorales = load("jsb_chorales")
score(chorales.train[0][:96], chorales.label)
display(Audio(sound(chorales.train[0][:96]), rate=RATE))

# %% [markdown]
# A pitch is a name, not a quantity: a guess halfway between two right notes is a wrong note. So treat notes as 47
# categories. And the four notes of a chord are not chosen independently: let each one know those above it. That is why
# a piece is best read as one sequence of notes, soprano, alto, tenor, bass, soprano, … Write
#
# - **`make_windows(chorales, length, shift)`**, which cuts pieces into windows of equal length, with what comes next;
# - **`ChoraleNet`**, which says at every place of a sequence how probable each note is to come next. Recurrent layers
#   do, and so do causal convolutions. (Attention learned too slowly for the few steps of grading,
#   when we tried it.) What your net must not do is look at the answer;
# - **`fit_chorales(chorales, length, hidden, n_steps, seed)`**, which trains it;
# - **`generate(model, chords, n, temperature, seed)`**, which composes: draw a note, append it, ask again.
#
# To keep grading quick, it trains your net on 24 short pieces of ours, with `length=8`, `hidden=32` and `n_steps=200`,
# which should take no more than ten seconds. For so few steps the usual learning rate, 0.001, is too small: try 0.005.
# `generate` is graded with models of ours as well. All pitches lie between 36 and 81.

# %%
LOWEST, N_NOTES = 36, 47  # the lowest pitch; silence and the pitches 36 to 81

# %% exercise="p.13.10" points=24
from solutions.ch13_sequences.chorales import _ids, _pitches, make_windows, ChoraleNet, fit_chorales
from solutions.ch13_sequences.composing import generate

# %% [markdown]
# *Look*: how many notes does it predict, in chorales that it has not seen? Most notes are held, so repeating each voice
# is right about most of them, and about none of those where something happens. (With `length=32`, `hidden=256` and
# `n_steps=800` training takes a few minutes, and is worth it.) *Listen*, too: eight chords of a chorale, and how your
# net goes on. Try other temperatures and seeds.

# %% demo
chorales = load("jsb_chorales")
net = fit_chorales(chorales.train, length=8, hidden=128, n_steps=600)
right = []
for piece in chorales.test[:12]:
    X, Y = (torch.as_tensor(np.asarray(windows)) for windows in make_windows([piece], length=len(piece), shift=1))
    with torch.no_grad():
        guesses = net(X).argmax(dim=-1)
    # From the second chord on: the voice's note before, and the net's guess.
    repeats, hits = X[:, :-3] == Y[:, 3:], guesses[:, 3:] == Y[:, 3:]
    right.append([repeats.float().mean(), hits.float().mean(), hits[~repeats].float().mean()])
repeated, guessed, moved = np.mean(right, axis=0)
print(f"{chorales.label}: {repeated:.1%} of the notes repeat the one before, {guessed:.1%} are predicted")
print(f"and of those that don't repeat it, {moved:.1%}")

for temperature in (0.7, 1.0):
    piece = generate(net, chorales.test[0][:8], n=64, temperature=temperature, seed=3)
    score(piece, f"eight chords by Bach, the rest by the net, temperature {temperature}")
    display(Audio(sound(piece), rate=RATE))

# %% [markdown]
# ## 11. Sketches
#
# Ask millions of people to draw an ant in twenty seconds, and you get QuickDraw: sketches as strokes, each a list of
# points in the order in which the pen went through them. A picture would lose that order; a sequence keeps it.
#
# The files have one JSON text per line. A sketch becomes one sequence of points with three numbers each: x, y, and how
# far the stroke has got, from 0 at its beginning to 1 at its end. So the network sees where the pen was lifted. Write
#
# - **`read_ndjson(text)`**, which reads the published format;
# - **`sketch_to_seq(drawing)`**, which makes the sequence, and brings sketches of any size to the same scale;
# - **`collate(batch)`**, which packs sequences of different lengths into one tensor, padded with zeros;
# - **`SketchNet`**, which says what a sketch shows, whatever stands in the padding, and however much of it there is;
# - **`fit_sketches(drawings, labels, n_classes, hidden, n_steps, seed)`**, which trains it.
#
# It is graded on 200 drawings of three simple shapes, with `hidden=32` and `n_steps=240`, which should take no more
# than twenty seconds: of 150 others it has to know 90% or more. Here, too, a learning rate of 0.005 or so gets further
# in so few steps.

# %% exercise="p.13.11" points=18
from solutions.ch13_sequences.sketches import read_ndjson, sketch_to_seq, collate
from solutions.ch13_sequences.sketches_training import SketchNet, fit_sketches

# %% [markdown]
# Fifteen words will do for what you look at, most of them quickly drawn. Of each there are 25 sketches. (Where the real
# ones can't be had, generated sketches of the first three words take their place.)


# %%
WORDS = ["ant", "axe", "bat", "candle", "circle", "cloud", "envelope", "eyeglasses", "ladder", "lightning", "moon"]
WORDS += ["snowman", "spoon", "stairs", "star"]


def some_sketches(words):
    """Return which of some words there are, their drawings, shuffled, and the number of each one's word."""
    sketches = load("quickdraw")
    words = [word for word in words if word in sketches.class_names]
    numbers = [sketches.class_names.index(word) for word in words]
    rows = np.random.default_rng(1).permutation(np.flatnonzero(np.isin(sketches.labels, numbers)))[:600]
    labels = np.array([numbers.index(sketches.labels[row]) for row in rows])
    return words, [sketches.drawings[row] for row in rows], labels


# %% [markdown]
# *Look*: the sketches, coloured by progress, dark where a stroke begins.

# %% demo
words, drawings, labels = some_sketches(WORDS)
figure, axes = plt.subplots(2, 6, figsize=(10, 3.6))
for axis, drawing, label in zip(axes.flat, drawings, labels):
    for stroke in drawing:
        axis.plot(*np.asarray(stroke).T, color="lightgray", zorder=0)
    sequence = np.asarray(sketch_to_seq(drawing))
    points = np.concatenate(drawing)
    axis.scatter(*points.T, c=sequence[:, 2], s=8, cmap="viridis")
    axis.set_title(words[label], fontsize=9)
    axis.invert_yaxis()
    axis.set_aspect("equal")
    axis.axis("off")
figure.suptitle(load("quickdraw").label)
plt.show()

# %% [markdown]
# *Look*: four fifths of these sketches are there to train on. How many of the others does a network know that has seen
# them all, and how many one that has seen but a fifth of them? Who names a word by chance is right about one in
# fifteen. (All 344 words are in `load("quickdraw").class_names`; without the limit of 600, that makes 8,600 sketches,
# which take a larger network, many more steps, and some minutes.)

# %% demo
words, drawings, labels = some_sketches(WORDS)
n = len(drawings) * 4 // 5
X, lengths, y = collate([(sketch_to_seq(drawing), label) for drawing, label in zip(drawings[n:], labels[n:])])
print(load("quickdraw").label)
for size in (n // 5, n):
    net = fit_sketches(drawings[:size], labels[:size], n_classes=len(words), hidden=32, n_steps=100).eval()
    with torch.no_grad():
        guesses = net(X, lengths).argmax(dim=1)
    print(f"trained on {size}: {(guesses == y).float().mean():.1%} of {len(y)} others are right")
for label, word in enumerate(words):
    print(f"{word:>10}: {(guesses[y == label] == label).sum()} of {(y == label).sum()}")

# %% [markdown]
# ## 12. Yes or no
#
# In sixty recordings a man says eight words each, in Hebrew, and each of them is *yes* or *no*. Have the computer
# listen. It takes four steps, and the last cell of this exercise does the same with your own voice.
#
# *Look, and listen*: one recording, and its eight words.

# %% demo
speech = load("yesno_speech")
print(speech.label, "words:", [["no", "yes"][word] for word in speech.labels[0]])
plt.figure(figsize=(8, 2))
plt.plot(np.arange(len(speech.waves[0])) / speech.rate, speech.waves[0], linewidth=0.5)
plt.xlabel("seconds")
plt.show()
display(Audio(speech.waves[0], rate=speech.rate))

# %% [markdown]
# First the wave. A recorder may give you two channels; `to_mono(wave)` makes one of them. Then the words:
# `split_on_silence(wave, rate)` tells where each begins and ends.

# %% exercise="p.13.12" points=16
from solutions.ch13_sequences.speech import to_mono, split_on_silence, _loudness

# %% [markdown]
# The ear hears frequencies, and not all of them equally well: two low tones are told apart more easily than two high
# ones. The *mel* scale counts as the ear does: $m(f) = 2595\,\log_{10}(1 + f/700)$ for a frequency $f$ in hertz. Write
# `log_mel(wave, rate, n_mels)`, which says how much of each band of that scale is heard at each moment.

# %% exercise="p.13.12"
from solutions.ch13_sequences.speech import log_mel, _mel_filters

# %% [markdown]
# *Look*: what a yes and a no look like.

# %% demo
speech = load("yesno_speech")
cuts = split_on_silence(speech.waves[0], speech.rate)
figure, axes = plt.subplots(1, len(cuts), sharey=True, figsize=(9, 2))
for axis, (begin, end), word in zip(axes, cuts, speech.labels[0]):
    axis.imshow(log_mel(speech.waves[0][begin:end], speech.rate), origin="lower", aspect="auto")
    axis.set_title(["no", "yes"][word])
plt.show()

# %% [markdown]
# Last, a recurrent network that reads such pictures from left to right: `fit_words(words, labels, rate)` trains it, and
# `name_words(model, words, rate)` asks it. Speakers may be loud or quiet: that must make no difference. How the model
# looks inside is up to you.
#
# What is said in these recordings can be looked up, so your model is graded on a language that nobody speaks, made up
# anew for each hand-in: three words mean yes (1), and three mean no (0). A voice says them at 8,000 samples per second,
# higher or lower, faster or slower. Your function gets 120 of them, 20 of each word or so, and its model must name nine
# out of ten of 120 others rightly, alone and among others. The same share of the real words, after training on 15
# recordings, counts for a small part of the points. Aim for five seconds at most.

# %% exercise="p.13.12"
from solutions.ch13_sequences.speech import fit_words, name_words, _WordNetwork, _pictures

# %% [markdown]
# *Look*: twenty recordings to learn from, twenty to be tested on.


# %% demo
def words_of(numbers):
    """The words of some recordings, where eight have been found, and their labels."""
    found = [(n, split_on_silence(speech.waves[n], speech.rate)) for n in numbers]
    whole = [(n, cuts) for n, cuts in found if len(cuts) == 8]
    words = [speech.waves[n][begin:end] for n, cuts in whole for begin, end in cuts]
    return words, np.concatenate([speech.labels[n] for n, _ in whole])


speech = load("yesno_speech")
words, labels = words_of(range(20))
model = fit_words(words, labels, speech.rate)
words, labels = words_of(range(40, 60))
print(f"right: {np.mean(name_words(model, words, speech.rate) == labels):.1%} of {len(labels)} words")

# %% [markdown]
# *Look*, if you like: your own voice. Record yourself, in any language, saying *yes* or *no* some eight times in a row,
# with short breaks, and a second of silence before. Save it as a WAV file in a folder `recordings` beside this
# notebook, under the words that you say, such as `yes-no-no-yes-yes-no-yes-no.wav`. Six recordings are a beginning, all
# of them at one rate. Every other one is there to learn from, the rest for testing. Nobody grades this, and your voice
# stays with you.
#
# Does it work as well as with the voice above? What about a friend's voice, from which nothing has been learned?

# %% demo
parts, rate = ([], []), 0  # of (word, label): to learn from, and to test
for number, path in enumerate(sorted(Path("recordings").glob("*.wav"))):
    rate, wave = wavfile.read(path)
    wave = to_mono(wave.T if wave.ndim == 2 else wave)
    spoken, cuts = path.stem.split("-"), split_on_silence(wave, rate)
    print(f"{path.name}: {len(cuts)} words found" + ("" if len(cuts) == len(spoken) else ", so it is left out"))
    if len(cuts) == len(spoken):
        parts[number % 2].extend((wave[begin:end], int(word == "yes")) for (begin, end), word in zip(cuts, spoken))
if all(parts):
    (words, labels), (new_words, new_labels) = (zip(*part) for part in parts)
    own = fit_words(words, np.array(labels), rate)
    right = np.mean(np.asarray(name_words(own, new_words, rate)) == np.array(new_labels))
    print(f"right: {right:.1%} of {len(new_labels)} words in recordings that it has not heard")
else:
    print("Two recordings or more are needed here: recordings/yes-no-yes-yes-no-yes-no-no.wav, for example.")

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Let your forecaster learn from the years up to 2018, and forecast the spring of 2020. How many days does it take to
#   notice? What would you give it so that it notices sooner?
# - Compose with temperatures from 0 to 2. How many of the chords can be found nowhere in the chorales it has learned
#   from, and from which temperature on do you hear it?
# - Give the sketches to the network point by point, and look after which part of the strokes it has made up its mind.
#   Which drawings change it again?
