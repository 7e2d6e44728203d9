"""Chapter 11, momentum, sparse models and dropout (p.11.5 to p.11.7): wrong answers, and right ones."""

import copy

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.11.5


@mutant("p.11.5", replaces="momentum_path", fails="test_path_into_the_valley")
def no_momentum(x, rate, momentum, curvature, n_steps):
    """You forget the velocity: each step goes on from the one before."""
    return [x * (1 - rate * curvature) ** (step + 1) for step in range(n_steps)]


@mutant("p.11.5", replaces="momentum_path", fails="test_path_into_the_valley")
def old_velocity(x, rate, momentum, curvature, n_steps):
    """You move by the velocity as it was before this step's gradient."""
    velocity, path = 0.0, []
    for _ in range(n_steps):
        gradient = curvature * x
        x += velocity
        velocity = momentum * velocity - rate * gradient
        path.append(x)
    return path


@mutant("p.11.5", replaces="momentum_path", fails="test_path_into_the_valley")
def averaged(x, rate, momentum, curvature, n_steps):
    """You take a moving average of gradients: here the new one is not made smaller by 1 - momentum."""
    velocity, path = 0.0, []
    for _ in range(n_steps):
        velocity = momentum * velocity - (1 - momentum) * rate * curvature * x
        x += velocity
        path.append(x)
    return path


@mutant("p.11.5", replaces="momentum_path", fails="test_path_into_the_valley")
def with_the_start(x, rate, momentum, curvature, n_steps):
    """Your path begins with the place before the first step: where it is *after* each step is asked for."""
    velocity, path = 0.0, [x]
    for _ in range(n_steps):
        velocity = momentum * velocity - rate * curvature * path[-1]
        path.append(path[-1] + velocity)
    return path


@mutant("p.11.5", replaces="momentum_path", fails="test_path_into_the_valley")
def twice_as_steep(x, rate, momentum, curvature, n_steps):
    """The gradient of curvature x² / 2 is curvature times x: the 2 cancels out."""
    velocity, path = 0.0, []
    for _ in range(n_steps):
        velocity = momentum * velocity - rate * 2 * curvature * x
        x += velocity
        path.append(x)
    return path


@mutant("p.11.5", replaces="top_speed", fails="test_speed_on_a_long_slope")
def after_a_thousand_steps(rate, momentum, gradient):
    """A thousand steps are not very many where next to nothing is lost in each: solve for the speed that stays."""
    speed = 0.0
    for _ in range(1000):
        speed = momentum * speed + rate * abs(gradient)
    return speed


@mutant("p.11.5", replaces="top_speed", fails="test_speed_on_a_long_slope")
def as_without_momentum(rate, momentum, gradient):
    """On a long slope the speed adds up, to far more than one gradient makes."""
    return rate * abs(gradient)


@mutant("p.11.5", replaces="top_speed", fails="test_speed_on_a_long_slope")
def with_a_sign(rate, momentum, gradient):
    """A length is never negative."""
    return rate * gradient / (1 - momentum)


@alternative("p.11.5", replaces="momentum_path")
def by_matrix(x, rate, momentum, curvature, n_steps):
    """The step as a matrix, on velocity and place."""
    step = np.array([[momentum, -rate * curvature], [momentum, 1 - rate * curvature]])
    state, path = np.array([0.0, x]), []
    for _ in range(n_steps):
        state = step @ state
        path.append(state[1])
    return np.array(path)


@alternative("p.11.5", replaces="momentum_path")
def by_sgd_in_single_precision(x, rate, momentum, curvature, n_steps):
    """PyTorch's optimiser, in float32."""
    place, path = torch.nn.Parameter(torch.tensor(float(x))), []
    optimizer = torch.optim.SGD([place], lr=rate, momentum=momentum)
    for _ in range(n_steps):
        optimizer.zero_grad()
        (curvature * place**2 / 2).backward()
        optimizer.step()
        path.append(place.item())
    return path


# ---------------------------------------------------------------- p.11.6


@mutant("p.11.6", replaces="pruned", fails="test_the_smallest_of_all_weights_go")
def layer_by_layer(weights, share):
    """You take the same share of each layer: one limit holds for all layers together."""
    found = []
    for part in map(np.array, weights):
        flat = part.ravel().copy()
        flat[np.argsort(abs(flat))[: round(share * flat.size)]] = 0
        found.append(flat.reshape(part.shape))
    return found


@mutant("p.11.6", replaces="pruned", fails="test_the_smallest_of_all_weights_go")
def negative_ones(weights, share):
    """You take the lowest values, which are large and negative: what counts is the absolute value."""
    limit = np.quantile(np.concatenate([np.ravel(part) for part in weights]), share)
    return [np.where(np.asarray(part) <= limit, 0.0, part) for part in weights]


@mutant("p.11.6", replaces="pruned", fails="test_the_smallest_of_all_weights_go")
def the_largest(weights, share):
    """You take away the *largest* weights."""
    sizes = np.sort(abs(np.concatenate([np.ravel(part) for part in weights])))[::-1]
    limit = sizes[min(round(share * len(sizes)), len(sizes) - 1)]
    return [np.where(abs(np.asarray(part)) > limit, 0.0, part) for part in weights]


@mutant("p.11.6", replaces="pruned", fails="test_just_so_many_go")
def all_at_the_limit(weights, share):
    """All weights that are just at your limit become 0, which may be far more than were asked for: count them."""
    sizes = np.sort(abs(np.concatenate([np.ravel(part) for part in weights])))
    n = round(share * len(sizes))
    limit = sizes[n - 1] if n else -1.0
    return [np.where(abs(np.asarray(part)) <= limit, 0.0, part) for part in weights]


@mutant("p.11.6", replaces="pruned", fails="test_the_smallest_of_all_weights_go")
def cut_off(weights, share):
    """You cut off what is behind the point of share * n: it is to be rounded."""
    parts = [np.array(part, dtype=float) for part in weights]
    flat = np.concatenate([part.ravel() for part in parts])
    flat[np.argsort(abs(flat))[: int(share * len(flat))]] = 0
    ends = np.cumsum([part.size for part in parts])[:-1]
    return [values.reshape(part.shape) for values, part in zip(np.split(flat, ends), parts, strict=True)]


@mutant("p.11.6", replaces="pruned", fails="test_weights_that_are_passed_in_stay")
def in_place(weights, share):
    """You write zeros into the arrays that were passed in."""
    sizes = np.sort(abs(np.concatenate([np.ravel(part) for part in weights])))
    limit = sizes[max(round(share * len(sizes)) - 1, 0)]
    for part in weights:
        part[abs(part) <= limit] = 0
    return weights


@alternative("p.11.6", replaces="pruned")
def by_k_smallest(weights, share):
    """With PyTorch's kthvalue, as tensors."""
    parts = [torch.as_tensor(np.array(part, dtype=float)) for part in weights]
    sizes = torch.cat([part.abs().flatten() for part in parts])
    k = round(share * len(sizes))
    limit = float(sizes.kthvalue(k).values) if k else -1.0
    spared = int((sizes <= limit).sum()) - k  # of those just at the limit
    for part in parts:
        at = torch.nonzero(part.abs().flatten() == limit).flatten()
        kept = at[:spared]
        spared -= len(kept)
        values = part.flatten()[kept]
        part[part.abs() <= limit] = 0.0
        part.view(-1)[kept] = values
    return parts


# ---------------------------------------------------------------- p.11.7


@mutant("p.11.7", replaces="dropped", fails="test_units_are_dropped")
def not_made_larger(X, rate, draws, training=True):
    """The units that are left have to make up for those that are dropped: divide by the share that is kept."""
    return np.where(np.asarray(draws) < rate, 0.0, X) if training else np.asarray(X)


@mutant("p.11.7", replaces="dropped", fails="test_units_are_dropped")
def divided_by_the_rate(X, rate, draws, training=True):
    """You divide by the share that is *dropped*: what is kept counts."""
    return np.where(np.asarray(draws) < rate, 0.0, np.asarray(X) / (rate or 1)) if training else np.asarray(X)


@mutant("p.11.7", replaces="dropped", fails="test_units_are_dropped")
def always_at_work(X, rate, draws, training=True):
    """In use nothing is dropped."""
    return np.where(np.asarray(draws) < rate, 0.0, np.asarray(X) / (1 - rate))


@mutant("p.11.7", replaces="dropped", fails="test_units_are_dropped")
def smaller_in_use(X, rate, draws, training=True):
    """You make the outputs smaller in use, and leave them in training: here it is done in training, once."""
    return np.where(np.asarray(draws) < rate, 0.0, X) if training else (1 - rate) * np.asarray(X)


@mutant("p.11.7", replaces="dropped", fails="test_units_are_dropped")
def at_the_rate_as_well(X, rate, draws, training=True):
    """You drop units whose number is just `rate`, too: only those *below* it go."""
    return np.where(np.asarray(draws) <= rate, 0.0, np.asarray(X) / (1 - rate)) if training else np.asarray(X)


@mutant("p.11.7", replaces="P_11_7_CHOICE", fails="test_what_dropout_costs", constant=True)
def predictions_are_slower():
    """A prediction is as fast as without dropout, which does nothing then."""
    return {
        "training until it has converged": "about twice as long",
        "a prediction": "about twice as long",
        "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
    }


@alternative("p.11.7", replaces="dropped")
def by_a_mask(X, rate, draws, training=True):
    """With a mask of truth values, as a tensor."""
    mask = torch.as_tensor(np.asarray(draws)) >= (rate if training else 0.0)
    return torch.as_tensor(np.asarray(X, dtype=float)) * mask / (1 - (rate if training else 0))


# ---------------------------------------------------------------- Monte Carlo dropout (p.11.8)


def _mc(model, X, n_samples=10, seed=42, *, awake=(nn.Dropout, nn.AlphaDropout), back=True, mean="probabilities"):
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    modes = [(part, part.training) for part in model.modules()]
    for part, _ in modes:
        part.training = isinstance(part, awake)
    with torch.no_grad():
        logits = torch.stack([model(X) for _ in range(n_samples)])
    for part, training in modes if back else []:
        part.training = training
    return logits.softmax(dim=-1).mean(dim=0) if mean == "probabilities" else logits.mean(dim=0).softmax(dim=-1)


@mutant("p.11.8", replaces="mc_predict", fails="test_mean_of_many_answers")
def dropout_asleep(model, X, n_samples=10, seed=42):
    """You ask in evaluation mode, where no unit is dropped: all answers are the same."""
    return _mc(model, X, n_samples, seed, awake=())


@mutant("p.11.8", replaces="mc_predict", fails="test_mean_of_many_answers")
def mean_of_the_logits(model, X, n_samples=10, seed=42):
    """You take the mean of logits: the mean of *probabilities* is asked for, which is less sure of itself."""
    return _mc(model, X, n_samples, seed, mean="logits")


@mutant("p.11.8", replaces="mc_predict", fails="test_mean_of_many_answers")
def one_answer(model, X, n_samples=10, seed=42):
    """You ask once, whatever `n_samples` says."""
    return _mc(model, X, 1, seed)


@mutant("p.11.8", replaces="mc_predict", fails="test_batch_norm_stays_asleep")
def all_in_training_mode(model, X, n_samples=10, seed=42):
    """You put the whole network into training mode, and batch norm takes its figures from the rows at hand."""
    return _mc(model, X, n_samples, seed, awake=nn.Module)


@mutant("p.11.8", replaces="mc_predict", fails="test_batch_norm_stays_asleep")
def left_awake(model, X, n_samples=10, seed=42):
    """You leave dropout awake: whoever uses the network afterwards gets random answers."""
    return _mc(model, X, n_samples, seed, back=False)


@mutant("p.11.8", replaces="mc_predict", fails="test_seed_decides_the_samples")
def alpha_dropout_asleep(model, X, n_samples=10, seed=42):
    """You wake `nn.Dropout` only: `nn.AlphaDropout` is another class."""
    return _mc(model, X, n_samples, seed, awake=nn.Dropout)


@mutant("p.11.8", replaces="mc_predict", fails="test_seed_decides_the_samples")
def unseeded_samples(model, X, n_samples=10, seed=42):
    """You don't use `seed`."""
    return _mc(model, X, n_samples, None)


@alternative("p.11.8", replaces="mc_predict")
def summed_up(model, X, n_samples=10, seed=42):
    """The probabilities are summed up, as an array."""
    torch.manual_seed(seed)
    awake = [(part, part.training) for part in model.modules()]
    for part, _ in awake:
        part.training = "Dropout" in type(part).__name__
    total = sum(model(X).softmax(dim=1).detach().numpy() for _ in range(n_samples))
    for part, training in awake:
        part.training = training
    return total / n_samples


@alternative("p.11.8", replaces="mc_predict")
def all_at_once(model, X, n_samples=10, seed=42):
    """All samples are the rows of one batch, in which each row has units of its own that are dropped."""
    torch.manual_seed(seed)
    modes = [(part, part.training) for part in model.modules()]
    for part, _ in modes:
        part.training = isinstance(part, nn.Dropout | nn.AlphaDropout)
    with torch.inference_mode():
        answers = model(X.repeat(n_samples, 1)).softmax(dim=1).unflatten(0, (n_samples, len(X)))
    for part, training in modes:
        part.training = training
    return answers.mean(dim=0)


@alternative("p.11.8", replaces="mc_predict")
def of_a_copy(model, X, n_samples=10, seed=42):
    """A copy is put to sleep, and woken where it drops units."""
    torch.manual_seed(seed)
    twin = copy.deepcopy(model).eval()
    for part in twin.modules():
        if isinstance(part, nn.Dropout | nn.AlphaDropout):
            part.train()
    with torch.no_grad():
        return sum(twin(X).softmax(dim=-1) for _ in range(n_samples)) / n_samples
