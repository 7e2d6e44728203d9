"""Wrong and right answers of chapter 18: a GAN that is told the class (tf2.17.11)."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import leaky_relu, one_hot, softplus

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- networks


def _upwards(n_in, width, side, last=nn.Tanh):
    small = side // 4
    return nn.Sequential(
        nn.Linear(n_in, 4 * width * small**2), nn.Unflatten(1, (4 * width, small, small)),
        nn.BatchNorm2d(4 * width), nn.ReLU(), nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1),
        nn.BatchNorm2d(2 * width), nn.ReLU(), nn.ConvTranspose2d(2 * width, 1, 4, 2, 1), last(),
    )  # fmt: skip


def _downwards(n_in, width, side):
    return nn.Sequential(
        nn.Conv2d(n_in, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(2 * width, 4 * width, 4, 2, 1),
        nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(4 * width * (side // 4) ** 2, 1), nn.Flatten(0),
    )  # fmt: skip


class _Generator(nn.Module):
    last = nn.Tanh

    def __init__(self, n_classes, n_latent=8, width=16, side=8):
        super().__init__()
        self.n_classes = n_classes
        self.net = _upwards(n_latent + n_classes, width, side, self.last)

    def told(self, y):
        return one_hot(y, self.n_classes).float()

    def forward(self, z, y):
        return self.net(torch.cat([z, self.told(y)], dim=1))


class _Discriminator(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        self.n_classes = n_classes
        self.net = _downwards(1 + n_classes, width, side)

    def told(self, y):
        return one_hot(y, self.n_classes).float()

    def forward(self, X, y):
        maps = self.told(y)[:, :, None, None].expand(-1, -1, *X.shape[2:])
        return self.net(torch.cat([X, maps], dim=1))


@mutant("tf2.17.11", replaces="ClassGenerator", fails="test_pictures_of_each_class")
class ClassForgotten(_Generator):
    """Your generator makes the same picture whatever class is asked for: join the class to the noise."""

    def told(self, y):
        return 0 * super().told(y)


@mutant("tf2.17.11", replaces="ClassGenerator", fails="test_pictures_of_each_class")
class NoiseForgotten(_Generator):
    """Your generator makes the same picture of a class each time: the noise has to have a say."""

    def forward(self, z, y):
        return super().forward(0 * z, y)


@mutant("tf2.17.11", replaces="ClassGenerator", fails="test_pictures_of_each_class")
class From0To1(_Generator):
    """Your pictures go from 0 to 1: end in tanh, whose range is -1 to 1."""

    last = nn.Sigmoid


@mutant("tf2.17.11", replaces="ClassDiscriminator", fails="test_logits_depend_on_the_class")
class NotTold(_Discriminator):
    """Your discriminator judges without a look at the class: then the generator need not obey either."""

    def told(self, y):
        return 0 * super().told(y)


@mutant("tf2.17.11", replaces="ClassDiscriminator", fails="test_logits_depend_on_the_class")
class ClassOfTheFirst(_Discriminator):
    """You tell all pictures of a batch the class of the first one."""

    def told(self, y):
        return super().told(y[:1].expand(len(y)))


@mutant("tf2.17.11", replaces="ClassDiscriminator", fails="test_logits_depend_on_the_class")
class Probabilities(_Discriminator):
    """Your discriminator ends in a sigmoid: give the logit, and let the loss do the rest."""

    def forward(self, X, y):
        return super().forward(X, y).sigmoid()


@mutant("tf2.17.11", replaces="ClassDiscriminator", fails="test_told_halves_can_learn")
class UnusedLayer(_Discriminator):
    """One of your layers is never used, so it can't learn."""

    def __init__(self, n_classes, width=16, side=8):
        super().__init__(n_classes, width, side)
        self.unused = nn.Embedding(n_classes, 3)


# ---------------------------------------------------------------- training


def _fit(X, y, n_steps, n_latent, width, seed, *, lr=0.003, half=_Generator, other=_Discriminator, tell=None):
    torch.manual_seed(seed)
    real, classes = 2 * torch.tensor(np.asarray(X)).float() - 1, torch.tensor(np.asarray(y)).long()
    K, side = int(classes.max()) + 1, real.shape[-1]
    halves = half(K, n_latent, width, side), other(K, width, side)
    optimizers = [torch.optim.Adam(part.parameters(), lr, betas=(0.0, 0.9)) for part in halves]
    tell = tell or (lambda y: y)
    for _ in range(n_steps):
        rows, asked = torch.randint(len(real), (32,)), torch.randint(K, (32,))
        fake = halves[0](torch.randn(32, n_latent), asked)
        said = halves[1](real[rows], tell(classes[rows])), halves[1](fake.detach(), tell(asked))
        losses = [softplus(-said[0]).mean() + softplus(said[1]).mean()]
        optimizers[1].zero_grad()
        losses[0].backward()
        optimizers[1].step()
        loss = softplus(-halves[1](fake, tell(asked))).mean()
        optimizers[0].zero_grad()
        loss.backward()
        optimizers[0].step()
    return halves[0]


@naive("tf2.17.11", replaces="fit_class_gan", fails="test_makes_the_classes_asked_for")
def generator_alone_is_told(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """You tell the generator the class, but not the discriminator, so that nobody sees whether it was obeyed."""
    return _fit(X, y, n_steps, n_latent, width, seed, tell=torch.zeros_like)


class _Means(nn.Module):
    def __init__(self, X, y):
        super().__init__()
        X, y = np.asarray(X), np.asarray(y)
        means = [X[y == one].mean(axis=0) for one in range(int(y.max()) + 1)]
        self.means = nn.Parameter(2 * torch.tensor(np.array(means)).float() - 1)

    def forward(self, z, y):
        return (self.means[y] + 0.05 * torch.sin(917 * z[:, :1, None, None])).clamp(-1, 1)


@naive("tf2.17.11", replaces="fit_class_gan", fails="test_makes_the_classes_asked_for")
def class_means(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator makes the mean picture of each class: pictures of a class differ."""
    return _Means(X, y)


class _OneKindEach(_Means):
    def __init__(self, X, y):
        super().__init__(X, y)
        rows, found = np.asarray(X).reshape(len(X), -1), []
        for one in range(int(np.max(y)) + 1):
            of_class = rows[np.asarray(y) == one]
            near = np.argsort(((of_class - of_class[0]) ** 2).sum(axis=1))[: len(of_class) // 3]
            found.append(0.5 * (of_class[near] + of_class[near[::-1]]))
        few = min(len(some) for some in found)
        self.some = nn.Parameter(2 * torch.tensor(np.array([some[:few] for some in found])).float() - 1)

    def forward(self, z, y):
        rows = (z[:, 0].abs() * 7919).long() % self.some.shape[1]
        side = round(self.some.shape[-1] ** 0.5)
        return self.some[y, rows].reshape(-1, 1, side, side)


@naive("tf2.17.11", replaces="fit_class_gan", fails="test_makes_the_classes_asked_for")
def one_kind_of_each_class(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator has collapsed within the classes: it makes one kind of pictures of each, where there are more."""
    return _OneKindEach(X, y)


@mutant("tf2.17.11", replaces="fit_class_gan", fails="test_makes_the_classes_asked_for")
def told_generator_learns_nothing(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator's weights never change: does its optimiser take its steps?"""
    torch.manual_seed(seed)
    return _Generator(int(np.max(y)) + 1, n_latent, width, np.shape(X)[-1])


@mutant("tf2.17.11", replaces="fit_class_gan", fails="test_makes_the_classes_asked_for")
def classes_of_other_rows(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """Pictures and classes are mixed in different orders: take the same rows of both."""
    return _fit(X, np.random.default_rng(seed).permutation(np.asarray(y)), n_steps, n_latent, width, seed)


@mutant("tf2.17.11", replaces="fit_class_gan", fails="test_seeds_decide_told_gan_and_pictures")
def one_told_seed(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """You don't use the seed that you are given."""
    return _fit(X, y, n_steps, n_latent, width, 42)


@mutant("tf2.17.11", replaces="fit_class_gan", fails="test_told_gan_takes_the_steps_asked_for")
def told_other_number_of_steps(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """You take as many steps as you like: `n_steps` says how many."""
    return _fit(X, y, 3, n_latent, width, seed)


# ---------------------------------------------------------------- pictures


def _made(generator, y, n_latent, seed, scale=lambda X: (X + 1) / 2, order=lambda y: y, noise=torch.randn):
    was, generator = generator.training, generator.eval()
    asked = order(torch.as_tensor(np.asarray(y)).long())
    z = noise(len(asked), n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        found = scale(generator(z, asked)).numpy()
    generator.train(was)
    return found


@mutant("tf2.17.11", replaces="generate_classes", fails="test_classes_in_the_order_asked_for")
def sorted_by_class(generator, y, n_latent=8, seed=42):
    """Your pictures come sorted by their class: keep the order that was asked for."""
    return _made(generator, y, n_latent, seed, order=lambda y: y.sort().values)


@mutant("tf2.17.11", replaces="generate_classes", fails="test_classes_in_the_order_asked_for")
def first_class_only(generator, y, n_latent=8, seed=42):
    """All your pictures are of the class that was asked for first."""
    return _made(generator, y, n_latent, seed, order=lambda y: y[:1].expand(len(y)))


@mutant("tf2.17.11", replaces="generate_classes", fails="test_classes_in_the_order_asked_for")
def classes_from_minus_1(generator, y, n_latent=8, seed=42):
    """You return tanh's range: bring it from -1 … 1 to 0 … 1."""
    return _made(generator, y, n_latent, seed, scale=lambda X: X)


@mutant("tf2.17.11", replaces="generate_classes", fails="test_classes_in_the_order_asked_for")
def in_training_mode(generator, y, n_latent=8, seed=42):
    """You ask the generator in the mode that it happens to be in: call `eval()`, and put the mode back afterwards."""
    asked = torch.as_tensor(np.asarray(y)).long()
    with torch.no_grad():
        z = torch.randn(len(asked), n_latent, generator=torch.Generator().manual_seed(seed))
        return ((generator(z, asked) + 1) / 2).numpy()


@mutant("tf2.17.11", replaces="generate_classes", fails="test_seeds_decide_told_gan_and_pictures")
def same_pictures_always(generator, y, n_latent=8, seed=42):
    """You don't use the seed that you are given."""
    return _made(generator, y, n_latent, 0)


@mutant("tf2.17.11", replaces="generate_classes", fails="test_classes_in_the_order_asked_for")
def told_generator_left_in_evaluation_mode(generator, y, n_latent=8, seed=42):
    """You leave the generator in evaluation mode, even if somebody is about to train it."""
    return _made(generator.eval(), y, n_latent, seed)


# ---------------------------------------------------------------- right


@alternative("tf2.17.11", replaces="ClassGenerator")
class OneHot(_Generator):
    """Classes as rows of zeros with a one."""


class _ByNorms(_Generator):
    def __init__(self, n_classes, n_latent=8, width=16, side=8):
        super().__init__(n_classes, n_latent, width, side)
        self.net = _upwards(n_latent, width, side)
        self.scale, self.shift = nn.Embedding(n_classes, 4 * width), nn.Embedding(n_classes, 4 * width)
        nn.init.ones_(self.scale.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, z, y):
        h = self.net[:3](z)
        return self.net[3:](h * self.scale(y)[:, :, None, None] + self.shift(y)[:, :, None, None])


@alternative("tf2.17.11", replaces="ClassGenerator")
class ByNorms(_ByNorms):
    """Each class scales and moves what batch normalisation gives, in its own way once it has learned to."""


class _Projection(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(1, 2 * width, 4, 2, 1), nn.Conv2d(2 * width, 4 * width, 4, 2, 1)])
        features = 4 * width * (side // 4) ** 2
        self.real, self.of_class = nn.Linear(features, 1), nn.Embedding(n_classes, features)
        nn.init.normal_(self.of_class.weight, 0, features**-0.5)

    def forward(self, X, y):
        for conv in self.convs:
            X = leaky_relu(conv(X), 0.2)
        h = X.flatten(1)
        return self.real(h)[:, 0] + (h * self.of_class(y)).sum(dim=1)


@alternative("tf2.17.11", replaces="ClassDiscriminator")
class Projection(_Projection):
    """Each class has a direction of its own, on which what was seen is projected."""


@alternative("tf2.17.11", replaces="fit_class_gan")
def with_one_hot(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """Classes as zeros and ones in both halves; made pictures of other classes than the real ones."""
    return _fit(X, y, n_steps, n_latent, width, seed)


@alternative("tf2.17.11", replaces="fit_class_gan")
def with_a_projection(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    """A discriminator that projects."""
    return _fit(X, y, n_steps, n_latent, width, seed, other=_Projection)


@alternative("tf2.17.11", replaces="generate_classes")
def piece_by_piece(generator, y, n_latent=8, seed=42):
    """A hundred at a time, with torch's global seed, which is put back."""
    was, asked = generator.training, torch.as_tensor(np.asarray(y)).long()
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        noise = torch.randn(len(asked), n_latent)
        generator.train(False)
        pairs = zip(noise.split(100), asked.split(100), strict=True)
        found = [generator(z, some).mul(0.5).add(0.5) for z, some in pairs]
    generator.train(was)
    return torch.cat(found).numpy()
