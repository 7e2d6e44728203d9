# %% [markdown]
# # Autoencoders, GANs, and diffusion models
#
# Networks that make pictures: three ways to learn what pictures of a kind have in common, so that new ones can be drawn
# that nobody has seen before.
#
# ### Afterwards you can
#
# - write and train a variational autoencoder, and say what both parts of its loss are for;
# - train the two halves of a GAN against each other, with experience replay, and notice when it leaves things out;
# - write a diffusion model's way there and its way back, and train the network that sees the noise;
# - tell a model which class of pictures you want.
#
# ### Before you start
#
# You need PyTorch (modules, a training loop, convolutions), and to have read the book's chapter. A GPU is not needed.
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises.
#
# Cells marked *Look* are for your eyes. Where one begins with `needs(…)`, it shows answers of yours, and says in one
# line which of them you have not begun yet.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import load_digits
from torch import Tensor, nn

from course import device

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
from solutions.ch18_generative.vae import reparameterize, kl_divergence, vae_loss, VAE, fit_vae, sample_vae, _hidden

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
# makes the mean picture only stands at 0%, who draws from the world itself at 100%; yours has to get to
# {bar:test_makes_all_kinds_of_pictures:.0%}, as a mean over two worlds. A generator that has *collapsed*, and makes
# pictures of one kind only, good as they are, gets to {naive:test_makes_all_kinds_of_pictures/one_kind_only:.0%}; and
# who hands out copies of what was learned from gets nothing.
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
# nearest real neighbour: as many of the new ones have to be near a real one, and of the real ones to have a new one
# near, as the mean over the classes. Who knows each pixel's mean and spread in a class, and nothing of how pixels go
# together, gets to {naive:test_noise_becomes_the_class_asked_for/class_by_pixels:.0%}, and a model that forgets the
# class to {naive:test_noise_becomes_the_class_asked_for/class_forgotten:.0%}.

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
there = noisy(torch.tensor(X[:1] * 2 - 1).expand(11, -1, -1, -1), steps, torch.randn(1, 1, 8, 8), alpha_bar)
asked = np.repeat(np.arange(5), 12)
made = sample_diffusion(model, 60, alpha_bar, asked)
figure, axes = plt.subplots(1, 2, figsize=(12, 4), width_ratios=(1, 2))
axes[0].imshow(there[:, 0].permute(1, 0, 2).reshape(8, 88), cmap="gray_r")
axes[1].imshow(made.reshape(5, 12, 8, 8).transpose(0, 2, 1, 3).reshape(40, 96), cmap="gray_r", vmin=0, vmax=1)
for axis in axes:
    axis.axis("off")
plt.show()

# %% [markdown]
# ## Further
#
# Nobody grades these.
#
# - Train the VAE with `beta` 0.1 and 10, and draw pictures with each. What is won, and what is lost?
# - Halve the steps of your diffusion model's schedule, again and again. When do pictures begin to suffer?
