"""Chapter 14, dates from words to digits (p.14.8): wrong answers, and right ones."""

import calendar
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot
from torch.nn.utils.rnn import pad_sequence

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.dates import (
    Seq2Seq,
    decoder_inputs,
    encode_texts,
    fit_dates,
    greedy_decode,
    make_dates,
    translate,
)

# ---------------------------------------------------------------- dates and numbers, wrong


@mutant("p.14.8", replaces="make_dates", fails="test_dates_in_words_and_digits")
def zero_in_front(n, seed=42, first="1900-01-01", last="2099-12-31"):
    """Small days have a zero in front with you, in the words: April 2 is not April 02."""
    _, digits = make_dates(n, seed, first, last)
    return [f"{date.fromisoformat(digit):%B %d, %Y}" for digit in digits], digits


@mutant("p.14.8", replaces="make_dates", fails="test_dates_in_words_and_digits")
def any_day_of_any_month(n, seed=42, first="1900-01-01", last="2099-12-31"):
    """You draw year, month and day by themselves, and get days such as February 30."""
    rng = np.random.default_rng(seed)
    years = rng.integers(int(first[:4]), int(last[:4]) + 1, n)
    rows = list(zip(years, rng.integers(1, 13, n), rng.integers(1, 32, n), strict=True))
    return [f"{calendar.month_name[m]} {d}, {y}" for y, m, d in rows], [f"{y}-{m:02d}-{d:02d}" for y, m, d in rows]


@mutant("p.14.8", replaces="make_dates", fails="test_each_day_is_equally_likely")
def never_the_last_day(n, seed=42, first="1900-01-01", last="2099-12-31"):
    """Your last day never comes: it is included."""
    last = (pd.Timestamp(last) - pd.Timedelta(days=1)).date().isoformat()
    return make_dates(n, seed, first, max(first, last))


@mutant("p.14.8", replaces="encode_texts", fails="test_texts_as_numbers_of_letters")
def no_room_for_end(texts, letters, end=False):
    """You number letters from 1 on: START and END have the numbers 1 and 2."""
    codes = encode_texts(texts, letters, end)
    return torch.where(codes >= 3, codes - 2, codes)


@mutant("p.14.8", replaces="encode_texts", fails="test_texts_as_numbers_of_letters")
def end_after_the_padding(texts, letters, end=False):
    """You put END behind the padding: it comes right after each text."""
    codes = encode_texts(texts, letters)
    return torch.cat([codes, torch.full_like(codes[:, :1], 2)], dim=1) if end else codes


@mutant("p.14.8", replaces="decoder_inputs", fails="test_teacher_forcing_is_one_step_behind")
def the_answer_itself(targets):
    """You hand the decoder what it is to say at the same step: it is to know the token before that."""
    return targets.clone()


@mutant("p.14.8", replaces="decoder_inputs", fails="test_teacher_forcing_is_one_step_behind")
def start_in_the_firsts_place(targets):
    """You put START in the place of the first token, and leave the others where they are: all move on by one step."""
    return torch.cat([torch.ones_like(targets[:, :1]), targets[:, 1:]], dim=1)


@mutant("p.14.8", replaces="decoder_inputs", fails="test_teacher_forcing_is_one_step_behind")
def one_step_longer(targets):
    """You put START in front and leave the last token there: the inputs are as long as the targets."""
    return torch.cat([torch.ones_like(targets[:, :1]), targets], dim=1)


@mutant("p.14.8", replaces="decoder_inputs", fails="test_teacher_forcing_is_one_step_behind")
def in_the_targets_themselves(targets):
    """You write into the targets: make a new tensor."""
    targets[:, 1:] = targets[:, :-1].clone()
    targets[:, 0] = 1
    return targets


# ---------------------------------------------------------------- networks, wrong


@mutant("p.14.8", replaces="Seq2Seq", fails="test_no_peeking_at_the_target")
class DecoderReadsBackwards(Seq2Seq):
    """Your decoder reads its inputs backwards, too, and so sees the answer: in use there is none."""

    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__(n_source, n_target, n_hidden, attention)
        self.back = nn.GRU(n_hidden, n_hidden, batch_first=True)

    def _states(self, source, inputs):
        encoded, states = super()._states(source, inputs)
        return encoded, states + self.back(self.target_embedding(inputs).flip(1))[0].flip(1)


@mutant("p.14.8", replaces="Seq2Seq", fails="test_no_peeking_at_the_target")
class AttentionOverTheTarget(Seq2Seq):
    """Your states look at each other in both directions: a mask keeps each step from looking ahead."""

    def _states(self, source, inputs):
        encoded, states = super()._states(source, inputs)
        return encoded, states + (states @ states.mT).softmax(dim=2) @ states


@mutant("p.14.8", replaces="Seq2Seq", fails="test_source_matters_and_padding_does_not")
class SummaryOfThePadding(Seq2Seq):
    """Your decoder begins with the state after the padding: take the one after the source's last token."""

    def _states(self, source, inputs):
        encoded, last = self.encoder(self.source_embedding(source))
        return encoded, self.decoder(self.target_embedding(inputs), last)[0]


@mutant("p.14.8", replaces="Seq2Seq", fails="test_attention_is_shared_among_real_tokens")
class PaddingGetsAttention(Seq2Seq):
    """Padding gets some of your attention: set its scores to minus infinity before softmax."""

    def attention_weights(self, source, inputs):
        encoded, states = self._states(source, inputs)
        return (states @ encoded.mT).softmax(dim=2)


@mutant("p.14.8", replaces="Seq2Seq", fails="test_attention_is_shared_among_real_tokens")
class SharedAmongSteps(Seq2Seq):
    """Your softmax goes over the decoder's steps: the weights of each step sum to 1 over the source."""

    def _weights(self, encoded, states, source):
        return (states @ encoded.mT).softmax(dim=1).masked_fill(source[:, None] == 0, 0.0)


@mutant("p.14.8", replaces="Seq2Seq", fails="test_both_networks_can_learn")
class DateLayersInAList(Seq2Seq):
    """Your layers are in a plain list, where the optimiser does not find them: use `nn.ModuleList`."""

    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__(n_source, n_target, n_hidden, attention)
        self.hidden = [nn.Linear(n_hidden, n_hidden)]

    def _states(self, source, inputs):
        encoded, states = super()._states(source, inputs)
        return encoded, torch.tanh(self.hidden[0](states))


# ---------------------------------------------------------------- decoding and training, wrong


@mutant("p.14.8", replaces="greedy_decode", fails="test_says_the_likeliest_token_of_its_own")
def always_start(model, source, longest):
    """You give the decoder START at each step: from the second on, it gets what it has said."""
    tokens = torch.ones(len(source), 1, dtype=torch.int64)
    rows = []
    for _ in range(longest):
        rows.append(model(source, tokens)[:, -1].argmax(1))
    found = torch.stack(rows, dim=1).tolist()
    return [row[: row.index(2)] if 2 in row else row for row in found]


@mutant("p.14.8", replaces="greedy_decode", fails="test_says_the_likeliest_token_of_its_own")
def says_more_after_the_end(model, source, longest):
    """You go on after END: what comes then is no part of the answer."""
    tokens = torch.ones(len(source), 1, dtype=torch.int64)
    with torch.no_grad():
        for _ in range(longest):
            tokens = torch.cat([tokens, model(source, tokens)[:, -1].argmax(1, keepdim=True)], dim=1)
    return [[token for token in row if token != 2] for row in tokens[:, 1:].tolist()]


@mutant("p.14.8", replaces="greedy_decode", fails="test_says_the_likeliest_token_of_its_own")
def first_logits_each_time(model, source, longest):
    """You read the logits of the first step each time: the newest are the last ones."""
    tokens = torch.ones(len(source), 1, dtype=torch.int64)
    with torch.no_grad():
        for _ in range(longest):
            tokens = torch.cat([tokens, model(source, tokens)[:, 0].argmax(1, keepdim=True)], dim=1)
    return [row[: row.index(2)] if 2 in row else row for row in tokens[:, 1:].tolist()]


def _known_nearest(known, texts):
    alike = [[sum(map(str.__eq__, text, other)) for other in known.table] for text in texts]
    answers = list(known.table.values())
    return [answers[int(np.argmax(row))] for row in alike]


@naive("p.14.8", replaces="fit_dates", fails=["test_translates_with_attention", "test_translates_without_attention"],
       also={"translate": _known_nearest})  # fmt: skip
def nearest_known(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    """You say what the most similar date of the training set was: a new date has a new answer."""
    return SimpleNamespace(table=dict(zip(sources, targets, strict=True)), seed=seed)


@naive("p.14.8", replaces="fit_dates", fails="test_translates_with_attention")
def no_attention(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    """You leave attention out, whatever is asked for: it learns the same in far fewer steps."""
    return fit_dates(sources, targets, False, n_hidden, n_steps, seed)


@naive("p.14.8", replaces="fit_dates", fails="test_translates_without_attention")
def slow_steps(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    """With a learning rate of 0.001, so few steps don't get far: try a larger one."""
    return _trained(Seq2Seq, sources, targets, attention, n_hidden, n_steps, seed, lr=0.001)


@mutant("p.14.8", replaces="translate", fails="test_a_text_alone_is_translated_as_among_others")
def first_text_decides(translator, texts):
    """Your translations depend on the other texts: each stands for itself."""
    return [translate(translator, texts)[0]] * len(texts)


@mutant("p.14.8", replaces="fit_dates", fails="test_seed_decides_the_translator")
def one_translator_for_all_seeds(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the model."""
    return fit_dates(sources, targets, attention, n_hidden, n_steps, 42)


# ---------------------------------------------------------------- right


@alternative("p.14.8", replaces="make_dates")
def with_pandas(n, seed=42, first="1900-01-01", last="2099-12-31"):
    """By a range of pandas' days."""
    days = pd.date_range(first, last).to_series().sample(n, replace=True, random_state=seed)
    return [f"{day.month_name()} {day.day}, {day.year}" for day in days], days.dt.strftime("%Y-%m-%d").tolist()


@alternative("p.14.8", replaces="encode_texts")
def text_by_text(texts, letters, end=False):
    """By PyTorch's padding."""
    rows = [torch.tensor([letters.index(letter) + 3 for letter in text] + [2][: int(end)] or [0]) for text in texts]
    return pad_sequence(rows, batch_first=True).long()


class _Cells(nn.Module):
    """LSTM cells, one step at a time; the encoder reads both ways, and attention feeds the next step."""

    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__()
        self.attention, self.n_target = attention, n_target
        self.embedding = nn.Embedding(n_source, n_hidden, padding_idx=0)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)
        self.cell = nn.GRUCell(n_target + (n_hidden if attention else 0), n_hidden)
        self.score = nn.Linear(n_hidden, n_hidden, bias=False)
        self.out = nn.Linear((2 if attention else 1) * n_hidden, n_target)
        if not attention:
            del self.score

    def _steps(self, source, inputs):
        lengths = (source != 0).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(source), lengths, batch_first=True, enforce_sorted=False
        )
        packed, last = self.encoder(packed)
        encoded, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=source.shape[1])
        state, logits, weights = torch.cat([*last], dim=1), [], []
        context = torch.zeros_like(state)
        for tokens in one_hot(inputs, self.n_target).float().unbind(1):
            state = self.cell(torch.cat([tokens, context], dim=1) if self.attention else tokens, state)
            if self.attention:
                scores = (encoded @ self.score(state)[..., None])[..., 0].masked_fill(source == 0, -torch.inf)
                weights.append(scores.softmax(dim=1))
                context = (weights[-1][..., None] * encoded).sum(dim=1)
            logits.append(self.out(torch.cat([state, context], dim=1) if self.attention else state))
        return torch.stack(logits, dim=1), weights

    def forward(self, source, inputs):
        return self._steps(source, inputs)[0]

    def attention_weights(self, source, inputs):
        return torch.stack(self._steps(source, inputs)[1], dim=1)


@alternative("p.14.8", replaces="Seq2Seq")
class StepByStep(_Cells):
    """Cells, one step at a time, and one-hot inputs."""


class _ReadsBothWays(Seq2Seq):
    """A GRU that reads both ways under the states, and scores with a matrix."""

    def __init__(self, n_source, n_target, n_hidden=64, attention=True):
        super().__init__(n_source, n_target, n_hidden, attention)
        self.encoder = nn.GRU(n_hidden, n_hidden // 2, batch_first=True, bidirectional=True)

    def _states(self, source, inputs):
        lengths = (source != 0).sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            self.source_embedding(source), lengths, batch_first=True, enforce_sorted=False
        )
        packed, last = self.encoder(packed)
        encoded, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=source.shape[1])
        states, _ = self.decoder(self.target_embedding(inputs), torch.cat([*last], dim=1)[None])
        return encoded, states


def _trained(make, sources, targets, attention, n_hidden, n_steps, seed, lr=0.01):
    torch.manual_seed(seed)
    letters, signs = ("".join(sorted(set("".join(texts)))) for texts in (sources, targets))
    source, target = encode_texts(sources, letters), encode_texts(targets, signs, end=True)
    model = make(len(letters) + 3, len(signs) + 3, n_hidden, attention)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=n_steps)
    order = torch.randperm(len(source))
    for step in range(n_steps):
        rows = order[torch.arange(64 * step, 64 * step + 64) % len(order)]
        loss = cross_entropy(model(source[rows], decoder_inputs(target[rows])).mT, target[rows], ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return SimpleNamespace(model=model, source=letters, target=signs, longest=target.shape[1])


def _said(translator, texts):
    rows = greedy_decode(translator.model, encode_texts(texts, translator.source), translator.longest)
    return ["".join(translator.target[token - 3] for token in row if token >= 3) for row in rows]


@alternative("p.14.8", replaces="fit_dates", also={"translate": _said})
def reads_both_ways(sources, targets, attention=True, n_hidden=64, n_steps=2000, seed=42):
    """An encoder that reads both ways."""
    return _trained(_ReadsBothWays, sources, targets, attention, n_hidden, n_steps, seed)


@alternative("p.14.8", replaces="greedy_decode")
def one_source_at_a_time(model, source, longest):
    """In a loop over the sources, which stops at END."""
    model.eval()
    found = []
    with torch.no_grad():
        for row in source:
            tokens = [1]
            while len(tokens) <= longest:
                following = int(model(row[row != 0][None], torch.tensor([tokens]))[0, -1].argmax())
                if following == 2:
                    break
                tokens.append(following)
            found.append(tokens[1:])
    return found
