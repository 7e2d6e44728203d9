# %% right
# Intent: cut the bytes by hand and let torch read the numbers; the model is embedding, GRU, linear layer; training goes
# over the shuffled blocks, a few at a time; drawing is done by the running sum of softmax probabilities.
def read_safetensors(data):
    size = 0
    for i in range(8):
        size += data[i] << (8 * i)
    header = json.loads(data[8 : 8 + size].decode("utf-8"))
    body = data[8 + size :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, stop = entry["data_offsets"]
        dtype = KINDS[entry["dtype"]]
        piece = bytearray(body[begin:stop])
        if len(piece) == 0:
            tensors[name] = torch.zeros(entry["shape"], dtype=dtype)
        else:
            tensors[name] = torch.frombuffer(piece, dtype=dtype).clone().reshape(entry["shape"])
    return tensors


def make_blocks(tokens, length):
    tokens = [int(token) for token in tokens]
    X, Y = [], []
    start = 0
    while start + length + 1 <= len(tokens):
        X.append(tokens[start : start + length])
        Y.append(tokens[start + 1 : start + length + 1])
        start += length
    return torch.tensor(X, dtype=torch.int64), torch.tensor(Y, dtype=torch.int64)


class CharModel(nn.Module):
    def __init__(self, n_tokens, n_hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.memory = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, n_tokens)

    def forward(self, tokens):
        states, _ = self.memory(self.embedding(tokens))
        return self.out(states)


def fit_characters(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    X, Y = make_blocks(tokens, length)
    model = CharModel(n_tokens, n_hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    batch = 8 if len(X) < 500 else 16
    n_steps = n_epochs * math.ceil(len(X) / batch)
    step = 0
    model.train()
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            for group in optimizer.param_groups:
                group["lr"] = 0.01 * (1 - 0.9 * step / n_steps)
            some = torch.from_numpy(order[start : start + batch])
            logits = model(X[some])
            log_probs = logits - torch.logsumexp(logits, dim=2, keepdim=True)
            loss = -log_probs.gather(2, Y[some][:, :, None]).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
    return model.eval()


def generate(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    rng = np.random.default_rng(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(n):
        with torch.no_grad():
            logits = model(torch.tensor([tokens], dtype=torch.int64))[0, -1].double().cpu().numpy()
        if temperature == 0:
            tokens.append(int(np.argmax(logits)))
            continue
        ranked = sorted(range(len(logits)), key=lambda token: -logits[token])
        if top_k is not None:
            ranked = ranked[:top_k]
        top = logits[ranked[0]]
        powers = [math.exp((logits[token] - top) / temperature) for token in ranked]
        mark = rng.random() * sum(powers)
        drawn = ranked[0]
        for token, power in zip(ranked, powers):
            if power == 0.0:
                continue
            drawn = token
            mark -= power
            if mark < 0:
                break
        tokens.append(int(drawn))
    return tokens


def perplexity(model, tokens):
    tokens = [int(token) for token in tokens]
    with torch.no_grad():
        logits = model(torch.tensor([tokens], dtype=torch.int64))[0].double()
    total = 0.0
    for t in range(len(tokens) - 1):
        total += float(torch.logsumexp(logits[t], dim=0) - logits[t, tokens[t + 1]])
    return math.exp(total / (len(tokens) - 1))


# %% wrong: generate
# Misconception: the model remembers what it has read, so after the prompt it only needs to be given the newest token.
def generate(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    generator = torch.Generator().manual_seed(seed)
    tokens = [int(token) for token in prompt]
    given = list(tokens)
    for _ in range(n):
        with torch.no_grad():
            logits = model(torch.tensor([given]))[0, -1]
        if temperature == 0:
            token = int(logits.argmax())
        else:
            if top_k is not None:
                smallest = torch.topk(logits, min(top_k, len(logits))).values[-1]
                logits = torch.where(logits < smallest, torch.full_like(logits, -math.inf), logits)
            probabilities = torch.softmax(logits / temperature, dim=0)
            token = int(torch.multinomial(probabilities, 1, generator=generator))
        tokens.append(token)
        given = [token]
    return tokens


# %% wrong: perplexity
# Misconception: perplexity is the mean, over the tokens, of the number of choices that each left: of 1 / probability.
def perplexity(model, tokens):
    tokens = torch.as_tensor(list(tokens))
    with torch.no_grad():
        probabilities = torch.softmax(model(tokens[None])[0], dim=1)
    right = probabilities[torch.arange(len(tokens) - 1), tokens[1:]]
    return float((1 / right).mean())
