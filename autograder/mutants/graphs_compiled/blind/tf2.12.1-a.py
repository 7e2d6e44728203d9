# %% right
# Intent: make x a float64 leaf, sum f(x) so that each number's own slope is its gradient, ask autograd for it.
def slopes(f, x):
    points = torch.tensor(np.array(x, dtype=np.float64), requires_grad=True)
    with torch.enable_grad():
        total = f(points).sum()
    if not total.requires_grad:  # f is constant
        return np.zeros(points.shape[0])
    (gradient,) = torch.autograd.grad(total, points, allow_unused=True)
    if gradient is None:
        return np.zeros(points.shape[0])
    return gradient.detach().numpy().astype(np.float64)

# %% wrong: slopes
# Misconception: autograd is exact, so the number type of the tensor doesn't matter; turning the result into float64 gives the digits.
def slopes(f, x):
    points = torch.tensor(np.array(x), dtype=torch.float32, requires_grad=True)
    total = f(points).sum()
    total.backward()
    return points.grad.numpy().astype(np.float64)

# %% wrong: slopes
# Misconception: a central difference with a small enough step is as good as the derivative.
def slopes(f, x):
    points = torch.tensor(np.array(x, dtype=np.float64))
    h = 1e-5
    with torch.no_grad():
        up = f(points + h)
        down = f(points - h)
    return ((up - down) / (2 * h)).numpy()
