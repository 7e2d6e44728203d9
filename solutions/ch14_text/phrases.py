"""Chapter 14, translation with attention, word by word (tf2.16.10): the answers."""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device
from solutions.ch14_text.dates import decoder_inputs

TF2_16_10 = """
I trained my `PhraseTranslator`, of size 64 and with 600 steps, on 10,854 pairs of English and Spanish with four to six
words and signs, all of which occur five times or more; 300 others I kept back. Of these, it translates 10% exactly as
the other side has it, and of those that it has learned from 26%: it has by no means learned for long enough. The best
dictionary, one word for each word, made from how often words come together, gets 6% of the same 300.

The map of "that is not my fault ." is nearly all black and white. For "ese" and "es" it looks at "that" and "is", as
one would; then for "mi" it looks at "my", and passes over "not". So it says "ese es mi culpa .", the contrary of what
was meant, and the map shows where that was lost. In "that ' s not safe ." it says "no" in front of "es", looking at the
sign before the "s" both times: here two words change places.

It fails where it has to choose among words that are used alike ("tom is speaking" becomes "tom es nervioso"), and it
repeats itself ("podría estar estar durmiendo"). A figure of exact matches is strict, too: "tom no tuvo dinero" is a
fair translation of "tom had no money", and counts as wrong.
"""
TF2_16_10_RUBRIC = """
- 1 point: says what it was trained on, and its figure on pairs that were kept back
- 1 point: compares with something simple, or with the same network without attention
- 2 points: shows a map of attention and reads it: where words cross, or one stands for two
- 1 point: shows sentences on which it fails, and says why"""


class Attention(nn.Module):
    """A query looks at keys, and gets the mean of those it likes (multiplicative
    attention).

    The score of a query q and a key k is q · (W k), with a learned matrix W without
    bias.

    Parameters
    ----------
    n_query, n_key : sizes of a query and of a key.

    Attributes
    ----------
    W : ``nn.Linear(n_key, n_query, bias=False)``

    Examples
    --------
    >>> layer = Attention(n_query=4, n_key=6)
    >>> queries, keys = torch.rand(2, 3, 4), torch.rand(2, 5, 6)
    >>> context, weights = layer(queries, keys, torch.tensor([5, 2]))
    >>> context.shape, weights.shape
    (torch.Size([2, 3, 6]), torch.Size([2, 3, 5]))
    """

    def __init__(self, n_query: int, n_key: int) -> None:
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries: Tensor, keys: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return what each query gets, and from where.

        Parameters
        ----------
        queries : (B, T, n_query)
        keys : (B, S, n_key)
        lengths : (B,) int64, how many keys of each sequence are real, 1 or more: the
            others get a weight of 0.

        Returns
        -------
        context : (B, T, n_key), the means of the keys by weight.
        weights : (B, T, S), the softmax of the scores over the real keys.
        """
        scores = queries @ self.W(keys).mT  # (B, T, S)
        padding = torch.arange(keys.shape[1], device=keys.device) >= lengths[:, None].to(keys.device)
        weights = scores.masked_fill(padding[:, None], -torch.inf).softmax(dim=2)
        return weights @ keys, weights


class _Network(nn.Module):
    def __init__(self, n_source: int, n_target: int, size: int) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(n_source, size, padding_idx=0)
        self.encoder = nn.GRU(size, size // 2, batch_first=True, bidirectional=True)
        self.target_embedding = nn.Embedding(n_target, size)
        self.decoder = nn.GRU(size, size, batch_first=True)
        self.attention = Attention(size, size)
        self.out = nn.Linear(2 * size, n_target)

    def forward(self, source: Tensor, lengths: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
        packed = nn.utils.rnn.pack_padded_sequence(
            self.source_embedding(source), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        packed_states, last = self.encoder(packed)
        encoded, _ = nn.utils.rnn.pad_packed_sequence(packed_states, batch_first=True)  # (B, S, size)
        states, _ = self.decoder(self.target_embedding(inputs), torch.cat([last[0], last[1]], dim=1)[None])
        context, weights = self.attention(states, encoded, lengths)
        return self.out(torch.cat([states, context], dim=2)), weights


class PhraseTranslator:
    """A network with attention that is trained on pairs of sentences.

    Words are what stands between blanks.

    Parameters
    ----------
    size : of its vectors, even.
    n_steps : number of updates of its weights, each made with some 32 pairs.
    seed : decides everything that is left to chance.

    Examples
    --------
    >>> pairs = [("a b", "x y"), ("b a a", "y x x")]
    >>> translator = PhraseTranslator(size=8, n_steps=2).fit(pairs)
    >>> len(translator.translate(["a b", "b"]))
    2
    """

    def __init__(self, size: int = 64, n_steps: int = 1000, seed: int = 42) -> None:
        self.size, self.n_steps, self.seed = size, n_steps, seed

    def fit(self, pairs: Sequence[tuple[str, str]]) -> "PhraseTranslator":
        """Learn from pairs (sentence, translation) of one word or more. Returns the
        translator itself.
        """
        torch.manual_seed(self.seed)
        where = device()
        sources, targets = ([sentence.split() for sentence in side] for side in zip(*pairs, strict=True))
        self._source, self._target = _numbers(sources), _numbers(targets)
        self._longest = 2 * max(map(len, targets))
        source, lengths = self._encoded(sources)
        target = nn.utils.rnn.pad_sequence(
            [torch.tensor([self._target[word] for word in words] + [2]) for words in targets], batch_first=True
        )
        model = _Network(len(self._source) + 4, len(self._target) + 4, self.size).to(where)
        optimizer = torch.optim.Adam(model.parameters())
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=self.n_steps)
        for _ in range(self.n_steps):
            rows = torch.randint(len(source), (32,))
            longest, last = int(lengths[rows].max()), target[rows]
            logits, _ = model(source[rows, :longest].to(where), lengths[rows], decoder_inputs(last).to(where))
            loss = cross_entropy(logits.flatten(0, 1), last.flatten().to(where), ignore_index=0)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        self._model = model.cpu().eval()
        return self

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """Return the translation of each sentence: the likeliest word at each step,
        until the end. A sentence may have words that were in no pair. What becomes of a
        sentence does not depend on the others.
        """
        return [" ".join(self._decoded(sentence)[0]) for sentence in sentences]

    def alignment(self, sentence: str) -> tuple[list[str], Tensor]:
        """Return the words of the translation of a sentence, as `translate` gives them,
        and (words of the translation, words of the sentence) float32: how much the
        network looks at each word of the sentence where it says each of the
        translation. Each row sums to 1.
        """
        return self._decoded(sentence)

    def _encoded(self, sentences: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
        rows = [torch.tensor([self._source.get(word, 3) for word in words]) for words in sentences]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])

    def _decoded(self, sentence: str) -> tuple[list[str], Tensor]:
        source, lengths = self._encoded([sentence.split()])
        words, inputs = {number: word for word, number in self._target.items()}, [1]
        with torch.no_grad():
            while len(inputs) <= self._longest:
                logits, weights = self._model(source, lengths, torch.tensor([inputs]))
                logits[..., [0, 1, 3]] = -torch.inf  # what never stands in a translation
                token = int(logits[0, -1].argmax())
                if token == 2:
                    break
                inputs.append(token)
            weights = self._model(source, lengths, torch.tensor([inputs]))[1]
        return [words[token] for token in inputs[1:]], weights[0, : len(inputs) - 1]


def _numbers(sentences: Sequence[Sequence[str]]) -> dict[str, int]:
    counts = Counter(word for words in sentences for word in words)
    return {word: number for number, (word, _) in enumerate(counts.most_common(), start=4)}
