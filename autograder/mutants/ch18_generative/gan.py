"""Wrong and right answers of chapter 18: the halves of a DCGAN, losses and steps (p.18.12)."""

import copy

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid, softplus

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- networks


def _generator(n_latent, width, side, last=nn.Tanh, norm=nn.BatchNorm2d):
    small = side // 4
    return nn.Sequential(
        nn.Linear(n_latent, 4 * width * small**2), nn.Unflatten(1, (4 * width, small, small)),
        norm(4 * width), nn.ReLU(), nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1),
        norm(2 * width), nn.ReLU(), nn.ConvTranspose2d(2 * width, 1, 4, 2, 1), last(),
    )  # fmt: skip


def _discriminator(width, side, *last):
    return nn.Sequential(
        nn.Conv2d(1, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(2 * width, 4 * width, 4, 2, 1),
        nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(4 * width * (side // 4) ** 2, 1), *last,
    )  # fmt: skip


@mutant("p.18.12", replaces="Generator", fails="test_pictures_and_logits")
def from_0_to_1(n_latent=8, width=16, side=8):
    """Your pictures go from 0 to 1: end in tanh, whose range is -1 to 1."""
    return _generator(n_latent, width, side, nn.Sigmoid)


@mutant("p.18.12", replaces="Generator", fails="test_pictures_and_logits")
def eight_pixels_always(n_latent=8, width=16, side=8):
    """Your pictures have 8 x 8 pixels, whatever `side` is."""
    return _generator(n_latent, width, 8)


@mutant("p.18.12", replaces="Generator", fails="test_halves_are_convolutional")
def dense_generator(n_latent=8, width=16, side=8):
    """Your generator makes all pixels by one dense layer: a DCGAN has transposed convolutions."""
    wide = 4 * side * side
    return nn.Sequential(
        nn.Linear(n_latent, wide), nn.BatchNorm1d(wide), nn.ReLU(), nn.Linear(wide, side**2), nn.Tanh(),
        nn.Unflatten(1, (1, side, side)),
    )  # fmt: skip


@mutant("p.18.12", replaces="Generator", fails="test_generator_is_normalised")
def without_norm(n_latent=8, width=16, side=8):
    """There is no batch normalisation in your generator, without which a DCGAN hardly learns."""
    return _generator(n_latent, width, side, norm=lambda n: nn.Identity())


@mutant("p.18.12", replaces="Discriminator", fails="test_pictures_and_logits")
def says_probabilities(width=16, side=8):
    """Your discriminator ends in a sigmoid: give the logit, and let the loss do the rest."""
    return _discriminator(width, side, nn.Sigmoid(), nn.Flatten(0))


@mutant("p.18.12", replaces="Discriminator", fails="test_pictures_and_logits")
def column_of_logits(width=16, side=8):
    """Your discriminator gives a column, (B, 1): one number for each picture is (B,)."""
    return _discriminator(width, side)


# ---------------------------------------------------------------- losses


@mutant("p.18.12", replaces="discriminator_loss", fails="test_losses_of_both_halves")
def labels_swapped(real, fake):
    """You ask the discriminator to say 0 of real pictures and 1 of the others: it is the other way round."""
    return softplus(real).mean() + softplus(-fake).mean()


@mutant("p.18.12", replaces="discriminator_loss", fails="test_losses_of_both_halves")
def mean_of_both(real, fake):
    """You take the mean of all logits' losses: both means are added up."""
    return torch.cat([softplus(-real), softplus(fake)]).mean()


@mutant("p.18.12", replaces="discriminator_loss", fails="test_losses_do_not_fade")
def through_a_sigmoid(real, fake):
    """A sigmoid becomes exactly 0 or 1 in single precision, and its gradient 0: go from the logits."""
    return binary_cross_entropy(real.sigmoid(), torch.ones_like(real)) + binary_cross_entropy(
        fake.sigmoid(), torch.zeros_like(fake)
    )


@mutant("p.18.12", replaces="generator_loss", fails="test_losses_of_both_halves")
def fading(fake):
    """You take the discriminator's loss with its sign turned, whose gradient fades while the generator is bad: take the
    cross entropy against 1."""
    return -softplus(fake).mean()


@mutant("p.18.12", replaces="generator_loss", fails="test_losses_of_both_halves")
def pleased_by_failure(fake):
    """Your generator learns to be found out: its pictures should be taken for real, which is 1."""
    return softplus(fake).mean()


# ---------------------------------------------------------------- steps


def _step(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@mutant("p.18.12", replaces="discriminator_step", fails="test_step_of_the_discriminator")
def not_detached(discriminator, optimizer, real, fake):
    """Your gradient goes on into the generator: `detach` the made pictures."""
    return _step(optimizer, softplus(-discriminator(real)).mean() + softplus(discriminator(fake)).mean())


@mutant("p.18.12", replaces="discriminator_step", fails="test_step_of_the_discriminator")
def gradients_pile_up(discriminator, optimizer, real, fake):
    """Old gradients count in your step: the generator's step has left some. Call `zero_grad` first."""
    loss = softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@mutant("p.18.12", replaces="discriminator_step", fails="test_step_of_the_discriminator")
def two_steps(discriminator, optimizer, real, fake):
    """You take two steps, one for real and one for made pictures: one step on the sum is asked for."""
    one = _step(optimizer, softplus(-discriminator(real)).mean())
    return one + _step(optimizer, softplus(discriminator(fake.detach())).mean())


@mutant("p.18.12", replaces="discriminator_step", fails="test_step_of_the_discriminator")
def real_ones_only(discriminator, optimizer, real, fake):
    """Your discriminator learns from real pictures only."""
    return _step(optimizer, softplus(-discriminator(real)).mean())


@mutant("p.18.12", replaces="discriminator_step", fails="test_step_of_the_discriminator")
def loss_behind_the_step(discriminator, optimizer, real, fake):
    """You return the loss after the step: it is the one before it that is asked for."""
    _step(optimizer, softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean())
    with torch.no_grad():
        return (softplus(-discriminator(real)).mean() + softplus(discriminator(fake)).mean()).item()


@mutant("p.18.12", replaces="generator_step", fails="test_step_of_the_generator")
def cut_off(generator, discriminator, optimizer, z):
    """Your generator gets no gradient: here nothing must be detached."""
    loss = softplus(-discriminator(generator(z).detach())).mean()
    return _step(optimizer, loss)


@mutant("p.18.12", replaces="generator_step", fails="test_step_of_the_generator")
def old_gradients_count(generator, discriminator, optimizer, z):
    """Old gradients count in your step: call `zero_grad` first."""
    loss = softplus(-discriminator(generator(z))).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@mutant("p.18.12", replaces="generator_step", fails="test_step_of_the_generator")
def discriminator_moves_too(generator, discriminator, optimizer, z):
    """Your generator's step changes the discriminator too, in the generator's favour."""
    loss = softplus(-discriminator(generator(z))).mean()
    found = _step(optimizer, loss)
    with torch.no_grad():
        for value in discriminator.parameters():
            value -= 0.5 * value.grad
    return found


# ---------------------------------------------------------------- right


class _Resizing(nn.Module):
    def __init__(self, n_latent=8, width=16, side=8):
        super().__init__()
        self.small, self.width = side // 4, 3 * width
        self.into = nn.Linear(n_latent, self.width * self.small**2, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(self.width), nn.BatchNorm2d(2 * width)])
        self.convs = nn.ModuleList(
            [nn.Conv2d(self.width, 2 * width, 3, padding=1), nn.Conv2d(2 * width, 1, 3, padding=1)]
        )

    def forward(self, z):
        h = self.into(z).view(len(z), self.width, self.small, self.small)
        for norm, conv in zip(self.norms, self.convs, strict=True):
            h = conv(nn.functional.interpolate(nn.functional.leaky_relu(norm(h), 0.1), scale_factor=2))
        return h.tanh()


@alternative("p.18.12", replaces="Generator")
class Resizing(_Resizing):
    """Enlarges maps before each convolution instead of transposing it."""


@alternative("p.18.12", replaces="Discriminator")
class WithDropout(nn.Module):
    """Three layers, a little dropout, the mean of maps of logits."""

    def __init__(self, width=16, side=8):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, width, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout(0.05), nn.Conv2d(width, 4 * width, 3, 2, 1),
            nn.LeakyReLU(0.2), nn.Conv2d(4 * width, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(0),
        )  # fmt: skip

    def forward(self, X):
        return self.net(X)


class _Normalised(nn.Module):
    def __init__(self, width=16, side=8):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(2 * width, 4 * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(4 * width), nn.LeakyReLU(0.2), nn.Conv2d(4 * width, 1, side // 4), nn.Flatten(0),
        )  # fmt: skip
        for part in self.net:
            if isinstance(part, nn.Conv2d):
                nn.init.normal_(part.weight, 0, 0.02)

    def forward(self, X):
        return self.net(X)


@alternative("p.18.12", replaces="Discriminator")
class Normalised(_Normalised):
    """Batch normalisation here too, small weights to begin with."""


@alternative("p.18.12", replaces="discriminator_loss")
def by_cross_entropies(real, fake):
    """By torch's cross entropy."""
    return binary_cross_entropy_with_logits(real, real.new_ones(real.shape)) + binary_cross_entropy_with_logits(
        fake, fake.new_zeros(fake.shape)
    )


@alternative("p.18.12", replaces="generator_loss")
def by_log_sigmoid(fake):
    """By the logarithm of the probability."""
    return -logsigmoid(fake).mean()


@alternative("p.18.12", replaces="discriminator_step")
def both_in_one_call(discriminator, optimizer, real, fake):
    """Judges both lots in one batch."""
    with torch.no_grad():
        fake = fake.clone()
    logits = discriminator(torch.cat([real, fake]))
    a, b = logits.split([len(real), len(fake)])
    return _step(optimizer, softplus(-a).mean() + softplus(b).mean())


@alternative("p.18.12", replaces="generator_step")
def on_a_copy(generator, discriminator, optimizer, z):
    """Has a frozen copy of the discriminator judge."""
    judge = copy.deepcopy(discriminator).requires_grad_(False)
    return _step(optimizer, softplus(-judge(generator(z))).mean())
