"""Chapter 16, a ViT with a new head (p.16.12): the answers."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


def cut_patches(images: Tensor, size: int) -> Tensor:
    """Cut pictures into square patches.

    Parameters
    ----------
    images : (B, C, height, width); height and width are multiples of `size`.
    size : side of a patch.

    Returns
    -------
    (B, N, C * size * size): the patches from left to right, and row by row from top to
    bottom. Within a patch all of channel 0 comes first, row by row, then channel 1.

    Examples
    --------
    >>> cut_patches(torch.arange(8.0).reshape(1, 1, 2, 4), 2).tolist()
    [[[0.0, 1.0, 4.0, 5.0], [2.0, 3.0, 6.0, 7.0]]]
    """
    B, C, height, width = images.shape
    cut = images.reshape(B, C, height // size, size, width // size, size)
    return cut.permute(0, 2, 4, 1, 3, 5).reshape(B, -1, C * size**2)


def vit_tokens(images: Tensor, weight: Tensor, bias: Tensor, class_token: Tensor, positions: Tensor) -> Tensor:
    """Return what goes into the first block of a ViT.

    Parameters
    ----------
    images : (B, C, height, width)
    weight, bias : (d, C, P, P) and (d,), what makes tokens of patches, as ViT stores
        it: as weights of a convolution whose windows and strides are the patches.
    class_token : (1, 1, d), the same for all pictures: the first token of each.
    positions : (1, N + 1, d), which are added to all tokens, the class token too.

    Returns
    -------
    (B, N + 1, d)

    Examples
    --------
    >>> weight, bias = torch.ones(1, 1, 2, 2), torch.zeros(1)
    >>> class_token, positions = torch.tensor([[[7.0]]]), torch.zeros(1, 3, 1)
    >>> pixels = torch.arange(8.0).reshape(1, 1, 2, 4)
    >>> vit_tokens(pixels, weight, bias, class_token, positions).tolist()
    [[[7.0], [10.0], [18.0]]]
    """
    tokens = cut_patches(images, weight.shape[-1]) @ weight.flatten(1).T + bias  # (B, N, d)
    return torch.cat([class_token.expand(len(images), -1, -1), tokens], dim=1) + positions


def with_new_head(model: nn.Module, names: Sequence[str], seed: int = 42) -> Any:
    """Return a ViT with a head for other classes.

    Parameters
    ----------
    model : a ``ViTForImageClassification``, for any classes; it is not changed, now or
        when the new one is trained.
    names : of the new classes, in their order.
    seed : draws the head's weights: the same seed draws the same ones.

    Returns
    -------
    A ``ViTForImageClassification`` whose weights are a copy of the model's, but for its
    ``classifier``, a new linear layer. Its configuration knows the new classes (their
    number, and their names, in ``id2label`` and ``label2id``), so that its loss is
    right and that it can be saved and loaded.

    Examples
    --------
    >>> from transformers import ViTConfig, ViTForImageClassification
    >>> sizes = dict(image_size=8, patch_size=4, hidden_size=4, num_hidden_layers=1)
    >>> old = ViTForImageClassification(ViTConfig(**sizes, num_attention_heads=1))
    >>> new = with_new_head(old, ["pizza", "sushi", "soup"])
    >>> new(torch.zeros(5, 3, 8, 8)).logits.shape, new.config.id2label[1]
    (torch.Size([5, 3]), 'sushi')
    """
    new: Any = copy.deepcopy(model)
    torch.manual_seed(seed)
    new.classifier = nn.Linear(new.config.hidden_size, len(names))
    new.config.id2label = dict(enumerate(names))
    new.config.label2id = {name: number for number, name in enumerate(names)}
    new.num_labels = len(names)
    return new
