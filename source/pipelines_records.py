# %% [markdown]
# # Feeding a network: data pipelines and record files
#
# The data of most exercises are there at once, in one array. Real ones seldom are: they lie in many files, on a disk
# that is slow or a machine that is far away, and a network that costs a fortune per hour waits for its next batch. In
# this notebook you build what stands between the files and the network, piece by piece.
#
# ### Afterwards you can
#
# - say what a pipeline does, where it is slow, and what helps;
# - read and write records as bytes, so that damage is noticed and others understand them;
# - decide what to compress, and where to prepare the data;
# - turn categories and words into numbers;
# - train a network from shuffled record files that several workers share.
#
# ### Before you start
#
# You need PyTorch (data sets, loaders, modules, a training loop) and generators (`yield`). A GPU is not needed.
#
# It takes about {minutes} minutes in all. All exercises are *extra*: nothing that comes later needs them.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They are not graded, and nothing depends on them. Where one begins with
#   `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in, and no global variable. What
#   else you need, import in your answer's own cell.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`).

# %%
import struct
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info

from course import device
from course.datasets import load

# %% [markdown]
# ## 1. What a loader takes off your hands
#
# One can train a network with a loop over slices of an array. Why do libraries have something of their own for the way
# from the data to the network, `torch.utils.data` for one? Say what it does for you, and which of its parts does what,
# in four to eight sentences.

# %% exercise="tf2.13.1" points=3 probe_points=2
from solutions.pipelines_records.feeding import TF2_13_1

# %% [markdown]
# A small part of such a thing: `batches(stream, batch_size, drop_last)`. It must not matter whether the stream has an
# end.

# %% exercise="tf2.13.1"
from solutions.pipelines_records.feeding import batches

# %% [markdown]
# ## 2. Many files in place of one
#
# Large data sets are often cut into hundreds of files. Give three reasons; think of the disks, of those who read, and
# of the order of the records. When would you rather not do it?

# %% exercise="tf2.13.2" points=3 probe_points=2
from solutions.pipelines_records.feeding import TF2_13_2

# %% [markdown]
# Who can't hold all records in memory shuffles them by a buffer. How far does a record get? Write
# `earliest_place(record, buffer_size, file_size, files_shuffled)`. Places are numbered from 0, too.

# %% exercise="tf2.13.2"
from solutions.pipelines_records.feeding import earliest_place

# %% [markdown]
# *Look*: 2,000 records in files of 200, and a buffer of 100. Below the line nothing can ever be.

# %% demo
records = np.arange(2_000)
for files_shuffled in (False, True):
    places = [earliest_place(int(record), 100, 200, files_shuffled) for record in records]
    plt.plot(records, places, label="files in an order of chance" if files_shuffled else "files in order")
plt.xlabel("record")
plt.ylabel("earliest place")
plt.legend()
plt.show()

# %% [markdown]
# ## 3. A GPU that waits
#
# A training takes three times as long as you have expected, and the GPU is busy for a third of the time. How do you
# find out whether the pipeline is to blame, and what do you do about it? Name a way to see it, and three remedies.

# %% exercise="tf2.13.3" points=3 probe_points=2
from solutions.pipelines_records.feeding import TF2_13_3

# %% [markdown]
# Reckon before you buy: `epoch_seconds(n_batches, load, train, workers)`.

# %% exercise="tf2.13.3"
from solutions.pipelines_records.feeding import epoch_seconds

# %% [markdown]
# *Look*: 500 batches that take 0.2 seconds to load and 0.05 to train on. From how many workers on do more not help?

# %% demo
workers = np.arange(11)
plt.plot(workers, [epoch_seconds(500, 0.2, 0.05, int(n)) for n in workers], marker="o")
plt.axhline(500 * 0.05, color="gray", linestyle="--", label="training alone")
plt.xlabel("workers")
plt.ylabel("seconds for an epoch")
plt.ylim(0)
plt.legend()
plt.show()

# %% [markdown]
# ## 4. What is a record?
#
# TensorFlow's record files are nearly always full of *protocol buffers*. Do they have to be? Here is the whole format,
# but for the kind of checksum: a record is its length, a checksum of the length, the bytes themselves, and a checksum
# of these. Write `frame(payload)`, which makes one, and `unframe(data)`, which takes a whole file apart.

# %% exercise="tf2.13.4" points=5
from solutions.pipelines_records.formats import frame, unframe, _payloads

# %% [markdown]
# And what can be the payload of a record? Choose all:
#
# - `"protobuf"`: a message in protocol buffers' format; `"JSON"`: a text in UTF-8; `"JPEG"`: the content of a picture
#   file; `"nothing"`: no byte at all; `"records"`: the content of another file of records;
# - `"open file"`: what `open(path)` returns; `"object"`: any Python object, such as it lies in memory.

# %% exercise="tf2.13.4"
from solutions.pipelines_records.formats import TF2_13_4_CHOICE

# %% [markdown]
# ## 5. A message that explains itself, nearly
#
# One may put a message type of one's own into each record, or the one that the library has for this (TensorFlow's
# `Example`: names, each with a list of bytes, of real or of whole numbers). What speaks for the latter, and what would
# you have to take care of with the former? Four to six sentences.

# %% exercise="tf2.13.5" points=3 probe_points=4
from solutions.pipelines_records.formats import TF2_13_5

# %% [markdown]
# What can be read from a message whose type one does not know? Find out: `read_fields(message)`. You will see numbers
# where you wish for names.

# %% exercise="tf2.13.5"
from solutions.pipelines_records.formats import read_fields, _varint

# %% [markdown]
# *Look*: an address, by somebody who has not told us what the fields mean.

# %% demo
for number, value in read_fields(b"\n\x0cAda Lovelace\x10\x97\x0e\x1a\x06London\x1a\x06Ockham"):
    print(f"field {number}: {value!r}")

# %% [markdown]
# ## 6. Smaller, but sooner?
#
# Files of records can be compressed. Write `reading_seconds(size, speed, ratio, unpack)`, which says what it is worth.

# %% exercise="tf2.13.6" points=2
from solutions.pipelines_records.formats import reading_seconds

# %% [markdown]
# Now decide, `"compress"` or `"leave"`, so that an epoch is read as quickly as possible; in the last case, so that it
# costs as little as possible:
#
# - `"bucket"`: tables that shrink to a third, from a storage far away at 100 MB/s; unpacking gives 400 MB/s;
# - `"drive"`: the same tables on a drive in the machine, at 3,000 MB/s;
# - `"photos"`: JPEG pictures, which get 1% smaller, in the same storage far away; unpacking gives 90 MB/s;
# - `"archive"`: last year's tables, which are paid for by size each month, and hardly ever read.

# %% exercise="tf2.13.6"
from solutions.pipelines_records.formats import TF2_13_6_CHOICE

# %% [markdown]
# ## 7. Where to prepare the data
#
# Pictures are to be cut to one size, standardised, and turned a little by chance. That can be done when the files are
# written, on the way from the files to the network, in the network itself, or by a tool that goes over all data
# beforehand and leaves the same preparation behind for later. What speaks for each of these, and what against it?

# %% exercise="tf2.13.7" points=4 probe_points=2
from solutions.pipelines_records.preparing import TF2_13_7

# %% [markdown]
# A compromise: what always gives the same is done once and kept, and only chance comes anew each time. Write the data
# set `Prepared(records, prepare, vary)`.

# %% exercise="tf2.13.7"
from solutions.pipelines_records.preparing import Prepared

# %% [markdown]
# *Look*: three epochs over 40 records, each of which takes a hundredth of a second to prepare.


# %% demo
def slowly(record):
    time.sleep(0.01)
    return record


data, seconds = Prepared(range(40), slowly, vary=lambda number: number + np.random.default_rng().normal()), []
for epoch in range(3):
    start = time.perf_counter()
    means = [float(X.mean()) for X in DataLoader(data, batch_size=10)]
    seconds.append(time.perf_counter() - start)
    print(f"epoch {epoch}: {seconds[-1]:.2f} seconds, means of the batches: {np.round(means, 2)}")

# %% [markdown]
# ## 8. Categories and words as numbers
#
# A table has a column with the colour of a car, one with its size (small, medium, large), one with the number of its
# part (40,000 of them, and new ones each week), and one in which the owner says in a sentence what is wrong. In which
# ways can they become numbers for a network, and when is which of them good? Name three or more for categories, and as
# many for text.

# %% exercise="tf2.13.8" points=4 probe_points=3
from solutions.pipelines_records.preparing import TF2_13_8

# %% [markdown]
# Two functions for it: `category_codes(values, vocabulary, n_buckets)`, also for what is not in any list, and
# `bags(rows, n_codes)`, which of single codes makes one-hot vectors, and of a sentence's words a bag.

# %% exercise="tf2.13.8"
from solutions.pipelines_records.preparing import category_codes, bags

# %% [markdown]
# *Look*: an embedding is what a dense layer without a bias makes of a one-hot vector, only faster.

# %% demo
table = nn.Embedding(6, 2)
codes = category_codes(["red", "blue", "mauve", "red"], ["red", "blue", "green"], n_buckets=3)
by_product = bags([[int(code)] for code in codes], 6) @ table.weight
print("codes:", codes.tolist())
print("largest difference:", float((table(codes) - by_product).abs().max()))

# %% [markdown]
# ## 9. Clothes from record files
#
# Now all of it in one piece: pictures of clothes, written into several files in a format of your own, read again record
# by record, checked, shuffled, standardised, and a network that is trained on them. There are five steps.
#
# ### A record that explains itself
#
# `encode_record(fields)` and `decode_record(data)`: arrays with names, as bytes. What is in the bytes is up to you, but
# they have to be enough for somebody who knows your format and nothing else. Don't use pickles: they can run
# code when they are read, and files come from others.

# %% exercise="tf2.13.9" points=22 full_size_points=2
from solutions.pipelines_records.records import encode_record, decode_record

# %% [markdown]
# ### Files of records
#
# `write_shards(X, y, folder, n_shards, seed)` and `read_shard(path)`. How the files look inside and what they are
# called is up to you again. Disks fail and downloads break off, so that a reader has to notice it: flip any bit of a
# file, cut it off anywhere, append a byte, and `read_shard` raises a `ValueError`. What comes before the damage it
# hands out, since it reads record by record. (`zlib.crc32` is one checksum; you may take another one.)

# %% exercise="tf2.13.9"
from solutions.pipelines_records.records import (
    write_shards,
    read_shard,
    _MAGIC,
    _write_checked,
    _read_checked,
    _read_part,
)

# %% [markdown]
# ### Shuffled, though never all in memory
#
# `interleave(streams, n_open)` mixes some streams by turns, and `shuffled(stream, buffer_size, rng)` what comes out of
# one, by a buffer. Neither may take more from a stream than it has to.

# %% exercise="tf2.13.9"
from solutions.pipelines_records.shards import interleave, shuffled

# %% [markdown]
# *Look*: 1,000 numbered records in ten files, and which of them comes at which place. Where would you see the letters
# of an alphabet that is sorted?

# %% demo
files = [range(first, first + 100) for first in range(0, 1_000, 100)]
figure, axes = plt.subplots(1, 4, figsize=(13, 3.2), sharey=True, layout="constrained")
orders = {}
for axis, (n_open, size) in zip(axes, ((1, 1), (1, 100), (5, 1), (5, 100))):
    orders[n_open, size] = list(shuffled(interleave(files, n_open), size, np.random.default_rng(4)))
    axis.plot(orders[n_open, size], ".", markersize=2)
    axis.set(title=f"{n_open} open, a buffer of {size}", xlabel="place")
axes[0].set_ylabel("record")
plt.show()

# %% [markdown]
# ### A data set for a loader
#
# `ShardDataset` brings these together. A `DataLoader` with several workers gives each of them a copy of the data set,
# and each runs through it: unless they share the files, each record comes once per worker.

# %% exercise="tf2.13.9"
from solutions.pipelines_records.shards import ShardDataset

# %% [markdown]
# *Look*: a loader with two workers, and how often each of its records comes.

# %% demo
X = np.arange(90 * 784).reshape(90, 28, 28).astype(np.uint8)
paths = write_shards(X, np.arange(90), tempfile.mkdtemp(), n_shards=5)
found = torch.cat([y for _, y in DataLoader(ShardDataset(paths, shuffle=True), batch_size=16, num_workers=2)])
print(len(found), "records,", len(found.unique()), "of them different; the first:", found[:10].tolist())

# %% [markdown]
# ### A network that is fed by it
#
# Last, `Standardise`, a layer that learns each pixel's mean and deviation from a stream, and the training itself,
# `fit_from_shards`. Layers, optimiser, rates, numbers of open files and sizes of buffers are yours to choose.
#
# Your network is graded on letters that nobody knows, seen through a haze, so that all pixels lie within some 35 of 255
# steps: 2,500 of ten kinds, in five files that are *sorted by label*. After two epochs with `batch_size=8` it has to
# name {bar:test_reads_letters_from_files:.0%} of 500 new ones. Who trains in the order of the files gets
# {naive:test_reads_letters_from_files/in_the_order_of_the_files:.0%} at best, with two open files and a buffer of 100
# records {naive:test_reads_letters_from_files/by_default_settings:.0%}, and who divides by 255 instead of standardising
# {naive:test_reads_letters_from_files/divided_by_255:.0%}. One hidden layer of 100 neurons and Adam with its usual rate
# are enough, if all files are open. Mind the batches of 8: steps that are too large for them (SGD at 0.01 with a
# momentum of 0.9) cost up to ten points.
#
# At full size it is Fashion-MNIST, 60,000 pictures in ten files: more than 85% of the 10,000 test pictures after three
# epochs.

# %% exercise="tf2.13.9"
from solutions.pipelines_records.fed import Standardise, fit_from_shards

# %% [markdown]
# *Look*: 6,000 of the clothes in six files, and some of those that the network has not seen.

# %% demo
clothes = load("fashion_mnist")
names = ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
paths = write_shards(clothes.X_train[:6_000].reshape(-1, 28, 28), clothes.y_train[:6_000], tempfile.mkdtemp(), 6)
network = fit_from_shards(paths, 10, n_epochs=3).eval()
X_new, y_new = torch.from_numpy(clothes.X_test[:1_000].reshape(-1, 28, 28)), clothes.y_test[:1_000]
with torch.no_grad():
    said = network(X_new).argmax(dim=1).numpy()
right = float(np.mean(said == y_new))
print(f"{clothes.label}: {right:.1%} of 1,000 new pictures are named rightly")
figure, axes = plt.subplots(1, 8, figsize=(12, 2))
for axis, picture, guess, label in zip(axes, X_new, said, y_new):
    axis.imshow(picture, cmap="gray_r")
    axis.set_title(names[guess], color="black" if guess == label else "red", fontsize=9)
    axis.axis("off")
plt.show()

# %% [markdown]
# ## Further
#
# Nobody grades these.
#
# - Read an epoch of Fashion-MNIST with 0, 1, 2 and 4 workers, and time it. Where is the time spent: reading, checksums,
#   decoding, or gathering into batches? What if a record holds 100 pictures?
# - Compress each record (`zlib.compress`), and measure again: is it worth it on your disk?
# - Stop a training in the middle of an epoch. What would you have to write down so that it goes on with the very record
#   that would have come next?
