# %% [markdown]
# # Autoencoders, GANs, and diffusion models
#
# A network that has to give back what it was given learns what its rows are made of, without a single label. In this
# notebook such networks help where labels are few, make hashes by which like finds like, and become models that make
# something new: pictures that nobody has drawn.
#
# ### Afterwards you can
#
# - say what autoencoders are for, when one has learned something and when it only copies;
# - train a network without labels, and take over what it has learned where there are few;
# - make hashes of 30 bits of pictures, so that similar ones have similar hashes;
# - explain how GANs and diffusion models make pictures, what is hard about the first and slow about the second.
#
# ### Before you start
#
# You need PyTorch (modules, a training loop, both modes of a network), and to have read the book's chapter on
# autoencoders, GANs and diffusion models. A GPU is not needed.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once. Where
#   it would have given the words away, it stands further below, under *Second halves*.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file that you have not been
#   given the name of, no global variable. What else you need, import in your answer's own cell.
# - Arrays that are handed over are not to be changed, and what you return may be an array or a list.
# - In your networks each weight has to be of use: a layer that no output depends on costs points.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`), where all the rest is.
#   Nothing is lost if you leave it out: these networks are small.

# %%
import copy
import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, linear, mse_loss

from course import device
from course.datasets import load

# %% [markdown]
# # Autoencoders
#
# ## 1. What autoencoders are for
#
# "A network whose output is its input," says a friend, "what is that good for?" Name four of the main tasks that
# autoencoders are used for, or more, each with an example of what somebody may do with it.

# %% exercise="p.18.1" points=3 probe_points=2
from solutions.ch18_generative.autoencoders import P_18_1

# %% [markdown]
# ## 2. Many pictures, few labels
#
# A clinic has 40,000 pictures of skin, and doctors have found the time to say of 300 of them what they show. You are to
# train a classifier. How can an autoencoder help, and how do you go about it, step by step? What do you do about it
# that 300 pictures are few for a deep network?

# %% exercise="p.18.2" points=3 probe_points=3
from solutions.ch18_generative.autoencoders import P_18_2

# %% [markdown]
# ## 3. It gives back everything
#
# An autoencoder gives back each of its training pictures perfectly, to the last pixel. Is it a good one for that? Give
# reasons, and tell how you'd find out how good an autoencoder is: two ways, at least.

# %% exercise="p.18.3" points=3 probe_points=2
from solutions.ch18_generative.autoencoders import P_18_3

# %% [markdown]
# Whether a single coding is enough for a perfect reconstruction, you can try. Write `encode_by_heart(X_train, X)` and
# `decode_by_heart(X_train, codings)`: an autoencoder, if you like, with one coding for each row.

# %% exercise="p.18.3"
from solutions.ch18_generative.autoencoders import encode_by_heart, decode_by_heart

# %% [markdown]
# *Look*: digits that were learned by heart, and others, beside what PCA makes of them with 30 codings.

# %% demo
mnist = load("mnist")
learned, others = mnist.X_train[:1000] / 255, mnist.X_test[:200] / 255
pca = PCA(30).fit(learned)
errors = {}
for name, rows in {"learned": learned, "others": others}.items():
    by_heart = np.asarray(decode_by_heart(learned, encode_by_heart(learned, rows)))
    by_pca = pca.inverse_transform(pca.transform(rows))
    errors[name] = np.mean((by_heart - rows) ** 2), np.mean((by_pca - rows) ** 2)
    print(f"{name:>8}: by heart, 1 coding {errors[name][0]:.4f}; PCA, 30 codings {errors[name][1]:.4f}")
figure, axes = plt.subplots(3, 8, figsize=(9, 3.6))
for column, three in zip(axes.T, zip(others, by_heart, by_pca)):
    for axis, picture in zip(column, three):
        axis.imshow(picture.reshape(28, 28), cmap="gray_r")
        axis.set_xticks([])
        axis.set_yticks([])
for axis, name in zip(axes[:, 0], ("a new digit", "by heart", "PCA")):
    axis.set_ylabel(name)
figure.suptitle(mnist.label, fontsize=9)
plt.show()

# %% [markdown]
# ## 4. Too few and too many codings
#
# What is an *undercomplete* autoencoder, and what an *overcomplete* one? What is the main danger with each of them, and
# what can be done about the second one's?

# %% exercise="p.18.4" points=3 probe_points=3
from solutions.ch18_generative.autoencoders import P_18_4

# %% [markdown]
# Two functions: `autoencoder_kind(sizes)` tells one from the other, and `least_error(X, k)` says how well the best
# *linear* autoencoder can do with so many codings. (You know a method that finds it.)

# %% exercise="p.18.4"
from solutions.ch18_generative.autoencoders import autoencoder_kind, least_error

# %% [markdown]
# *Look*: how much 1,000 digits lose with more and more codings, and where nothing is lost any more.

# %% demo
digits = load("mnist").X_train[:1000] / 255
numbers = [1, 2, 5, 10, 20, 50, 100, 200, 400, 600, 784, 900]
least = [least_error(digits, k) for k in numbers]
plt.plot(numbers, least, marker=".")
plt.axvline(784, linestyle="--", color="gray")
plt.yscale("symlog", linthresh=1e-5)
plt.xlabel("codings of a picture of 784 pixels")
plt.ylabel("least error of a linear autoencoder")
plt.show()

# %% [markdown]
# ## 5. Tied weights
#
# How do you *tie the weights* of an autoencoder of dense layers, and what for?

# %% exercise="p.18.5" points=3 probe_points=4
from solutions.ch18_generative.autoencoders_layers import P_18_5

# %% [markdown]
# Write one: the module `TiedAutoencoder(sizes)`.

# %% exercise="p.18.5"
from solutions.ch18_generative.autoencoders_layers import TiedAutoencoder

# %% [markdown]
# ## What the layers have learned
#
# You have trained a deep autoencoder of dense layers on pictures of faces. How do you get to see what the units of its
# *lowest* layer have learned to respond to? And what do you do for the units of a *higher* one?

# %% exercise="tf1.15.6" points=2 probe_points=3
from solutions.ch18_generative.autoencoders_layers import TF1_15_6

# %% [markdown]
# Tools for both: `weight_pictures(layer, size)` and `most_active(activations, k)`.

# %% exercise="tf1.15.6"
from solutions.ch18_generative.autoencoders_layers import weight_pictures, most_active

# %% [markdown]
# *Look*: the directions of PCA are the weights of the best linear encoder. Above what each of them looks for, below the
# two digits that it likes best.

# %% demo
digits = load("mnist").X_train[:2000] / 255
pca = PCA(8).fit(digits)
layer = nn.Linear(784, 8)
with torch.no_grad():
    layer.weight.copy_(torch.tensor(pca.components_))
pictures = np.asarray(weight_pictures(layer, (28, 28)))
liked = np.asarray(most_active(pca.transform(digits), 2))
figure, axes = plt.subplots(3, 8, figsize=(9, 3.6))
for column, weights, rows in zip(axes.T, pictures, liked):
    column[0].imshow(weights, cmap="RdBu", vmin=0, vmax=1)
    for axis, row in zip(column[1:], rows):
        axis.imshow(digits[row].reshape(28, 28), cmap="gray_r")
for axis in axes.flat:
    axis.axis("off")
plt.show()

# %% [markdown]
# # Models that generate
#
# ## 6. Generative models
#
# What is a *generative model*? Which kind of autoencoder is one, and what is special about it?

# %% exercise="p.18.6" points=2 probe_points=3
from solutions.ch18_generative.generating import P_18_6

# %% [markdown]
# ## 7. GANs
#
# What is a *generative adversarial network*, and how is it trained? Name three tasks for which GANs are a good choice.

# %% exercise="p.18.7" points=3 probe_points=4
from solutions.ch18_generative.generating import P_18_7

# %% [markdown]
# ## 8. What makes GANs hard to train
#
# Name the main difficulties in training GANs, with a sentence on each that says what one sees then, or why it happens.

# %% exercise="p.18.8" points=3 probe_points=3
from solutions.ch18_generative.generating import P_18_8

# %% [markdown]
# ## 9. Diffusion models
#
# What are diffusion models good at, better than GANs, say? And what is their main limitation?

# %% exercise="p.18.9" points=3 probe_points=3
from solutions.ch18_generative.generating import P_18_9

# %% [markdown]
# # Second halves
#
# These functions and choices go with questions 1, 2 and 6 to 9, whose words they would have given away. If they change
# your mind, go back and change the words.
#
# ## 1. What comes back badly
#
# An autoencoder that has seen normal rows only does badly on others. Write `flag_anomalies(X, X_rec, normal,
# normal_rec, share)`.

# %% exercise="p.18.1"
from solutions.ch18_generative.autoencoders import flag_anomalies

# %% [markdown]
# ## 2. What is left to learn
#
# How much must 300 labels decide? Write `trainable_parameters(sizes, n_classes, n_frozen)`. Then put four of these
# steps in order; the two others don't help. `P_18_2_CHOICE` has a letter for each place:
#
# - A: train the classifier on the labelled pictures, the layers that were taken over frozen;
# - B: train an autoencoder on the labelled pictures only;
# - C: train an autoencoder on all the pictures;
# - D: set some of the upper layers free, and go on with a small learning rate;
# - E: put a new output layer on top of the decoder;
# - F: take over the encoder's layers, and put a new output layer on top of them.

# %% exercise="p.18.2"
from solutions.ch18_generative.autoencoders import trainable_parameters, P_18_2_CHOICE

# %% [markdown]
# ## 6. A generator of any autoencoder
#
# An ordinary autoencoder does not say which codings are sensible. A rough way out is to look where those of the
# training rows lie: write `draw_codings(codings, n, seed)`. Then choose for which of these autoencoders that is not
# needed, since training makes its codings look like a standard Gaussian's: `"denoising autoencoder"`, `"sparse
# autoencoder"`, `"variational autoencoder"`, `"stacked autoencoder"`.

# %% exercise="p.18.6"
from solutions.ch18_generative.generating import draw_codings, P_18_6_CHOICE

# %% [markdown]
# *Look*: pictures that nobody has drawn. PCA with 40 codings takes the place of the autoencoder. Above, codings were
# drawn by your function; below, each coding was drawn on its own, as large as it may ever be.

# %% demo
digits = load("mnist").X_train[:3000] / 255
pca = PCA(40).fit(digits)
codings = pca.transform(digits)
drawn = np.asarray(draw_codings(codings, 8))
anywhere = np.random.default_rng(1).uniform(codings.min(axis=0), codings.max(axis=0), (8, 40))
figure, axes = plt.subplots(2, 8, figsize=(9, 2.6))
for row, some in zip(axes, (drawn, anywhere)):
    for axis, picture in zip(row, pca.inverse_transform(some)):
        axis.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        axis.axis("off")
plt.show()

# %% [markdown]
# ## 7. Two losses
#
# What does each of the two networks want? Write `gan_losses(true_logits, made_logits)`. Then say of each task whether
# it is `"one for a GAN"` or `"not one for a GAN"`:
#
# - A: an old photo of 60 x 80 pixels is to be printed as a poster, with details that may have been there;
# - B: what is the probability that a customer will cancel the contract?
# - C: of a black-and-white film a colourful one is to be made;
# - D: a designer wants faces for a game, of people who don't exist;
# - E: 2,000 songs are to be put into groups of similar ones;
# - F: how many people will ride on the bus tomorrow?

# %% exercise="p.18.7"
from solutions.ch18_generative.generating import gan_losses, P_18_7_CHOICE

# %% [markdown]
# ## 8. A game without an end, and a generator without ideas
#
# Two difficulties in small. `play(x, y, rate, n_steps)` lets two players descend at the same time, and
# `modes_covered(made, centres, radius)` measures how many kinds of rows a generator can make.

# %% exercise="p.18.8"
from solutions.ch18_generative.generating import play, modes_covered

# %% [markdown]
# *Look*: the only place where both players could rest is the middle. Do they get there with a smaller rate?

# %% demo
for rate in (0.02, 0.1, 0.3):
    path = np.asarray(play(1.0, 0.0, rate, n_steps=60))
    plt.plot(path[:, 0], path[:, 1], marker=".", markersize=3, label=f"rate {rate:g}")
plt.plot(0, 0, "k+", markersize=12)
plt.axis("equal")
plt.xlim(-4, 4)
plt.ylim(-4, 4)
plt.legend()
plt.show()

# %% [markdown]
# ## 9. How a picture drowns in noise
#
# The forward process of a diffusion model can be worked out without a single picture: write `noise_levels(betas)`. Then
# say for each statement of which kind of model it is true, `"GAN"` or `"diffusion"`:
#
# - A: one network is trained with one plain loss, which goes down steadily;
# - B: a single pass through a network makes a picture;
# - C: two networks are trained against each other;
# - D: it takes many steps to make a picture;
# - E: for training, noise is added to pictures, and the network has to guess it;
# - F: it may come to make nothing but a few kinds of pictures, however varied those of the training set are.

# %% exercise="p.18.9"
from solutions.ch18_generative.generating import noise_levels, P_18_9_CHOICE

# %% [markdown]
# *Look*: a digit after some of 200 steps of the forward process, and what of it is left.

# %% demo
a, s = (np.asarray(levels) for levels in noise_levels(np.linspace(1e-4, 0.06, 200)))
digit = load("mnist").X_train[0].reshape(28, 28) / 127.5 - 1
figure, axes = plt.subplots(1, 7, figsize=(12, 2))
for axis, t in zip(axes, (0, 20, 40, 60, 100, 199)):
    axis.imshow(a[t] * digit + s[t] * np.random.default_rng(t).normal(size=digit.shape), cmap="gray_r", vmin=-2, vmax=2)
    axis.set_title(f"step {t + 1}", fontsize=9)
    axis.axis("off")
axes[-1].plot(a, label="picture")
axes[-1].plot(s, label="noise")
axes[-1].legend(fontsize=7)
plt.show()

# %% [markdown]
# # Projects
#
# ## 10. Noise away, and 500 labels
#
# An autoencoder whose inputs are noisy, and whose outputs are to be the clean rows, can't just copy, however many
# codings it has: it must learn what rows are like. What it has learned without labels may help a classifier that has
# few of them. Write
#
# - **`DenoisingAutoencoder(n_inputs, n_codings, noise)`**, a module that makes its own noise in training mode, and
#   **`pretrain(X, n_codings, noise, n_epochs, seed)`**, which trains one without labels;
# - **`draw_labelled(y, n, seed)`**, which draws the rows that get labels;
# - **`classifier_from(autoencoder, n_classes, frozen)`** and **`fit_classifier(model, X, y, n_epochs, seed)`**: a
#   classifier that begins with the encoder;
# - **`compare(autoencoder, X, y, X_test, y_test, n_epochs, seed)`**: what has been gained by it?
# - **`top_images(encoder, X, unit, k)`**, to see what a coding stands for.
#
# Digits can be looked up, so what is graded is a small script that nobody knows: pages of 10 x 10 pixels, 0 or 1, with
# one of twelve signs on each, and each pixel is wrong with a probability of a quarter. (Each class has three signs, so
# that it takes more than a straight line to tell it from the others.) After 1,500 pages without labels (`n_codings=32,
# noise=0.5, n_epochs=12`) and 24 with labels (two of each sign; `n_epochs=40`),
# {bar:test_few_labels_are_enough:.0%} of other pages have to be read rightly, in the mean over two scripts and four
# draws of the 24. The same network from scratch reads {naive:test_few_labels_are_enough/from_scratch:.0%} at best. (It
# should take four seconds. If training is slow to begin, batch normalisation between the layers helps.)
#
# And to see that it can't copy: after learning from 1,500 rows of 20 numbers, which lie on a curved surface
# (`n_codings=40, noise=0.3, n_epochs=15`), your autoencoder gets others, with as much noise, and what is left of
# the noise may be {bar:test_takes_noise_away:.0%} at most, as the mean of squares. One that was trained to give back
# the noisy rows leaves {naive:test_takes_noise_away/noisy_targets:.0%}, one that was trained without noise
# {naive:test_takes_noise_away/without_noise:.0%}.
#
# On MNIST, after `pretrain(X)` on all 60,000 digits with your own defaults, pretraining has to gain one percent in
# accuracy over training from scratch on the same 500 labels, in the mean over three draws, and to reach 88%, within
# three minutes on two cores.

# %% exercise="p.18.10" points=16 full_size_points=2
from solutions.ch18_generative.denoising import DenoisingAutoencoder, pretrain, top_images, _layer
from solutions.ch18_generative.few_labels import draw_labelled, classifier_from, fit_classifier, compare

# %% [markdown]
# *Look*: noisy digits and what becomes of them, the digits that a coding likes best, and what 500 labels are good for.
# (With all 60,000 digits, more epochs and several draws, the gain is larger.)

# %% demo
mnist = load("mnist")
X, X_test = (rows[:4000].astype(np.float32) / 255 for rows in (mnist.X_train, mnist.X_test))
y, y_test = mnist.y_train[:4000], mnist.y_test[:4000]
autoencoder = pretrain(X, n_epochs=10)
grainy = X_test[:8] + 0.5 * np.random.default_rng(1).normal(size=(8, 784)).astype(np.float32)
with torch.no_grad():
    cleaned = autoencoder(torch.tensor(grainy)).numpy()
figure, axes = plt.subplots(5, 8, figsize=(9, 6))
for row, pictures in zip(axes, (X_test[:8], grainy, cleaned)):
    for axis, picture in zip(row, pictures):
        axis.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
for row, unit in zip(axes[3:], (0, 1)):
    for axis, index in zip(row, np.asarray(top_images(autoencoder.encoder, X, unit, 8))):
        axis.imshow(X[index].reshape(28, 28), cmap="gray_r")
for axis in axes.flat:
    axis.set_xticks([])
    axis.set_yticks([])
for axis, name in zip(axes[:, 0], ("clean", "noisy", "cleaned", "liked by 0", "liked by 1")):
    axis.set_ylabel(name, fontsize=8)
plt.show()
scores = []
for seed in (1, 2, 3):
    rows = draw_labelled(y, 500, seed=seed)
    scores.append(compare(autoencoder, X[rows], y[rows], X_test, y_test, seed=seed))
    print(f"{mnist.label}: " + ", ".join(f"{name} {score:.1%}" for name, score in scores[-1].items()))

# %% [markdown]
# ## 11. A variational autoencoder
#
# Train a VAE, and draw new pictures with it. An autoencoder's codes lie anywhere; those of a *variational* one are held
# near the standard normal distribution, so that one knows where to draw new ones. Write
#
# - **`reparameterize(mu, logvar)`**, which draws codes so that gradients get through;
# - **`kl_divergence(mu, logvar)`**, how far their distributions are from the standard one;
# - **`vae_loss(logits, X, mu, logvar, beta)`**, the negative ELBO;
# - **`VAE`**, an encoder and a decoder; any layers you like;
# - **`fit_vae(X, n_latent, n_epochs, n_hidden, seed)`**, which trains one;
# - **`sample_vae(model, n, n_latent, seed)`**, which draws new pictures.
#
# All but the training is compared with closed forms, with the mean over many draws, and with small models of ours. What
# training is worth is seen on worlds of pictures that are made up anew for each hand-in: 8 x 8 pixels, a few kinds,
# each of which varies in two ways and has some grain. From 600 of them your model learns, with `n_latent=2`,
# `n_epochs=40` and the other defaults, in a second or two. On others it is asked how much they surprise it, by the
# negative ELBO. Who knows each pixel's mean and no more stands at 0%, who knows each picture at 100%, which no code of
# two numbers reaches: yours has to get to {bar:test_learns_a_world_of_pictures:.0%}. One linear layer on each side gets
# to {naive:test_learns_a_world_of_pictures/linear_layers:.0%}.

# %% exercise="p.18.11" points=16
from solutions.ch18_generative.vae import reparameterize, kl_divergence, vae_loss, VAE, _hidden
from solutions.ch18_generative.vae_training import fit_vae, sample_vae

# %% [markdown]
# *Look*: real digits, 8 x 8 pixels, and a code of two numbers: what does the decoder make of each place in the plane?

# %% demo
digits = load_digits()
X = digits.images.reshape(-1, 64).astype(np.float32) / 16
model = fit_vae(X, n_latent=2, n_epochs=30)
places = torch.linspace(-2, 2, 12)
with torch.no_grad():
    z = torch.cartesian_prod(places, places)
    plane = model.decode(z).sigmoid().reshape(12, 12, 8, 8)
    mu, logvar = model.encode(torch.tensor(X))
figure, axes = plt.subplots(1, 2, figsize=(11, 5))
axes[0].imshow(plane.permute(0, 2, 1, 3).reshape(96, 96), cmap="gray_r")
axes[0].axis("off")
axes[1].scatter(*mu.T, c=digits.target, cmap="tab10", s=4)
axes[1].set_title("the codes of real digits, a colour for each")
plt.show()

# %% [markdown]
# ## 12. A DCGAN with experience replay
#
# Train a generative adversarial network of convolutional layers. Its discriminator sees not only what the generator
# makes now, but some of what it made before, so that it does not forget old tricks. Write
#
# - **`Generator`** and **`Discriminator`**, both halves;
# - **`ReplayBuffer`**, which keeps pictures, and mixes old ones with new ones;
# - **`discriminator_loss(real, fake)`** and **`generator_loss(fake)`**;
# - **`discriminator_step(discriminator, optimizer, real, fake)`** and **`generator_step(generator, discriminator,
#   optimizer, z)`**, a step of each;
# - **`fit_gan(X, n_steps, n_latent, width, seed)`**, which puts it all together;
# - **`generate(generator, n, n_latent, seed)`**, which makes new pictures.
#
# Layers, optimisers and rates are yours to choose. Losses, steps and the buffer are compared exactly with ours. What
# training is worth is seen on made-up worlds as before, of three kinds, with `n_steps=300` and `n_latent=4`, which
# should take about three seconds each. New pictures as a whole are compared with others that were not learned from: by
# their *energy distance*, 2 E|x - y| - E|x - x'| - E|y - y'| for pictures x of the one and y of the other lot. Who
# makes the mean picture only stands at 0%, who draws from the world itself at 100%; yours has to get half of the way,
# to 50%, as a mean over two worlds. A generator that has *collapsed*, and makes pictures of one kind only, good as they
# are, is no nearer than the mean picture; and who hands out copies of what was learned from gets nothing.
#
# GANs are moody. If yours leaves kinds out, try other rates for both halves, or Adam with less memory (`betas`).

# %% exercise="p.18.12" points=20
from solutions.ch18_generative.gan import (
    Generator,
    Discriminator,
    ReplayBuffer,
    discriminator_loss,
    generator_loss,
    discriminator_step,
    generator_step,
)
from solutions.ch18_generative.gan_training import fit_gan, generate

# %% [markdown]
# *Look*: digits that nobody has written, below some that somebody has.

# %% demo
X = load_digits().images[:, None].astype(np.float32) / 16
generator = fit_gan(X, n_steps=600, n_latent=8)
made = generate(generator, 20)
figure, axes = plt.subplots(2, 20, figsize=(12, 1.6))
for row, pictures in zip(axes, (X, made)):
    for axis, picture in zip(row, pictures):
        axis.imshow(picture[0], cmap="gray_r", vmin=0, vmax=1)
        axis.axis("off")
plt.show()

# %% [markdown]
# ## A GAN that is told the class
#
# Now say which class you want. Both halves have to know it: a discriminator that is not told lets a good 3 pass for a
# 7. Write
#
# - **`ClassGenerator`** and **`ClassDiscriminator`**, which get classes as well;
# - **`fit_class_gan(X, y, n_steps, n_latent, width, seed)`**, which trains them;
# - **`generate_classes(generator, y, n_latent, seed)`**, which makes what is asked for.
#
# Training is graded on a made-up world of three classes, two kinds of pictures each, with 500 pictures, `n_steps=300`
# and `n_latent=4`, which should take about three seconds. A network of ours that knows the classes says what the
# pictures are that were asked for: half of them right is 0%, all of them 100%. And each class is compared with real
# pictures of it by energy distance, where the class's mean picture stands at 0%; the mean over the classes counts. The
# lesser of both figures has to be {bar:test_makes_the_classes_asked_for:.0%}. The class's mean picture with a little
# noise gets {naive:test_makes_the_classes_asked_for/class_means:.0%}, and where the generator alone is told the class,
# about a third is right, as by chance.

# %% exercise="tf2.17.11" points=12
from solutions.ch18_generative.conditional import ClassGenerator, ClassDiscriminator, fit_class_gan, generate_classes

# %% [markdown]
# *Look*: digits to order, a row for each of 0 to 4.

# %% demo
few = load_digits(n_class=5)
generator = fit_class_gan(few.images[:, None] / 16, few.target, n_steps=600)
made = generate_classes(generator, np.repeat(np.arange(5), 12)).reshape(5, 12, 8, 8)
plt.imshow(made.transpose(0, 2, 1, 3).reshape(40, 96), cmap="gray_r", vmin=0, vmax=1)
plt.axis("off")
plt.show()

# %% [markdown]
# ## 13. A diffusion model, with and without classes
#
# A diffusion model takes a picture apart, in many small steps of noise, and learns to take each of them back. Write
#
# - **`cosine_schedule(n_steps, s, largest)`**, how much is left after each step;
# - **`noisy(x0, t, noise, alpha_bar)`**, many steps there at once;
# - **`denoise_step(x, t, predicted, noise, alpha_bar)`**, one step back;
# - **`NoiseNet`**, a network that sees the noise, whatever its layers;
# - **`diffusion_loss(model, x0, alpha_bar, y)`**, what it learns from;
# - **`fit_diffusion(X, alpha_bar, y, n_epochs, width, seed)`**, which trains it, with or without classes;
# - **`sample_diffusion(model, n, alpha_bar, y, side, seed)`**, the whole way back.
#
# Formulas and steps are compared exactly with ours, with and without classes. Training is graded with classes, on a
# made-up world of three, two kinds of pictures each, with a schedule of 40 steps, 500 pictures, and `n_epochs=80`,
# which should take about two seconds. A network of ours that knows the classes looks at what was asked for: it has to
# take {bar:test_noise_becomes_the_class_asked_for:.0%} for the right class. And within the classes new pictures have to
# be like real ones that were not learned from. They count as near if they are as near to a real one as its tenth
# nearest real neighbour: {bar:test_noise_becomes_the_class_asked_for:.0%} of the new ones have to be near a real one,
# and of the real ones to have a new one near, as the mean over the classes. Who knows each pixel's mean and spread in
# a class, and nothing of how pixels go together, gets to
# {naive:test_noise_becomes_the_class_asked_for/class_by_pixels:.0%}, and a model that forgets the class to
# {naive:test_noise_becomes_the_class_asked_for/class_forgotten:.0%}.

# %% exercise="p.18.13" points=20
from solutions.ch18_generative.diffusion import cosine_schedule, noisy, denoise_step
from solutions.ch18_generative.diffusion_training import NoiseNet, diffusion_loss, fit_diffusion, sample_diffusion

# %% [markdown]
# *Look*: a digit on its way there, and what the model draws when it is asked for 0 to 4.

# %% demo
few = load_digits(n_class=5)
X, alpha_bar = few.images[:, None].astype(np.float32) / 16, cosine_schedule(40)
model = fit_diffusion(X, alpha_bar, few.target, n_epochs=80)
steps = torch.arange(0, 41, 4)
digit, noise = (part.expand(11, -1, -1, -1) for part in (torch.tensor(X[:1] * 2 - 1), torch.randn(1, 1, 8, 8)))
there = noisy(digit, steps, noise, alpha_bar)
asked = np.repeat(np.arange(5), 12)
made = sample_diffusion(model, 60, alpha_bar, asked)
figure, axes = plt.subplots(1, 2, figsize=(12, 4), width_ratios=(1, 2))
axes[0].imshow(there[:, 0].permute(1, 0, 2).reshape(8, 88), cmap="gray_r")
axes[1].imshow(made.reshape(5, 12, 8, 8).transpose(0, 2, 1, 3).reshape(40, 96), cmap="gray_r", vmin=0, vmax=1)
for axis in axes:
    axis.axis("off")
plt.show()

# %% [markdown]
# ## Semantic hashing
#
# You have a million pictures, and want those that look like the one in your hand, at once. Give each a *hash* of a few
# bits, such that similar pictures have similar hashes, and look up in a table. An autoencoder can learn such hashes
# without labels: its codings go through a sigmoid, and noise is added before, while it is trained. Only codings far
# from the middle survive that, so they become bits. Write
#
# - **`HashingAutoencoder(n_inputs, n_bits, noise)`** and **`fit_hashing(X, n_bits, noise, n_epochs, seed)`**;
# - **`hash_bits(autoencoder, X)`**, the hashes, **`within(hashes, query, radius)`**, which finds similar ones, and
#   **`purity(hashes, y, radius)`**, whether what is found belongs together.
#
# It is graded on the small script of exercise 10, but each of the twelve signs is a class of its own. After 1,500 pages
# (`n_bits=30, noise=4.0, n_epochs=12`), the pages whose hashes are nearest to a page's own have to show the same sign
# in {bar:test_neighbours_share_labels:.0%} of all cases; more than half of the codings, without noise, have to be below
# 0.1 or above 0.9. An untrained network puts
# {naive:test_neighbours_share_labels/untrained_hashes:.0%} of the same sign beside each other, the signs of principal
# components {naive:test_neighbours_share_labels/principal_components:.0%}, and an autoencoder that is trained without
# noise {naive:test_neighbours_share_labels/hashing_without_noise:.0%}, with hardly any codings that are bits.
#
# On MNIST, after `fit_hashing(X)` on all 60,000 digits with your own defaults, 75% of nearest neighbours have to show
# the same digit, and 80% of all codings have to be below 0.1 or above 0.9, within three minutes on two cores.

# %% exercise="tf1.15.9" points=13 full_size_points=2
from solutions.ch18_generative.hashing import HashingAutoencoder, fit_hashing, hash_bits, within, purity, _block

# %% [markdown]
# *Look*: how the codings of new digits are spread with and without noise in training, how pure the neighbourhoods are,
# and what is found beside some digits.

# %% demo
mnist = load("mnist")
X, X_test, y_test = mnist.X_train[:4000] / 255, mnist.X_test[:1500] / 255, mnist.y_test[:1500]
figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), sharey=True)
edges, pure = {}, {}
for axis, noise in zip(axes, (0.0, 4.0)):
    autoencoder = fit_hashing(X, noise=noise, n_epochs=10)
    with torch.no_grad():
        codings = autoencoder.encode(torch.tensor(X_test, dtype=torch.float32)).numpy()
    edges[noise] = np.mean((codings < 0.1) | (codings > 0.9))
    axis.hist(codings.ravel(), bins=30)
    axis.set_title(f"trained with a noise of {noise:g}")
    hashes = np.asarray(hash_bits(autoencoder, X_test))
    pure[noise] = [purity(hashes, y_test, radius) for radius in range(4)]
    print(f"noise {noise:g}: {edges[noise]:.0%} of the codings are nearly bits;", end=" ")
    print("purity within 0, 1, 2, 3 bits:", ", ".join(f"{one:.2f}" for one in pure[noise]))
plt.show()
figure, axes = plt.subplots(4, 8, figsize=(9, 4.6))
for row, query in zip(axes, range(4)):
    apart = (hashes != hashes[query]).sum(axis=1)
    for axis, index in zip(row, np.argsort(apart, kind="stable")):
        axis.imshow(X_test[index].reshape(28, 28), cmap="gray_r")
        axis.set_title(f"{apart[index]} bits", fontsize=8)
        axis.axis("off")
figure.suptitle("a digit, and those with the nearest hashes", fontsize=9)
plt.show()

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - How does the gain of pretraining change with the number of labels: 50, 500, 5,000? When is it not worth it?
# - Train the VAE with `beta` 0.1 and 10, and draw pictures with each. What is won, and what is lost?
# - Halve the steps of your diffusion model's schedule, again and again. When do pictures begin to suffer?
