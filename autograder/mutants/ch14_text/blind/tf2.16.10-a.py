# %% right
# Intent: scores by a batched product, keys behind the end set to minus infinity; the translator reads with a GRU in both
# directions, writes with a GRU whose state is the query, and the keys are the encoder's states plus the words' own
# vectors, so that the attention has a reason to look at the word itself.
class Attention(nn.Module):
    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        scores = torch.bmm(queries, self.W(keys).transpose(1, 2))
        behind = torch.arange(keys.shape[1], device=keys.device)[None, :] >= lengths.to(keys.device)[:, None]
        scores = scores.masked_fill(behind[:, None, :], -math.inf)
        weights = torch.softmax(scores, dim=2)
        return torch.bmm(weights, keys), weights


class PhraseNet(nn.Module):
    def __init__(self, n_source, n_target, size):
        super().__init__()
        self.source_words = nn.Embedding(n_source, size)
        self.target_words = nn.Embedding(n_target, size)
        self.encoder = nn.GRU(size, size // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(size, size, batch_first=True)
        self.begin = nn.Linear(size, size)
        self.look = Attention(size, size)
        self.out = nn.Linear(2 * size, n_target)

    def forward(self, source, lengths, inputs):
        vectors = self.source_words(source)
        packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        states, last = self.encoder(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=source.shape[1])
        keys = states + vectors
        start = torch.tanh(self.begin(torch.cat([last[0], last[1]], dim=1)))
        queries, _ = self.decoder(self.target_words(inputs), start[None].contiguous())
        context, weights = self.look(queries, keys, lengths)
        return self.out(torch.cat([queries, context], dim=2)), weights


class PhraseTranslator:
    # numbers: 0 padding, 1 start or, in a source, an unknown word, 2 the end; words from 3 on
    def __init__(self, size=64, n_steps=1000, seed=42):
        self.size = size
        self.n_steps = n_steps
        self.seed = seed

    def _numbers(self, sentence):
        return [self.source_number.get(word, 1) for word in sentence.split()] or [1]

    def _padded(self, rows):
        codes = torch.zeros((len(rows), max(len(row) for row in rows)), dtype=torch.int64)
        for i, row in enumerate(rows):
            codes[i, : len(row)] = torch.tensor(row)
        return codes, torch.tensor([len(row) for row in rows])

    def fit(self, pairs):
        torch.manual_seed(self.seed)
        rng = np.random.default_rng(self.seed)
        self.source_number, self.target_words = {}, ["", "", ""]
        target_number = {}
        for sentence, translation in pairs:
            for word in sentence.split():
                self.source_number.setdefault(word, len(self.source_number) + 3)
            for word in translation.split():
                if word not in target_number:
                    target_number[word] = len(self.target_words)
                    self.target_words.append(word)
        sources = [self._numbers(sentence) for sentence, _ in pairs]
        targets = [[target_number[word] for word in translation.split()] + [2] for _, translation in pairs]
        self.longest = 2 * max(len(row) for row in targets)
        self.net = PhraseNet(len(self.source_number) + 3, len(self.target_words), self.size)
        optimizer = torch.optim.Adam(self.net.parameters(), lr=0.01)
        self.net.train()
        order = []
        for step in range(self.n_steps):
            done = step / self.n_steps
            for group in optimizer.param_groups:
                group["lr"] = 0.01 * min(1.0, 0.1 + 9 * done, 1.65 - 1.6 * done)
            if not order:
                order = rng.permutation(len(pairs)).tolist()
            some, order = order[:32], order[32:]
            source, lengths = self._padded([sources[i] for i in some])
            target, _ = self._padded([targets[i] for i in some])
            inputs, _ = self._padded([[1] + targets[i][:-1] for i in some])
            logits, _ = self.net(source, lengths, inputs)
            log_probs = torch.log_softmax(logits, dim=2).gather(2, target[:, :, None])[:, :, 0]
            loss = -log_probs[target != 0].mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            optimizer.step()
        self.net.eval()
        return self

    def _write(self, sentence):
        source, lengths = self._padded([self._numbers(sentence)])
        tokens, rows = [1], []
        with torch.no_grad():
            for _ in range(self.longest):
                logits, weights = self.net(source, lengths, torch.tensor([tokens]))
                scores = logits[0, -1]
                scores[:2] = -math.inf
                token = int(scores.argmax())
                if token == 2:
                    break
                tokens.append(token)
                rows.append(weights[0, -1])
        words = [self.target_words[token] for token in tokens[1:]]
        table = torch.stack(rows) if rows else torch.zeros((0, source.shape[1]))
        return words, table.float()

    def translate(self, sentences):
        return [" ".join(self._write(sentence)[0]) for sentence in sentences]

    def alignment(self, sentence):
        return self._write(sentence)


# %% wrong: Attention
# Misconception: it is enough to set the weights of the padding to 0 after the softmax.
class Attention(nn.Module):
    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        weights = torch.softmax(queries @ self.W(keys).transpose(1, 2), dim=2)
        real = torch.arange(keys.shape[1])[None, :] < lengths[:, None]
        weights = weights * real[:, None, :]
        return weights @ keys, weights


# %% wrong: PhraseTranslator
# Misconception: translation goes word by word: each word has the word that it is most often seen with in the same
# place, and that is where it comes from.
class PhraseTranslator:
    def __init__(self, size=64, n_steps=1000, seed=42):
        self.size, self.n_steps, self.seed = size, n_steps, seed

    def fit(self, pairs):
        counts = {}
        for sentence, translation in pairs:
            for word, other in zip(sentence.split(), translation.split()):
                counts.setdefault(word, Counter())[other] += 1
        self.dictionary = {word: counter.most_common(1)[0][0] for word, counter in counts.items()}
        return self

    def translate(self, sentences):
        return [" ".join(self.dictionary.get(word, word) for word in sentence.split()) for sentence in sentences]

    def alignment(self, sentence):
        words = self.translate([sentence])[0].split()
        return words, torch.eye(len(words), len(sentence.split()))
