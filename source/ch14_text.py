# %% [markdown]
# # Language: recurrent networks and attention
#
# Letters and words come one after the other, and what they mean depends on what came before. In this notebook you build
# networks that read texts, write them, and turn one into another.
#
# ### Afterwards you can
#
# - turn texts into numbers, of any length, and train on them so that padding says nothing;
# - train networks that judge a text, go on with it, or translate it;
# - say what attention adds to an encoder and a decoder, and see where it looks;
# - search for a likely sentence, greedily or with a beam;
# - load the weights of a recent language model, and draw texts from one.
#
# ### Before you start
#
# You need PyTorch (modules, embeddings, recurrent layers, a training loop), and to have read the book's chapters on
# sequences and on language. A GPU is not needed.
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
# - Your functions are graded on data that you have not seen: on words, grammars, radars and languages that are made up
#   anew for each hand-in, so nothing can be looked up. Use only what is passed in, and what this notebook defines
#   between the exercises, such as `PAD`: no file, no global variable of your own. What else you need, import in your
#   answer's own cell.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`). Nothing is lost if you leave
#   it out: these networks are small.

# %%
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from course import device
from course.datasets import load

# %% [markdown]
# # First halves
#
# Six questions. Each has a function as well, which stands further below: it would give away the words.
#
# ## 1. With a memory, or without
#
# Somebody trains a recurrent network on the noise of a ship's engine, in windows of two seconds. A colleague says that
# it had better be *stateful*. Explain what she means, what could be gained by it, and what would have to change in the
# way in which windows are cut and put into batches.

# %% exercise="p.14.1" points=3 probe_points=2
from solutions.ch14_text.questions import P_14_1

# %% [markdown]
# ## 2. Why not word by word?
#
# A recurrent network can give an output at every step: read a word, say a word. So why do people translate with an
# encoder and a decoder instead? Think of two languages that you know.

# %% exercise="p.14.2" points=3 probe_points=1
from solutions.ch14_text.questions import P_14_2

# %% [markdown]
# ## 3. Long ones and short ones
#
# The letters that a town hall gets have from five words to five thousand. How does a network take them, many at a time?
# And how does one write its answers, when nobody says how long they are to be? What has to be seen to in training?

# %% exercise="p.14.3" points=3 probe_points=2
from solutions.ch14_text.questions import P_14_3

# %% [markdown]
# ## 4. A beam
#
# Explain beam search to somebody who has always taken the likeliest word. What is it good for, and with which tool
# would you do it?

# %% exercise="p.14.4" points=3 probe_points=5
from solutions.ch14_text.choosing import P_14_4

# %% [markdown]
# ## 5. Attention
#
# What does an attention layer do between an encoder and a decoder, how does it come by its numbers, and what is the
# main thing that is gained?

# %% exercise="p.14.5" points=4 probe_points=3
from solutions.ch14_text.choosing import P_14_5

# %% [markdown]
# ## 6. A sample of the softmax
#
# What is *sampled softmax*, when would you use it, and when must you not?

# %% exercise="p.14.6" points=3 probe_points=2
from solutions.ch14_text.choosing import P_14_6

# %% [markdown]
# # Second halves
#
# If one of these functions changes your mind, go back and change the words.
#
# ## 1. Batches that follow on
#
# Write `stateful_batches(…)`.

# %% exercise="p.14.1"
from solutions.ch14_text.questions import stateful_batches

# %% [markdown]
# ## 2. Is a dictionary enough?
#
# Write `word_for_word(pairs)`, which says of some sentences and their translations whether a dictionary, one word for
# each word, would do.

# %% exercise="p.14.2"
from solutions.ch14_text.questions import word_for_word

# %% [markdown]
# ## 3. Padding
#
# Write `pad_batch(sequences, fill)`, and `masked_mean(losses, mask)`, a loss that does not see it.

# %% exercise="p.14.3"
from solutions.ch14_text.questions import pad_batch, masked_mean

# %% [markdown]
# ## 4. Search
#
# Write `beam_search(…)`. What comes next is given by a function, so it works with any model.

# %% exercise="p.14.4"
from solutions.ch14_text.choosing import beam_search

# %% [markdown]
# *Look*: how good a sentence can be found in languages that are drawn at random, with wider and wider beams? (A log
# probability nearer to 0 is better.)

# %% demo
found = {width: [] for width in (1, 2, 4, 8, 16)}
for number in range(40):
    scores = np.random.default_rng(number).normal(0, 1.5, (5, 5, 6))  # by the two last of five words; the sixth ends

    def following(tokens, scores=scores):
        before, last = [0, 0, *tokens][-2:]
        return scores[before, last] - np.log(np.exp(scores[before, last]).sum())

    for width in found:
        found[width].append(beam_search(following, width, end=5, longest=8)[1])
means = {width: float(np.mean(values)) for width, values in found.items()}
plt.figure(figsize=(5, 2.5))
plt.plot(list(means), list(means.values()), marker="o")
plt.xscale("log", base=2)
plt.xlabel("width of the beam")
plt.ylabel("mean log probability")
plt.show()

# %% [markdown]
# ## 5. Queries, keys and values
#
# Write `attend(queries, keys, values, mask)`, scaled dot-product attention.

# %% exercise="p.14.5"
from solutions.ch14_text.choosing import attend

# %% [markdown]
# ## 6. The loss of a sample
#
# Write `sampled_loss(scores, target, sampled)`. Then say of five cases, in `P_14_6_CHOICE`, whether sampled softmax is
# the right thing there: `True` or `False`. Keep the keys as they are: `"training, 60,000 words"`, `"training, 10
# digits"`, `"perplexity on the test set, 60,000 words"`, `"beam search, 60,000 words"`, `"training, 500,000 products"`.

# %% exercise="p.14.6"
from solutions.ch14_text.choosing import sampled_loss, P_14_6_CHOICE

# %% [markdown]
# # Loops and machines
#
# ## 7. The library's loop, or one's own
#
# One can call a cell in a Python loop, once for each time step of a padded batch, or hand packed sequences to a
# recurrent layer of the library. Write `alive_at_each_step(lengths)`, the sizes of the batches that are left when
# padding is no longer computed, and `saved_by_packing(lengths)`.
#
# Then choose the three advantages of a layer with packed sequences over such a loop, in `TF1_14_4_CHOICE`:
# `"no work is done for padding"`, `"the network has fewer parameters"`,
# `"one call for all steps, instead of Python's own time for each of them"`,
# `"it learns longer patterns from the same sequences"`,
# `"the state after each sequence's own last step comes out by itself"`,
# `"dropout between time steps comes for free"`.

# %% exercise="tf1.14.4" points=3
from solutions.ch14_text.machines import alive_at_each_step, saved_by_packing, TF1_14_4_CHOICE

# %% [markdown]
# ## 8. Four layers, four GPUs
#
# A deep recurrent network is to be spread over several GPUs. Write `earliest_times(n_layers, n_steps)`, when each of
# its cells can be computed if each layer has a GPU, and `handed_over(gpu_of)`, how often a state has to be sent from
# one to another, however the cells are spread.
#
# Then choose how you would do it, in `TF1_14_6_CHOICE`: `"each layer on a GPU of its own"`,
# `"each time step on a GPU of its own"`, `"each gate of a cell on a GPU of its own"`,
# `"the embedding on one GPU and all layers on another"`.

# %% exercise="tf1.14.6" points=4
from solutions.ch14_text.machines import earliest_times, handed_over, TF1_14_6_CHOICE

# %% [markdown]
# # Projects that read
#
# ## 9. Is it praise?
#
# 50,000 reviews of films, half of them friendly: the first network to try does not even look at the order of their
# words. It takes the mean of their embeddings, and multiplies it by the square root of their number, so that long
# reviews speak louder than short ones, but not as much louder as their sum would.
#
# From texts to numbers: `words_of(text)`, `build_vocabulary(texts, n)`, `encode_reviews(texts, vocabulary)`. And
# `split_test(texts, labels, n_valid)`, since the 25,000 reviews of the test set are enough for 15,000 to validate with,
# and 10,000 for the test.

# %% exercise="tf2.13.10" points=14 full_size_points=2
from solutions.ch14_text.reviews import words_of, build_vocabulary, encode_reviews, split_test

# %% [markdown]
# Now the layer, `MeanEmbedding`, the network around it, `ReviewNet`, its training, `fit_reviews(…)`, and
# `friendly_probability(…)`, what it says.
#
# It is graded on reviews in a language that nobody speaks: fifteen words praise, fifteen blame, sixty say nothing, and
# what is said more often decides. After five epochs on 2,000 of them, with `size=16`, it has to know
# {bar:test_knows_praise_from_blame:.1%} of 400 others. To say the same of all gets
# {naive:test_knows_praise_from_blame/the_majority:.1%}, and who only asks for the one word that says most
# {naive:test_knows_praise_from_blame/one_word_decides:.1%}; Adam's own learning rate and batches of 64 get no further
# than {naive:test_knows_praise_from_blame/settings_as_they_come:.1%}. How it is trained is up to you: smaller batches
# and larger steps help, since five epochs are not many. On the real reviews, with 5,000 words and three epochs, it
# should get more than 85 in 100 of 10,000 right.

# %% exercise="tf2.13.10"
from solutions.ch14_text.reviews import MeanEmbedding, ReviewNet, fit_reviews, friendly_probability

# %% [markdown]
# *Look*: 4,000 reviews to learn from, and what the network would say of a review of one single word. Do you know these
# words from reviews?

# %% demo
data = load("imdb")
order = np.random.default_rng(0).permutation(len(data.X_train))
texts, labels = [data.X_train[i] for i in order[:4000]], data.y_train[order[:4000]]
vocabulary = build_vocabulary(texts, 3000)
net = fit_reviews(texts, labels, vocabulary, size=16, n_epochs=3)
others = np.random.default_rng(1).permutation(len(data.X_test))[:1000]
said = friendly_probability(net, [data.X_test[i] for i in others], vocabulary)
right = np.mean((said > 0.5) == data.y_test[others])
print(f"{data.label}: {right:.1%} of {len(others)} other reviews")
frequent = [word for word, number in vocabulary.items() if number < 600]
friendly = friendly_probability(net, frequent, vocabulary)
shown = np.concatenate([np.argsort(friendly)[:12], np.argsort(friendly)[-12:]])
plt.figure(figsize=(9, 2.5))
plt.bar([frequent[i] for i in shown], friendly[shown], color=["C3"] * 12 + ["C2"] * 12)
plt.xticks(rotation=70)
plt.ylabel("probability")
plt.show()

# %% [markdown]
# ## 10. Strings of a grammar
#
# A *grammar* can be a map: states, and arrows between them, each with a symbol. Who walks from the first state to an
# end, and writes down the symbols on the way, has a string of the grammar. The Reber grammar is one that psychologists
# have used to see whether people learn rules without being told.

# %%
Grammar = Mapping[int, Sequence[tuple[str, int]]]  # for each state, its arrows: (symbol, next state)
REBER: Grammar = {
    0: [("B", 1)],
    1: [("T", 2), ("P", 3)],
    2: [("S", 2), ("X", 4)],
    3: [("T", 3), ("V", 5)],
    4: [("X", 3), ("S", 6)],
    5: [("P", 4), ("V", 6)],
    6: [("E", 7)],
}

# %% [markdown]
# An *embedded* grammar asks for a memory: B first, then T or P, then a string of the inner grammar, and then the same
# of T and P once more, and E. With Reber's grammar inside, BPBTSXXVPSEPE is a string, and BPBTSXXVPSETE is none.
#
# Write `walks(grammar, n, seed)`, `accepts(grammar, string)` and `embedded(grammar)`. They work with any grammar, and
# that is what they are graded on.

# %% exercise="p.14.7" points=17 full_size_points=2
from solutions.ch14_text.reber import walks, accepts, embedded

# %% [markdown]
# Strings to learn from have to be hard: a wrong string of letters that no walk could give would teach nothing.
# `reber_examples(grammar, n, seed)` makes wrong ones that are one symbol away from a right one, and every other of them
# is wrong only in the outer pair.

# %% exercise="p.14.7"
from solutions.ch14_text.reber import reber_examples, _mismatched, _misspelt

# %% [markdown]
# Then the network that tells them apart: `encode_strings(strings)`, `StringNet`, `fit_strings(…)` and
# `valid_probability(model, strings)`.
#
# It is graded on a grammar of four states and five symbols that is made up for you: 1,500 strings to learn from, with
# `n_hidden=32` and `n_steps=350`, and of 500 others it has to know {bar:test_trained_net_knows_a_grammar:.1%}. Who
# counts neighbouring symbols, and no more, gets {naive:test_trained_net_knows_a_grammar/counts_neighbours:.1%}: the
# outer pair is not seen by that. In so few steps, a learning rate of 0.01 to 0.02 gets further, with gradients clipped.
# With 10,000 strings of the embedded Reber grammar, `n_hidden=64` and `n_steps=1500`, it should know more than 98 in
# 100.

# %% exercise="p.14.7"
from solutions.ch14_text.reber import encode_strings, StringNet, fit_strings, valid_probability

# %% [markdown]
# *Look*: a string, symbol by symbol: how likely would the network think it to be valid if it ended there? And what is
# said of it with another symbol at each place?

# %% demo
strings, labels = reber_examples(REBER, 3000, seed=1)
net = fit_strings(strings, labels, n_hidden=32, n_steps=500)
string = "BPBTSXXVPSEPE"
whole = embedded(REBER)
spoilt = [string[:i] + ("S" if string[i] != "S" else "V") + string[i + 1 :] for i in range(len(string))]
figure, axes = plt.subplots(2, 1, figsize=(7, 3.6), layout="constrained")
for axis, some, title in zip(
    axes, ([string[: i + 1] for i in range(len(string))], spoilt), ("up to here", "other symbol")
):
    valid = [accepts(whole, one) for one in some]
    axis.bar(range(len(string)), valid_probability(net, some), color=["C2" if one else "C3" for one in valid])
    axis.set_xticks(range(len(string)), list(string))
    axis.set(title=title, ylabel="probability", ylim=(0, 1))
plt.show()

# %% [markdown]
# ## 11. How much did it rain?
#
# A radar looks at the place of a rain gauge some times an hour. How strong its echo is, the *reflectivity*, says
# something of the drops in the air; the gauge says how much has come down at the end of the hour. Sometimes there is no
# echo, the next scan may be after three minutes or after twenty, and some gauges are blocked, or have a sprinkler
# beside them.
#
# Here is an hour as such tables have it, made up.

# %% demo
table = pd.DataFrame(
    {
        "Id": 1,
        "minutes_past": [3, 16, 25, 41, 56],
        "radardist_km": 7.0,
        "Ref": [12.5, 31.0, np.nan, 27.5, 8.0],
        "Expected": 1.27,
    }
)
print(table)

# %% [markdown]
# Write `make_sequences(table)` and `split_hours(table, share)`.

# %% exercise="tf1.14.8" points=14 full_size_points=2
from solutions.ch14_text.rain import make_sequences, split_hours

# %% [markdown]
# Then the network, `RainNet`, with two recurrent layers, its training `fit_rain(…)`, and `forecast_rain(model, table)`.
# What counts is the mean absolute error, on gauges that work.
#
# It is graded on a radar that is made up for you: which rain gives which echo, and how much of it is lost on the way,
# has to be learned. With 800 hours, of which the gauges of 4 in 100 report nonsense, `n_hidden=32` and `n_steps=300`,
# its error on the others must be at most {bar:test_beats_the_median:.0%} of that of who says the median of those hours
# every time. The rule of thumb that meteorologists have used since 1948, rain = (Z / 200)^(1 / 1.6) with
# Z = 10^(Ref / 10), on the mean of the scans, gets {naive:test_beats_the_median/rule_of_thumb:.0%} at its best: it is
# meant for another radar. A straight line through the hours' mean echo gets
# {naive:test_beats_the_median/straight_line:.0%}. With 8,000 hours and 2,000 steps it should be less than a third of
# the median's.

# %% exercise="tf1.14.8"
from solutions.ch14_text.rain import RainNet, fit_rain, forecast_rain, _HIGHEST

# %% [markdown]
# *Look*: a radar that is made up on the spot. How does your forecast go with what the gauges said?

# %% demo
rng = np.random.default_rng(3)
hours = []
for number in range(1200):
    minutes = np.sort(rng.choice(60, int(rng.integers(4, 13)), replace=False))
    rain = np.exp(np.clip(np.cumsum(rng.normal(0, 0.5, len(minutes))) + rng.normal(0.3, 1.2), -4, 4))
    ref = 10 * np.log10(200 * rain**1.6) + rng.normal(0, 1, len(minutes))
    ref[rng.random(len(minutes)) < 0.15] = np.nan
    total = (rain * np.diff(minutes, append=60)).sum() / 60
    hours.append({"Id": number, "minutes_past": minutes, "radardist_km": 5.0, "Ref": ref, "Expected": total})
table = pd.concat([pd.DataFrame(hour) for hour in hours], ignore_index=True)
train, valid = split_hours(table, share=0.25)
net = fit_rain(train, n_hidden=32, n_steps=400)
forecasts = forecast_rain(net, valid)
gauges = valid.groupby("Id")["Expected"].first().loc[forecasts.index]
off, naive = (
    float((gauges - said).abs().mean()) for said in (forecasts, train.groupby("Id")["Expected"].first().median())
)
plt.figure(figsize=(3.5, 3.5))
plt.loglog(gauges, forecasts.clip(lower=0.01), ".", alpha=0.5)
plt.axline((0.1, 0.1), (10, 10), color="gray")
plt.xlabel("gauge, mm")
plt.ylabel("forecast, mm")
plt.show()
print(f"off by {off:.2f} mm on average, the median by {naive:.2f} mm")

# %% [markdown]
# ## 12. Words as vectors, and a translator
#
# You shall know a word by the company it keeps. *Skip-grams* learn a vector for each word so that the words around it
# can be told from words that were drawn at random, and words that keep the same company come to lie near each other.
#
# First the parts: `skipgram_pairs(tokens, window)`, `noise_shares(counts)` and `negative_sampling_loss(…)`.

# %% exercise="tf1.14.9" points=4 probe_points=11
from solutions.ch14_text.word_vectors import skipgram_pairs, noise_shares, negative_sampling_loss

# %% [markdown]
# Then `fit_vectors(…)`, and what one does with vectors: `nearest_words(…)` and `analogy(…)`.
#
# It is graded on a text of 700 sentences that is made up for you. Its 24 words are of four kinds; words of a kind stand
# in the same places, and never side by side. With `size=16` and six epochs,
# {bar:test_words_of_a_kind_are_neighbours:.0%} of the three words nearest to each word have to be of its kind. Vectors
# that have learned nothing get {naive:test_words_of_a_kind_are_neighbours/untrained:.0%}, and who takes words for
# similar that stand side by side {naive:test_words_of_a_kind_are_neighbours/side_by_side:.0%}. Batches of some hundred
# pairs, five negatives for each, and a learning rate of 0.01 will do.

# %% exercise="tf1.14.9"
from solutions.ch14_text.word_vectors import fit_vectors, nearest_words, analogy

# %% [markdown]
# *Look*: some words of short English sentences, and the words that are like them, with a narrow window.

# %% demo
sentences = [re.findall(r"\w+", english.lower()) for english, _ in load("spa_eng").pairs[:20_000]]
text = [word for words in sentences for word in words]
names = [word for word, _ in Counter(text).most_common(600)]
number = {word: i for i, word in enumerate(names)}
vectors = fit_vectors([number[word] for word in text if word in number], len(names), size=24, window=1, n_epochs=2)
print(load("spa_eng").label)
for word in ("he", "today", "book", "read", "dog", "three"):
    if word in number:
        print(f"{word:>6}:", *(names[i] for i in nearest_words(vectors, number[word], 5)))

# %% [markdown]
# Now a project, for which there is no one right answer. Train vectors on a text of your own choice, change the window
# or the number of negatives, and see what changes. Then train a translator, an encoder and a decoder, on pairs of a
# language that you know (`load("spa_eng")` has English and Spanish; exercises 13 and 14 below have all the parts) and
# find out what it is worth. Report what you have done, what you have measured and on what, and where it fails.

# %% exercise="tf1.14.9"
from solutions.ch14_text.word_vectors import TF1_14_9

# %% [markdown]
# # Projects that write
#
# ## 13. April 22, 2019
#
# A network that reads `April 22, 2019` letter by letter and writes `2019-04-22`. That can be done by other means; it is
# a small translation, in which one can see everything.

# %%
PAD, START, END = 0, 1, 2  # the first numbers of every alphabet and vocabulary

# %% [markdown]
# First the dates, `make_dates(…)`, the numbers, `encode_texts(…)`, and what the decoder is given in training,
# `decoder_inputs(targets)`.

# %% exercise="p.14.8" points=19 full_size_points=2
from solutions.ch14_text.dates import make_dates, encode_texts, decoder_inputs

# %% [markdown]
# Now the network, `Seq2Seq`, with attention and without. What it says after an input must not depend on later ones,
# since they hold the answer; and padding must not make any difference.

# %% exercise="p.14.8"
from solutions.ch14_text.dates import Seq2Seq

# %% [markdown]
# When it is used, there is no target: `greedy_decode(model, source, longest)` gives it its own tokens.

# %% exercise="p.14.8"
from solutions.ch14_text.dates import greedy_decode

# %% [markdown]
# And `fit_dates(…)`, the training, with `translate(…)`, what comes of it.
#
# It is graded on a calendar that is made up for you, and what counts is which share of new dates comes out right, to
# the last digit. With attention, it is dates such as `bolu 7, 41` for `41-03-07`, 2,000 to learn from, with
# `n_hidden=64` and `n_steps=350`: three of four others have to be right. Without, it is days without a year, `bolu 7`
# for `03-07`: 250 to learn from, with `n_hidden=64` and `n_steps=300`, and
# {bar:test_translates_without_attention:.0%} of the others have to be right. To say what the most similar date of the
# training set was gets {naive:test_translates_without_attention/nearest_known:.0%} of the days, and the network without
# attention learns next to nothing of the longer dates in so few steps. A learning rate that rises to 0.01 and falls
# again, with gradients clipped, goes far; one of 0.001 does not: it gets
# {naive:test_translates_without_attention/slow_steps:.0%} of the days. Aim for ten seconds at most. With 10,000 real
# dates, `n_hidden=64` and `n_steps=2500`, more than 99 in 100 should be right, with attention and without.

# %% exercise="p.14.8"
from solutions.ch14_text.dates import fit_dates, translate, _Translator

# %% [markdown]
# *Look*: where does the decoder look when it writes a digit? A `Seq2Seq` is trained here on 3,000 dates.

# %% demo
words, digits = make_dates(3000)
letters, signs = ("".join(sorted(set("".join(texts)))) for texts in (words, digits))
source, target = encode_texts(words, letters), encode_texts(digits, signs, end=True)
torch.manual_seed(1)
model = Seq2Seq(len(letters) + 3, len(signs) + 3, n_hidden=48)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for _ in range(400):
    rows = torch.randint(len(source), (64,))
    logits = model(source[rows], decoder_inputs(target[rows]))
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), target[rows].flatten(), ignore_index=PAD)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
text = "April 22, 2019"
with torch.no_grad():
    (tokens,) = greedy_decode(model, encode_texts([text], letters), 11)
    written = "".join(signs[token - 3] for token in tokens if token > END)
    weights = model.attention_weights(encode_texts([text], letters), torch.tensor([[START, *tokens]]))[0, :-1]
plt.figure(figsize=(5, 4))
plt.imshow(weights, cmap="Greys", vmin=0, vmax=1)
plt.xticks(range(len(text)), list(text))
plt.yticks(range(len(written)), list(written))
plt.xlabel("reads")
plt.ylabel("writes")
plt.show()

# %% [markdown]
# ## 14. Translation, and where it looks
#
# The same with words. First a layer of its own, `Attention`: queries, keys, and a learned matrix between them.

# %% exercise="tf2.16.10" points=5 probe_points=15
from solutions.ch14_text.phrases import Attention

# %% [markdown]
# Then a `PhraseTranslator`: it is fitted to pairs of sentences, translates others, and shows its attention. How it
# looks inside is up to you, as long as its attention says where it looks.
#
# It is graded on two languages that nobody speaks. A sentence is a noun, a verb, and perhaps another noun; a noun may
# have an adjective, behind it in one language and in front of it in the other. With 800 pairs, `size=48` and
# `n_steps=300`, it has to translate {bar:test_translates_new_sentences:.0%} of new sentences, to the last word; a
# dictionary, word by word, gets {naive:test_translates_new_sentences/word_by_word:.0%}. And in
# {bar:test_looks_where_a_word_comes_from:.0%} of all cases it has to look most at the word that the one it says comes
# from; who looks at the word in the same place is right in
# {naive:test_looks_where_a_word_comes_from/same_place:.0%}. An encoder that reads in both directions, and a decoder
# that looks with its state, will do.

# %% exercise="tf2.16.10"
from solutions.ch14_text.phrases import PhraseTranslator, _Network, _numbers

# %% [markdown]
# *Look*: a little English and Spanish, and a map of attention. Where do two words change places?

# %% demo
pairs = [tuple(" ".join(re.findall(r"\w+|[^\w\s]", text.lower())) for text in pair) for pair in load("spa_eng").pairs]
pairs = [pair for pair in pairs[:30_000] if 4 <= len(pair[0].split()) <= 6]
counts = [Counter(word for pair in pairs for word in pair[side].split()) for side in (0, 1)]
pairs = [pair for pair in pairs if all(counts[side][word] > 4 for side in (0, 1) for word in pair[side].split())]
translator = PhraseTranslator(size=64, n_steps=600).fit(pairs[::2])
sentence = next((one for one, _ in pairs[1::2] if "red" in one.split()), pairs[1][0])
translation, weights = translator.alignment(sentence)
print(load("spa_eng").label, len(pairs[::2]), "pairs")
plt.figure(figsize=(4, 3))
plt.imshow(np.asarray(weights), cmap="Greys", vmin=0, vmax=1)
plt.xticks(range(len(sentence.split())), sentence.split(), rotation=60)
plt.yticks(range(len(translation)), translation)
plt.show()

# %% [markdown]
# Now your project: translate between two languages, with attention. Follow any tutorial you like, or build on what you
# have. Report what you have trained on what, how good it is on sentences that it has not seen, and beside something
# simple; show a map of attention and say what can be seen in it; and show where it fails.

# %% exercise="tf2.16.10"
from solutions.ch14_text.phrases import TF2_16_10

# %% [markdown]
# ## 15. More Shakespeare
#
# Recent language models are published as folders of files: a few settings, and the weights, most often in the format
# *safetensors*. Write `read_safetensors(data)`, which reads it. (Libraries can do that, too. They do what you are about
# to do.)

# %%
KINDS = {  # how a number of each kind is named in such a file
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
}

# %% exercise="tf2.16.11" points=15 full_size_points=2
from solutions.ch14_text.characters import read_safetensors, _tensor

# %% [markdown]
# A language model says how likely each token is to follow. Cut a text into blocks, `make_blocks(tokens, length)`, build
# a small model of characters, `CharModel`, and train it, `fit_characters(…)`.
#
# It is graded on a made-up language of eight characters, in which the last two decide what comes. Six epochs on 4,000
# of them, with `length=32` and `n_hidden=64`, have to bring its perplexity on another text down to
# {bar:test_reads_more_than_the_last_character:.0%} of that of somebody who has counted what follows each single
# character. A model that has learned nothing gets {naive:test_reads_more_than_the_last_character/learns_nothing:.0%},
# and one that sees the last character only {naive:test_reads_more_than_the_last_character/last_character_only:.0%}.
# Blocks are few: take batches of 16 or so. On 300,000 characters of Shakespeare, with `length=64`, `n_hidden=128` and
# three epochs, the perplexity should be below 7.

# %% exercise="tf2.16.11"
from solutions.ch14_text.characters import make_blocks, CharModel, fit_characters

# %% [markdown]
# And two functions that work with any language model: `generate(…)`, which goes on with a text, and
# `perplexity(model, tokens)`.

# %% exercise="tf2.16.11"
from solutions.ch14_text.characters import generate, perplexity

# %% [markdown]
# *Look*: your model's Shakespeare, cold and hot. (It has read 60,000 characters, twice. Give it more, and time.)

# %% demo
text = load("tiny_shakespeare").text[:60_000]
letters = sorted(set(text))
tokens = [letters.index(letter) for letter in text]
model = fit_characters(tokens, len(letters), length=64, n_hidden=96, n_epochs=2).eval()
print(load("tiny_shakespeare").label)
written = {}
for temperature in (0.3, 1.0, 2.0):
    continued = generate(model, tokens[:60], 240, temperature=temperature)
    written[temperature] = "".join(letters[token] for token in continued[60:])
    print(f"\n--- temperature {temperature}\n{written[temperature]}")

# %% [markdown]
# *Look*, if you have the library `transformers` and a folder with a model, such as `distilgpt2`, saved beside this
# notebook as `language_model`: your own `generate` writes with it. Nothing is downloaded here.

# %% demo
from importlib.util import find_spec
from pathlib import Path

folder = Path("language_model")
if find_spec("transformers") and folder.exists():
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    large = AutoModelForCausalLM.from_pretrained(folder).eval()
    weights = read_safetensors((folder / "model.safetensors").read_bytes())
    print(f"{sum(value.numel() for value in weights.values()):,} numbers in {len(weights)} tensors")
    prompt = tokenizer("HAMLET:\nTo code, or not to code,").input_ids
    print(tokenizer.decode(generate(lambda ids: large(ids).logits, prompt, 60, temperature=0.8, top_k=40)))
else:
    print("To see this, install transformers and save a model into the folder language_model.")

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Train `fit_strings` on strings of up to ten symbols only, and ask it of longer ones. How far does its memory reach?
# - Turn the source of every date round before it is read. Does the network without attention learn faster, or slower?
#   And the one with attention?
# - Let the character model score its own texts: is what you like best at the temperature with the lowest perplexity?
