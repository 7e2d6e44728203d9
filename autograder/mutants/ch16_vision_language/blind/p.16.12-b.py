# %% right
# Intent: pixel_unshuffle cuts, conv2d embeds; a deep copy gets a new nn.Linear; AdamW has two groups of parameters;
# torch's normalize, scikit-learn's cosine_similarity and scipy's softmax do CLIP's part.
import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax
from sklearn.metrics.pairwise import cosine_similarity
from torch import Tensor, nn

from course import device


def cut_patches(images: Tensor, size: int) -> Tensor:
    return F.pixel_unshuffle(images, size).flatten(2).transpose(1, 2)


def vit_tokens(images: Tensor, weight: Tensor, bias: Tensor, class_token: Tensor, positions: Tensor) -> Tensor:
    patches = F.conv2d(images, weight, bias, stride=weight.shape[-2:]).flatten(2).transpose(1, 2)
    return torch.cat([class_token.expand(len(images), -1, -1), patches], dim=1) + positions


def with_new_head(model: nn.Module, names: Sequence[str], seed: int = 42) -> Any:
    new = copy.deepcopy(model)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = nn.Linear(new.config.hidden_size, len(names))
    weights = next(new.parameters())
    new.classifier = head.to(weights.device, weights.dtype)
    new.config.id2label = dict(enumerate(names))
    new.config.label2id = {name: number for number, name in enumerate(names)}
    new.config.problem_type = "single_label_classification"
    new.num_labels = len(names)
    return new


def finetune_vit(
    model: nn.Module,
    train: Iterable[tuple[Tensor, Tensor]],
    valid: Iterable[tuple[Tensor, Tensor]],
    n_epochs: int = 10,
    lr: float = 1e-4,
    head_lr: float = 1e-2,
    seed: int = 42,
) -> list[float]:
    where = device()
    torch.manual_seed(seed)
    model.to(where).requires_grad_(True)
    body = [p for name, p in model.named_parameters() if not name.startswith("classifier.")]
    optimizer = torch.optim.AdamW([{"params": body}, {"params": model.classifier.parameters(), "lr": head_lr}], lr=lr)
    accuracies = []
    for _ in range(n_epochs):
        model.train()
        for X, y in train:
            optimizer.zero_grad()
            F.cross_entropy(model(pixel_values=X.to(where)).logits, y.to(where)).backward()
            optimizer.step()
        model.eval()
        with torch.inference_mode():
            hits = [model(pixel_values=X.to(where)).logits.argmax(dim=1).cpu() == y.cpu() for X, y in valid]
        accuracies.append(torch.cat(hits).double().mean().item())
    model.cpu().eval()
    return accuracies


def class_embeddings(
    names: Sequence[str], encode_texts: Callable[[list[str]], Any], templates: Sequence[str]
) -> NDArray[np.float32]:
    texts = [template.replace("{}", name) for name in names for template in templates]
    vectors = F.normalize(torch.as_tensor(encode_texts(texts), dtype=torch.float64).cpu(), dim=1)
    means = vectors.unflatten(0, (len(names), len(templates))).mean(dim=1)
    return F.normalize(means, dim=1).float().numpy()


def zero_shot(images: ArrayLike, classes: ArrayLike, scale: float = 100.0) -> NDArray[np.float64]:
    cosines = cosine_similarity(np.asarray(images, dtype=np.float64), np.asarray(classes, dtype=np.float64))
    return softmax(scale * cosines, axis=1)

# %% wrong: finetune_vit
# Misconception: to fine-tune means to freeze the pretrained body, so that its knowledge is kept, and to train the new head on top of it.
def finetune_vit(
    model: nn.Module,
    train: Iterable[tuple[Tensor, Tensor]],
    valid: Iterable[tuple[Tensor, Tensor]],
    n_epochs: int = 10,
    lr: float = 1e-4,
    head_lr: float = 1e-2,
    seed: int = 42,
) -> list[float]:
    where = device()
    torch.manual_seed(seed)
    model.to(where).requires_grad_(False)
    model.classifier.requires_grad_(True)
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=head_lr)
    accuracies = []
    for _ in range(n_epochs):
        model.train()
        for X, y in train:
            optimizer.zero_grad()
            F.cross_entropy(model(pixel_values=X.to(where)).logits, y.to(where)).backward()
            optimizer.step()
        model.eval()
        with torch.inference_mode():
            hits = [model(pixel_values=X.to(where)).logits.argmax(dim=1).cpu() == y.cpu() for X, y in valid]
        accuracies.append(torch.cat(hits).double().mean().item())
    model.cpu().eval()
    return accuracies

# %% wrong: class_embeddings
# Misconception: as the mean is brought to length 1 in the end, the lengths of the single texts' vectors cannot matter.
def class_embeddings(
    names: Sequence[str], encode_texts: Callable[[list[str]], Any], templates: Sequence[str]
) -> NDArray[np.float32]:
    texts = [template.replace("{}", name) for name in names for template in templates]
    vectors = torch.as_tensor(encode_texts(texts), dtype=torch.float64).cpu()
    means = vectors.unflatten(0, (len(names), len(templates))).mean(dim=1)
    return F.normalize(means, dim=1).float().numpy()
