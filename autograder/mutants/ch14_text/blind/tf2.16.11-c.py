# %% right
# Intent: the file is a header and slices of bytes, each seen through torch.frombuffer; the model is an embedding, a GRU and a linear
# layer; drawing masks all but the top k logits.
import json

import torch
from torch import nn


def read_safetensors(data):
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size].decode("utf-8"))
    body = data[8 + size :]

    def tensor(dtype, shape, data_offsets):
        begin, end = data_offsets
        if begin == end:
            return torch.empty(shape, dtype=KINDS[dtype])
        return torch.frombuffer(bytearray(body[begin:end]), dtype=KINDS[dtype]).reshape(shape)

    return {name: tensor(**entry) for name, entry in header.items() if name != "__metadata__"}


def make_blocks(tokens, length):
    tokens = torch.as_tensor(tokens, dtype=torch.int64)
    n = (len(tokens) - 1) // length
    return tokens[: n * length].view(n, length).clone(), tokens[1 : n * length + 1].view(n, length).clone()


class CharModel(nn.Module):
    def __init__(self, n_tokens, n_hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.rnn = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.head = nn.Linear(n_hidden, n_tokens)

    def forward(self, tokens):
        states, _ = self.rnn(self.embedding(tokens))
        return self.head(states)


def fit_characters(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    X, Y = make_blocks(tokens, length)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = CharModel(n_tokens, n_hidden)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(X)).split(8):
                loss = nn.functional.cross_entropy(model(X[rows]).flatten(0, 1), Y[rows].flatten())
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
    return model.eval()


@torch.no_grad()
def generate(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    generator = torch.Generator().manual_seed(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(n):
        logits = model(torch.tensor([tokens]))[0, -1].double().cpu()
        if temperature == 0:
            tokens.append(int(logits.argmax()))
            continue
        values, candidates = logits.topk(len(logits) if top_k is None else min(top_k, len(logits)))
        shares = (values / temperature).softmax(dim=0)
        tokens.append(int(candidates[torch.multinomial(shares, 1, generator=generator)]))
    return tokens


@torch.no_grad()
def perplexity(model, tokens):
    tokens = torch.as_tensor(tokens, dtype=torch.int64)
    logits = model(tokens[None])[0].double()
    return nn.functional.cross_entropy(logits[:-1], tokens[1:]).exp().item()


# %% wrong: generate
# Misconception: the hotter, the larger the differences: the logits are multiplied by the temperature.
@torch.no_grad()
def generate(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    generator = torch.Generator().manual_seed(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(n):
        logits = model(torch.tensor([tokens]))[0, -1].double().cpu()
        if temperature == 0:
            tokens.append(int(logits.argmax()))
            continue
        values, candidates = logits.topk(len(logits) if top_k is None else min(top_k, len(logits)))
        shares = (values * temperature).softmax(dim=0)
        tokens.append(int(candidates[torch.multinomial(shares, 1, generator=generator)]))
    return tokens


# %% wrong: perplexity
# Misconception: the output at a place belongs to the token at that place: logits and tokens are compared without a shift (the first
# token left out, as the statement says).
@torch.no_grad()
def perplexity(model, tokens):
    tokens = torch.as_tensor(tokens, dtype=torch.int64)
    logits = model(tokens[None])[0].double()
    return nn.functional.cross_entropy(logits[1:], tokens[1:]).exp().item()
