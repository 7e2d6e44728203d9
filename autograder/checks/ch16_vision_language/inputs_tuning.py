"""Inputs of chapter 16's tuning (p.16.12): pictures of classes that are drawn anew, and models in the student's
process."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course.datasets.captioned import COLOURS, SHAPES, captioned_shapes


class NewClasses:
    """Four shapes in all colours, chosen and numbered anew: no colour tells which class it is, and no single pixel."""

    def __init__(self, rng, *sizes: int) -> None:
        self.names = [str(shape) for shape in rng.permutation(SHAPES)[:4]]
        self.parts = [self.drawn(rng, n) for n in sizes]

    def drawn(self, rng, n: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return pictures, (n, 3, 32, 32) from -1 to 1, and their classes, (n,)."""
        pairs = [(colour, shape) for shape in self.names for colour in COLOURS]
        which = rng.permutation(np.arange(n) % 4)  # as many of each class
        found = captioned_shapes(rng, n, [pairs[k * len(COLOURS) + rng.integers(len(COLOURS))] for k in which])
        X = np.moveaxis(found.images, -1, 1).astype(np.float32) / 127.5 - 1
        return X, np.array([self.names.index(shape) for _, shape in found.pairs])


def batches(X: Any, y: Any, size: int = 10) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return what a loader gives, as a list."""
    return list(zip(torch.tensor(X).split(size), torch.tensor(y).split(size), strict=True))


# ---------------------------------------------------------------- probes: run in the student's process


def pretrained():
    """Return the course's small ViT."""
    from transformers import ViTForImageClassification

    from course.datasets import load

    return ViTForImageClassification.from_pretrained(load("small_vit").folder)


def tiny(seed, n_classes, side=8, patch=4):
    """Return a tiny ViT with random weights."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(seed)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12}
    config = ViTConfig(image_size=side, patch_size=patch, num_labels=n_classes, **sizes)
    return ViTForImageClassification(config).eval()


def logits_of(model, X):
    """Return a model's logits, in the mode that it is in."""
    import torch

    with torch.no_grad():
        return model(pixel_values=X).logits


def loss_of(model, X, y):
    """Return the loss that a model computes itself."""
    return float(model(pixel_values=X, labels=y).loss)


def classes_of(model):
    """Return what a model's configuration knows of its classes."""
    return [model.config.num_labels, dict(model.config.id2label), dict(model.config.label2id)]


def saved_and_loaded(model):
    """Save a model as people do, and load it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return type(model).from_pretrained(folder).eval()


def modes_noted(model):
    """Have a model write down of each call its mode, and how many marked pictures and how many others came."""

    class Log:
        def __init__(self):
            self.calls = []

    log = Log()

    def note(module, args, options):
        X = options["pixel_values"] if "pixel_values" in options else args[0]
        marked = int((X.flatten(1).amax(dim=1) > 15).sum())
        log.calls.append([module.training, marked, len(X) - marked])

    model.register_forward_pre_hook(note, with_kwargs=True)
    return log


def sayings_noted(model, pictures):
    """Have a model write down of each call how many rows it learned from, and what it says of known pictures.

    Those are named by their numbers among `pictures`; other rows count as learned from where gradients are asked for.
    """
    import torch

    class Log:
        def __init__(self):
            self.calls = []

    log, known = Log(), torch.as_tensor(pictures).flatten(1)

    def note(module, args, options, output):
        X = (options["pixel_values"] if "pixel_values" in options else args[0]).detach().cpu().flatten(1)
        apart = (X[:, None] - known).abs().amax(dim=2)  # (rows, known pictures)
        said = output.logits.argmax(dim=1).tolist()
        found = [[int(one.argmin()), kind] for one, kind in zip(apart, said, strict=True) if one.min() < 1e-3]
        log.calls.append([len(X) - len(found) if output.logits.requires_grad else 0, found])

    model.register_forward_hook(note, with_kwargs=True)
    return log


def is_on_cpu(model):
    """Say whether all of a model is on the CPU."""
    return all(weight.device.type == "cpu" for weight in model.state_dict().values())


def clip_encoders():
    """Return the course's small CLIP: one function that encodes pictures, and one for texts."""
    import torch
    from transformers import AutoTokenizer, CLIPModel

    from course.datasets import load

    folder = load("small_clip").folder
    model, tokenizer = CLIPModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)

    def encode_images(X):
        with torch.no_grad():
            return model.get_image_features(pixel_values=X).pooler_output

    def encode_texts(texts):
        tokens = tokenizer(list(texts), padding=True, return_tensors="pt")
        with torch.no_grad():
            return model.get_text_features(**tokens).pooler_output

    return [encode_images, encode_texts]


def writing_down(table, as_tensor):
    """Return an encoder that looks texts up in a table and writes down what it was asked."""
    import torch

    class Encoder:
        def __init__(self):
            self.asked = []

        def __call__(self, texts):
            texts = list(texts)
            self.asked.append(texts)
            found = torch.tensor([table[text] for text in texts])
            return found if as_tensor else found.numpy()

    return Encoder()
