# %% right
# Intent: all by the transformers library: from_pretrained, the tokenizer's padding and truncation, AdamW with
# the library's cosine schedule with warm-up, gradients clipped, batches of 16 from a DataLoader.
import numpy as np
import torch
import torch.nn.functional as F
from course import device
from torch.utils.data import DataLoader
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_cosine_schedule_with_warmup


def load_classifier(source, seed=42):
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(source)


def prepare(texts, tokenizer, max_length=256):
    batch = tokenizer(list(texts), padding="longest", truncation=True, max_length=max_length, return_tensors="pt")
    return {name: batch[name] for name in ("input_ids", "attention_mask")}


def in_batches(ask, model, tokenizer, texts, max_length, size=64):
    """Ask the model in evaluation mode, batch by batch, and put its mode back."""
    mode, where, texts = model.training, next(model.parameters()).device, list(texts)
    model.eval()
    try:
        with torch.no_grad():
            rows = [
                ask({name: x.to(where) for name, x in prepare(texts[i : i + size], tokenizer, max_length).items()}).cpu()
                for i in range(0, len(texts), size)
            ]
    finally:
        model.train(mode)
    return torch.cat(rows).float().numpy()


def frozen_features(model, tokenizer, texts, max_length=256):
    def ask(batch):
        states = model.base_model(**batch).last_hidden_state
        weights = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1)

    return in_batches(ask, model, tokenizer, texts, max_length)


def praise_probability(model, tokenizer, texts, max_length=256):
    return in_batches(lambda batch: model(**batch).logits.softmax(-1)[:, 1], model, tokenizer, texts, max_length)


def predict(model, tokenizer, texts, max_length=256):
    return (praise_probability(model, tokenizer, texts, max_length) > 0.5).astype(np.int64)


def finetune_classifier(
    model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42
):
    torch.manual_seed(seed)
    where = device()
    model.to(where)
    pairs = list(zip(train[0], np.asarray(train[1]).astype(int).tolist()))
    batches = DataLoader(
        pairs, batch_size=16, shuffle=True, collate_fn=list, generator=torch.Generator().manual_seed(seed)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    n_steps = n_epochs * len(batches)
    schedule = get_cosine_schedule_with_warmup(optimizer, n_steps // 10, n_steps)
    history = []
    for _ in range(n_epochs):
        model.train()
        for some in batches:
            texts, labels = zip(*some)
            batch = {name: x.to(where) for name, x in prepare(texts, tokenizer, max_length).items()}
            loss = F.cross_entropy(model(**batch).logits, torch.tensor(labels, device=where))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        model.eval()
        history.append(float(np.mean(predict(model, tokenizer, valid[0], max_length) == np.asarray(valid[1]))))
    model.cpu().eval()
    return history

# %% wrong: prepare
# Misconception: a batch has to have the shape the model was made for, so everything is padded to max_length.
def prepare(texts, tokenizer, max_length=256):
    batch = tokenizer(list(texts), padding="max_length", truncation=True, max_length=max_length, return_tensors="pt")
    return {name: batch[name] for name in ("input_ids", "attention_mask")}

# %% wrong: frozen_features
# Misconception: the vector at [CLS] stands for the whole text, that is what it was put there for.
def frozen_features(model, tokenizer, texts, max_length=256):
    return in_batches(
        lambda batch: model.base_model(**batch).last_hidden_state[:, 0], model, tokenizer, texts, max_length
    )
