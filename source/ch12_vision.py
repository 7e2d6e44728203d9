# %% [markdown]
# # Computer vision: convolutional networks
#
# A network that looks at a picture through small windows, and knows everywhere what it has learned anywhere, needs few
# weights and sees a lot. In this notebook you reckon with such networks, train them, take over what others have
# learned, and look at what goes on inside.
#
# ### Afterwards you can
#
# - say what a convolutional network costs, in weights, multiplications and memory, and how much of a picture it sees;
# - name the ideas behind the best-known architectures, and try out some of them;
# - train a network that reads digits, and one that finds things and says where they are;
# - teach a network your own kinds of pictures, with what it has learned from others;
# - turn a network round, and change a picture so that it likes it better.
#
# ### Before you start
#
# You need PyTorch (modules, data loaders, a training loop), and to have read the book's chapters on neural networks and
# on computer vision. A GPU is not needed.
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
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file that you have not been
#   given the name of, no global variable. What else you need, import in your answer's own cell.
# - Pictures are (channels, height, width), as PyTorch wants them, unless something else is said.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`), where all the rest is.
#   Nothing is lost if you leave it out: these networks are small.

# %%
import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from course import device
from course.datasets import load

# %% [markdown]
# # What a convolutional network costs
#
# ## 1. Convolutions or dense layers
#
# A hospital has 5,000 X-ray pictures of hands, 512 x 512 pixels, and wants to know which of them show a broken bone. A
# colleague has a network in mind that has dense layers only. Tell her what speaks for convolutional layers: three
# reasons, each in a sentence or two, and each with what it means for *her* pictures.

# %% exercise="p.12.1" points=3 probe_points=2
from solutions.ch12_vision.counting import P_12_1

# %% [markdown]
# One of the reasons is a number. Write `layer_parameters(size, n_in, n_out, kernel)`, which counts the parameters of
# both kinds of layers.

# %% exercise="p.12.1"
from solutions.ch12_vision.counting import layer_parameters

# %% [markdown]
# *Look*: 32 maps are made of one, in pictures of all sizes.

# %% demo
sides = [8, 16, 32, 64, 128, 256, 512]
counts = np.array([layer_parameters((side, side), 1, 32, kernel=3) for side in sides])
plt.loglog(sides, counts[:, 0], marker=".", label="dense")
plt.loglog(sides, counts[:, 1], marker=".", label="convolutional, 3 x 3")
plt.xlabel("side of the picture, in pixels")
plt.ylabel("parameters")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. Parameters, memory, and what one unit sees
#
# A network has three convolutional layers, each with windows of 3 x 3, a stride of 2 and just enough padding. They have
# 100, 200 and 400 maps, the lowest layer first. Its pictures are RGB, 200 x 300 pixels, and its numbers are float32.
# How many parameters has it? How much memory does it need, at the least, to predict for one picture, and to be trained
# on 50 pictures at a time?
#
# Don't work it out for this network only. Write
#
# - **`network_costs(size, channels, layers)`**, which counts for any such stack of layers;
# - **`memory_bytes(size, channels, layers, bytes_per_value, batch)`**, how many bytes it needs;
# - **`receptive_field(layers)`**, how much of the picture one unit of the last layer looks at.

# %% exercise="p.12.2" points=8
from solutions.ch12_vision.counting import network_costs, memory_bytes, receptive_field

# %% [markdown]
# *Look*: the network of above, and what one unit sees, layer by layer, in three stacks of ten layers.

# %% demo
stack = [(100, 3, 2), (200, 3, 2), (400, 3, 2)]
costs = network_costs((200, 300), 3, stack)
print(f"{costs['parameters']:,} parameters, {costs['multiply_adds']:,} multiplications, maps {costs['shapes']}")
one, fifty = memory_bytes((200, 300), 3, stack), memory_bytes((200, 300), 3, stack, batch=50)
print(f"{one / 1e6:.1f} MB for one picture, {fifty / 1e6:.1f} MB to train on 50")
for name, layer in {
    "stride 1": lambda n: (3, 1, 1),
    "every second layer with stride 2": lambda n: (3, 1 + n % 2, 1),
    "dilation 1, 2, 4, 1, 2, 4, …": lambda n: (3, 1, 2 ** (n % 3)),
}.items():
    plt.plot(range(11), [receptive_field([layer(n) for n in range(depth)]) for depth in range(11)], label=name)
plt.xlabel("layers of 3 x 3")
plt.ylabel("side of what one unit sees, in pixels")
plt.legend()
plt.show()

# %% [markdown]
# ## 3. When the memory is full
#
# You start to train a convolutional network, and after a second all there is is `CUDA out of memory`. Name five things
# that you could try, and say in a few words why each of them helps. (A function for this comes after question 7.)

# %% exercise="p.12.3" points=3 probe_points=4
from solutions.ch12_vision.counting import P_12_3

# %% [markdown]
# ## 4. Pooling or strides
#
# Maps are made smaller by a max pooling layer, or by a convolutional layer with the same stride. What speaks for the
# first? Write `max_pool(X, kernel, stride)`, which does what such a layer does, and `pooling_saves(maps, kernel)`, what
# it saves. Then choose all that speak for max pooling, compared with that convolutional layer: `"it has nothing to
# learn"`, `"it takes less computing"`, `"its output often stays the same when the picture moves by a pixel"`, `"it
# remembers where in its window something was"`, `"it can combine several maps"`, `"it keeps the maps larger"`.

# %% exercise="p.12.4" points=4
from solutions.ch12_vision.counting import max_pool, pooling_saves, P_12_4_CHOICE

# %% [markdown]
# # Architectures
#
# ## Local response normalisation
#
# AlexNet has layers that no network of today has: *local response normalisation*. What does such a layer do, and why
# may one want it? At which height of a network would you put it?

# %% exercise="tf2.14.5" points=2 probe_points=2
from solutions.ch12_vision.questions import TF2_14_5

# %% [markdown]
# Write one: `response_norm(X, radius, alpha, beta, k)`.

# %% exercise="tf2.14.5"
from solutions.ch12_vision.questions import response_norm

# %% [markdown]
# ## 5. Seven architectures
#
# What was new about each of these networks: AlexNet, GoogLeNet, ResNet, Xception, SENet, EfficientNet, ConvNeXt? A
# sentence or two for each.

# %% exercise="p.12.5" points=3 probe_points=4
from solutions.ch12_vision.questions import P_12_5

# %% [markdown]
# ## 6. Fully convolutional networks
#
# What is a *fully convolutional* network, and what can it do that another one can't? You have a network that ends in a
# dense layer. How do you make a convolutional layer of it? Tell what becomes of its size and of its weights.

# %% exercise="p.12.6" points=3 probe_points=2
from solutions.ch12_vision.questions import P_12_6

# %% [markdown]
# Do it: `as_convolution(layer, shape)`.

# %% exercise="p.12.6"
from solutions.ch12_vision.questions import as_convolution

# %% [markdown]
# ## 7. A label for each pixel
#
# A car is to know of each pixel whether it shows road, kerb, or somebody's leg: *semantic segmentation*. What makes
# this harder for a convolutional network than to name what is on the picture? How do networks for it cope?

# %% exercise="p.12.7" points=3 probe_points=2
from solutions.ch12_vision.questions import P_12_7

# %% [markdown]
# # Second halves
#
# These functions and choices go with questions 3, 5 and 7, whose words they would have given away. If they change your
# mind, go back and change the words.
#
# ## 3. A large batch in small parts
#
# One cure costs time instead of memory: the gradient of a large batch is put together from those of small parts. Write
# `accumulate(model, X, y, size)`.
#
# Then choose all that lower the memory needed while training: `"a smaller batch"`, `"a larger batch"`, `"mixed
# precision"`, `"a smaller learning rate"`, `"larger strides in the first layers"`, `"more epochs"`, `"fewer maps"`,
# `"ReLU instead of tanh"`, `"gradients accumulated over small batches"`.

# %% exercise="p.12.3"
from solutions.ch12_vision.counting import accumulate, P_12_3_CHOICE

# %% [markdown]
# ## 5. Ideas
#
# Two of the ideas in code: `separable_parameters(n_in, n_out, kernel)` counts the weights of a separable layer, and
# `recalibrate(X, W_1, b_1, W_2, b_2)` is a squeeze-and-excitation block. Then say which network brought which idea:
#
# - A: convolutional layers directly on top of each other, in a network deeper and larger than those before;
# - B: a small block that looks at all maps as a whole, and turns each of them up or down;
# - C: what goes into some layers is added to what comes out of them;
# - D: a network of the older kind, modernised with what transformers for pictures had taught;
# - E: modules that look through windows of several sizes side by side;
# - F: depth, width and the size of the pictures grow together, in a fixed proportion;
# - G: each map is filtered on its own, and then the maps are combined place by place.

# %% exercise="p.12.5"
from solutions.ch12_vision.questions import separable_parameters, recalibrate, P_12_5_CHOICE

# %% [markdown]
# ## 7. What strides cost
#
# How much is lost if a network has strides of 8 in all, and nothing is brought back? Write `detail_lost(labels,
# stride)`.

# %% exercise="p.12.7"
from solutions.ch12_vision.questions import detail_lost

# %% [markdown]
# *Look*: street photos in which the pedestrians' pixels are known, and the best that can be said of squares of 16 x 16.

# %% demo
scenes = load("penn_fudan")
masks = [(mask > 0).astype(int) for mask in scenes.masks]
strides = [1, 2, 4, 8, 16, 32]
lost = np.array([[detail_lost(mask, stride) / mask.mean() for stride in strides] for mask in masks[:10]])
figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
axes[0].imshow(scenes.images[0])
axes[0].set_title(scenes.label, fontsize=7)
mask = masks[0]
squares = np.zeros(mask.shape)
for top in range(0, mask.shape[0], 16):
    for left in range(0, mask.shape[1], 16):
        squares[top : top + 16, left : left + 16] = mask[top : top + 16, left : left + 16].mean() >= 0.5
axes[1].imshow(mask + squares, cmap="gray")
axes[1].set_title("pedestrians, and their squares", fontsize=9)
axes[2].plot(strides, lost.mean(axis=0), marker=".")
axes[2].set(xlabel="stride", ylabel="wrong pixels per pixel of a pedestrian")
for axis in axes[:2]:
    axis.axis("off")
plt.show()

# %% [markdown]
# # Two networks of your own
#
# ## 8. Digits, as well as you can
#
# Train a convolutional network that reads digits, and get as far as you can. On all of MNIST, 99 of 100 digits are soon
# read; the next half percent is what this exercise is about. Write
#
# - **`make_cnn(n_classes, width)`**, a network of any architecture that you like;
# - **`fit_cnn(X, y, n_epochs, width, seed)`**, which trains one. Moved pictures, a learning rate that falls, batch norm
#   and dropout all help a little;
# - **`predict(model, X)`**, which reads pictures, however many.
#
# Digits can be looked up, so what is graded is whether your network learns a script that nobody knows: ten letters,
# made up anew for each hand-in, each of them 14 pixels high. The 600 that it learns from, with `width=8` and
# `n_epochs=8`, all stand in the *upper left* part of their pictures, their first row and column among the first eight.
# The others stand *anywhere else*, and {bar:test_reads_letters_wherever_they_stand:.0%} of these have to be read
# rightly. That should take a few seconds. A network of dense layers reads
# {naive:test_reads_letters_wherever_they_stand/dense_network:.0%} of them at best, and a convolutional one that has to
# learn each place anew {naive:test_reads_letters_wherever_they_stand/flattened_maps:.0%}: think of what comes after the
# last convolutional layer.
#
# On all of MNIST, with what your function has for `n_epochs` and `width` if nothing is passed in, 99.4% of the 10,000
# test digits are wanted, within three minutes on two cores or with a GPU.

# %% exercise="p.12.8" points=15 full_size_points=3
from solutions.ch12_vision.digits import make_cnn, fit_cnn, predict, _block, _moved, _pictures

# %% [markdown]
# *Look*: after a part of MNIST, what does the first layer look for, what does it find in a digit, and which digits are
# taken for which? (With all 60,000 pictures and more epochs it takes some minutes on a CPU.)

# %% demo
mnist = load("mnist")
rows = np.random.default_rng(1).permutation(len(mnist.X_train))[:3000]
model = fit_cnn(mnist.X_train[rows], mnist.y_train[rows], n_epochs=3, width=8)
found = predict(model, mnist.X_test[:2000])
wanted = mnist.y_test[:2000]
print(f"{mnist.label}: {np.mean(found == wanted):.1%} of {len(wanted)} digits are read rightly")

first = next(layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
with torch.no_grad():
    digit = torch.tensor(mnist.X_test[0]).reshape(1, 1, 28, 28) / 255
    maps = first(digit)[0]
figure, axes = plt.subplots(2, 9, figsize=(11, 2.6))
axes[0, 0].axis("off")
axes[1, 0].imshow(digit[0, 0], cmap="gray_r")
for n, (window, found_there) in enumerate(zip(first.weight.detach()[:8, 0], maps[:8]), start=1):
    axes[0, n].imshow(window, cmap="RdBu", vmin=-window.abs().max(), vmax=window.abs().max())
    axes[1, n].imshow(found_there, cmap="gray")
for axis in axes.flat:
    axis.set_xticks([])
    axis.set_yticks([])
figure.suptitle("windows of the first layer, and what each finds")
plt.show()

confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (wanted, found), 1)
mistakes = confusion * (1 - np.eye(10, dtype=int))
plt.imshow(mistakes, cmap="Reds")
for row in range(10):
    for column in range(10):
        plt.text(column, row, mistakes[row, column] or "", ha="center", va="center")
plt.xticks(range(10))
plt.yticks(range(10))
plt.xlabel("taken for")
plt.ylabel("digit")
plt.title("mistakes")
plt.show()

# %% [markdown]
# # What others have learned
#
# Networks that have seen a million photos are there to be downloaded, and know what pictures are made of: edges,
# textures, eyes and wheels. For the cells of this part, a small one will do. It learns here, in half a minute, from
# CIFAR-10, ten kinds of things on pictures of 32 x 32 pixels; what you write works with a large one as well.

# %%
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of red, green and blue in ImageNet's photos


def small_backbone():
    """Return a new network that makes 64 numbers of a picture of any size, (B, 3, height, width)."""

    def block(n_in, n_out):
        return [nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]

    return nn.Sequential(
        *block(3, 16), *block(16, 32), nn.MaxPool2d(2), *block(32, 64), nn.MaxPool2d(2), *block(64, 64),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip


@cache
def pretrained(n_pictures=4000, n_epochs=4):
    """Train a backbone with a head for CIFAR-10, and return the path of a file with its weights."""
    torch.manual_seed(1)
    data = load("cifar10")
    pictures = torch.tensor(data.X_train[:n_pictures]).movedim(-1, 1) / 255
    pictures = (pictures - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    labels = torch.tensor(data.y_train[:n_pictures])
    network = nn.Sequential(small_backbone(), nn.Linear(64, 10)).to(device())
    optimizer = torch.optim.AdamW(network.parameters())
    steps = n_epochs * -(-len(pictures) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pictures)).split(64):
            some = pictures[rows].flip(-1) if torch.rand(()) < 0.5 else pictures[rows]
            loss = nn.functional.cross_entropy(network(some.to(device())), labels[rows].to(device()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    path = Path(tempfile.mkdtemp()) / "backbone.pt"
    torch.save({"state_dict": network[0].cpu().state_dict()}, path)
    return path


# %% [markdown]
# ## 9. Your own kinds of pictures
#
# What would you like to have told apart: your cats, the trees of your street, cups and glasses? Take a hundred pictures
# of each kind or more, put those of each kind into a folder named after it, and all folders into one. (Until you have
# them, cells below put flowers, ants and bees there.) First the pictures. Write
#
# - **`read_folder(root)`**, which finds them;
# - **`split_rows(labels, seed)`**, which divides them into three sets, and **`load_picture(path, size)`**, which reads
#   one;
# - **`PictureSet`**, a data set of some of them, which augments them or not;
# - **`make_loaders(root, size, batch_size, seed)`**, which puts all this together.
#
# Where a picture is not square, squeeze it or cut it, as you like. All that `PictureSet` does to augment should leave
# the thing on the picture where a person would still know it.

# %% exercise="p.12.9" points=22
from solutions.ch12_vision.transfer import read_folder, split_rows, load_picture, PictureSet, make_loaders

# %% [markdown]
# Then the network. Write
#
# - **`load_weights(model, path)`**, which copies weights from a file, as far as they fit: the last layer of somebody
#   else's network was made for somebody else's classes;
# - **`TransferNet`**, such a network with a new head;
# - **`parameter_groups(model, lr, frozen)`**, which says how fast each part of it learns;
# - **`finetune(model, loaders, n_head, n_all, lr, seed)`**, which trains the head first, and then all of it.
#
# What is graded is whether it learns new classes from four pictures each: textures that are drawn for each hand-in,
# with a backbone of ours that knows what textures are made of, `lr=0.05` and 20 epochs. Of others,
# {bar:test_learns_new_classes_from_few_pictures:.0%} have to be named rightly on average, after 20 epochs of the head
# alone as well as after 15 of these and 5 with all weights. A new backbone that learns from these pictures alone gets
# to {naive:test_learns_new_classes_from_few_pictures/from_scratch:.0%} at best.

# %% exercise="p.12.9"
from solutions.ch12_vision.transfer_training import load_weights, TransferNet, parameter_groups, finetune, _accuracy

# %% [markdown]
# A folder to try things out: photos of a data set, a folder for each kind. Put the path of your own in its place.


# %%
@cache
def photo_folder(name="flowers", per_class=60):
    """Write photos of a data set into a folder for each class; return the path of the folder that holds them."""
    photos, root = load(name), Path(tempfile.mkdtemp())
    for label, kind in enumerate(photos.class_names):
        (root / kind).mkdir()
        pictures = [photo for photo, y in zip(photos.X_train, photos.y_train) if y == label]
        for number, photo in enumerate(pictures[:per_class]):
            Image.fromarray(photo).save(root / kind / f"{number:03}.jpg", quality=92)
    return root


# %% [markdown]
# *Look*: one picture in eight forms. Would you still know what it is?

# %% demo
paths, labels, classes = read_folder(photo_folder("hymenoptera"))
pictures = PictureSet(paths[:1] * 8, labels[:1].repeat(8), size=64, augment=True)
figure, axes = plt.subplots(1, 8, figsize=(12, 1.8))
for n, axis in enumerate(axes):
    picture = pictures[n][0] * torch.tensor(STD)[:, None, None] + torch.tensor(MEAN)[:, None, None]
    axis.imshow(picture.clamp(0, 1).movedim(0, -1))
    axis.axis("off")
figure.suptitle(f"{classes[labels[0]]}: {load('hymenoptera').label}", fontsize=9)
plt.show()

# %% [markdown]
# *Look*: how much does it help to have learned from other pictures? Three networks of the same kind learn from some
# photos: one with random weights in its backbone, which stay as they are, one that learns all of its weights from these
# photos alone, and one that takes over what the small network has learned from CIFAR-10. (Reading the photos takes most
# of the time. Try `"hymenoptera"`, and your own folder.)

# %% demo
loaders = make_loaders(photo_folder("flowers"), size=48)
for part in ("train", "valid", "test"):
    print(part, len(loaders[part].dataset), "pictures of", ", ".join(loaders["classes"]))


def tested(model):
    """The share of the pictures to test on that a model names rightly."""
    with torch.no_grad():
        hits = [model(X).argmax(dim=1) == y for X, y in loaders["test"]]
    return torch.cat(hits).float().mean().item()


print(load("flowers").label)
for name, n_head, n_all in (("random, frozen", 6, 0), ("from scratch", 0, 6), ("taken over", 4, 2)):
    torch.manual_seed(1)
    model = TransferNet(small_backbone(), 64, len(loaders["classes"]))
    if name == "taken over":
        assert load_weights(model.backbone, pretrained()) == []
    history = finetune(model, loaders, n_head, n_all)
    print(f"{name:>15}: {' '.join(f'{share:.0%}' for share in history)}, tested: {tested(model):.0%}")

# %% [markdown]
# ## What is on this photo?
#
# Inception v3 knows a thousand kinds of things by photos of 299 x 299 pixels. Have it name what is on photos of your
# own. A network only sees what it is shown as it is used to, and here most things go wrong without a word. Write
#
# - **`open_photo(path)`**, which reads a photo as a camera has saved it;
# - **`preprocess(photo, size)`**, which makes of it what the network wants;
# - **`most_likely(model, X, names, k)`**, what the network takes it for.

# %% exercise="tf1.13.8" points=9
from solutions.ch12_vision.photos import open_photo, preprocess, most_likely

# %% [markdown]
# *Look*: a photo, as the network sees it, and what it takes it for. With `torchvision` and a file of Inception's
# weights beside this notebook, it is the real one; else a small network that has just learned five kinds of flowers.
# Put photos of your own in the folder `photos`.

# %% demo
own = [path for path in sorted(Path("photos").glob("*")) if path.suffix.lower() in (".jpg", ".jpeg", ".png")]
weights, labels_file = Path("inception_v3_google-0cc3c7bd.pth"), Path("imagenet_classes.txt")
if weights.exists() and labels_file.exists():
    import torchvision  # where it is installed

    model, size = torchvision.models.inception_v3(weights=None, transform_input=True, init_weights=False), 299
    print("missing in the file:", load_weights(model, weights))
    names = labels_file.read_text().splitlines()
else:
    root, size = photo_folder("flowers"), 64
    loaders = make_loaders(root, size)
    names, model = loaders["classes"], TransferNet(small_backbone(), 64, len(loaders["classes"]))
    load_weights(model.backbone, pretrained())
    finetune(model, loaders, n_head=4, n_all=2)
    own = own or [root / name / "007.jpg" for name in names[:3]]
figure, axes = plt.subplots(1, max(2, len(own)), figsize=(4 * len(own), 4))
for axis, path in zip(axes, own):
    X = preprocess(open_photo(path), size)
    axis.imshow((X[0] * torch.tensor(STD).view(3, 1, 1) + torch.tensor(MEAN).view(3, 1, 1)).clamp(0, 1).movedim(0, -1))
    axis.set_title("\n".join(f"{name} {p:.0%}" for name, p in most_likely(model, X, names, k=3)[0]), fontsize=9)
    axis.axis("off")
plt.show()

# %% [markdown]
# # Three projects
#
# ## 10. Find it, and say where
#
# Detection is to name the things in a picture and to draw a box round each. Three tools first, which every detector
# needs, and which libraries have, too. Write
#
# - **`iou(a, b)`**, how much boxes overlap;
# - **`nms(boxes, scores, threshold)`**, which chooses one of several boxes that mean the same thing;
# - **`average_precision(found, truths, threshold)`**, how good a detector is.
#
# A box is left, top, right, bottom: x goes to the right, y down, and a box from 2 to 5 is 3 wide.

# %% exercise="p.12.10" points=4 probe_points=18
from solutions.ch12_vision.detection import iou, nms, average_precision

# %% [markdown]
# *Look*: street photos, and boxes as a detector might give them before `nms` has chosen: many near each pedestrian, the
# better ones with higher scores, and some elsewhere.

# %% demo
scenes, rng = load("penn_fudan"), np.random.default_rng(3)
figure, axes = plt.subplots(1, 2, figsize=(11, 4))
true = scenes.boxes(1).astype(float)
size = (true[:, 2:] - true[:, :2]).repeat(12, axis=0)
near = true.repeat(12, axis=0) + rng.normal(0, 0.07, (12 * len(true), 4)) * np.concatenate([size, size], axis=1)
height, width = scenes.images[1].shape[:2]
corner = rng.uniform(0, 0.7, (6, 2)) * [width, height]
boxes = np.concatenate([near, np.concatenate([corner, corner + rng.uniform(20, 90, (6, 2))], axis=1)])
scores = np.clip(np.asarray(iou(boxes, true)).max(axis=1) + rng.normal(0, 0.05, len(boxes)), 0.01, 1)
kept = np.asarray(nms(boxes, scores, 0.3))
for axis, rows, title in zip(axes, (np.arange(len(boxes)), kept), ("before", "after")):
    axis.imshow(scenes.images[1])
    for left, top, right, bottom in boxes[rows]:
        axis.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, color="orange"))
    precision = average_precision([(boxes[rows], scores[rows])], [true])
    axis.set_title(f"{title}: {len(rows)} boxes, average precision {precision:.2f}")
    axis.axis("off")
figure.suptitle(scenes.label, fontsize=8)
plt.show()

# %% [markdown]
# Then a small detector. In a picture of 32 x 32 pixels there are up to three shapes: discs, rings, crosses and others.
# Only one kind of them is wanted. A network can say of each *cell* of a coarse map whether the middle of a wanted shape
# lies there, and how far it reaches in all four directions. How yours does it is up to you. Write
#
# - **`fit_detector(images, boxes, n_steps, seed)`**, which trains a network;
# - **`detect(model, images, at_least)`**, which finds things with it.
#
# It is graded on 300 pictures to learn from, in which one kind of shape is wanted, and with `n_steps=250`, which should
# take no more than ten seconds of one core's time. On others, the average precision at an overlap of one half has to be
# at least 0.8. Who finds everything that is bright gets to about one half, since half of the shapes are not wanted.
# (For this figure discs are never what is wanted: one could tell them by their ink.)

# %% exercise="p.12.10"
from solutions.ch12_vision.detection_training import (
    fit_detector,
    detect,
    _layer,
    _centres,
    _Detector,
    _SIGNS,
    _STRIDE,
    _targets,
)

# %% [markdown]
# *Look*: pictures as those that are graded, in which only rings are wanted, and what is found (orange; what is true is
# dashed).


# %%
def shapes(n, rng):
    """Draw n pictures of up to three rings and squares; return them, and the boxes of the rings."""
    images, boxes = rng.normal(0.2, 0.06, (n, 32, 32)), []
    down, across = np.mgrid[:32, :32] + 0.5
    for image in images:
        found = []
        for place in rng.permutation(4)[: rng.integers(1, 4)]:
            radius = rng.uniform(4, 6)
            x, y = (16 * np.array([place % 2, place // 2]) + rng.uniform(radius, 16 - radius, 2)).tolist()
            is_ring = rng.random() < 0.5
            far = np.hypot(down - y, across - x) if is_ring else np.maximum(abs(down - y), abs(across - x))
            image[(far < radius) & (far > 0.5 * radius)] += 0.5
            if is_ring:
                found.append([x - radius, y - radius, x + radius, y + radius])
        boxes.append(np.array(found).reshape(-1, 4))
    return images.clip(0, 1).astype(np.float32), boxes


# %% demo
rng = np.random.default_rng(1)
(images, boxes), (others, true) = shapes(300, rng), shapes(100, rng)
model = fit_detector(images, boxes, n_steps=250)
found = detect(model, others)
print(f"average precision: {average_precision(found, true):.2f} at an overlap of 0.5,")
print(f"                   {average_precision(found, true, threshold=0.8):.2f} at an overlap of 0.8")
figure, axes = plt.subplots(2, 6, figsize=(11, 4))
for axis, image, (some, scores), wanted in zip(axes.flat, others, found, true):
    axis.imshow(image, cmap="gray", vmin=0, vmax=1)
    for style, drawn in (("--", wanted), ("-", np.asarray(some)[np.asarray(scores) > 0.3])):
        for left, top, right, bottom in drawn:
            color = "orange" if style == "-" else "white"
            axis.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, color=color, linestyle=style))
    axis.axis("off")
plt.show()

# %% [markdown]
# **And in your own words.** Change one thing of your detector, and see what comes of it: the number of pictures that it
# learns from, of steps, the size of its cells, the width of its layers, the threshold of `nms`. Take three values of it
# at least, with `shapes` of above, and measure the average precision at overlaps of 0.5 and of 0.8. Five to eight
# sentences with your own figures: what does the average precision measure, what have you changed, what happened, and
# why, do you think? What kinds of mistakes does your detector make?

# %% exercise="p.12.10"
from solutions.ch12_vision.detection_training import P_12_10

# %% [markdown]
# ## The style of another picture
#
# What a picture *shows* stands in the deeper maps of a network, place by place. Its *style*, colours, grain, strokes,
# stands in which maps respond together, wherever that is. So a picture can be changed until it shows what one picture
# shows, in the style of another: not the weights of a network are learned, but pixels. Write
#
# - **`feature_maps(network, X, layers)`**, what some layers make of a picture;
# - **`gram(maps)`**, which maps respond together, and **`style_loss(maps, wanted)`**, how far two styles are apart;
# - **`transfer_style(network, content, style, …)`**, which puts it all together.
#
# It is graded with small networks of ours, whose weights are random: even these know a style when they see it. Aim for
# two seconds with 60 steps on pictures of 24 x 20 pixels.

# %% exercise="tf2.14.11" points=3 probe_points=9
from solutions.ch12_vision.style import feature_maps, gram, style_loss, transfer_style

# %% [markdown]
# *Look*: a flower in the style of a building, for three weights of the style.

# %% demo
from sklearn.datasets import load_sample_images


def to_tensor(photo, side=96):
    """Return a photo as (1, 3, side, side) from 0 to 1."""
    return torch.tensor(np.array(Image.fromarray(photo).resize((side, side)))).movedim(-1, 0)[None] / 255


network = small_backbone()
network.load_state_dict(torch.load(pretrained(), weights_only=True)["state_dict"])
network.eval()
style, content = map(to_tensor, load_sample_images().images)
pictures = {"content": content, "style": style}
for weight in (1.0, 30.0, 1000.0):
    name = f"weight {weight:g}"
    pictures[name] = transfer_style(network, content, style, 12, [2, 5, 9], weight=weight, n_steps=60)
    with torch.no_grad():
        shown, wanted, asked = (feature_maps(network, X, [2, 5, 9]) for X in (pictures[name], content, style))
    far = nn.functional.mse_loss(shown[2], wanted[2]).item()
    print(f"{name}: content is {far:.3f} away, style {style_loss(shown, asked).item():.5f}")
figure, axes = plt.subplots(1, 5, figsize=(13, 3))
for axis, (name, picture) in zip(axes, pictures.items()):
    axis.imshow(picture[0].movedim(0, -1))
    axis.set_title(name)
    axis.axis("off")
plt.show()

# %% [markdown]
# **And in your own words**, four to six sentences with figures of your own: what changes in the picture when you change
# the weight of the style, and what when you take the style from low layers only, or from high ones only? What do Gram
# matrices throw away of a picture, and why is that what we want?

# %% exercise="tf2.14.11"
from solutions.ch12_vision.style import TF2_14_11

# %% [markdown]
# ## What a network dreams of
#
# What does a map deep in a network look for? Ask it: change a picture, step by step, so that the map responds more and
# more. That is called *DeepDream*. Write
#
# - **`response(network, X, layer, channel)`**, how strongly a map responds;
# - **`climb(picture, gradient, step)`**, one step;
# - **`dream(network, picture, layer, channel, …)`**, many steps, in several sizes of the picture.

# %% exercise="tf1.13.10" points=2 probe_points=8
from solutions.ch12_vision.dreams import response, climb, dream

# %% [markdown]
# *Look*: what maps of a low, a middle and a high layer make of grey noise.

# %% demo
network = small_backbone()
network.load_state_dict(torch.load(pretrained(), weights_only=True)["state_dict"])
network.eval()
torch.manual_seed(1)
noise = 0.5 + 0.05 * torch.randn(1, 3, 64, 64)
figure, axes = plt.subplots(3, 6, figsize=(11, 6))
gains = {}
for row, layer in zip(axes, (0, 7, 11)):
    for channel, axis in enumerate(row):
        picture = dream(network, noise, layer, channel, n_steps=15, step=0.03, n_octaves=3)
        before, after = (response(network, X, layer, channel).item() for X in (noise, picture))
        gains[layer, channel] = after - before
        axis.imshow(picture[0].movedim(0, -1))
        axis.set_title(f"layer {layer}, map {channel}\n{before:.2f} to {after:.2f}", fontsize=8)
        axis.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# **And in your own words**, three to five sentences: what kinds of patterns do low and high layers ask for? What do
# octaves change (compare one with three), and what happens if you go on for too long, or with too large steps?

# %% exercise="tf1.13.10"
from solutions.ch12_vision.dreams import TF1_13_10

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Train your network of exercise 8 on digits that stand upright, and test it on digits turned by 10, 20, 30 degrees.
#   Where does it break down, and what would you change: the network, or the pictures that it learns from?
# - Add a hundred pictures of something else to your folder of exercise 9, in a class of its own. Does your network
#   still name something, with great confidence, when you show it what it has never seen?
# - Dream on a photo of yours, and begin again with the result, enlarged by a twentieth, a hundred times over.
