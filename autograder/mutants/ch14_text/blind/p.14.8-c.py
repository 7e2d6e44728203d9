# %% right
# Intent: a two-way packed GRU reads, a GRU writes; the decoder's context is either scaled dot-product attention over the encoder's
# states or the one vector of the source, broadcast over the steps. Greedy decoding calls the model again for every token.
from datetime import date, timedelta

import numpy as np
import torch
from torch import nn

PAD, START, END = 0, 1, 2


def make_dates(n, seed=42, first="1900-01-01", last="2099-12-31"):
    months = "January February March April May June July August September October November December".split()
    begin = date.fromisoformat(first)
    span = (date.fromisoformat(last) - begin).days + 1
    days = [begin + timedelta(days=int(k)) for k in np.random.default_rng(seed).integers(span, size=n)]
    return [f"{months[d.month - 1]} {d.day}, {d.year}" for d in days], [d.isoformat() for d in days]


def encode_texts(texts, letters, end=False):
    number = {letter: i for i, letter in enumerate(letters, start=3)}
    rows = [[number[letter] for letter in text] + [END] * end for text in texts]
    width = max([1, *map(len, rows)])
    return torch.tensor([row + [PAD] * (width - len(row)) for row in rows], dtype=torch.int64).reshape(len(rows), width)


def decoder_inputs(targets):
    return nn.functional.pad(targets[:, :-1], (1, 0), value=START)


class Seq2Seq(nn.Module):
    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__()
        self.attention = attention
        self.read = nn.Embedding(n_source, n_hidden)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(n_hidden, n_hidden)
        self.write = nn.Embedding(n_target, n_hidden)
        self.decoder = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.query = nn.Linear(n_hidden, n_hidden, bias=False)
        self.mix = nn.Linear(2 * n_hidden, n_hidden)
        self.head = nn.Linear(n_hidden, n_target)

    def _states(self, source, inputs):
        lengths = (source != PAD).sum(dim=1).clamp(min=1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.read(source), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        outputs, last = self.encoder(packed)
        keys, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=source.shape[1])
        vector = torch.cat([last[0], last[1]], dim=-1)
        states, _ = self.decoder(self.write(inputs), torch.tanh(self.bridge(vector))[None])
        return keys, vector, states

    def _weights(self, source, keys, states):
        scores = torch.einsum("bth,bsh->bts", self.query(states), keys) / keys.shape[-1] ** 0.5
        return scores.masked_fill((source == PAD)[:, None, :], -torch.inf).softmax(dim=-1)

    def forward(self, source, inputs):
        keys, vector, states = self._states(source, inputs)
        if self.attention:
            context = torch.einsum("bts,bsh->bth", self._weights(source, keys, states), keys)
        else:
            context = vector[:, None, :].expand_as(states)
        return self.head(torch.tanh(self.mix(torch.cat([states, context], dim=-1))))

    def attention_weights(self, source, inputs):
        keys, _, states = self._states(source, inputs)
        return self._weights(source, keys, states)


@torch.no_grad()
def greedy_decode(model, source, longest):
    inputs = torch.full((len(source), 1), START, dtype=torch.int64)
    done = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(longest):
        token = model(source, inputs)[:, -1].argmax(dim=-1)
        inputs = torch.cat([inputs, token[:, None]], dim=1)
        done |= token == END
        if done.all():
            break
    rows = inputs[:, 1:].tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def fit_dates(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    letters, signs = ("".join(sorted(set("".join(texts)))) for texts in (sources, targets))
    X, Y = encode_texts(sources, letters), encode_texts(targets, signs, end=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Seq2Seq(len(letters) + 3, len(signs) + 3, n_hidden, attention)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        warm = max(1, n_steps // 5)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / warm, max(n_steps - step, 1) / max(n_steps - warm, 1))
        )
        for _ in range(n_steps):
            rows = torch.randint(len(X), (64,))
            logits = model(X[rows], decoder_inputs(Y[rows]))
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), Y[rows].flatten(), ignore_index=PAD)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return {"model": model.eval(), "letters": letters, "signs": signs, "longest": Y.shape[1]}


def translate(translator, texts):
    source = encode_texts(texts, translator["letters"])
    found = greedy_decode(translator["model"], source, translator["longest"])
    return ["".join(translator["signs"][token - 3] for token in row if token > END) for row in found]


# %% wrong: decoder_inputs
# Misconception: teacher forcing means that the decoder gets the right token of the step that it is at, so its inputs are the targets,
# with START put in the place of the first.
def decoder_inputs(targets):
    inputs = targets.clone()
    inputs[:, 0] = START
    return inputs


# %% wrong: Seq2Seq
# Misconception: with padding_idx=0 padding is a vector of zeros, which makes no difference to a recurrent layer or to attention.
class Seq2Seq(nn.Module):
    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__()
        self.attention = attention
        self.read = nn.Embedding(n_source, n_hidden, padding_idx=0)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)
        self.write = nn.Embedding(n_target, n_hidden, padding_idx=0)
        self.decoder = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.mix = nn.Linear(2 * n_hidden, n_hidden)
        self.head = nn.Linear(n_hidden, n_target)

    def _parts(self, source, inputs):
        keys, last = self.encoder(self.read(source))
        vector = torch.cat([last[0], last[1]], dim=-1)
        states, _ = self.decoder(self.write(inputs), vector[None].contiguous())
        weights = (torch.einsum("bth,bsh->bts", states, keys) / keys.shape[-1] ** 0.5).softmax(dim=-1)
        return keys, vector, states, weights

    def forward(self, source, inputs):
        keys, vector, states, weights = self._parts(source, inputs)
        context = weights @ keys if self.attention else vector[:, None, :].expand_as(states)
        return self.head(torch.tanh(self.mix(torch.cat([states, context], dim=-1))))

    def attention_weights(self, source, inputs):
        return self._parts(source, inputs)[3]
