# %% right
# Intent: the loss written out (logits but the last against tokens but the first), a plain loop, and draws by a cumulated sum.
def make_blocks(text, tokenizer, length):
    ids = list(tokenizer(text)["input_ids"])
    n = len(ids) // length
    return torch.tensor(ids[: n * length], dtype=torch.int64).reshape(n, length)


def finetune_writer(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    where = device()
    model.to(where)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    size = 8
    n_steps = n_epochs * ((len(blocks) + size - 1) // size)
    n_warm = max(1, n_steps // 10)
    step = 0
    losses = []
    for _ in range(n_epochs):
        total, count = 0.0, 0
        order = rng.permutation(len(blocks))
        for start in range(0, len(order), size):
            batch = blocks[torch.tensor(order[start : start + size])].to(where)
            if step < n_warm:
                share = (step + 1) / n_warm
            else:
                share = (n_steps - step) / max(1, n_steps - n_warm)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * share
            logits = model(batch).logits[:, :-1]
            true = batch[:, 1:]
            loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), true.reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            total += loss.item() * true.numel()
            count += true.numel()
        losses.append(total / count)
    model.cpu()
    model.eval()
    return losses


def perplexity(model, blocks):
    weights = list(model.parameters())
    where = weights[0].device if weights else torch.device("cpu")
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(blocks), 8):
            batch = blocks[start : start + 8].to(where)
            logits = model(batch).logits[:, :-1].double()
            true = batch[:, 1:]
            log_shares = logits - torch.logsumexp(logits, dim=-1, keepdim=True)
            total -= log_shares.gather(2, true.unsqueeze(2)).sum().item()
            count += true.numel()
    model.train(was_training)
    return float(np.exp(total / count))


def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    scaled = np.array(logits, dtype=float) / temperature
    order = np.argsort(-scaled)
    if top_k is not None:
        order = order[:top_k]
    weights = np.exp(scaled[order] - scaled[order[0]])
    weights = weights / weights.sum()
    if top_p is not None:
        reached, kept = 0.0, 0
        while kept < len(weights) and reached < top_p:
            reached += weights[kept]
            kept += 1
        order, weights = order[:kept], weights[:kept] / weights[:kept].sum()
    probabilities = np.zeros(len(scaled))
    probabilities[order] = weights
    return probabilities


def draw_tokens(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    rng = np.random.default_rng(seed)
    cumulated = np.cumsum(next_probabilities(logits, temperature, top_k, top_p))
    cumulated = cumulated / cumulated[-1]
    return np.searchsorted(cumulated, rng.random(n), side="right").astype(np.int64)


def generate(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    ids = list(tokenizer(prompt)["input_ids"])
    weights = list(model.parameters())
    where = weights[0].device if weights else torch.device("cpu")
    window = model.config.n_positions
    rng = np.random.default_rng(seed)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for _ in range(n):
            shown = torch.tensor([ids[-window:]], dtype=torch.int64).to(where)
            logits = model(shown).logits[0, -1].double().cpu().numpy()
            cumulated = np.cumsum(next_probabilities(logits, temperature, top_k, top_p))
            cumulated = cumulated / cumulated[-1]
            ids.append(int(np.searchsorted(cumulated, rng.random(), side="right")))
    model.train(was_training)
    return tokenizer.decode(ids)

# %% wrong: perplexity
# Misconception: each block has its perplexity, and that of a text is the mean of them.
def perplexity(model, blocks):
    model.eval()
    found = []
    with torch.no_grad():
        for block in blocks:
            logits = model(block[None]).logits[0, :-1]
            found.append(float(torch.exp(torch.nn.functional.cross_entropy(logits, block[1:]))))
    return float(np.mean(found))

# %% wrong: finetune_writer
# Misconception: labels are what has to be said at each place, so they have to be shifted by one before the model gets them.
def finetune_writer(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model.cpu()
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        found = []
        order = rng.permutation(len(blocks))
        for start in range(0, len(order), 8):
            batch = blocks[torch.tensor(order[start : start + 8])]
            loss = model(input_ids=batch[:, :-1], labels=batch[:, 1:].contiguous()).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            found.append(loss.item())
        losses.append(float(np.mean(found)))
    model.eval()
    return losses
