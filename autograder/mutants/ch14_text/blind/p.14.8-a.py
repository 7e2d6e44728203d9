# %% right
# Intent: dates by adding days to the first one; an encoder GRU in both directions over packed sequences, a decoder GRU
# that begins with a vector made from the encoder's two last states, and, if wanted, dot-product attention from the
# decoder's states to the encoder's; the learning rate goes up to 0.01 and down again.
MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip


def make_dates(n, seed=42, first="1900-01-01", last="2099-12-31"):
    rng = np.random.default_rng(seed)
    begin = date.fromisoformat(first)
    n_days = (date.fromisoformat(last) - begin).days + 1
    words, digits = [], []
    for _ in range(n):
        day = begin + timedelta(days=int(rng.integers(n_days)))
        words.append(f"{MONTHS[day.month - 1]} {day.day}, {day.year}")
        digits.append(f"{day.year:04d}-{day.month:02d}-{day.day:02d}")
    return words, digits


def encode_texts(texts, letters, end=False):
    number = {letter: i + 3 for i, letter in enumerate(letters)}
    rows = []
    for text in texts:
        row = [number[letter] for letter in text]
        if end:
            row.append(END)
        rows.append(row)
    longest = max([1] + [len(row) for row in rows])
    codes = np.full((len(rows), longest), PAD, dtype=np.int64)
    for i, row in enumerate(rows):
        codes[i, : len(row)] = row
    return torch.from_numpy(codes)


def decoder_inputs(targets):
    inputs = torch.zeros_like(targets)
    inputs[:, 0] = START
    for t in range(1, targets.shape[1]):
        inputs[:, t] = targets[:, t - 1]
    return inputs


class Seq2Seq(nn.Module):
    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__()
        self.attention = attention
        self.read_embedding = nn.Embedding(n_source, n_hidden)
        self.write_embedding = nn.Embedding(n_target, n_hidden)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(n_hidden, n_hidden)
        self.decoder = nn.GRU(n_hidden, n_hidden, batch_first=True)
        if attention:
            self.match = nn.Linear(n_hidden, n_hidden, bias=False)
            self.mix = nn.Linear(2 * n_hidden, n_hidden)
        self.out = nn.Linear(n_hidden, n_target)

    def read(self, source):
        lengths = (source != PAD).sum(dim=1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.read_embedding(source), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        states, last = self.encoder(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=source.shape[1])
        return states, torch.tanh(self.bridge(torch.cat([last[0], last[1]], dim=1)))

    def look(self, source, inputs):
        keys, start = self.read(source)
        states, _ = self.decoder(self.write_embedding(inputs), start[None].contiguous())
        if not self.attention:
            return states, keys, None
        scores = torch.bmm(states, self.match(keys).transpose(1, 2)) / math.sqrt(keys.shape[2])
        scores = scores.masked_fill((source == PAD)[:, None, :], -math.inf)
        return states, keys, torch.softmax(scores, dim=2)

    def forward(self, source, inputs):
        states, keys, weights = self.look(source, inputs)
        if weights is not None:
            context = torch.bmm(weights, keys)
            states = torch.tanh(self.mix(torch.cat([states, context], dim=2)))
        return self.out(states)

    def attention_weights(self, source, inputs):
        return self.look(source, inputs)[2]


def greedy_decode(model, source, longest):
    n = len(source)
    said = [[] for _ in range(n)]
    finished = [False] * n
    inputs = torch.full((n, 1), START, dtype=torch.int64)
    with torch.no_grad():
        for _ in range(longest):
            if all(finished):
                break
            token = model(source, inputs)[:, -1].argmax(dim=1)
            for i, number in enumerate(token.tolist()):
                if finished[i]:
                    continue
                if number == END:
                    finished[i] = True
                else:
                    said[i].append(number)
            inputs = torch.cat([inputs, token[:, None].to(inputs.device)], dim=1)
    return said


def fit_dates(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    letters = "".join(sorted(set("".join(sources))))
    signs = "".join(sorted(set("".join(targets))))
    source, target = encode_texts(sources, letters), encode_texts(targets, signs, end=True)
    inputs = decoder_inputs(target)
    model = Seq2Seq(len(letters) + 3, len(signs) + 3, n_hidden, attention)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    order = []
    for step in range(n_steps):
        done = step / n_steps
        rate = 0.01 * (0.05 + 0.95 * done / 0.25) if done < 0.25 else 0.01 * (1 - 0.98 * (done - 0.25) / 0.75)
        for group in optimizer.param_groups:
            group["lr"] = rate
        if len(order) == 0:
            order = list(rng.permutation(len(source)))
        some, order = torch.tensor(order[:64]), order[64:]
        logits = model(source[some], inputs[some])
        log_probs = torch.log_softmax(logits, dim=2)
        real = target[some] != PAD
        right = log_probs.gather(2, target[some][:, :, None])[:, :, 0]
        loss = -right[real].mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return {"model": model.eval(), "letters": letters, "signs": signs, "longest": target.shape[1] + 2}


def translate(translator, texts):
    written = []
    for start in range(0, len(texts), 200):
        source = encode_texts(texts[start : start + 200], translator["letters"])
        for tokens in greedy_decode(translator["model"], source, translator["longest"]):
            written.append("".join(translator["signs"][token - 3] for token in tokens if token > END))
    return written


# %% wrong: decoder_inputs
# Misconception: teacher forcing means that the decoder is given the right token of this step, to learn to say it; only
# the very first step gets START.
def decoder_inputs(targets):
    inputs = targets.clone()
    inputs[:, 0] = START
    return inputs


# %% wrong: greedy_decode
# Misconception: the decoder has a memory, so at each step it needs to be given the token before only.
def greedy_decode(model, source, longest):
    said = [[] for _ in source]
    finished = [False] * len(source)
    token = torch.full((len(source), 1), START, dtype=torch.int64)
    with torch.no_grad():
        for _ in range(longest):
            token = model(source, token)[:, -1:].argmax(dim=2)
            for i, number in enumerate(token[:, 0].tolist()):
                if number == END:
                    finished[i] = True
                if not finished[i]:
                    said[i].append(number)
    return said
