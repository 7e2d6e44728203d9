"""Wrong and right answers of chapter 16: transformers that look (p.16.1 to p.16.5)."""

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.16.1


def _tokens(height, width, patch):
    return (height // patch) * (width // patch)


@mutant("p.16.1", replaces="vit_input", fails="test_tokens_and_what_they_take")
def no_class_token(height, width, patch, channels, dim):
    """The class token is missing: it goes through all blocks with the patches, and has a position of its own."""
    n = _tokens(height, width, patch)
    return n, (channels * patch**2 + 1) * dim + n * dim


@mutant("p.16.1", replaces="vit_input", fails="test_tokens_and_what_they_take")
def one_bias(height, width, patch, channels, dim):
    """The linear layer has a bias for each number of a token, not one in all."""
    n = _tokens(height, width, patch) + 1
    return n, channels * patch**2 * dim + 1 + dim + n * dim


@mutant("p.16.1", replaces="vit_input", fails="test_tokens_and_what_they_take")
def layer_for_each_patch(height, width, patch, channels, dim):
    """One linear layer serves all patches: it is not learned anew for each."""
    n = _tokens(height, width, patch)
    return n + 1, n * (channels * patch**2 + 1) * dim + dim + (n + 1) * dim


@mutant("p.16.1", replaces="vit_input", fails="test_tokens_and_what_they_take")
def no_position_for_the_class_token(height, width, patch, channels, dim):
    """The class token gets a position, too."""
    n = _tokens(height, width, patch)
    return n + 1, (channels * patch**2 + 1) * dim + dim + n * dim


@mutant("p.16.1", replaces="vit_input", fails="test_tokens_and_what_they_take")
def as_if_square(height, width, patch, channels, dim):
    """You take the picture to be square: it may be higher than it is wide, or the other way round."""
    n = _tokens(height, height, patch) + 1
    return n, (channels * patch**2 + 1) * dim + dim + n * dim


@mutant("p.16.1", replaces="vit_input", fails="test_tokens_and_what_they_take")
def one_channel(height, width, patch, channels, dim):
    """A patch has its pixels in all channels."""
    n = _tokens(height, width, patch) + 1
    return n, (patch**2 + 1) * dim + dim + n * dim


@alternative("p.16.1", replaces="vit_input")
def by_transformers(height, width, patch, channels, dim):
    """Builds ViT's first layer, without memory for it, and counts."""
    from transformers.models.vit.modeling_vit import ViTConfig, ViTEmbeddings

    sizes = {"image_size": (height, width), "patch_size": patch, "num_channels": channels, "hidden_size": dim}
    with torch.device("meta"):
        layer = ViTEmbeddings(ViTConfig(**sizes, num_attention_heads=1))
    return layer.position_embeddings.shape[1], sum(weight.numel() for weight in layer.parameters())


# ---------------------------------------------------------------- p.16.2


@mutant("p.16.2", replaces="attention_scores", fails="test_scores_of_a_layer")
def patches_only(height, width, patch, heads):
    """The class token looks and is looked at, too."""
    return heads * _tokens(height, width, patch) ** 2


@mutant("p.16.2", replaces="attention_scores", fails="test_scores_of_a_layer")
def each_pair_once(height, width, patch, heads):
    """That a looks at b is one score, that b looks at a is another; and each looks at itself."""
    n = _tokens(height, width, patch) + 1
    return heads * n * (n - 1) // 2


@mutant("p.16.2", replaces="attention_scores", fails="test_scores_of_a_layer")
def one_head(height, width, patch, heads):
    """Each head has scores of its own."""
    return (_tokens(height, width, patch) + 1) ** 2


@mutant("p.16.2", replaces="attention_scores", fails="test_scores_of_a_layer")
def grows_linearly(height, width, patch, heads):
    """Each token looks at each: their number counts twice."""
    return heads * (_tokens(height, width, patch) + 1)


@mutant("p.16.2", replaces="P_16_2_CHOICE", fails="test_what_is_true_of_a_plain_vit", constant=True)
def neighbours_known():
    """To attention all patches are alike: who is whose neighbour is learned, from positions."""
    return ["it can look at the whole picture from the first layer on",
            "it knows from its architecture that neighbouring patches belong together",
            "its tokens stand for patches of one size in all layers"]  # fmt: skip


@mutant("p.16.2", replaces="P_16_2_CHOICE", fails="test_what_is_true_of_a_plain_vit", constant=True)
def cost_is_linear():
    """Twice as many patches mean four times as many pairs."""
    return ["it can look at the whole picture from the first layer on",
            "it needs more pictures to learn from than a CNN",
            "its tokens stand for patches of one size in all layers",
            "its attention costs twice as much when a picture has twice as many patches"]  # fmt: skip


@alternative("p.16.2", replaces="attention_scores")
def by_listing(height, width, patch, heads):
    """Lists all pairs."""
    tokens = ["class", *[(r, c) for r in range(0, height, patch) for c in range(0, width, patch)]]
    return sum(1 for _ in range(heads) for _ in tokens for _ in tokens)


# ---------------------------------------------------------------- p.16.3


def _entropies(class_logits, distil_logits, teacher_logits, y):
    one, two, teacher = (torch.tensor(np.asarray(part, dtype=float)) for part in
                         (class_logits, distil_logits, teacher_logits))  # fmt: skip
    return one, two, teacher, torch.tensor(np.asarray(y))


@mutant("p.16.3", replaces="deit_loss", fails="test_loss_of_both_heads")
def soft_distillation(class_logits, distil_logits, teacher_logits, y):
    """Hard distillation takes the teacher's most likely class, not its probabilities."""
    one, two, teacher, y = _entropies(class_logits, distil_logits, teacher_logits, y)
    entropy = nn.functional.cross_entropy
    return float((entropy(one, y) + entropy(two, teacher.softmax(dim=1))) / 2)


@mutant("p.16.3", replaces="deit_loss", fails="test_loss_of_both_heads")
def heads_exchanged(class_logits, distil_logits, teacher_logits, y):
    """It is the distillation token's head that learns from the teacher."""
    one, two, teacher, y = _entropies(class_logits, distil_logits, teacher_logits, y)
    entropy = nn.functional.cross_entropy
    return float((entropy(two, y) + entropy(one, teacher.argmax(dim=1))) / 2)


@mutant("p.16.3", replaces="deit_loss", fails="test_loss_of_both_heads")
def labels_for_both(class_logits, distil_logits, teacher_logits, y):
    """The distillation token's head is to say what the teacher says, even where that is wrong."""
    one, two, _, y = _entropies(class_logits, distil_logits, teacher_logits, y)
    entropy = nn.functional.cross_entropy
    return float((entropy(one, y) + entropy(two, y)) / 2)


@mutant("p.16.3", replaces="deit_loss", fails="test_loss_of_both_heads")
def both_added_up(class_logits, distil_logits, teacher_logits, y):
    """The mean of the two is asked for, not their sum."""
    one, two, teacher, y = _entropies(class_logits, distil_logits, teacher_logits, y)
    entropy = nn.functional.cross_entropy
    return float(entropy(one, y) + entropy(two, teacher.argmax(dim=1)))


@mutant("p.16.3", replaces="deit_loss", fails="test_loss_of_both_heads")
def logits_averaged(class_logits, distil_logits, teacher_logits, y):
    """The two heads learn apart from each other: their logits are averaged only when the network is used."""
    one, two, teacher, y = _entropies(class_logits, distil_logits, teacher_logits, y)
    entropy, both = nn.functional.cross_entropy, (one + two) / 2
    return float((entropy(both, y) + entropy(both, teacher.argmax(dim=1))) / 2)


@mutant("p.16.3", replaces="deit_loss", fails="test_loss_of_both_heads")
def softmax_twice(class_logits, distil_logits, teacher_logits, y):
    """`cross_entropy` takes logits: a softmax before it is one too many."""
    one, two, teacher, y = _entropies(class_logits, distil_logits, teacher_logits, y)
    entropy = nn.functional.cross_entropy
    return float((entropy(one.softmax(dim=1), y) + entropy(two.softmax(dim=1), teacher.argmax(dim=1))) / 2)


@alternative("p.16.3", replaces="deit_loss")
def picture_by_picture(class_logits, distil_logits, teacher_logits, y):
    """In a loop, with NumPy."""
    total = 0.0
    for one, two, teacher, label in zip(class_logits, distil_logits, teacher_logits, y, strict=True):
        for logits, right in ((one, label), (two, int(np.argmax(teacher)))):
            total += float(np.log(np.sum(np.exp(np.asarray(logits) - logits[right]))))
    return total / (2 * len(y))


# ---------------------------------------------------------------- p.16.4


def _stages(height, width, patch, dim, n_stages, shrink=2, grow=2):
    return [(height // patch // shrink**n, width // patch // shrink**n, dim * grow**n) for n in range(n_stages)]


@mutant("p.16.4", replaces="stage_shapes", fails="test_tokens_of_each_stage")
def four_times_as_long(height, width, patch, dim, n_stages):
    """Four neighbours laid side by side are four times as long, but a linear layer makes them twice as long only."""
    return _stages(height, width, patch, dim, n_stages, grow=4)


@mutant("p.16.4", replaces="stage_shapes", fails="test_tokens_of_each_stage")
def as_long_as_before(height, width, patch, dim, n_stages):
    """Fewer tokens, which become longer: twice from stage to stage."""
    return _stages(height, width, patch, dim, n_stages, grow=1)


@mutant("p.16.4", replaces="stage_shapes", fails="test_tokens_of_each_stage")
def plain_vit(height, width, patch, dim, n_stages):
    """That is a plain ViT, in which nothing is put together."""
    return _stages(height, width, patch, dim, n_stages, shrink=1, grow=1)


@mutant("p.16.4", replaces="stage_shapes", fails="test_tokens_of_each_stage")
def merged_before_the_first(height, width, patch, dim, n_stages):
    """Nothing is put together before the first stage."""
    return _stages(height, width, patch, dim, n_stages + 1)[1:]


@mutant("p.16.4", replaces="stage_shapes", fails="test_tokens_of_each_stage")
def columns_first(height, width, patch, dim, n_stages):
    """Rows come first, then columns."""
    return [(columns, rows, d) for rows, columns, d in _stages(height, width, patch, dim, n_stages)]


@mutant("p.16.4", replaces="P_16_4_CHOICE", fails="test_plain_and_hierarchical_ones", constant=True)
def deit_hierarchical():
    """DeiT is a plain ViT, with one token more: its tokens stay as many in all layers."""
    return {"ViT": "plain", "DeiT": "hierarchical", "PVT": "hierarchical", "Swin": "hierarchical",
            "DINOv2's backbone": "plain", "MViT": "hierarchical"}  # fmt: skip


@alternative("p.16.4", replaces="stage_shapes")
def stage_after_stage(height, width, patch, dim, n_stages):
    """From one stage to the next."""
    found = [[height // patch, width // patch, dim]]
    while len(found) < n_stages:
        rows, columns, d = found[-1]
        found.append([rows // 2, columns // 2, 2 * d])
    return found


# ---------------------------------------------------------------- p.16.5


@mutant("p.16.5", replaces="pairs_attended", fails="test_pairs_of_three_kinds_of_attention")
def side_of_a_window(rows, columns, window, reduction):
    """A window has `window` x `window` tokens."""
    n = rows * columns
    return {"full": n**2, "windowed": n * window, "reduced": n * n // reduction**2}


@mutant("p.16.5", replaces="pairs_attended", fails="test_pairs_of_three_kinds_of_attention")
def queries_reduced_too(rows, columns, window, reduction):
    """PVT reduces keys and values: each token asks still."""
    n = rows * columns
    return {"full": n**2, "windowed": n * window**2, "reduced": (n // reduction**2) ** 2}


@mutant("p.16.5", replaces="pairs_attended", fails="test_pairs_of_three_kinds_of_attention")
def reduced_by_the_side(rows, columns, window, reduction):
    """`reduction` x `reduction` tokens become one key."""
    n = rows * columns
    return {"full": n**2, "windowed": n * window**2, "reduced": n * n // reduction}


@mutant("p.16.5", replaces="pairs_attended", fails="test_pairs_of_three_kinds_of_attention")
def windows_of_windows(rows, columns, window, reduction):
    """Within a window each of its tokens looks at each; count that for all windows."""
    n = rows * columns
    return {"full": n**2, "windowed": (n // window**2) ** 2, "reduced": n * n // reduction**2}


@mutant("p.16.5", replaces="pairs_attended", fails="test_pairs_of_three_kinds_of_attention")
def with_a_class_token(rows, columns, window, reduction):
    """There is no class token here."""
    n = rows * columns
    return {"full": (n + 1) ** 2, "windowed": n * window**2, "reduced": n * n // reduction**2}


@alternative("p.16.5", replaces="pairs_attended")
def by_counting_windows(rows, columns, window, reduction):
    """Counts windows, and blocks."""
    windows = (rows // window) * (columns // window)
    keys = (rows // reduction) * (columns // reduction)
    return {"reduced": rows * columns * keys, "windowed": windows * window**4, "full": (rows * columns) ** 2}
