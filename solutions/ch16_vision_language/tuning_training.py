"""Chapter 16, a ViT that is trained (p.16.12): the answer."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from course import device


def finetune_vit(
    model: nn.Module,
    train: Iterable[tuple[Tensor, Tensor]],
    valid: Iterable[tuple[Tensor, Tensor]],
    n_epochs: int = 10,
    lr: float = 1e-4,
    head_lr: float = 1e-2,
    seed: int = 42,
) -> list[float]:
    """Train all of a ViT on some pictures.

    Parameters
    ----------
    model : as `with_new_head` makes them; it is trained in place. Called with
        ``model(pixel_values=X)`` it gives an object with ``logits``, (B, K). It may
        have dropout.
    train, valid : can be gone through again and again, and give batches: pictures,
        (B, C, height, width) float32, and their classes, (B,) int64. From those of
        `valid` nothing is learned.
    n_epochs : how often to go through `train`.
    lr, head_lr : learning rates of the body, and of the head (``model.classifier``),
        which has everything to learn still.
    seed : of what is drawn by chance, if anything is.

    Returns
    -------
    The accuracy on `valid`, a share of its pictures, after each epoch; the last is that
    of the model as it is left: on the CPU and in evaluation mode.

    Examples
    --------
    >>> from transformers import ViTConfig, ViTForImageClassification
    >>> sizes = dict(image_size=8, patch_size=4, hidden_size=4, num_hidden_layers=1)
    >>> model = ViTForImageClassification(ViTConfig(**sizes, num_attention_heads=1))
    >>> batches = [(torch.zeros(2, 3, 8, 8), torch.tensor([0, 1]))]
    >>> len(finetune_vit(model, batches, batches, n_epochs=3)), model.training
    (3, False)
    """
    torch.manual_seed(seed)
    model.to(device())
    head = [weight for name, weight in model.named_parameters() if name.startswith("classifier")]
    body = [weight for name, weight in model.named_parameters() if not name.startswith("classifier")]
    optimizer = torch.optim.AdamW([{"params": body, "lr": lr}, {"params": head, "lr": head_lr}])
    history = []
    for _ in range(n_epochs):
        model.train()
        for X, y in train:
            loss = nn.functional.cross_entropy(model(pixel_values=X.to(device())).logits, y.to(device()))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        model.eval()
        with torch.no_grad():
            hits = [model(pixel_values=X.to(device())).logits.argmax(dim=1).cpu() == y for X, y in valid]
        history.append(torch.cat(hits).float().mean().item())
    model.cpu().eval()
    return history
