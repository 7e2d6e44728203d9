# %% right
# Intent: let torch differentiate the loss of the sigmoid unit; a step is flat on both sides, so its gradient is 0.
import torch


def unit_gradient(activation, w, b, x, y):
    row = torch.cat([torch.as_tensor(x, dtype=torch.float64), torch.ones(1, dtype=torch.float64)])
    theta = torch.cat([torch.as_tensor(w, dtype=torch.float64), torch.tensor([float(b)], dtype=torch.float64)])
    theta.requires_grad_(True)
    z = torch.einsum("d,d->", theta, row)
    if activation == "step":
        return [0.0] * len(row)
    loss = (torch.sigmoid(z) - float(y)) ** 2
    (gradient,) = torch.autograd.grad(loss, theta)
    return gradient.tolist()


# %% wrong: unit_gradient
# Misconception: the perceptron's correction is the gradient of a step unit: the step itself can be passed over on the
# way back, as if its slope were 1.
def unit_gradient(activation, w, b, x, y):
    row = torch.cat([torch.as_tensor(x, dtype=torch.float64), torch.ones(1, dtype=torch.float64)])
    theta = torch.cat([torch.as_tensor(w, dtype=torch.float64), torch.tensor([float(b)], dtype=torch.float64)])
    z = torch.einsum("d,d->", theta, row)
    if activation == "step":
        a, slope = (z >= 0).double(), 1.0
    else:
        a = torch.sigmoid(z)
        slope = a * (1 - a)
    return (2 * (a - float(y)) * slope * row).tolist()


# %% wrong: unit_gradient
# Misconception: the gradient of a logistic unit is always "error times input", as in logistic regression, whichever loss
# it has.
def unit_gradient(activation, w, b, x, y):
    row = torch.cat([torch.as_tensor(x, dtype=torch.float64), torch.ones(1, dtype=torch.float64)])
    theta = torch.cat([torch.as_tensor(w, dtype=torch.float64), torch.tensor([float(b)], dtype=torch.float64)])
    if activation == "step":
        return [0.0] * len(row)
    return ((torch.sigmoid(theta @ row) - float(y)) * row).tolist()
