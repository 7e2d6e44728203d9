# %% right
# Intent: multiplicative attention by einsum with a length mask; around it a two-way encoder whose keys also carry the word's own
# embedding, and a decoder that looks with its state and speaks from the state and the context.
import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        scores = torch.einsum("btq,bsq->bts", queries, self.W(keys))
        real = torch.arange(keys.shape[1], device=keys.device) < lengths.to(keys.device)[:, None]
        weights = scores.masked_fill(~real[:, None, :], -torch.inf).softmax(dim=-1)
        return torch.einsum("bts,bsk->btk", weights, keys), weights


class _PhraseNet(nn.Module):
    def __init__(self, n_source, n_target, size):
        super().__init__()
        self.read = nn.Embedding(n_source, size)
        self.encoder = nn.GRU(size, size // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(size, size)
        self.write = nn.Embedding(n_target, size)
        self.decoder = nn.GRU(size, size, batch_first=True)
        self.look = Attention(size, 2 * size)
        self.mix = nn.Linear(3 * size, size)
        self.head = nn.Linear(size, n_target)

    def forward(self, source, lengths, inputs):
        words = self.read(source)
        packed = nn.utils.rnn.pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
        outputs, last = self.encoder(packed)
        around, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=source.shape[1])
        start = torch.tanh(self.bridge(torch.cat([last[0], last[1]], dim=-1)))[None]
        states, _ = self.decoder(self.write(inputs), start)
        context, weights = self.look(states, torch.cat([around, words], dim=-1), lengths)
        return self.head(torch.tanh(self.mix(torch.cat([states, context], dim=-1)))), weights


class PhraseTranslator:
    # numbers 0: padding, 1: begin (in the target) or unknown (in the source), 2: end
    def __init__(self, size=64, n_steps=1000, seed=42):
        self.size, self.n_steps, self.seed = size, n_steps, seed

    def fit(self, pairs):
        split = [(one.split(), other.split()) for one, other in pairs]
        self.source_words = {w: i for i, w in enumerate(sorted({w for one, _ in split for w in one}), start=3)}
        self.target_words = sorted({w for _, other in split for w in other})
        numbers = {w: i for i, w in enumerate(self.target_words, start=3)}
        self.longest = 2 * max(len(other) for _, other in split) + 2
        X, lengths = self._encode([one for one, _ in split])
        Y = nn.utils.rnn.pad_sequence(
            [torch.tensor([*(numbers[w] for w in other), 2]) for _, other in split], batch_first=True
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self.net = _PhraseNet(len(self.source_words) + 3, len(self.target_words) + 3, self.size)
            optimizer = torch.optim.Adam(self.net.parameters(), lr=0.01)
            warm = max(1, self.n_steps // 10)
            schedule = torch.optim.lr_scheduler.LambdaLR(
                optimizer,
                lambda step: min((step + 1) / warm, max(self.n_steps - step, 1) / max(self.n_steps - warm, 1)),
            )
            for _ in range(self.n_steps):
                rows = torch.randint(len(X), (32,))
                inputs = nn.functional.pad(Y[rows][:, :-1], (1, 0), value=1)
                logits, _ = self.net(X[rows], lengths[rows], inputs)
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), Y[rows].flatten(), ignore_index=0)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
                optimizer.step()
                schedule.step()
        self.net.eval()
        return self

    def _encode(self, sentences):
        rows = [torch.tensor([self.source_words.get(w, 1) for w in words] or [1]) for words in sentences]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])

    @torch.no_grad()
    def _say(self, sentences):
        source, lengths = self._encode([sentence.split() for sentence in sentences])
        inputs = torch.ones(len(source), 1, dtype=torch.int64)
        done = torch.zeros(len(source), dtype=torch.bool)
        for _ in range(self.longest):
            logits, weights = self.net(source, lengths, inputs)
            logits[..., :2] = -torch.inf  # neither padding nor the beginning is a word
            token = logits[:, -1].argmax(dim=-1)
            inputs = torch.cat([inputs, token[:, None]], dim=1)
            done |= token == 2
            if done.all():
                break
        said = [row[: row.index(2)] if 2 in row else row for row in inputs[:, 1:].tolist()]
        return [[self.target_words[token - 3] for token in row] for row in said], weights

    def translate(self, sentences):
        return [" ".join(words) for words in self._say(sentences)[0]] if len(sentences) else []

    def alignment(self, sentence):
        (words,), weights = self._say([sentence])
        return words, weights[0, : len(words)]


# %% wrong: Attention
# Misconception: a score of 0 means that a key is not looked at, so the scores of padding are set to 0 before the softmax.
class Attention(nn.Module):
    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        scores = torch.einsum("btq,bsq->bts", queries, self.W(keys))
        real = torch.arange(keys.shape[1]) < lengths[:, None]
        weights = (scores * real[:, None, :]).softmax(dim=-1)
        return torch.einsum("bts,bsk->btk", weights, keys), weights


# %% wrong: PhraseTranslator
# Misconception: the attention of a word of the translation is that of the step at which the decoder is given this word (and not
# that of the step before, at which it says it).
class PhraseTranslator(PhraseTranslator):
    @torch.no_grad()
    def alignment(self, sentence):
        (words,), _ = self._say([sentence])
        if not words:
            return words, torch.zeros(0, len(sentence.split()))
        source, lengths = self._encode([sentence.split()])
        given = torch.tensor([[1, *(self.target_words.index(word) + 3 for word in words)]])
        _, weights = self.net(source, lengths, given)
        return words, weights[0, 1:]
