"""Chapter 15, a BERT that tells praise from blame (p.15.12): more wrong answers, none of which trains for long."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from autograder.mutants.ch15_transformers.sentiment import _trained
from autograder.testing import mutant
from solutions.ch15_transformers.sentiment import finetune_classifier, praise_probability, predict, prepare


@mutant("p.15.12", replaces="load_classifier", fails="test_seed_decides_the_new_head")
def last_layer_by_seed(source, seed=42):
    """Your seed decides the last layer only: the folder lacks the pooler's weights as well. Set the seed first."""
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float32)
    torch.manual_seed(seed)
    torch.nn.init.normal_(model.classifier.weight, std=0.02)
    return model.eval(), AutoTokenizer.from_pretrained(source)


@mutant("p.15.12", replaces="predict", fails="test_max_length_is_handed_on")
def labels_of_whole_texts(model, tokenizer, texts, max_length=256):
    """Your `predict` does not hand `max_length` on to `praise_probability`."""
    return (praise_probability(model, tokenizer, texts) > 0.5).astype(np.int64)


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
