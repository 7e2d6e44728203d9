# %% right
# Intent: masked softmax of one matrix product for the layer; a bidirectional GRU whose outputs plus the word vectors are the keys, a GRU decoder that asks with its state, trained with teacher forcing and OneCycleLR.
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Attention(nn.Module):
    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        scores = queries @ self.W(keys).transpose(1, 2)
        padding = torch.arange(keys.shape[1], device=keys.device) >= lengths.to(keys.device)[:, None]
        weights = scores.masked_fill(padding[:, None], -torch.inf).softmax(dim=2)
        return weights @ keys, weights


class _Translator(nn.Module):
    def __init__(self, n_source, n_target, size):
        super().__init__()
        self.source_embedding = nn.Embedding(n_source, size)
        self.target_embedding = nn.Embedding(n_target, size)
        self.encoder = nn.GRU(size, size // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(size, size, batch_first=True)
        self.attention = Attention(size, size)
        self.head = nn.Sequential(nn.Linear(2 * size, size), nn.Tanh(), nn.Linear(size, n_target))

    def forward(self, source, lengths, inputs):
        embedded = self.source_embedding(source)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        memory, last = self.encoder(packed)
        keys = embedded + pad_packed_sequence(memory, batch_first=True, total_length=source.shape[1])[0]
        states, _ = self.decoder(self.target_embedding(inputs), torch.cat((last[0], last[1]), 1)[None].contiguous())
        context, weights = self.attention(states, keys, lengths)
        return self.head(torch.cat((states, context), dim=2)), weights


class PhraseTranslator:
    def __init__(self, size=64, n_steps=1000, seed=42):
        self.size, self.n_steps, self.seed = size, n_steps, seed

    def encode(self, sentences):
        # 0 padding, 1 begin or unknown, 2 end
        rows = [torch.tensor([self.number.get(word, 1) for word in s.split()]) for s in sentences]
        return pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])

    def fit(self, pairs):
        torch.manual_seed(self.seed)
        self.number = {w: i for i, w in enumerate(sorted({w for a, _ in pairs for w in a.split()}), start=3)}
        self.words = ["", "", "", *sorted({w for _, b in pairs for w in b.split()})]
        says = {w: i for i, w in enumerate(self.words)}
        source, lengths = self.encode([a for a, _ in pairs])
        rows = [torch.tensor([says[w] for w in b.split()] + [2]) for _, b in pairs]
        target = pad_sequence(rows, batch_first=True)
        inputs = F.pad(target[:, :-1], (1, 0), value=1)
        self.longest = target.shape[1] + 3
        self.model = _Translator(len(self.number) + 3, len(self.words), self.size)
        optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=self.n_steps + 1)
        for _ in range(self.n_steps):
            some = torch.randint(len(source), (32,))
            logits, _ = self.model(source[some], lengths[some], inputs[some])
            optimizer.zero_grad()
            F.cross_entropy(logits.flatten(0, 1), target[some].flatten(), ignore_index=0).backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        return self

    @torch.no_grad()
    def decode(self, sentences):
        self.model.eval()
        source, lengths = self.encode(sentences)
        inputs = torch.ones(len(source), 1, dtype=torch.int64)
        for _ in range(self.longest):
            logits, weights = self.model(source, lengths, inputs)
            logits[..., :2] = -torch.inf  # neither padding nor the beginning can be said
            inputs = torch.cat((inputs, logits[:, -1].argmax(1, keepdim=True)), dim=1)
        rows = [row[: row.index(2)] if 2 in row else row for row in inputs[:, 1:].tolist()]
        return [[self.words[i] for i in row] for row in rows], weights

    def translate(self, sentences):
        return [" ".join(words) for words in self.decode(sentences)[0]]

    def alignment(self, sentence):
        (words,), weights = self.decode([sentence])
        return words, weights[0, : len(words)]


# %% wrong: Attention
# Misconception: setting the scores of padding to zero takes it out of the softmax.
class Attention(nn.Module):
    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        real = torch.arange(keys.shape[1], device=keys.device) < lengths.to(keys.device)[:, None]
        weights = (queries @ self.W(keys).transpose(1, 2) * real[:, None]).softmax(dim=2)
        return weights @ keys, weights


# %% wrong: PhraseTranslator
# Misconception: the weights that belong to a word are those of the step at which the decoder reads it, not of the step that says it.
class PhraseTranslator(PhraseTranslator):
    def alignment(self, sentence):
        (words,), weights = self.decode([sentence])
        shifted = torch.cat((weights[0, 1:], weights[0, -1:]))
        return words, shifted[: len(words)]
