# %% right
# Intent: one function with gradients makes vectors (einsum mean, normalised); embedding and training both use it. The loss is
# cross entropy of the score matrix and of its transpose. The index embeds each distinct plot once, so equal plots tie exactly.
import numpy as np
import torch
import torch.nn.functional as F

from course import device


def vectors_of(texts, tokenizer, model):
    where = next(model.parameters()).device
    batch = {
        name: values.to(where)
        for name, values in tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt").items()
    }
    states = model(**batch).last_hidden_state
    real = batch["attention_mask"].to(states.dtype)
    return F.normalize(torch.einsum("ntd,nt->nd", states, real / real.sum(dim=1, keepdim=True)), dim=-1)


def embed(texts, tokenizer, model, batch_size=32):
    texts, was = list(texts), model.training
    model.eval()
    try:
        with torch.no_grad():
            parts = [
                vectors_of(texts[i : i + batch_size], tokenizer, model).float().cpu() for i in range(0, len(texts), batch_size)
            ]
    finally:
        model.train(was)
    return torch.cat(parts).numpy()


def contrastive_loss(first, second, temperature=0.05):
    scores = torch.einsum("id,jd->ij", F.normalize(first, dim=-1), F.normalize(second, dim=-1)) / temperature
    own = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def fit_encoder(pairs, tokenizer, model, n_epochs=5, seed=42, batch_size=32, learning_rate=0.01):
    pairs = [tuple(pair) for pair in pairs]
    model.to(device())
    rng = torch.Generator().manual_seed(seed)
    n_steps = max(1, n_epochs * -(-len(pairs) // batch_size))
    rise = max(1, n_steps // 5)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rise, max(0.0, (n_steps - step) / max(1, n_steps - rise)), 1.0)
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model.train()
        for _ in range(n_epochs):
            for some in torch.randperm(len(pairs), generator=rng).split(batch_size):
                first, second = zip(*(pairs[i] for i in some))
                loss = contrastive_loss(vectors_of(first, tokenizer, model), vectors_of(second, tokenizer, model))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
    return model.cpu().eval()


class PlotIndex:
    def __init__(self, titles, plots, tokenizer, model):
        self.titles, self.tokenizer, self.model = list(titles), tokenizer, model
        plots = list(plots)
        number = {plot: i for i, plot in enumerate(dict.fromkeys(plots))}
        self.which = np.array([number[plot] for plot in plots], dtype=int)
        self.vectors = embed(list(number), tokenizer, model) if plots else None

    def search(self, query, k=5):
        if not self.titles:
            return []
        (asked,) = embed([query], self.tokenizer, self.model)
        scores = (self.vectors @ asked)[self.which]
        return [(self.titles[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


def recall_at(k, queries, documents):
    products = np.einsum("id,jd->ij", np.asarray(queries, dtype=np.float64), np.asarray(documents, dtype=np.float64))
    better = (products > np.diagonal(products)[:, None]).sum(axis=1)
    return float((better < k).mean())

# %% wrong: embed
# Misconception: a BERT's vector of a text is the state of its first token, [CLS]; that is what it is there for.
def embed(texts, tokenizer, model, batch_size=32):
    texts, was = list(texts), model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for i in range(0, len(texts), batch_size):
            batch = tokenizer(texts[i : i + batch_size], padding=True, truncation=True, return_tensors="pt")
            parts.append(F.normalize(model(**batch).last_hidden_state[:, 0], dim=-1))
    model.train(was)
    return torch.cat(parts).numpy()

# %% wrong: contrastive_loss
# Misconception: who finds j from i also finds i from j: the cross entropy of one direction is all there is.
def contrastive_loss(first, second, temperature=0.05):
    scores = torch.einsum("id,jd->ij", F.normalize(first, dim=-1), F.normalize(second, dim=-1)) / temperature
    return F.cross_entropy(scores, torch.arange(len(scores), device=scores.device))
