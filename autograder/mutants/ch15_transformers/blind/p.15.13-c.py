# %% right
# Intent: my own shifted cross entropy on the logits, so no question whose shift it is; drawing is a race of exponentials
# (argmax of p / E); generation keeps one generator for the whole text.
import math
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F

from course import device


def make_blocks(text, tokenizer, length):
    ids = torch.tensor(tokenizer(text)["input_ids"], dtype=torch.int64)
    n = len(ids) // length
    return ids[: n * length].reshape(n, length)


def said_badly(logits, ids, reduction="mean"):
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction=reduction)


def finetune_writer(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42, batch_size=8):
    where = device()
    model.to(where)
    rng = torch.Generator().manual_seed(seed)
    n_steps = max(1, n_epochs * -(-len(blocks) // batch_size))
    rise = max(1, n_steps // 10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: (step + 1) / rise if step < rise else 0.5 + 0.5 * math.cos(math.pi * (step - rise) / max(1, n_steps - rise)),
    )
    losses = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model.train()
        for _ in range(n_epochs):
            total = 0.0
            for some in torch.randperm(len(blocks), generator=rng).split(batch_size):
                batch = blocks[some].to(where)
                loss = said_badly(model(input_ids=batch).logits, batch)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                total += loss.item() * len(some)
            losses.append(total / len(blocks))
    model.cpu().eval()
    return losses


@contextmanager
def asked(model):
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield next((weight.device for weight in model.parameters()), torch.device("cpu"))
    finally:
        model.train(was)


def perplexity(model, blocks):
    with asked(model) as where:
        total = sum(said_badly(model(some.to(where)).logits.double(), some.to(where), "sum").item() for some in blocks.split(8))
    return math.exp(total / blocks[:, 1:].numel())


def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64)) / temperature
    ranked, order = scores.sort(descending=True)
    if top_k is not None:
        ranked[top_k:] = -torch.inf
    if top_p is not None:
        shares = ranked.softmax(dim=0)
        before = torch.cat([shares.new_zeros(1), shares.cumsum(dim=0)[:-1]])
        ranked = ranked.masked_fill(before >= top_p, -torch.inf)
    return torch.zeros_like(scores).scatter(0, order, ranked.softmax(dim=0)).numpy()


def race(chances, n, rng):
    chances = torch.from_numpy(chances)
    waiting = torch.empty(n, len(chances), dtype=torch.float64).exponential_(generator=rng)
    return (chances / waiting).argmax(dim=-1)


def draw_tokens(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    rng = torch.Generator().manual_seed(seed)
    return race(next_probabilities(logits, temperature, top_k, top_p), n, rng).numpy()


def generate(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    rng = torch.Generator().manual_seed(seed)
    ids = list(tokenizer(prompt)["input_ids"])
    with asked(model) as where:
        for _ in range(n):
            seen = torch.tensor([ids[-model.config.n_positions :]], device=where)
            logits = model(seen).logits[0, -1].double().cpu().numpy()
            ids.append(int(race(next_probabilities(logits, temperature, top_k, top_p), 1, rng)))
    return tokenizer.decode(ids)

# %% wrong: perplexity
# Misconception: each block has a perplexity, e to its mean cross entropy, and a text's perplexity is the mean of its blocks'.
def perplexity(model, blocks):
    found = []
    with asked(model) as where:
        for some in blocks.split(8):
            some = some.to(where)
            each = F.cross_entropy(model(some).logits[:, :-1].double().transpose(1, 2), some[:, 1:], reduction="none")
            found.append(each.mean(dim=1).exp())
    return float(torch.cat(found).mean())

# %% wrong: next_probabilities
# Misconception: top_k and top_p each look at the model's own probabilities; a token has to pass both.
def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64)) / temperature
    ranked, order = scores.sort(descending=True)
    shares = ranked.softmax(dim=0)
    keep = torch.ones_like(shares, dtype=torch.bool)
    if top_k is not None:
        keep[top_k:] = False
    if top_p is not None:
        keep &= (shares.cumsum(dim=0) - shares) < top_p
    kept = shares * keep
    return torch.zeros_like(scores).scatter(0, order, kept / kept.sum()).numpy()
