"""Chapter 15, a BERT that tells praise from blame (p.15.12): wrong answers, and right ones."""

import numpy as np
import torch
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertForSequenceClassification,
    BertTokenizerFast,
)

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.sentiment import praise_probability, prepare

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
