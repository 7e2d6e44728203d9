"""Wrong and right answers of chapter 18: a diffusion model, its training and its samples (p.18.13)."""

import numpy as np
import torch
from torch import nn

from autograder.mutants.ch18_generative.diffusion import _left
from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- network


class _Net(nn.Module):
    def __init__(self, n_classes=0, width=128, side=8, steps=1100):
        super().__init__()
        self.times = nn.Embedding(steps, width)
        t, rates = torch.arange(steps)[:, None], torch.exp(-torch.arange(width // 2) / (width // 2) * 7)
        self.times.weight.data = torch.cat([torch.sin(t * rates), torch.cos(t * rates)], dim=1)
        self.classes = nn.Embedding(max(n_classes, 1), width) if n_classes else None
        self.into, self.out = nn.Linear(side**2, width), nn.Linear(width, side**2)
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(3)])

    def told(self, t, y):
        return self.times(t) + (self.classes(y) if self.classes is not None else 0)

    def forward(self, x, t, y=None):
        told, h = self.told(t, y), self.into(x.flatten(1))
        for layer in self.layers:
            h = h + torch.relu(layer(h + told))
        return x + self.out(h).view_as(x)


@mutant("p.18.13", replaces="NoiseNet", fails="test_noise_net_is_told")
class TimeForgotten(_Net):
    """Your network does not look at the number of steps: how noisy is the picture?"""

    def told(self, t, y):
        return super().told(0 * t, y)


@mutant("p.18.13", replaces="NoiseNet", fails="test_noise_net_is_told")
class ClassNotSeen(_Net):
    """Your network does not look at the class."""

    def told(self, t, y):
        return super().told(t, None if y is None else 0 * y)


@mutant("p.18.13", replaces="NoiseNet", fails="test_noise_net_is_told")
class TimeOfTheFirst(_Net):
    """You tell all pictures of a batch the number of steps of the first one."""

    def told(self, t, y):
        return super().told(t[:1].expand(len(t)), y)


@mutant("p.18.13", replaces="NoiseNet", fails="test_all_of_the_noise_net_can_learn")
class UnusedLayerOfNoise(_Net):
    """One of your layers is never used, so it can't learn."""

    def __init__(self, n_classes=0, width=128, side=8):
        super().__init__(n_classes, width, side)
        self.times.requires_grad_(False)
        self.unused = nn.Linear(3, 3)


# ---------------------------------------------------------------- loss


def _loss(model, x0, alpha_bar, y, *, t=None, target=lambda x0, noise: noise, first=1, noise=torch.randn_like):
    if t is None:
        t = torch.randint(first, len(alpha_bar), (len(x0),))
    drawn = noise(x0)
    left = _left(x0, t, alpha_bar)
    x = left.sqrt() * x0 + (1 - left).sqrt() * drawn
    said = model(x, t) if y is None else model(x, t, y)
    return (said - target(x0, drawn)).square().mean()


@mutant("p.18.13", replaces="diffusion_loss", fails="test_loss_of_the_noise")
def one_t_for_the_batch(model, x0, alpha_bar, y=None):
    """You draw one t for the whole batch: each picture has its own."""
    t = torch.randint(1, len(alpha_bar), (1,)).expand(len(x0))
    return _loss(model, x0, alpha_bar, y, t=t)


@mutant("p.18.13", replaces="diffusion_loss", fails="test_loss_of_the_noise")
def step_0_too(model, x0, alpha_bar, y=None):
    """You draw t from 0 on: there is no noise to see then."""
    t = torch.randint(0, len(alpha_bar), (len(x0),))
    return _loss(model, x0, alpha_bar, y, t=t)


@mutant("p.18.13", replaces="diffusion_loss", fails="test_loss_of_the_noise")
def last_step_never(model, x0, alpha_bar, y=None):
    """You never draw T: `randint` leaves out its upper end."""
    t = torch.randint(1, len(alpha_bar) - 1, (len(x0),))
    return _loss(model, x0, alpha_bar, y, t=t)


@mutant("p.18.13", replaces="diffusion_loss", fails="test_loss_of_the_noise")
def picture_wanted(model, x0, alpha_bar, y=None):
    """You want the model to see the picture: asked for is the noise."""
    return _loss(model, x0, alpha_bar, y, target=lambda x0, noise: x0)


@mutant("p.18.13", replaces="diffusion_loss", fails="test_loss_of_the_noise")
def uniform_noise_added(model, x0, alpha_bar, y=None):
    """Your noise comes from `rand`, between 0 and 1: take `randn`."""
    return _loss(model, x0, alpha_bar, y, noise=torch.rand_like)


@mutant("p.18.13", replaces="diffusion_loss", fails="test_loss_of_the_noise")
def class_not_handed_on(model, x0, alpha_bar, y=None):
    """You don't tell the model the class."""
    return _loss(model, x0, alpha_bar, None)


# ---------------------------------------------------------------- training


def _fit(X, alpha_bar, y, n_epochs, width, seed, *, net=_Net, lr=0.003, batch=50, scale=(2, -1), epochs=None):
    torch.manual_seed(seed)
    pictures = scale[0] * torch.tensor(np.asarray(X)).float() + scale[1]
    told = None if y is None else torch.tensor(np.asarray(y)).long()
    model = net(0 if told is None else int(told.max()) + 1, width, pictures.shape[-1])
    optimizer = torch.optim.Adam(model.parameters(), lr)
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.02 - epoch / n_epochs)
    for _ in range(n_epochs if epochs is None else epochs):
        for rows in torch.randperm(len(pictures)).split(batch):
            loss = _loss(model, pictures[rows], alpha_bar, None if told is None else told[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        falling.step()
    return model.eval()


class _Normal(nn.Module):
    """Sees the noise in pictures whose pixels are normal, each by itself, for each class or for all."""

    def __init__(self, X, alpha_bar, y):
        super().__init__()
        X = 2 * torch.tensor(np.asarray(X)).float() - 1
        groups = [X] if y is None else [X[np.asarray(y) == one] for one in range(int(np.max(y)) + 1)]
        self.mean = nn.Parameter(torch.stack([group.mean(dim=0) for group in groups]))
        self.variance = nn.Parameter(torch.stack([group.var(dim=0) for group in groups]))
        self.left = nn.Parameter(torch.as_tensor(alpha_bar).float())

    def forward(self, x, t, y=None):
        rows, left = torch.zeros_like(t) if y is None else y, _left(x, t, self.left)
        return (1 - left).sqrt() * (x - left.sqrt() * self.mean[rows]) / (left * self.variance[rows] + 1 - left)


@naive("p.18.13", replaces="fit_diffusion", fails="test_noise_becomes_the_class_asked_for")
def class_forgotten(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """Your model learns without the classes, and draws what it likes."""

    class Deaf(_Net):
        def told(self, t, y):
            return super().told(t, None if y is None else 0 * y)

    return _fit(X, alpha_bar, y, n_epochs, width, seed, net=Deaf, epochs=n_epochs // 2)


@naive("p.18.13", replaces="fit_diffusion", fails="test_noise_becomes_the_class_asked_for")
def class_by_pixels(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """Your model knows each pixel's mean and spread in each class, and nothing of how pixels go together."""
    return _Normal(X, alpha_bar, y)


@mutant("p.18.13", replaces="fit_diffusion", fails="test_noise_becomes_the_class_asked_for")
def classes_not_shuffled(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """Pictures and classes are mixed in different orders: take the same rows of both."""
    mixed = None if y is None else np.random.default_rng(seed).permutation(np.asarray(y))
    return _fit(X, alpha_bar, mixed, n_epochs, width, seed, epochs=n_epochs // 4)


@mutant("p.18.13", replaces="fit_diffusion", fails="test_seeds_decide_diffusion")
def one_diffusion_seed(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """You don't use the seed that you are given."""
    return _fit(X, alpha_bar, y, n_epochs, width, 42)


@mutant("p.18.13", replaces="fit_diffusion", fails="test_diffusion_takes_the_epochs_asked_for")
def diffusion_epochs_of_its_own(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """You train for as many epochs as you like: `n_epochs` says how many."""
    return _fit(X, alpha_bar, y, 3, width, seed)


# ---------------------------------------------------------------- samples


@mutant("p.18.13", replaces="fit_diffusion", fails="test_trained_diffusion_is_ready_for_use")
def diffusion_still_in_training_mode(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """You hand the model back in training mode: call `eval()` when training is over."""
    return _fit(X, alpha_bar, y, n_epochs, width, seed).train()


def _sampled(
    model,
    n,
    alpha_bar,
    y,
    side,
    seed,
    *,
    steps=None,
    fresh=True,
    scale=lambda x: (x + 1) / 2,
    begin=1.0,
    training=False,
):
    was, model = model.training, model.train(training)
    random = torch.Generator().manual_seed(seed)
    told = {} if y is None else {"y": torch.as_tensor(np.asarray(y)).long()}
    x = begin * torch.randn(n, 1, side, side, generator=random)
    noise = torch.randn(x.shape, generator=random)
    with torch.no_grad():
        for t in steps or range(len(alpha_bar) - 1, 0, -1):
            now, before = alpha_bar[t], alpha_bar[t - 1]
            beta = 1 - now / before
            said = model(x, torch.full((n,), t), **told)
            noise = torch.randn(x.shape, generator=random) if fresh else noise
            x = (x - beta / (1 - now).sqrt() * said) / (1 - beta).sqrt()
            x = x + (beta * (1 - before) / (1 - now)).sqrt() * noise
    model.train(was)
    return scale(x).numpy()


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def same_noise_each_step(model, n, alpha_bar, y=None, side=8, seed=42):
    """You use the same noise at each step: draw it anew."""
    return _sampled(model, n, alpha_bar, y, side, seed, fresh=False)


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def last_step_left_out(model, n, alpha_bar, y=None, side=8, seed=42):
    """You stop before the last step, from 1 to 0."""
    return _sampled(model, n, alpha_bar, y, side, seed, steps=range(len(alpha_bar) - 1, 1, -1))


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def forwards(model, n, alpha_bar, y=None, side=8, seed=42):
    """You go from 1 up to T: the way back begins with T."""
    return _sampled(model, n, alpha_bar, y, side, seed, steps=range(1, len(alpha_bar)))


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def samples_from_minus_1(model, n, alpha_bar, y=None, side=8, seed=42):
    """You return pictures from -1 to 1: bring them back to 0 to 1."""
    return _sampled(model, n, alpha_bar, y, side, seed, scale=lambda x: x)


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def samples_cut_off(model, n, alpha_bar, y=None, side=8, seed=42):
    """You cut values off at 0 and 1: nothing is to be cut off, some are outside."""
    return _sampled(model, n, alpha_bar, y, side, seed, scale=lambda x: ((x + 1) / 2).clamp(0, 1))


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def begins_with_grey(model, n, alpha_bar, y=None, side=8, seed=42):
    """You begin with grey pictures: begin with noise from N(0, I)."""
    return _sampled(model, n, alpha_bar, y, side, seed, begin=0.0)


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def class_not_asked_for(model, n, alpha_bar, y=None, side=8, seed=42):
    """You don't tell the model which class is wanted."""
    return _sampled(model, n, alpha_bar, None, side, seed)


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def diffusion_left_in_evaluation_mode(model, n, alpha_bar, y=None, side=8, seed=42):
    """You leave the model in evaluation mode, even if somebody is about to train it: put its mode back."""
    return _sampled(model.eval(), n, alpha_bar, y, side, seed)


@mutant("p.18.13", replaces="sample_diffusion", fails="test_all_the_way_back")
def as_it_was_left(model, n, alpha_bar, y=None, side=8, seed=42):
    """You ask the model in the mode that it happens to be in: call `eval()`, and put the mode back afterwards."""
    return _sampled(model, n, alpha_bar, y, side, seed, training=model.training)


@mutant("p.18.13", replaces="sample_diffusion", fails="test_seeds_decide_diffusion")
def same_diffusion_always(model, n, alpha_bar, y=None, side=8, seed=42):
    """You don't use the seed that you are given."""
    return _sampled(model, n, alpha_bar, y, side, 0)


# ---------------------------------------------------------------- right


class _Film(nn.Module):
    """What is told scales and moves what each layer has found."""

    def __init__(self, n_classes=0, width=128, side=8):
        super().__init__()
        self.register_buffer("rates", 0.5 ** torch.arange(0, 10, 0.625))
        self.n_classes = n_classes
        self.told = nn.Sequential(nn.Linear(32 + n_classes, width), nn.GELU(), nn.Linear(width, 4 * width))
        self.into, self.out = nn.Linear(side**2, width), nn.Linear(width, side**2)
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
                                     for _ in range(2)])  # fmt: skip
        nn.init.zeros_(self.out.weight)

    def forward(self, x, t, y=None):
        waves = t[:, None] * self.rates
        told = [waves.sin(), waves.cos()]
        if self.n_classes:
            told.append(torch.eye(self.n_classes)[y])
        h, parts = self.into(x.flatten(1)), self.told(torch.cat(told, dim=1)).chunk(4, dim=1)
        for layer, scale, shift in zip(self.layers, parts[:2], parts[2:], strict=True):
            h = h + layer((1 + scale) * h + shift)
        return x + self.out(h).view_as(x)


@alternative("p.18.13", replaces="NoiseNet")
class Film(_Film):
    """What is told scales and moves what each layer has found; classes as zeros and ones."""


@alternative("p.18.13", replaces="NoiseNet")
class ClassesAnyway(_Film):
    """An embedding of the classes that is there without any, too."""

    def __init__(self, n_classes=0, width=128, side=8):
        super().__init__(0, width, side)
        self.of_class = nn.Embedding(n_classes, side**2)

    def forward(self, x, t, y=None):
        return super().forward(x if y is None else x + self.of_class(y).view_as(x), t)


@alternative("p.18.13", replaces="diffusion_loss")
def told_by_name(model, x0, alpha_bar, y=None):
    """The classes by their name, a mean of means."""
    t, noise = torch.randint(1, len(alpha_bar), x0.shape[:1]), torch.randn(x0.shape)
    left = _left(x0, t, alpha_bar)
    x = left.sqrt() * x0 + (1 - left).sqrt() * noise
    said = model(x, t) if y is None else model(x, t, y=y)
    return (said - noise).square().flatten(1).mean(dim=1).mean()


@alternative("p.18.13", replaces="diffusion_loss")
def by_a_sum(model, x0, alpha_bar, y=None):
    """Sums of squares, divided at the end."""
    t = (torch.rand(len(x0)) * (len(alpha_bar) - 1)).long().clamp(max=len(alpha_bar) - 2) + 1
    return _loss(model, x0, alpha_bar, y, t=t)


@alternative("p.18.13", replaces="fit_diffusion")
def with_another_net(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    """Another network, a rate that falls in a straight line, batches of 50."""
    return _fit(X, alpha_bar, y, n_epochs, width, seed, net=_Film)


@alternative("p.18.13", replaces="sample_diffusion")
def without_a_generator(model, n, alpha_bar, y=None, side=8, seed=42):
    """With torch's global seed, which is put back."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _sampled(model, n, alpha_bar, y, side, int(torch.randint(2**31, ())))
