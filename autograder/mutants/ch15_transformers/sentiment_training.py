"""Chapter 15, the training of a BERT that tells praise from blame (p.15.12): wrong answers, and right ones."""

import copy
import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from autograder.testing import alternative, mutant, naive
from solutions.ch15_transformers.sentiment import predict, prepare
from solutions.ch15_transformers.sentiment_training import finetune_classifier


def _trained(
    model,
    tokenizer,
    train,
    valid,
    n_epochs,
    lr,
    max_length,
    seed,
    *,
    size=16,
    only=None,
    steps=True,
    order=None,
    after=lambda: None,
):
    if order is None:
        torch.manual_seed(seed)
    y = torch.as_tensor(np.asarray(train[1]))
    some = [value for name, value in model.named_parameters() if only is None or only(name)]
    optimizer = torch.optim.AdamW(some, lr=lr)
    n_steps = n_epochs * math.ceil(len(y) / size)
    warm = math.ceil(n_steps / 8)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / warm, 1.1 - step / n_steps, 1))
    history = []
    for _ in range(n_epochs):
        model.train()
        for rows in torch.randperm(len(y), generator=order).split(size):
            batch = prepare([train[0][i] for i in rows], tokenizer, max_length)
            loss = cross_entropy(model(**batch).logits, y[rows])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            if steps:
                optimizer.step()
            rates.step()
        history.append(float(np.mean(predict(model, tokenizer, valid[0], max_length) == np.asarray(valid[1]))))
        after()
    return history


ORDER = "test_learns_that_order_counts"


@naive("p.15.12", replaces="finetune_classifier", fails=ORDER)
def only_the_head(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Only the head learns: give the optimizer the encoder's weights as well."""
    head = lambda name: name.startswith("classifier")  # noqa: E731
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed, only=head)


@naive("p.15.12", replaces="finetune_classifier", fails=ORDER)
def a_bag_of_words(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your model does not know where a word stands: leave its position embeddings as they are, and let them learn."""
    places = model.base_model.embeddings.position_embeddings.weight
    with torch.no_grad():
        places.mul_(1e-3)
    rest = lambda name: "position" not in name  # noqa: E731
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed, only=rest)


@naive("p.15.12", replaces="finetune_classifier", fails=ORDER)
def large_batches(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your batches are large, so that there are few steps: take some 16 texts at a time."""
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed, size=128)


@mutant("p.15.12", replaces="finetune_classifier", fails=ORDER)
def never_a_step(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """The weights never change: call the optimizer's `step` after `backward`."""
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed, steps=False)


@mutant("p.15.12", replaces="finetune_classifier", fails=ORDER)
def the_usual_rate(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """You train with 2e-5 whatever is asked for: use `learning_rate`."""
    return _trained(model, tokenizer, train, valid, n_epochs, 2e-5, max_length, seed)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_goes_on_from_the_weights_it_has")
def the_usual_rate_of_adam(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your learning rate is 0.004 whatever is asked for: so large a one spoils what was learned before."""
    return _trained(model, tokenizer, train, valid, n_epochs, 4e-3, max_length, seed)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_validation_rows_teach_nothing")
def learns_from_all(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """The model learns from the validation texts, too, so that their share says nothing about others."""
    both = [*train[0], *valid[0]], [*train[1], *valid[1]]
    return _trained(model, tokenizer, both, valid, n_epochs, learning_rate, max_length, seed)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_history_is_of_the_validation_rows")
def share_of_the_training_rows(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your shares are those of the texts that it learned from: ask it about the validation texts."""
    return _trained(model, tokenizer, train, train, n_epochs, learning_rate, max_length, seed)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_history_is_of_the_validation_rows")
def left_in_training(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """You leave the model in training mode: call `model.eval()` at the end."""
    history = finetune_classifier(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed)
    model.train()
    return history


@mutant("p.15.12", replaces="finetune_classifier", fails="test_history_is_of_the_validation_rows")
def keeps_the_best(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """You go back to the epoch that was best on the validation texts: leave the model as it is after the last one."""
    states = []
    history = _trained(
        model,
        tokenizer,
        train,
        valid,
        n_epochs,
        learning_rate,
        max_length,
        seed,
        after=lambda: states.append(copy.deepcopy(model.state_dict())),
    )
    model.load_state_dict(states[int(np.argmax(history))])
    return history


@mutant("p.15.12", replaces="finetune_classifier", fails="test_seed_decides_the_classifier")
def one_seed_for_all(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you shuffle."""
    return finetune_classifier(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, 42)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_seed_decides_the_classifier")
def dropout_by_chance(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your seed decides the order only: dropout draws from PyTorch's own numbers, so call `torch.manual_seed(seed)`."""
    order = torch.Generator().manual_seed(seed)
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed, order=order)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_max_length_is_handed_on")
def learns_from_whole_texts(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your training does not hand `max_length` on to `prepare`."""
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, 256, seed)


def _fitted(model, tokenizer, train, n_epochs, learning_rate, max_length, seed, before, share_of):
    torch.manual_seed(seed)
    y = torch.as_tensor(np.asarray(train[1]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    shares = []
    for epoch in range(n_epochs):
        shares.append(before(epoch))
        for rows in torch.randperm(len(y)).split(16):
            loss = cross_entropy(model(**prepare([train[0][i] for i in rows], tokenizer, max_length)).logits, y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        shares[-1] = share_of() if shares[-1] is None else shares[-1]
    model.eval()
    return shares


def _share(model, tokenizer, valid, max_length):
    return float(np.mean(predict(model, tokenizer, list(valid[0]), max_length) == np.asarray(valid[1])))


@mutant("p.15.12", replaces="finetune_classifier", fails="test_learns_from_each_text_in_each_epoch")
def training_mode_once(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Dropout is on in the first epoch only: `predict` has called `eval()`, so call `model.train()` in each epoch."""
    return _fitted(
        model,
        tokenizer,
        train,
        n_epochs,
        learning_rate,
        max_length,
        seed,
        lambda epoch: model.train() and None if epoch == 0 else None,
        lambda: _share(model, tokenizer, valid, max_length),
    )


@mutant("p.15.12", replaces="finetune_classifier", fails="test_learns_from_each_text_in_each_epoch")
def never_in_training_mode(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your model learns without dropout: it is loaded in evaluation mode, so call `model.train()` before each epoch."""
    return _fitted(
        model,
        tokenizer,
        train,
        n_epochs,
        learning_rate,
        max_length,
        seed,
        lambda epoch: model.eval() and None,
        lambda: _share(model, tokenizer, valid, max_length),
    )


@mutant("p.15.12", replaces="finetune_classifier", fails="test_learns_from_each_text_in_each_epoch")
def rest_of_the_texts_dropped(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """You leave out the last, smaller batch: the model learns from each text in each epoch."""
    n = max(len(train[0]) // 16 * 16, 16)
    return finetune_classifier(
        model, tokenizer, (train[0][:n], train[1][:n]), valid, n_epochs, learning_rate, max_length, seed
    )


@mutant("p.15.12", replaces="finetune_classifier", fails="test_history_is_of_the_validation_rows")
def asked_before_the_epoch(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """You ask about the validation texts before each epoch: the share is that after it."""

    def before(epoch):
        share = _share(model, tokenizer, valid, max_length)
        model.train()
        return share

    return _fitted(model, tokenizer, train, n_epochs, learning_rate, max_length, seed, before, lambda: None)


@mutant("p.15.12", replaces="finetune_classifier", fails="test_goes_on_from_the_weights_it_has")
def faster_head(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Your head learns at ten times the rate: `learning_rate` is the largest that is used."""
    plain = torch.optim.AdamW

    def grouped(some, lr):
        head = list(model.classifier.parameters())
        rest = [value for value in some if all(value is not other for other in head)]
        return plain([{"params": rest}, {"params": head, "lr": 10 * lr}], lr=lr)

    torch.optim.AdamW = grouped
    try:
        return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed)
    finally:
        torch.optim.AdamW = plain


# ---------------------------------------------------------------- right


@alternative("p.15.12", replaces="finetune_classifier")
def by_a_loader(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """PyTorch's loader, plain Adam, a rate that rises and then falls in a straight line, the model's own loss."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    rows = list(zip(train[0], [int(label) for label in train[1]], strict=True))
    loader = DataLoader(rows, batch_size=16, shuffle=True, generator=generator, collate_fn=list)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    n_steps, step, history = n_epochs * len(loader), 0, []
    for _ in range(n_epochs):
        model.train()
        for part in loader:
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * min(step / (0.15 * n_steps), 1.15 - step / n_steps, 1.0)
            texts, labels = zip(*part, strict=True)
            model.zero_grad()
            model(**prepare(texts, tokenizer, max_length), labels=torch.tensor(labels)).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        said = predict(model, tokenizer, list(valid[0]), max_length)
        history.append(np.mean([one == other for one, other in zip(said, valid[1], strict=True)]))
    return history


@alternative("p.15.12", replaces="finetune_classifier")
def smaller_batches(model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42):
    """Batches of 12."""
    return _trained(model, tokenizer, train, valid, n_epochs, learning_rate, max_length, seed, size=12)
