# %% right
# Intent: a bidirectional GRU encoder on packed sequences, a GRU decoder that is given the encoder's summary at each step, and torch's MultiheadAttention (one head) between them; OneCycleLR up to 0.01.
from datetime import date

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


def make_dates(n, seed=42, first="1900-01-01", last="2099-12-31"):
    low, high = (date.fromisoformat(day).toordinal() for day in (first, last))
    days = [date.fromordinal(int(i)) for i in np.random.default_rng(seed).integers(low, high + 1, n)]
    return [f"{day:%B} {day.day}, {day.year}" for day in days], [day.isoformat() for day in days]


def encode_texts(texts, letters, end=False):
    number = {letter: i for i, letter in enumerate(letters, start=3)}
    rows = [[number[letter] for letter in text] + [END] * end for text in texts]
    return pad_sequence([torch.tensor(row or [PAD]) for row in rows], batch_first=True, padding_value=PAD)


def decoder_inputs(targets):
    return F.pad(targets[:, :-1], (1, 0), value=START)


class Seq2Seq(nn.Module):
    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__()
        self.source_embedding = nn.Embedding(n_source, n_hidden, padding_idx=PAD)
        self.target_embedding = nn.Embedding(n_target, n_hidden)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(2 * n_hidden, n_hidden, batch_first=True)
        self.attention = nn.MultiheadAttention(n_hidden, 1, batch_first=True) if attention else None
        self.head = nn.Linear((1 + attention) * n_hidden, n_target)

    def run(self, source, inputs):
        lengths = (source != PAD).sum(1).cpu()
        packed = pack_padded_sequence(self.source_embedding(source), lengths, batch_first=True, enforce_sorted=False)
        memory, last = self.encoder(packed)
        memory, _ = pad_packed_sequence(memory, batch_first=True, total_length=source.shape[1])
        summary = torch.cat((last[0], last[1]), dim=1)
        embedded = self.target_embedding(inputs)
        given = torch.cat((embedded, summary[:, None].expand(-1, inputs.shape[1], -1)), dim=2)
        states, _ = self.decoder(given, summary[None].contiguous())
        if self.attention is None:
            return states, None
        context, weights = self.attention(states, memory, memory, key_padding_mask=source == PAD)
        return torch.cat((states, context), dim=2), weights

    def forward(self, source, inputs):
        return self.head(self.run(source, inputs)[0])

    def attention_weights(self, source, inputs):
        return self.run(source, inputs)[1]


@torch.no_grad()
def greedy_decode(model, source, longest):
    model.eval()
    inputs = torch.full((len(source), 1), START, dtype=torch.int64, device=source.device)
    for _ in range(longest):
        inputs = torch.cat((inputs, model(source, inputs)[:, -1].argmax(1, keepdim=True)), dim=1)
    rows = inputs[:, 1:].tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def fit_dates(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    torch.manual_seed(seed)
    letters, signs = ("".join(sorted(set("".join(texts)))) for texts in (sources, targets))
    source, target = encode_texts(sources, letters), encode_texts(targets, signs, end=True)
    model = Seq2Seq(len(letters) + 3, len(signs) + 3, n_hidden, attention)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps + 1)
    for _ in range(n_steps):
        rows = torch.randint(len(source), (64,))
        logits = model(source[rows], decoder_inputs(target[rows]))
        optimizer.zero_grad()
        F.cross_entropy(logits.flatten(0, 1), target[rows].flatten(), ignore_index=PAD).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return {"model": model.eval(), "letters": letters, "signs": signs, "longest": target.shape[1] + 2}


def translate(translator, texts):
    source = encode_texts(texts, translator["letters"])
    rows = greedy_decode(translator["model"], source, translator["longest"])
    return ["".join(translator["signs"][token - 3] for token in row if token > END) for row in rows]


# %% wrong: decoder_inputs
# Misconception: teacher forcing means that the decoder is given the right token of the very step at which it has to say it.
def decoder_inputs(targets):
    return targets.clone()


# %% wrong: Seq2Seq
# Misconception: the network learns by itself to overlook padding, so the encoder may just read it, and attention needs no mask.
class Seq2Seq(nn.Module):
    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__()
        self.source_embedding = nn.Embedding(n_source, n_hidden)
        self.target_embedding = nn.Embedding(n_target, n_hidden)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(2 * n_hidden, n_hidden, batch_first=True)
        self.attention = nn.MultiheadAttention(n_hidden, 1, batch_first=True) if attention else None
        self.head = nn.Linear((1 + attention) * n_hidden, n_target)

    def run(self, source, inputs):
        memory, last = self.encoder(self.source_embedding(source))
        summary = torch.cat((last[0], last[1]), dim=1)
        embedded = self.target_embedding(inputs)
        given = torch.cat((embedded, summary[:, None].expand(-1, inputs.shape[1], -1)), dim=2)
        states, _ = self.decoder(given, summary[None].contiguous())
        if self.attention is None:
            return states, None
        context, weights = self.attention(states, memory, memory)
        return torch.cat((states, context), dim=2), weights

    def forward(self, source, inputs):
        return self.head(self.run(source, inputs)[0])

    def attention_weights(self, source, inputs):
        return self.run(source, inputs)[1]
