"""Chapter 14, a language model of characters (tf2.16.11): wrong answers, and right ones."""

import json
import math
import struct

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.characters import CharModel, fit_characters, generate, make_blocks, perplexity

NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4"}
TORCH = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
         "I64": torch.int64, "I32": torch.int32}  # fmt: skip

# ---------------------------------------------------------------- files, wrong


def _read(data, offset=0, kind=lambda name: TORCH[name]):
    (n,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + n])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        a, b = entry["data_offsets"]
        start = 8 + n + offset
        raw = bytearray(data[start + a : start + b])
        sizes, dtype = entry["shape"], kind(entry["dtype"])
        found[name] = torch.frombuffer(raw, dtype=dtype).reshape(sizes) if raw else torch.empty(sizes, dtype=dtype)
    return found


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_weights_are_read_from_a_file")
def counted_from_the_beginning(data):
    """You count the offsets from the beginning of the file: they are counted from the end of the JSON."""
    (n,) = struct.unpack("<Q", data[:8])
    return _read(data, offset=-8 - n)


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_weights_are_read_from_a_file")
def all_single_precision(data):
    """You turn all numbers into float32: each tensor keeps its own type."""
    return {name: value.float() for name, value in _read(data).items()}


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_weights_are_read_from_a_file")
def two_bytes_are_f16(data):
    """BF16 has two bytes as well, but another exponent than F16."""
    return _read(data, kind=lambda name: TORCH["F16" if name == "BF16" else name])


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_weights_are_read_from_a_file")
def in_the_headers_order(data):
    """You take the tensors one after the other in the header's order: each stands where its offsets say."""
    (n,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + n])
    header.pop("__metadata__", None)
    found, at = {}, 8 + n
    for name, entry in header.items():
        size = entry["data_offsets"][1] - entry["data_offsets"][0]
        found[name] = torch.frombuffer(bytearray(data[at : at + size]), dtype=TORCH[entry["dtype"]]).reshape(
            entry["shape"]
        )
        at += size
    return found


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_weights_are_read_from_a_file")
def flat_tensors(data):
    """Your tensors are flat: give them their shapes."""
    return {name: value.flatten() for name, value in _read(data).items()}


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_single_numbers_and_empty_tensors")
def empty_ones_left_out(data):
    """You leave out tensors that have no values: they have a name and a shape."""
    return {name: value for name, value in _read(data).items() if value.numel()}


@mutant("tf2.16.11", replaces="read_safetensors", fails="test_single_numbers_and_empty_tensors")
def single_numbers_in_a_list(data):
    """Where the shape is empty, you leave one dimension: a tensor with the shape [] has none."""
    return {name: value if value.dim() else value[None] for name, value in _read(data).items()}


# ---------------------------------------------------------------- blocks and models, wrong


@mutant("tf2.16.11", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def targets_are_inputs(tokens, length):
    """Your targets are the inputs themselves: each is the token that follows."""
    X, _ = make_blocks(tokens, length)
    return X, X.clone()


@mutant("tf2.16.11", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def overlapping_blocks(tokens, length):
    """Your blocks begin at every token, so that a text is there many times: each begins where the one before ends."""
    tokens = torch.as_tensor(tokens)
    X = tokens[:-1].unfold(0, length, 1)
    return X.clone(), tokens[1:].unfold(0, length, 1).clone()


@mutant("tf2.16.11", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def one_token_missing(tokens, length):
    """You cut blocks of inputs and target together, so that a token is lost between two blocks."""
    tokens = torch.as_tensor(tokens)
    n = len(tokens) // (length + 1)
    blocks = tokens[: n * (length + 1)].view(n, length + 1)
    return blocks[:, :-1], blocks[:, 1:]


@mutant("tf2.16.11", replaces="CharModel", fails="test_no_look_at_what_comes")
class ReadsBackwardsToo(nn.Module):
    """Your model reads in both directions, and so sees the token that it is asked for."""

    def __init__(self, n_tokens, n_hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.rnn = nn.GRU(n_hidden, n_hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * n_hidden, n_tokens)

    def forward(self, tokens):
        return self.out(self.rnn(self.embedding(tokens))[0])


@mutant("tf2.16.11", replaces="CharModel", fails="test_no_look_at_what_comes")
class LastTokenOnly(nn.Module):
    """Your model sees the last token only: it has to remember those before it."""

    def __init__(self, n_tokens, n_hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.out = nn.Linear(n_hidden, n_tokens)

    def forward(self, tokens):
        return self.out(torch.tanh(self.embedding(tokens)))


@mutant("tf2.16.11", replaces="CharModel", fails="test_all_of_the_char_model_can_learn")
class CharLayersInAList(CharModel):
    """Your layers are in a plain list, where the optimiser does not find them: use `nn.ModuleList`."""

    def __init__(self, n_tokens, n_hidden=64):
        super().__init__(n_tokens, n_hidden)
        self.more = [nn.GRU(n_hidden, n_hidden, batch_first=True)]

    def forward(self, tokens):
        return self.out(self.more[0](self.rnn(self.embedding(tokens))[0])[0])


def _trained(model, tokens, length, n_epochs, shift=1, lr=0.01, batch=16):
    tokens = torch.as_tensor(tokens)
    n = (len(tokens) - shift) // length
    X, Y = tokens[: n * length].view(n, length), tokens[shift : shift + n * length].view(n, length)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(n_epochs):
        if epoch == n_epochs - 2:
            optimizer.param_groups[0]["lr"] = lr / 4
        for rows in torch.randperm(n).split(batch):
            loss = cross_entropy(model(X[rows]).flatten(0, 1), Y[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


@naive("tf2.16.11", replaces="fit_characters", fails="test_reads_more_than_the_last_character")
def learns_nothing(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    """Your model's weights never change: does the optimiser have them, and do you call its `step`?"""
    torch.manual_seed(seed)
    return CharModel(n_tokens, n_hidden)


@naive("tf2.16.11", replaces="fit_characters", fails="test_reads_more_than_the_last_character")
def last_character_only(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    """Your model knows what follows each single character, and no more: it has to remember the one before."""
    torch.manual_seed(seed)
    return _trained(LastTokenOnly(n_tokens, n_hidden), tokens, length, n_epochs)


@mutant("tf2.16.11", replaces="fit_characters", fails="test_reads_more_than_the_last_character")
def shifted_twice(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    """Your targets are two tokens further on: one is enough. Are they shifted in the blocks and once more?"""
    torch.manual_seed(seed)
    return _trained(CharModel(n_tokens, n_hidden), tokens, length, n_epochs, shift=2)


@mutant("tf2.16.11", replaces="fit_characters", fails="test_seed_decides_the_char_model")
def one_model_for_all_seeds(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the model."""
    return fit_characters(tokens, n_tokens, length, n_hidden, n_epochs, 42)


# ---------------------------------------------------------------- writing, wrong


def _written(model, prompt, n, temperature, top_k, seed, last=None, draw=None):
    source = torch.Generator().manual_seed(seed)
    tokens = list(prompt)
    for _ in range(n):
        logits = model(torch.tensor([tokens[-last:] if last else tokens]))[0, -1]
        if temperature == 0:
            tokens.append(int(logits.argmax()))
            continue
        if top_k:
            logits = logits.masked_fill(logits < logits.topk(min(top_k, len(logits))).values[-1], -torch.inf)
        shares = (draw or (lambda logits: (logits / temperature).softmax(0)))(logits)
        tokens.append(int(torch.multinomial(shares, 1, generator=source)))
    return tokens


@mutant("tf2.16.11", replaces="generate", fails="test_likeliest_tokens_at_temperature_zero")
def one_token_for_a_prompt(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """You show the model the last token only: it gets all that is there already."""
    return _written(model, prompt, n, temperature, top_k, seed, last=1)


@mutant("tf2.16.11", replaces="generate", fails="test_likeliest_tokens_at_temperature_zero")
def without_the_prompt(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """You return the new tokens only: the prompt comes before them."""
    return generate(model, prompt, n, temperature, top_k, seed)[len(prompt) :]


@mutant("tf2.16.11", replaces="generate", fails="test_tokens_are_drawn_by_their_probabilities")
def always_the_likeliest(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """You take the likeliest token each time: draw one."""
    return generate(model, prompt, n, 0, top_k, seed)


@mutant("tf2.16.11", replaces="generate", fails="test_tokens_are_drawn_by_their_probabilities")
def temperature_times_logits(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """You multiply the logits by the temperature: it divides them."""
    return _written(model, prompt, n, temperature, top_k, seed, draw=lambda logits: (logits * temperature).softmax(0))


@mutant("tf2.16.11", replaces="generate", fails="test_only_the_likeliest_are_drawn")
def all_may_be_drawn(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """You don't heed `top_k`: the other tokens get a probability of 0."""
    return generate(model, prompt, n, temperature, None, seed)


@mutant("tf2.16.11", replaces="generate", fails="test_seed_decides_what_is_written")
def same_text_each_time(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """You begin with the same seed for each token, so that chance has no say from the second on."""
    tokens = list(prompt)
    for _ in range(n):
        tokens = generate(model, tokens, 1, temperature, top_k, seed)
    return tokens


@mutant("tf2.16.11", replaces="perplexity", fails="test_perplexity_of_a_text")
def mean_of_the_powers(model, tokens):
    """You take the mean of the perplexities of the tokens: e is raised to the mean loss."""
    text = torch.tensor([list(tokens)])
    losses = cross_entropy(model(text[:, :-1])[0], text[0, 1:], reduction="none")
    return float(losses.exp().mean())


@mutant("tf2.16.11", replaces="perplexity", fails="test_perplexity_of_a_text")
def mean_loss_itself(model, tokens):
    """That is the mean loss: the perplexity is e to it."""
    return math.log(perplexity(model, tokens))


@mutant("tf2.16.11", replaces="perplexity", fails="test_perplexity_of_a_text")
def two_to_the_loss(model, tokens):
    """You raise 2 to the loss: PyTorch's cross entropy has natural logarithms, so it is e."""
    return 2 ** math.log(perplexity(model, tokens))


@mutant("tf2.16.11", replaces="perplexity", fails="test_perplexity_of_a_text")
def without_a_shift(model, tokens):
    """You compare each token with the logits at its own place: those of the place before say what is to come."""
    text = torch.tensor([list(tokens)])
    return float(cross_entropy(model(text)[0, 1:], text[0, 1:]).exp())


# ---------------------------------------------------------------- right


@alternative("tf2.16.11", replaces="read_safetensors")
def by_numpy(data):
    """By NumPy; bfloat16 is the upper half of a float32."""
    view = memoryview(data)
    n = struct.unpack("<Q", view[:8])[0]
    body, found = view[8 + n :], {}
    for name, entry in json.loads(bytes(view[8 : 8 + n]).decode()).items():
        if name == "__metadata__":
            continue
        raw = bytes(body[slice(*entry["data_offsets"])])
        if entry["dtype"] == "BF16":
            halves = np.frombuffer(raw, "<u2").astype(np.uint32) << 16
            value = torch.from_numpy(halves.view(np.float32).copy()).bfloat16()
        else:
            value = torch.from_numpy(np.frombuffer(raw, NUMPY[entry["dtype"]]).copy())
        found[name] = value.reshape(entry["shape"])
    return found


@alternative("tf2.16.11", replaces="make_blocks")
def in_a_loop(tokens, length):
    """Block by block."""
    tokens = list(tokens)
    begins = [i for i in range(0, len(tokens), length) if i + length < len(tokens)]
    return tuple(torch.tensor([tokens[i + d : i + d + length] for i in begins]).long() for d in (0, 1))


class _Convolution(nn.Module):
    """A causal convolution over three tokens, and a layer on top."""

    def __init__(self, n_tokens, n_hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.conv = nn.Conv1d(n_hidden, n_hidden, 3)
        self.mix = nn.Linear(n_hidden, n_hidden)
        self.out = nn.Linear(n_hidden, n_tokens)

    def forward(self, tokens):
        X = self.embedding(tokens).mT
        X = torch.relu(self.conv(nn.functional.pad(X, (2, 0)))).mT
        return self.out(X + torch.tanh(self.mix(X)))


@alternative("tf2.16.11", replaces="CharModel")
class Convolved(_Convolution):
    """No recurrence: a causal convolution over three tokens."""


@alternative("tf2.16.11", replaces="fit_characters")
def convolution_learns(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    """The convolution, trained in two stages."""
    torch.manual_seed(seed)
    return _trained(_Convolution(n_tokens, n_hidden), tokens, length, n_epochs)


@alternative("tf2.16.11", replaces="generate")
def by_the_inverse(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    """Draws by NumPy, from the sorted probabilities."""
    rng = np.random.default_rng(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(n):
        logits = model(torch.tensor([tokens]))[0, -1].detach().double().numpy()
        order = np.argsort(-logits)[: top_k or None]
        weights = np.exp((logits[order] - logits[order[0]]) / (temperature or 1e-9))
        reached = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random())
        tokens.append(int(order[min(reached, len(order) - 1)]))
    return tokens


@alternative("tf2.16.11", replaces="perplexity")
def token_by_token(model, tokens):
    """Reads one more token each time."""
    chosen = [
        float(model(torch.tensor([list(tokens[:i])]))[0, -1].log_softmax(0)[tokens[i]]) for i in range(1, len(tokens))
    ]
    return math.exp(-sum(chosen) / len(chosen))
