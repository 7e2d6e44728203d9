"""Promises that an `nn.Module` of a submission can be held to, over its handle.

Each function asserts one promise and says in the message, for authors, in what way it is broken. Inputs go over as
tensors and outputs come back as plain data; what a probe reports from the student's process (names, gradients, modes)
is a claim, and is compared with what the model does. Models are put into evaluation mode meanwhile, and left in the
mode and with the weights they had.

    model = built(student, student.Forecaster, rng, 5)  # a handle; the seed is rng's
    outputs(model, X, shape=(8, 56, 14))                # X: (8, 56, 5), any floats
    is_causal(model, X, X[::-1].copy(), t=30)
    gradients_flow(student, model, X, rng=rng)

Arrays of floats are sent as float32, of whole numbers as int64. "The same" allows for what single precision loses:
`NOISE`, relative to the largest value compared.
"""

from autograder.testing.modules.attention import looks_at, mixes_values, shares_attention
from autograder.testing.modules.behaviour import evaluates, has_two_modes, ignores_padding, is_causal
from autograder.testing.modules.decoding import (
    beam,
    best_of_all,
    decodes_greedily,
    greedy,
    log_probability,
    next_of,
    searches_by_beam,
    table,
)
from autograder.testing.modules.deep import Dense, dense_layers, self_normalises, starts_with
from autograder.testing.modules.generated import closeness, coverage, newness, precision
from autograder.testing.modules.groups import group_backend
from autograder.testing.modules.images import is_equivariant, sees_window
from autograder.testing.modules.state import weights_of
from autograder.testing.modules.steps import Group, goes_round_once, moves, rates_of, replayed, steps_taken
from autograder.testing.modules.structure import built, gradients_flow, has_parameters, is_complete
from autograder.testing.modules.tensors import NOISE, outputs, tensor
from autograder.testing.modules.training import beats, ignores_rows, learns, repeats, stir, stops_early

__all__ = [
    "NOISE",
    "Dense",
    "Group",
    "beam",
    "beats",
    "best_of_all",
    "built",
    "closeness",
    "coverage",
    "decodes_greedily",
    "dense_layers",
    "evaluates",
    "goes_round_once",
    "gradients_flow",
    "greedy",
    "group_backend",
    "has_parameters",
    "has_two_modes",
    "ignores_padding",
    "ignores_rows",
    "is_causal",
    "is_complete",
    "is_equivariant",
    "learns",
    "log_probability",
    "looks_at",
    "mixes_values",
    "moves",
    "newness",
    "next_of",
    "outputs",
    "precision",
    "rates_of",
    "repeats",
    "replayed",
    "searches_by_beam",
    "sees_window",
    "self_normalises",
    "shares_attention",
    "starts_with",
    "steps_taken",
    "stir",
    "stops_early",
    "table",
    "tensor",
    "weights_of",
]
