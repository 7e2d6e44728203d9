"""Inputs of chapter 18's networks: small models of ours, and what is asked of a submission's from within."""

import numpy as np

from autograder.testing.modules import weights_of


def goes_on(train):
    """Assert that `train`, which gets a number of epochs or steps, comes to other weights by more of them; return what
    it has made by one."""
    one, more = train(1), train(4)
    found, other = weights_of(one), weights_of(more)
    assert found.keys() == other.keys()
    assert not all(np.allclose(value, other[name], rtol=1e-5, atol=1e-7) for name, value in found.items())
    return one


# ---------------------------------------------------------------- probes: run in the student's process


def joined(model):
    """Return a module that gives all outputs of `model` side by side."""
    import torch

    class Joined(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, *inputs):
            return torch.cat([part.flatten(1) for part in self.inner(*inputs)], dim=1)

    return Joined()


def with_inputs(model, *fixed):
    """Return a module that gives `model` some more inputs each time, tensors of as many rows as needed."""
    import torch

    class Given(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, X):
            return self.inner(X, *(part[: len(X)] for part in fixed))

    return Given()


def slopes_of_draw(draw, mu, logvar):
    """Return draws, and how their sum changes with each mean and each logarithm."""
    import torch

    mu, logvar = (torch.as_tensor(value).clone().requires_grad_(True) for value in (mu, logvar))
    z = draw(mu, logvar)
    return [z.detach(), *torch.autograd.grad(z.sum(), (mu, logvar))]


def slope_of_loss(loss, *inputs):
    """Return a loss, and how it changes with each input that is a tensor of floats."""
    import torch

    inputs = [torch.as_tensor(value).clone() for value in inputs]
    watched = [value.requires_grad_(True) for value in inputs if value.is_floating_point()]
    found = loss(*inputs)
    return [found.detach(), *torch.autograd.grad(found, watched)]


def frozen_names(model):
    """Return the names of the weights that are not to learn, or that are none: of an embedding for no classes."""
    return [name for name, value in model.named_parameters() if not (value.requires_grad and value.numel())]


def stirred(model, seed):
    """Move all weights a little, so that a layer that begins with zeros says something."""
    import torch

    random = torch.Generator().manual_seed(seed)
    for value in model.parameters():
        value.data.add_(0.1 * torch.randn(value.shape, generator=random))
    return model


def enlarged(model):
    """Make all weights ten times as large, in evaluation mode: only what a model ends in bounds what it says then."""
    for value in model.parameters():
        value.data.mul_(10)
    return model.eval()


def modes_of_parts(model):
    """Return the mode of each part."""
    return [part.training for part in model.modules()]


def linear_decoder(weight, bias):
    """Return a model whose decoder is linear, but for its dropout in training mode, and which notes its codes."""
    import torch

    class Linear(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.as_tensor(weight))
            self.bias = torch.nn.Parameter(torch.as_tensor(bias))
            self.drop = torch.nn.Dropout(0.5)
            self.seen = []

        def encode(self, X):
            mu = X @ self.weight
            return mu, torch.zeros_like(mu)

        def decode(self, z):
            self.seen.append(z.detach().clone())
            return self.drop(z @ self.weight.T + self.bias)

        def forward(self, X):
            mu, logvar = self.encode(X)
            return self.decode(mu), mu, logvar

        def codes(self):
            return torch.cat(self.seen)

    return Linear()


def noting_generator(weight, told=False):
    """Return a generator of one layer, with dropout in training mode, which notes what it is given; `told` is whether
    it gets classes too, each of which turns its pictures' signs in its own way."""
    import torch

    class Noting(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.as_tensor(weight))  # (L, side * side), or one for each class
            self.drop = torch.nn.Dropout(0.5)
            self.given = []

        def forward(self, z, *told_y, y=None):
            given = told_y if y is None else (y,)
            self.given.append([z.detach().clone(), *(part.detach().clone() for part in given)])
            weight = self.weight[given[0]] if told else self.weight
            side = round(weight.shape[-1] ** 0.5)
            return self.drop(torch.tanh(z[:, None] @ weight).reshape(-1, 1, side, side))

        def noise(self):
            return torch.cat([part[0] for part in self.given])

        def classes(self):
            return torch.cat([part[1] for part in self.given])

    return Noting()


def two_halves(seed, n_latent, side):
    """Return a small generator and a small discriminator, the same ones for the same seed."""
    import torch

    torch.manual_seed(seed)
    generator = torch.nn.Sequential(
        torch.nn.Linear(n_latent, side * side), torch.nn.Tanh(), torch.nn.Unflatten(1, (1, side, side))
    )
    discriminator = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(side * side, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1), torch.nn.Flatten(0)
    )
    return generator, discriminator


def one_step(make, step, seed, which, real, z):
    """Take one step of a half, 0 for the generator's and 1 for the discriminator's, in both of which are old gradients;
    return the loss, the weights of both, and whether the other half's gradients are what they were."""
    import torch

    real, z = torch.as_tensor(real), torch.as_tensor(z)
    halves = make(seed, z.shape[1], real.shape[-1])
    optimizer = torch.optim.SGD(halves[which].parameters(), 0.5)
    for half in halves:
        for value in half.parameters():
            value.grad = torch.full_like(value, 0.25)
    generator, discriminator = halves
    asked = (discriminator, optimizer, real, generator(z)) if which else (generator, discriminator, optimizer, z)
    loss = step(*asked)
    spared = all(bool((value.grad == 0.25).all()) for value in generator.parameters() if value.grad is not None)
    weights = [[value.detach().clone() for value in half.parameters()] for half in halves]
    return loss, *weights, spared


def length_of(buffer):
    """Return how long something is."""
    return len(buffer)


def kept_apart(buffer, pictures):
    """Push pictures that have a gradient and are changed afterwards; return what is drawn, and whether it has one."""
    import torch

    pictures = torch.as_tensor(pictures).clone().requires_grad_(True)
    made = pictures * 1
    buffer.push(made)
    made.data.fill_(99)
    drawn = buffer.sample(len(pictures))
    mixed = buffer.mix(pictures * 1, share=0.5)
    return drawn, drawn.requires_grad or mixed.requires_grad


def knowing_model(scale, shift):
    """Return a model that sees noise by a formula of ours, other for each class if it is told any, and notes what it is
    asked; in training mode it says something else."""
    import torch

    class Knowing(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.as_tensor(scale))  # (T + 1,)
            self.shift = torch.nn.Parameter(torch.as_tensor(shift))  # (K,)
            self.asked = []

        def forward(self, x, t, *told_y, y=None):
            given = told_y if y is None else (y,)
            self.asked.append([part.detach().clone() for part in (x, t, *given)])
            shift = self.shift[given[0]] if given else self.shift[:1].expand(len(x))
            view = (-1, *[1] * (x.ndim - 1))
            seen = self.scale[t].reshape(view) * (x - shift.reshape(view))
            return -seen if self.training else seen

        def questions(self):
            return list(self.asked)

    return Knowing()


def asked_for_loss(loss, model, x0, alpha_bar, told):
    """Return a loss of a model in evaluation mode, as a number, and what it was asked."""
    import torch

    model.eval()
    told = [torch.as_tensor(y) for y in told]
    found = loss(model, torch.as_tensor(x0), torch.as_tensor(alpha_bar), *told)
    return float(found), model.questions()[-1], bool(found.requires_grad)
