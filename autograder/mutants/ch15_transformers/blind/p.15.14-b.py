# %% right
# Intent: tokenizer pads and cuts, masked mean, F.normalize; the loss is cross_entropy both ways; AdamW with warm-up
# to 0.01; search and recall are one matrix product each.
import numpy as np
import torch
import torch.nn.functional as F
from course import device
from torch.utils.data import DataLoader
from transformers import get_cosine_schedule_with_warmup


def mean_states(texts, tokenizer, model):
    """The mean of each text's states, with gradients."""
    batch = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
    batch = batch.to(next(model.parameters()).device)
    states = model(**batch).last_hidden_state
    weights = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def embed(texts, tokenizer, model, batch_size=32):
    mode, texts = model.training, list(texts)
    model.eval()
    with torch.no_grad():
        rows = [
            F.normalize(mean_states(texts[i : i + batch_size], tokenizer, model), dim=1)
            for i in range(0, len(texts), batch_size)
        ]
    model.train(mode)
    return torch.cat(rows).float().cpu().numpy()


def contrastive_loss(first, second, temperature=0.05):
    scores = F.normalize(first, dim=1) @ F.normalize(second, dim=1).T / temperature
    own = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def fit_encoder(pairs, tokenizer, model, n_epochs=5, seed=42):
    torch.manual_seed(seed)
    model.to(device()).train()
    batches = DataLoader(
        list(pairs), batch_size=32, shuffle=True, collate_fn=list, generator=torch.Generator().manual_seed(seed)
    )
    parameters = [one for one in model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=0.01, weight_decay=0.01)
    n_steps = n_epochs * len(batches)
    schedule = get_cosine_schedule_with_warmup(optimizer, n_steps // 5, n_steps)
    for _ in range(n_epochs):
        for some in batches:
            first, second = zip(*some)
            loss = contrastive_loss(mean_states(first, tokenizer, model), mean_states(second, tokenizer, model))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


class PlotIndex:
    def __init__(self, titles, plots, tokenizer, model):
        self.titles, self.tokenizer, self.model = list(titles), tokenizer, model
        # the same plot gets the very same vector and score, so ties are ties, whatever rounding does in a batch
        different, self.which = np.unique(np.array(plots, dtype=object), return_inverse=True)
        self.vectors = embed(different.tolist(), tokenizer, model)

    def search(self, query, k=5):
        scores = (self.vectors @ embed([query], self.tokenizer, self.model)[0])[self.which]
        return [(self.titles[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


def recall_at(k, queries, documents):
    scores = np.asarray(queries) @ np.asarray(documents).T
    return float(np.mean((scores > np.diag(scores)[:, None]).sum(1) < k))

# %% wrong: embed
# Misconception: the mean over the second dimension is the mean over the text; padding is masked in the model anyway.
def embed(texts, tokenizer, model, batch_size=32):
    mode, texts, rows = model.training, list(texts), []
    model.eval()
    with torch.no_grad():
        for i in range(0, len(texts), batch_size):
            batch = tokenizer(texts[i : i + batch_size], padding=True, truncation=True, return_tensors="pt")
            batch = batch.to(next(model.parameters()).device)
            rows.append(F.normalize(model(**batch).last_hidden_state.mean(1), dim=1))
    model.train(mode)
    return torch.cat(rows).float().cpu().numpy()

# %% wrong: contrastive_loss
# Misconception: scores are symmetric, so looking from the first to the second is all there is to ask.
def contrastive_loss(first, second, temperature=0.05):
    scores = F.normalize(first, dim=1) @ F.normalize(second, dim=1).T / temperature
    return F.cross_entropy(scores, torch.arange(len(scores), device=scores.device))
