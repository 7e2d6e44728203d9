# %% right
# Intent: one walk forth and one back per output, or one walk per input; the gradient number by number, with unit vectors.
def traversals(mode, n_inputs, n_outputs):
    if mode == "reverse":
        return 1 + n_outputs
    if mode == "forward":
        return n_inputs
    raise ValueError(mode)

def forward_gradient(f, x):
    point = torch.tensor(np.array(x, dtype=np.float64))
    gradient = np.zeros(point.shape[0])
    for i in range(point.shape[0]):
        direction = torch.zeros_like(point)
        direction[i] = 1.0
        _, change = torch.func.jvp(f, (point,), (direction,))
        gradient[i] = change.item()
    return gradient

TF1_09_11_CHOICE = {
    "loss": "reverse",
    "throw": "forward",
    "picture": "reverse",
    "dial": "forward",
}

# %% wrong: traversals
# Misconception: each output needs its own walk for the values, before its walk back.
def traversals(mode, n_inputs, n_outputs):
    return 2 * n_outputs if mode == "reverse" else n_inputs

# %% wrong: forward_gradient
# Misconception: "a small change of one input" is meant literally: forward mode is a quotient of small differences.
def forward_gradient(f, x):
    point = torch.tensor(np.array(x, dtype=np.float64))
    base = float(f(point))
    gradient = np.zeros(len(point))
    for i in range(len(point)):
        moved = point.clone()
        moved[i] += 1e-7
        gradient[i] = (float(f(moved)) - base) / 1e-7
    return gradient
