"""Hidden checks of chapter 16: transformers that look (p.16.1 to p.16.5)."""

import numpy as np
import torch
from torch import nn

from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

# ---------------------------------------------------------------- p.16.1


def _sizes(rng, largest: int = 8) -> tuple[int, int, int]:
    """Return height, width and patch."""
    patch, rows, columns = (int(n) for n in rng.integers(2, largest, 3))
    return patch * rows, patch * columns, patch


def _vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    """By PyTorch's convolution, and the tokens that it makes of a picture."""
    layer = nn.Conv2d(channels, dim, patch, stride=patch)
    with torch.no_grad():
        n_tokens = layer(torch.zeros(1, channels, height, width)).flatten(2).shape[2] + 1
    positions, class_token = torch.empty(n_tokens, dim), torch.empty(dim)
    learned = [*layer.parameters(), positions, class_token]
    return n_tokens, sum(part.numel() for part in learned)


@check("p.16.1", core=True, weight=2, hint="Which tokens are no patches? Which numbers are there once, and which once "
       "for each token?")  # fmt: skip
def test_tokens_and_what_they_take(student, rng):
    """You count the tokens that go into the first block and the numbers that are learned to make them, for pictures of
    all shapes."""
    cases = [(*_sizes(rng), int(rng.integers(1, 5)), int(rng.integers(1, 30))) for _ in range(10)]
    ask_all(student.vit_input, _vit_input, cases)


# ---------------------------------------------------------------- p.16.2


def _scores(height: int, width: int, patch: int, heads: int) -> int:
    """Lets PyTorch compute them."""
    n_tokens = len(range(0, height, patch)) * len(range(0, width, patch)) + 1
    Q = torch.zeros(heads, n_tokens, 1)
    return (Q @ Q.transpose(1, 2)).numel()


@check("p.16.2", core=True, hint="How many tokens are there in all? Each looks at each.")
def test_scores_of_a_layer(student, rng):
    """You count the scores of a layer, for pictures and patches of all sizes."""
    ask_all(student.attention_scores, _scores, [(*_sizes(rng), int(rng.integers(1, 13))) for _ in range(10)])


LIMITS = [
    "it can look at the whole picture from the first layer on",
    "it needs more pictures to learn from than a CNN",
    "its tokens stand for patches of one size in all layers",
    "it knows from its architecture that neighbouring patches belong together",
    "its attention costs twice as much when a picture has twice as many patches",
    "without positions it would still know where a patch stands",
]


@check("p.16.2", hint="What does attention know of the order of its tokens, and of who is whose neighbour?")
def test_what_is_true_of_a_plain_vit(student, rng):
    """You choose all that is true of a plain ViT."""
    chosen(choice(student, "P_16_2_CHOICE", "attention_scores", 8, 8, 4, 1), LIMITS, right=LIMITS[:3])


# ---------------------------------------------------------------- p.16.3


def _deit(class_logits, distil_logits, teacher_logits, y) -> float:
    """By PyTorch's cross-entropy."""
    by_class, by_distil, teacher = (torch.tensor(one) for one in (class_logits, distil_logits, teacher_logits))
    cross_entropy = nn.functional.cross_entropy
    return float((cross_entropy(by_class, torch.tensor(y)) + cross_entropy(by_distil, teacher.argmax(dim=1))) / 2)


@check("p.16.3", core=True, weight=2, hint="Who is the teacher of which head? And what exactly does this teacher say: "
       "one class, or probabilities?")  # fmt: skip
def test_loss_of_both_heads(student, rng):
    """The loss is right for batches of all sizes, whether the teacher is right about a picture or wrong."""
    cases = []
    for _ in range(10):
        B, K = (int(n) for n in rng.integers(3, 8, 2))
        cases.append((*rng.normal(0, 2, (3, B, K)), rng.integers(0, K, B)))
    ask_all(student.deit_loss, _deit, cases)


# ---------------------------------------------------------------- p.16.4


def _shapes(height: int, width: int, patch: int, dim: int, n_stages: int) -> list[tuple[int, int, int]]:
    """By tokens that are really put together."""
    tokens = np.zeros((height, width, 1))[::patch, ::patch].repeat(dim, axis=2)
    found = [tokens.shape]
    for _ in range(n_stages - 1):
        tokens = np.concatenate([tokens[::2, ::2], tokens[1::2, ::2], tokens[::2, 1::2], tokens[1::2, 1::2]], axis=2)
        tokens = tokens[..., : tokens.shape[2] // 2]  # what the linear layer makes of four times as many
        found.append(tokens.shape)
    return found


@check("p.16.4", core=True, hint="What becomes of rows, of columns, and of the length of a token, from stage to stage?")
def test_tokens_of_each_stage(student, rng):
    """Rows, columns and lengths are right for pictures of all shapes, and for any number of stages."""
    cases = []
    for _ in range(10):
        n_stages, patch = int(rng.integers(1, 5)), int(rng.integers(2, 5))
        rows, columns = (int(n) * 2 ** (n_stages - 1) for n in rng.integers(1, 6, 2))
        cases.append((patch * rows, patch * columns, patch, int(rng.integers(3, 20)), n_stages))
    ask_all(student.stage_shapes, _shapes, cases)


KINDS = {"ViT": "plain", "DeiT": "plain", "PVT": "hierarchical", "Swin": "hierarchical", "DINOv2's backbone": "plain",
         "MViT": "hierarchical"}  # fmt: skip


@check("p.16.4", hint="Which of them have as many tokens in the last layer as in the first?")
def test_plain_and_hierarchical_ones(student, rng):
    """You tell plain transformers from hierarchical ones."""
    found = choice(student, "P_16_4_CHOICE", "stage_shapes", 16, 8, 2, 5, 2)
    assert isinstance(found, dict)
    assert found.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        chosen(found[name], ["plain", "hierarchical"], right=[kind])


# ---------------------------------------------------------------- p.16.5


def _pairs(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    """By masks: which token may look at which."""
    at = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1).reshape(-1, 2)
    together = (at[:, None] // window == at[None] // window).all(axis=2)
    blocks = np.unique(at // reduction, axis=0)
    return {"full": len(at) ** 2, "windowed": int(together.sum()), "reduced": len(at) * len(blocks)}


@check("p.16.5", core=True, weight=2, hint="How many keys does one token look at, in each of the three?")
def test_pairs_of_three_kinds_of_attention(student, rng):
    """You count the pairs of plain attention, of windows and of reduced keys, for maps of all shapes."""
    cases = []
    for _ in range(10):
        window, reduction = (int(n) for n in rng.permutation(np.arange(1, 5))[:2])
        rows, columns = (window * reduction * int(n) for n in rng.integers(1, 4, 2))
        cases.append((rows, columns, window, reduction))
    ask_all(student.pairs_attended, _pairs, cases)
