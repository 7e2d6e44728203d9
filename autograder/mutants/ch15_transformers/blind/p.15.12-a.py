# %% right
# Intent: pad by hand, batches of 32 for reading, a plain training loop with AdamW, warm-up, linear fall and clipped gradients.
def load_classifier(source, seed=42):
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(source)
    model.eval()
    return model, tokenizer


def prepare(texts, tokenizer, max_length=256):
    rows = []
    for text in texts:
        rows.append(list(tokenizer(text, truncation=True, max_length=max_length)["input_ids"]))
    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), tokenizer.pad_token_id or 0, dtype=torch.int64)
    mask = torch.zeros((len(rows), longest), dtype=torch.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row, dtype=torch.int64)
        mask[number, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def frozen_features(model, tokenizer, texts, max_length=256):
    texts = list(texts)
    where = next(model.parameters()).device
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(texts), 32):
            batch = prepare(texts[start : start + 32], tokenizer, max_length)
            ids, mask = batch["input_ids"].to(where), batch["attention_mask"].to(where)
            states = model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).to(states.dtype)
            mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
            parts.append(mean.float().cpu().numpy())
    model.train(was_training)
    return np.concatenate(parts).astype(np.float32)


def praise_probability(model, tokenizer, texts, max_length=256):
    texts = list(texts)
    where = next(model.parameters()).device
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(texts), 32):
            batch = prepare(texts[start : start + 32], tokenizer, max_length)
            ids, mask = batch["input_ids"].to(where), batch["attention_mask"].to(where)
            logits = model(input_ids=ids, attention_mask=mask).logits.float().cpu().numpy()
            logits = logits - logits.max(axis=1, keepdims=True)
            shares = np.exp(logits)
            parts.append(shares[:, 1] / shares.sum(axis=1))
    model.train(was_training)
    return np.concatenate(parts).astype(np.float32)


def predict(model, tokenizer, texts, max_length=256):
    return (praise_probability(model, tokenizer, texts, max_length) > 0.5).astype(np.int64)


def finetune_classifier(
    model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42
):
    texts, labels = list(train[0]), np.array(train[1]).astype(np.int64)
    valid_texts, valid_labels = list(valid[0]), np.array(valid[1]).astype(np.int64)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    rows = [list(tokenizer(text, truncation=True, max_length=max_length)["input_ids"]) for text in texts]
    where = device()
    model.to(where)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=0.0)
    size = 16
    n_steps = n_epochs * ((len(texts) + size - 1) // size)
    n_warm = max(1, n_steps // 3)
    step = 0
    history = []
    for _ in range(n_epochs):
        model.train()
        order = rng.permutation(len(texts))
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            longest = max(len(rows[i]) for i in chosen)
            ids = torch.full((len(chosen), longest), tokenizer.pad_token_id or 0, dtype=torch.int64)
            mask = torch.zeros((len(chosen), longest), dtype=torch.int64)
            for place, i in enumerate(chosen):
                ids[place, : len(rows[i])] = torch.tensor(rows[i], dtype=torch.int64)
                mask[place, : len(rows[i])] = 1
            wanted = torch.tensor(labels[chosen]).to(where)
            if step < n_warm:
                share = (step + 1) / n_warm
            else:
                share = (n_steps - step) / max(1, n_steps - n_warm)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * share
            logits = model(input_ids=ids.to(where), attention_mask=mask.to(where)).logits
            loss = torch.nn.functional.cross_entropy(logits, wanted)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
        right = predict(model, tokenizer, valid_texts, max_length) == valid_labels
        history.append(float(np.mean(right)))
    model.cpu()
    model.eval()
    return history

# %% wrong: frozen_features
# Misconception: all rows of a batch have the same length, so the mean over the axis of tokens is the mean over a text's tokens.
def frozen_features(model, tokenizer, texts, max_length=256):
    texts = list(texts)
    where = next(model.parameters()).device
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(texts), 32):
            batch = {name: one.to(where) for name, one in prepare(texts[start : start + 32], tokenizer, max_length).items()}
            parts.append(model.base_model(**batch).last_hidden_state.mean(dim=1).cpu().numpy())
    model.train(was_training)
    return np.concatenate(parts).astype(np.float32)

# %% wrong: finetune_classifier
# Misconception: fine-tuning trains the new head; what was pretrained is kept as it is, so as not to spoil it.
def finetune_classifier(
    model, tokenizer, train, valid, n_epochs=2, learning_rate=2e-5, max_length=256, seed=42
):
    texts, labels = list(train[0]), np.array(train[1]).astype(np.int64)
    valid_labels = np.array(valid[1]).astype(np.int64)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model.cpu()
    for weight in model.base_model.parameters():
        weight.requires_grad = False
    head = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(head, lr=learning_rate)
    history = []
    for _ in range(n_epochs):
        model.train()
        order = rng.permutation(len(texts))
        for start in range(0, len(order), 16):
            chosen = order[start : start + 16]
            batch = prepare([texts[i] for i in chosen], tokenizer, max_length)
            loss = torch.nn.functional.cross_entropy(model(**batch).logits, torch.tensor(labels[chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        history.append(float(np.mean(predict(model, tokenizer, list(valid[0]), max_length) == valid_labels)))
    model.eval()
    return history
