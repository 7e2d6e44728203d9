# %% right
# Intent: the model's own loss with labels=blocks, AdamW with a cosine schedule, the library's logits warpers for the
# knobs, and numpy's Generator.choice for the draws.
import numpy as np
import torch
import torch.nn.functional as F
from course import device
from torch.utils.data import DataLoader
from transformers import (
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    get_cosine_schedule_with_warmup,
)


def make_blocks(text, tokenizer, length):
    ids = torch.tensor(tokenizer(text)["input_ids"], dtype=torch.int64)
    n = len(ids) // length
    return ids[: n * length].reshape(n, length)


def finetune_writer(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    torch.manual_seed(seed)
    where = device()
    model.to(where).train()
    batches = DataLoader(blocks, batch_size=8, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    n_steps = n_epochs * len(batches)
    schedule = get_cosine_schedule_with_warmup(optimizer, n_steps // 10, n_steps)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for batch in batches:
            batch = batch.to(where)
            loss = model(input_ids=batch, labels=batch).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        losses.append(total / len(blocks))
    model.cpu().eval()
    return losses


def where_is(model):
    first = next(model.parameters(), None)
    return "cpu" if first is None else first.device


def perplexity(model, blocks):
    mode, where, total = model.training, where_is(model), 0.0
    model.eval()
    with torch.no_grad():
        for batch in blocks.split(16):
            batch = batch.to(where)
            logits = model(batch).logits[:, :-1].transpose(1, 2)
            total += F.cross_entropy(logits.double(), batch[:, 1:], reduction="sum").item()
    model.train(mode)
    return float(np.exp(total / blocks[:, 1:].numel()))


def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    steps = LogitsProcessorList([TemperatureLogitsWarper(float(temperature))])
    if top_k is not None:
        steps.append(TopKLogitsWarper(int(top_k)))
    if top_p is not None:
        steps.append(TopPLogitsWarper(float(top_p)))
    scores = torch.from_numpy(np.array(logits, dtype=np.float64))[None]
    return torch.softmax(steps(None, scores), dim=-1)[0].numpy()


def draw_tokens(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    shares = next_probabilities(logits, temperature, top_k, top_p)
    return np.random.default_rng(seed).choice(len(shares), size=n, p=shares).astype(np.int64)


def generate(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    rng, mode, where = np.random.default_rng(seed), model.training, where_is(model)
    ids = list(tokenizer(prompt)["input_ids"])
    model.eval()
    with torch.no_grad():
        for _ in range(n):
            shown = torch.tensor([ids[-model.config.n_positions :]], device=where)
            logits = model(shown).logits[0, -1].double().cpu().numpy()
            shares = next_probabilities(logits, temperature, top_k, top_p)
            ids.append(int(rng.choice(len(shares), p=shares)))
    model.train(mode)
    return tokenizer.decode(ids)

# %% wrong: finetune_writer
# Misconception: labels have to be the next tokens, so I shift them before I hand them to the model.
def finetune_writer(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    torch.manual_seed(seed)
    where = device()
    model.to(where).train()
    batches = DataLoader(blocks, batch_size=8, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    n_steps = n_epochs * len(batches)
    schedule = get_cosine_schedule_with_warmup(optimizer, n_steps // 10, n_steps)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for batch in batches:
            batch = batch.to(where)
            loss = model(input_ids=batch[:, :-1], labels=batch[:, 1:]).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        losses.append(total / len(blocks))
    model.cpu().eval()
    return losses

# %% wrong: generate
# Misconception: the same seed at each step is what makes the text repeatable, so draw_tokens gets it each time.
def generate(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    mode, where = model.training, where_is(model)
    ids = list(tokenizer(prompt)["input_ids"])
    model.eval()
    with torch.no_grad():
        for _ in range(n):
            shown = torch.tensor([ids[-model.config.n_positions :]], device=where)
            logits = model(shown).logits[0, -1].double().cpu().numpy()
            ids.append(int(draw_tokens(logits, 1, temperature, top_k, top_p, seed)[0]))
    model.train(mode)
    return tokenizer.decode(ids)
