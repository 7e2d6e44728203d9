# %% right
# Intent: tensors and broadcasting for the columns; an nn.Module built of blocks; hooks that take statistics at each
# call; the sweep on a deep copy; NAdam with the rate set before each step from a list of rates, made beforehand.
import contextlib
import math


def standardised(X_train: ArrayLike, *others: ArrayLike) -> list[NDArray[np.float32]]:
    train, *rest = (np.asarray(part, dtype=np.float64) for part in (X_train, *others))
    constant = (train == train[:1]).all(axis=0)
    mean = np.where(constant, train[0], train.mean(axis=0))
    std = np.where(constant, 1.0, train.std(axis=0))
    return [((part - mean) / std).astype(np.float32) for part in (train, *rest)]


class DeepMLP(nn.Module):
    def __init__(self, blocks: list[nn.Module], n_hidden: int, n_outputs: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        for block in self.blocks:
            X = block(X)
        return self.head(X)


def make_mlp(
    variant: str = "base",
    n_inputs: int = 3072,
    n_outputs: int = 10,
    n_hidden: int = 100,
    n_layers: int = 20,
    dropout: float = 0.1,
) -> nn.Module:
    after = {
        "base": lambda: [nn.SiLU()],
        "batch norm": lambda: [nn.BatchNorm1d(n_hidden), nn.SiLU()],
        "selu": lambda: [nn.SELU()],
        "alpha dropout": lambda: [nn.SELU()],
    }[variant]
    gain = 1.0 if variant in ("selu", "alpha dropout") else 2.0

    def block(fan_in: int) -> nn.Sequential:
        dense = nn.Linear(fan_in, n_hidden, bias=variant != "batch norm")
        nn.init.normal_(dense.weight, std=math.sqrt(gain / fan_in))
        if dense.bias is not None:
            nn.init.zeros_(dense.bias)
        return nn.Sequential(dense, *after())

    blocks: list[nn.Module] = [block(n_inputs if number == 0 else n_hidden) for number in range(n_layers)]
    if variant == "alpha dropout":
        blocks.append(nn.AlphaDropout(dropout))
    return DeepMLP(blocks, n_hidden if n_layers else n_inputs, n_outputs)


@contextlib.contextmanager
def kept_modes(model: nn.Module):
    """Whatever is done to the modes of a model's parts inside, is undone afterwards."""
    modes = [(part, part.training) for part in model.modules()]
    try:
        yield model
    finally:
        for part, training in modes:
            part.training = training


def layer_statistics(model: nn.Module, X: Tensor, kind: type[nn.Module]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []

    def note(module: nn.Module, inputs: Any, output: Tensor) -> None:
        std, mean = torch.std_mean(output, correction=0)
        found.append((mean.item(), std.item()))

    with kept_modes(model), contextlib.ExitStack() as stack, torch.no_grad():
        for part in model.modules():
            if isinstance(part, kind):
                stack.callback(part.register_forward_hook(note).remove)
        model.eval()
        model(X)
    return found


def as_rows(X: ArrayLike, y: ArrayLike) -> tuple[Tensor, Tensor]:
    return torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)


def sweep_rates(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    low: float = 1e-5,
    high: float = 1.0,
    n_steps: int = 100,
    batch_size: int = 64,
    seed: int = 42,
) -> tuple[list[float], list[float]]:
    X, y = as_rows(X, y)
    rates = np.geomspace(low, high, n_steps).tolist()
    losses = []
    guinea_pig = copy.deepcopy(model).train()  # the model itself keeps its weights, buffers and mode
    optimiser = torch.optim.NAdam(guinea_pig.parameters(), lr=low)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for rate in rates:
            optimiser.param_groups[0]["lr"] = rate
            rows = torch.randperm(len(X))[:batch_size]
            loss = cross_entropy(guinea_pig(X[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    return rates, losses


def cycle(rate: float, n_steps: int) -> list[float]:
    """A cosine up from rate / 25 in the first half of the steps, and one down to rate / 1000."""
    if n_steps < 3:
        return [rate] * n_steps
    top = (n_steps - 1) // 2
    ease = lambda t: (1.0 - np.cos(np.pi * t)) / 2.0
    up = rate / 25 + (rate - rate / 25) * ease(np.arange(top) / top)
    down = rate + (rate / 1000 - rate) * ease(np.arange(n_steps - top) / (n_steps - 1 - top))
    return np.concatenate([up, down]).tolist()


def fit(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    *,
    n_epochs: int = 50,
    patience: int = 10,
    rate: float = 1e-3,
    one_cycle: bool = False,
    batch_size: int = 64,
    seed: int = 42,
) -> dict[str, list[float]]:
    (X, y), (X_valid, y_valid) = as_rows(X, y), as_rows(X_valid, y_valid)
    n_steps = n_epochs * math.ceil(len(X) / batch_size)
    plan = iter(cycle(rate, n_steps) if one_cycle else [rate] * n_steps)
    optimiser = torch.optim.NAdam(model.parameters(), lr=rate)
    valid_loss: list[float] = []
    rates: list[float] = []
    best_epoch, best_state = 0, None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for epoch in range(n_epochs):
            model.train()
            for rows in torch.randperm(len(X)).split(batch_size):
                for group in optimiser.param_groups:
                    group["lr"] = next(plan)
                optimiser.zero_grad()
                cross_entropy(model(X[rows]), y[rows]).backward()
                optimiser.step()
                rates.append(optimiser.param_groups[0]["lr"])
            model.eval()
            with torch.no_grad():
                valid_loss.append(cross_entropy(model(X_valid), y_valid).item())
            if best_state is None or valid_loss[-1] < valid_loss[best_epoch]:
                best_epoch, best_state = epoch, copy.deepcopy(model.state_dict())
            if not one_cycle and epoch - best_epoch >= patience:
                break
    if best_state is not None:
        model.load_state_dict(best_state)
    return {"valid_loss": valid_loss, "rates": rates}


def mc_predict(model: nn.Module, X: Tensor, n_samples: int = 10, seed: int = 42) -> Tensor:
    with kept_modes(model), torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.eval()
        for part in model.modules():
            if isinstance(part, (nn.Dropout, nn.AlphaDropout)):
                part.train()
        return torch.stack([model(X).softmax(dim=-1) for _ in range(n_samples)]).mean(dim=0)


# %% wrong: fit
# Misconception: model.state_dict() is a snapshot of the weights (it goes on sharing them with the model).
import math


def fit(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    *,
    n_epochs: int = 50,
    patience: int = 10,
    rate: float = 1e-3,
    one_cycle: bool = False,
    batch_size: int = 64,
    seed: int = 42,
) -> dict[str, list[float]]:
    (X, y), (X_valid, y_valid) = as_rows(X, y), as_rows(X_valid, y_valid)
    n_steps = n_epochs * math.ceil(len(X) / batch_size)
    plan = iter(cycle(rate, n_steps) if one_cycle else [rate] * n_steps)
    optimiser = torch.optim.NAdam(model.parameters(), lr=rate)
    valid_loss, rates = [], []
    best_epoch, best_state = 0, None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for epoch in range(n_epochs):
            model.train()
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.param_groups[0]["lr"] = next(plan)
                optimiser.zero_grad()
                cross_entropy(model(X[rows]), y[rows]).backward()
                optimiser.step()
                rates.append(optimiser.param_groups[0]["lr"])
            model.eval()
            with torch.no_grad():
                valid_loss.append(cross_entropy(model(X_valid), y_valid).item())
            if best_state is None or valid_loss[-1] < valid_loss[best_epoch]:
                best_epoch, best_state = epoch, model.state_dict()
            if not one_cycle and epoch - best_epoch >= patience:
                break
    model.load_state_dict(best_state)
    return {"valid_loss": valid_loss, "rates": rates}


# %% wrong: mc_predict
# Misconception: Monte Carlo dropout just means to predict in training mode; that batch norm then takes the figures of
# the batch, and changes its own, is not seen.
def mc_predict(model: nn.Module, X: Tensor, n_samples: int = 10, seed: int = 42) -> Tensor:
    was_training = model.training
    torch.manual_seed(seed)
    model.train()
    with torch.no_grad():
        answers = torch.stack([model(X).softmax(dim=-1) for _ in range(n_samples)])
    model.train(was_training)
    return answers.mean(dim=0)
