"""Chapter 15, a BERT that tells praise from blame (p.15.12): wrong answers, and right ones."""

import copy
import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertForSequenceClassification,
    BertTokenizerFast,
)

from autograder.testing import alternative, mutant, naive
from solutions.ch15_transformers.sentiment import finetune_classifier, praise_probability, predict, prepare

# ---------------------------------------------------------------- loading, wrong


@mutant("p.15.12", replaces="load_classifier", fails="test_pretrained_weights_are_loaded")
def half_precision(source, seed=42):
    """Your model's numbers are float16, as on disk: ask for `dtype=torch.float32`, or it can't be trained well."""
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float16)
    return model.eval(), AutoTokenizer.from_pretrained(source)


@mutant("p.15.12", replaces="load_classifier", fails="test_pretrained_weights_are_loaded")
def from_its_settings(source, seed=42):
    """`from_config` makes a model of that shape that knows nothing: `from_pretrained` loads its weights as well."""
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_config(AutoConfig.from_pretrained(source, num_labels=2))
    return model.float().eval(), AutoTokenizer.from_pretrained(source)


@mutant("p.15.12", replaces="load_classifier", fails="test_pretrained_weights_are_loaded")
def one_logit(source, seed=42):
    """Your head gives one logit for each text: `num_labels=2` asks for one for each class."""
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=1, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(source)


@mutant("p.15.12", replaces="load_classifier", fails="test_seed_decides_the_new_head")
def seed_comes_too_late(source, seed=42):
    """You set the seed once the model is there: its head was drawn before that."""
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float32)
    torch.manual_seed(seed)
    return model.eval(), AutoTokenizer.from_pretrained(source)


# ---------------------------------------------------------------- batches, wrong


@mutant("p.15.12", replaces="prepare", fails="test_texts_become_batches")
def padded_to_the_limit(texts, tokenizer, max_length=256):
    """You pad every text to `max_length`: the longest of the batch is enough, and far faster."""
    found = tokenizer(list(texts), padding="max_length", truncation=True, max_length=max_length, return_tensors="pt")
    return {"input_ids": found["input_ids"], "attention_mask": found["attention_mask"]}


@mutant("p.15.12", replaces="prepare", fails="test_texts_become_batches")
def a_mask_of_ones(texts, tokenizer, max_length=256):
    """Your mask is 1 everywhere: it is 0 where there is padding."""
    batch = prepare(texts, tokenizer, max_length)
    return batch | {"attention_mask": torch.ones_like(batch["input_ids"])}


@mutant("p.15.12", replaces="prepare", fails="test_texts_become_batches")
def without_marks(texts, tokenizer, max_length=256):
    """[CLS] and [SEP] are missing: the tokenizer adds them, unless it is told not to."""
    found = tokenizer(
        list(texts), padding=True, truncation=True, max_length=max_length, add_special_tokens=False, return_tensors="pt"
    )
    return {"input_ids": found["input_ids"], "attention_mask": found["attention_mask"]}


@mutant("p.15.12", replaces="prepare", fails="test_long_texts_are_cut")
def cut_after_the_marks(texts, tokenizer, max_length=256):
    """You cut long texts behind the last token that fits, and [SEP] is gone: let the tokenizer cut."""
    found = tokenizer(list(texts), padding=True, return_tensors="pt")
    return {name: found[name][:, :max_length] for name in ("input_ids", "attention_mask")}


@mutant("p.15.12", replaces="prepare", fails="test_long_texts_are_cut")
def two_more_than_asked(texts, tokenizer, max_length=256):
    """You count the words only: [CLS] and [SEP] are among the `max_length` tokens."""
    return prepare(texts, tokenizer, max_length + 2)


# ---------------------------------------------------------------- asking, wrong


def _asked(model, tokenizer, texts, max_length, mask=True):
    batch = prepare(texts, tokenizer, max_length)
    with torch.no_grad():
        return model(**batch).logits if mask else model(batch["input_ids"]).logits


@mutant("p.15.12", replaces="frozen_features", fails="test_means_of_the_last_layer")
def padding_in_the_mean(model, tokenizer, texts, max_length=256):
    """You take the mean over padding, too: multiply by the mask, and divide by the number of real tokens."""
    model.eval()
    with torch.no_grad():
        return model.base_model(**prepare(texts, tokenizer, max_length)).last_hidden_state.mean(dim=1).numpy()


@mutant("p.15.12", replaces="frozen_features", fails="test_means_of_the_last_layer")
def the_first_token(model, tokenizer, texts, max_length=256):
    """You take the vector of [CLS]: the mean over all tokens is asked for."""
    model.eval()
    with torch.no_grad():
        return model.base_model(**prepare(texts, tokenizer, max_length)).last_hidden_state[:, 0].numpy()


@mutant("p.15.12", replaces="frozen_features", fails="test_dropout_is_off_when_it_is_asked")
def embedded_with_dropout(model, tokenizer, texts, max_length=256):
    """Dropout is at work while you embed: call `model.eval()` first."""
    batch = prepare(texts, tokenizer, max_length)
    real = batch["attention_mask"][..., None]
    with torch.no_grad():
        states = model.base_model(**batch).last_hidden_state
    return ((states * real).sum(1) / real.sum(1)).numpy()


@mutant("p.15.12", replaces="praise_probability", fails="test_a_text_alone_is_judged_as_among_others")
def without_the_mask(model, tokenizer, texts, max_length=256):
    """The model does not get your mask, so that padding has a say: hand it over as `attention_mask`."""
    model.eval()
    return _asked(model, tokenizer, texts, max_length, mask=False).softmax(dim=1)[:, 1].numpy()


@mutant("p.15.12", replaces="praise_probability", fails="test_a_text_alone_is_judged_as_among_others")
def labels_flipped(model, tokenizer, texts, max_length=256):
    """You return the probability of blame: that of praise is at label 1."""
    return 1 - praise_probability(model, tokenizer, texts, max_length)


@mutant("p.15.12", replaces="praise_probability", fails="test_a_text_alone_is_judged_as_among_others")
def in_the_order_of_length(model, tokenizer, texts, max_length=256):
    """You sort the texts by length and return their probabilities in that order: put them back where they were."""
    return praise_probability(model, tokenizer, sorted(texts, key=len), max_length)


@mutant("p.15.12", replaces="praise_probability", fails="test_a_text_alone_is_judged_as_among_others")
def softmax_over_the_texts(model, tokenizer, texts, max_length=256):
    """Your softmax goes over the texts: it goes over the two logits of each."""
    model.eval()
    return _asked(model, tokenizer, texts, max_length).softmax(dim=0)[:, 1].numpy()


@mutant("p.15.12", replaces="praise_probability", fails="test_dropout_is_off_when_it_is_asked")
def asked_with_dropout(model, tokenizer, texts, max_length=256):
    """Dropout is at work while you ask: call `model.eval()` first."""
    return _asked(model, tokenizer, texts, max_length).softmax(dim=1)[:, 1].numpy()


@mutant("p.15.12", replaces="predict", fails="test_the_likelier_label_is_predicted")
def above_the_mean(model, tokenizer, texts, max_length=256):
    """You call praise what is above the others' mean: a text is praise from a probability of 1/2 on."""
    said = praise_probability(model, tokenizer, texts, max_length)
    return (said > said.mean()).astype(int)


# ---------------------------------------------------------------- training, wrong


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


# ---------------------------------------------------------------- right


@alternative("p.15.12", replaces="load_classifier")
def by_the_classes_own_names(source, seed=42):
    """BERT's own classes, turned to single precision afterwards."""
    torch.manual_seed(seed)
    model = BertForSequenceClassification.from_pretrained(source, num_labels=2).float()
    model.train(False)
    return model, BertTokenizerFast.from_pretrained(source)


@alternative("p.15.12", replaces="prepare")
def padded_by_hand(texts, tokenizer, max_length=256):
    """Text by text, padded by PyTorch."""
    rows = [torch.tensor(tokenizer(text, truncation=True, max_length=max_length)["input_ids"]) for text in texts]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)
    lengths = torch.tensor([len(row) for row in rows])
    return {"input_ids": ids, "attention_mask": (torch.arange(ids.shape[1]) < lengths[:, None]).long()}


@alternative("p.15.12", replaces="frozen_features")
def each_text_alone(model, tokenizer, texts, max_length=256):
    """Each text alone: nothing is padded."""
    model.eval()
    rows = []
    with torch.inference_mode():
        for text in texts:
            outputs = model(**prepare([text], tokenizer, max_length), output_hidden_states=True)
            rows.append(outputs.hidden_states[-1][0].double().mean(0).tolist())
    return rows


@alternative("p.15.12", replaces="praise_probability")
def by_the_difference(model, tokenizer, texts, max_length=256):
    """The sigmoid of the difference of the logits, in batches of 10 as they come."""
    was = model.training
    model.eval()
    parts = [_asked(model, tokenizer, texts[i : i + 10], max_length) for i in range(0, len(texts), 10)]
    model.train(was)
    logits = torch.cat(parts)
    return torch.sigmoid(logits[:, 1] - logits[:, 0]).tolist()


@alternative("p.15.12", replaces="predict")
def by_the_larger_logit(model, tokenizer, texts, max_length=256):
    """The larger of both logits; a list."""
    model.eval()
    return [int(_asked(model, tokenizer, [text], max_length).argmax()) for text in texts]


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
