"""Inputs of chapter 18's networks: small models of ours, and what is asked of a submission's from within."""

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
    """Return the names of the weights that are not to learn."""
    return [name for name, value in model.named_parameters() if not value.requires_grad]


def stirred(model, seed):
    """Move all weights a little, so that a layer that begins with zeros says something."""
    import torch

    random = torch.Generator().manual_seed(seed)
    for value in model.parameters():
        value.data.add_(0.1 * torch.randn(value.shape, generator=random))
    return model


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

        def forward(self, x, t, *y):
            self.asked.append([part.detach().clone() for part in (x, t, *y)])
            shift = self.shift[y[0]] if y else self.shift[:1].expand(len(x))
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
