# %% right
# Intent: one generator `asked` runs the model over batches in evaluation mode and restores its mode; features are a masked mean
# by einsum. Fine-tuning is AdamW with a LambdaLR that rises for a tenth of the steps and falls linearly, clipped gradients,
# batches of 16, and a forked random state seeded by `seed`.
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from course import device


def load_classifier(source, seed=42):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModelForSequenceClassification.from_pretrained(
            source, num_labels=2, dtype=torch.float32, ignore_mismatched_sizes=True
        )
    return model.float().eval(), AutoTokenizer.from_pretrained(source)


def prepare(texts, tokenizer, max_length=256):
    batch = tokenizer(
        list(texts), padding="longest", truncation=True, max_length=max_length, return_attention_mask=True, return_tensors="pt"
    )
    return {name: batch[name].long() for name in ("input_ids", "attention_mask")}


@contextmanager
def asking(model):
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield next(model.parameters()).device
    finally:
        model.train(was)


def in_batches(model, tokenizer, texts, max_length, function, batch_size=32):
    texts = list(texts)
    with asking(model) as where:
        parts = []
        for start in range(0, len(texts), batch_size):
            batch = prepare(texts[start : start + batch_size], tokenizer, max_length)
            parts.append(function({name: values.to(where) for name, values in batch.items()}).float().cpu())
    return torch.cat(parts)


def frozen_features(model, tokenizer, texts, max_length=256):
    def mean_state(batch):
        states = model.base_model(**batch).last_hidden_state
        real = batch["attention_mask"].to(states.dtype)
        return torch.einsum("ntd,nt->nd", states, real / real.sum(dim=1, keepdim=True))

    return in_batches(model, tokenizer, texts, max_length, mean_state).numpy()


def praise_probability(model, tokenizer, texts, max_length=256):
    logits = in_batches(model, tokenizer, texts, max_length, lambda batch: model(**batch).logits)
    return logits.softmax(dim=-1)[:, 1].numpy()


def predict(model, tokenizer, texts, max_length=256):
    logits = in_batches(model, tokenizer, texts, max_length, lambda batch: model(**batch).logits)
    return (logits[:, 1] > logits[:, 0]).long().numpy()


def finetune_classifier(
    model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42, batch_size=16
):
    texts, labels = list(train[0]), torch.as_tensor(np.array(train[1]), dtype=torch.int64)
    others, wanted = list(valid[0]), np.asarray(valid[1])
    where = device()
    model.to(where)
    order_rng = torch.Generator().manual_seed(seed)
    n_steps = max(1, n_epochs * -(-len(texts) // batch_size))
    rise = max(1, n_steps // 10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rise, max(0.0, (n_steps - step) / max(1, n_steps - rise)), 1.0)
    )
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(n_epochs):
            model.train()
            for some in torch.randperm(len(texts), generator=order_rng).split(batch_size):
                batch = prepare([texts[i] for i in some], tokenizer, max_length)
                logits = model(**{name: values.to(where) for name, values in batch.items()}).logits
                loss = F.cross_entropy(logits, labels[some].to(where))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
            history.append(float(np.mean(predict(model, tokenizer, others, max_length) == wanted)))
    model.cpu().eval()
    return history


# %% wrong: frozen_features
# Misconception: the mask is for the attention; once the encoder has left padding out, one may take the mean over the whole row.
def frozen_features(model, tokenizer, texts, max_length=256):
    def mean_state(batch):
        return model.base_model(**batch).last_hidden_state.mean(dim=1)

    return in_batches(model, tokenizer, texts, max_length, mean_state).numpy()

# %% wrong: finetune_classifier
# Misconception: fine-tuning means to train the new head; what the encoder has learned must not be spoilt.
def finetune_classifier(
    model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42, batch_size=16
):
    texts, labels = list(train[0]), torch.as_tensor(np.array(train[1]), dtype=torch.int64)
    others, wanted = list(valid[0]), np.asarray(valid[1])
    inside = {id(weight) for weight in model.base_model.parameters()}
    head = [weight for weight in model.parameters() if id(weight) not in inside]
    rng = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(head, lr=learning_rate)
    model.cpu()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(n_epochs):
            model.train()
            for some in torch.randperm(len(texts), generator=rng).split(batch_size):
                logits = model(**prepare([texts[i] for i in some], tokenizer, max_length)).logits
                optimizer.zero_grad()
                F.cross_entropy(logits, labels[some]).backward()
                optimizer.step()
            history.append(float(np.mean(predict(model, tokenizer, others, max_length) == wanted)))
    model.eval()
    return history
