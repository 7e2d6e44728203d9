# %% right
# Intent: masked mean by hand; both directions of the loss by logsumexp; AdamW that rises to 0.01 and falls; sums per row for ties.
def _mean_vectors(texts, tokenizer, model):
    batch = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
    where = next(model.parameters()).device
    batch = {name: one.to(where) for name, one in batch.items()}
    states = model(**batch).last_hidden_state
    weights = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


def embed(texts, tokenizer, model, batch_size=32):
    texts = list(texts)
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(texts), batch_size):
            means = _mean_vectors(texts[start : start + batch_size], tokenizer, model).float().cpu().numpy()
            lengths = np.sqrt((means**2).sum(axis=1, keepdims=True))
            parts.append(means / lengths)
    model.train(was_training)
    return np.concatenate(parts).astype(np.float32)


def contrastive_loss(first, second, temperature=0.05):
    first = first / first.norm(dim=1, keepdim=True)
    second = second / second.norm(dim=1, keepdim=True)
    scores = first @ second.T / temperature
    own = torch.diagonal(scores)
    there = torch.logsumexp(scores, dim=1) - own
    back = torch.logsumexp(scores, dim=0) - own
    return (there.sum() + back.sum()) / (2 * len(own))


def fit_encoder(pairs, tokenizer, model, n_epochs=5, seed=42):
    pairs = list(pairs)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model.to(device())
    model.train()
    largest, size = 0.01, 32
    optimizer = torch.optim.AdamW(model.parameters(), lr=largest, weight_decay=0.01)
    n_steps = n_epochs * ((len(pairs) + size - 1) // size)
    n_warm = max(1, n_steps // 5)
    step = 0
    for _ in range(n_epochs):
        order = rng.permutation(len(pairs))
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            if step < n_warm:
                share = (step + 1) / n_warm
            else:
                share = (n_steps - step) / max(1, n_steps - n_warm)
            for group in optimizer.param_groups:
                group["lr"] = largest * share
            first = _mean_vectors([pairs[i][0] for i in chosen], tokenizer, model)
            second = _mean_vectors([pairs[i][1] for i in chosen], tokenizer, model)
            loss = contrastive_loss(first, second)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
    model.cpu()
    model.eval()
    return model


class PlotIndex:
    def __init__(self, titles, plots, tokenizer, model):
        self.titles = list(titles)
        self.tokenizer = tokenizer
        self.model = model
        # equal plots get one vector, so that padding can't make them differ in the last digit
        different = {}
        for plot in plots:
            different.setdefault(plot, len(different))
        vectors = embed(list(different), tokenizer, model)
        self.vectors = np.array([vectors[different[plot]] for plot in plots], dtype=float)

    def search(self, query, k=5):
        wanted = embed([query], self.tokenizer, self.model)[0].astype(float)
        scores = (self.vectors * wanted).sum(axis=1)
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        return [(self.titles[i], float(scores[i])) for i in order[:k]]


def recall_at(k, queries, documents):
    queries, documents = np.array(queries, dtype=float), np.array(documents, dtype=float)
    found = 0
    for i in range(len(queries)):
        products = (documents * queries[i]).sum(axis=1)
        better = 0
        for j in range(len(documents)):
            if products[j] > products[i]:
                better += 1
        if better < k:
            found += 1
    return found / len(queries)

# %% wrong: embed
# Misconception: a batch is a box of states; the mean over its token axis is each text's mean, since the mask was for attention only.
def embed(texts, tokenizer, model, batch_size=32):
    texts = list(texts)
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(texts), batch_size):
            batch = tokenizer(texts[start : start + batch_size], padding=True, truncation=True, return_tensors="pt")
            means = model(**batch).last_hidden_state.mean(dim=1).numpy()
            parts.append(means / np.sqrt((means**2).sum(axis=1, keepdims=True)))
    model.train(was_training)
    return np.concatenate(parts).astype(np.float32)

# %% wrong: contrastive_loss
# Misconception: the scores are symmetric, so one direction, first looking for second, says all.
def contrastive_loss(first, second, temperature=0.05):
    first = first / first.norm(dim=1, keepdim=True)
    second = second / second.norm(dim=1, keepdim=True)
    scores = first @ second.T / temperature
    return (torch.logsumexp(scores, dim=1) - torch.diagonal(scores)).mean()
