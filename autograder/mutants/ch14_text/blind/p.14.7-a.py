# %% right
# Intent: walks with one random generator, one arrow at a time; the embedded grammar holds the inner one twice, once for
# T and once for P, with states numbered anew; the net is a GRU whose state after the last letter goes to one output.
def walks(grammar, n, seed=42):
    rng = np.random.default_rng(seed)
    strings = []
    for _ in range(n):
        state, symbols = 0, []
        while state in grammar and len(grammar[state]) > 0:
            arrows = grammar[state]
            symbol, state = arrows[int(rng.integers(len(arrows)))]
            symbols.append(symbol)
        strings.append("".join(symbols))
    return strings


def accepts(grammar, string):
    state = 0
    for sign in string:
        following = None
        for symbol, target in grammar.get(state, ()):
            if symbol == sign:
                following = target
                break
        if following is None:
            return False
        state = following
    return len(grammar.get(state, ())) == 0


def embedded(grammar):
    states = []
    for state in grammar:
        if state not in states:
            states.append(state)
        for _, target in grammar[state]:
            if target not in states:
                states.append(target)
    number = {state: i for i, state in enumerate(states)}
    before_end = 2 + 2 * len(states)
    end = before_end + 1
    whole = {0: [("B", 1)], before_end: [("E", end)]}
    first = {}
    for k, outer in enumerate("TP"):
        shift = 2 + k * len(states)
        first[outer] = shift + number[0]
        for state in states:
            arrows = grammar.get(state, ())
            if len(arrows) > 0:
                whole[shift + number[state]] = [(symbol, shift + number[target]) for symbol, target in arrows]
            else:
                whole[shift + number[state]] = [(outer, before_end)]
    whole[1] = [("T", first["T"]), ("P", first["P"])]
    return whole


def reber_examples(grammar, n, seed=42):
    rng = np.random.default_rng(seed)
    whole = embedded(grammar)
    alphabet = sorted({symbol for arrows in whole.values() for symbol, _ in arrows})
    n_right = n // 2
    n_outer = (n - n_right) // 2
    strings = walks(whole, n, seed=int(rng.integers(2**31)))
    labels = np.zeros(n, dtype=np.int64)
    labels[:n_right] = 1
    for i in range(n_right, n):
        string = strings[i]
        if i < n_right + n_outer:
            strings[i] = string[:-2] + ("P" if string[-2] == "T" else "T") + string[-1]
            continue
        changed = string
        while accepts(whole, changed):
            place = int(rng.integers(len(string)))
            others = [symbol for symbol in alphabet if symbol != string[place]]
            changed = string[:place] + others[int(rng.integers(len(others)))] + string[place + 1 :]
        strings[i] = changed
    order = rng.permutation(n)
    return [strings[i] for i in order], labels[order]


def encode_strings(strings):
    lengths = [len(string) for string in strings]
    codes = np.zeros((len(strings), max(lengths)), dtype=np.int64)
    for i, string in enumerate(strings):
        for t, letter in enumerate(string):
            codes[i, t] = ord(letter) - ord("A") + 1
    return torch.from_numpy(codes), torch.tensor(lengths, dtype=torch.int64)


class StringNet(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.letters = nn.Embedding(27, 16)
        self.memory = nn.GRU(16, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, codes, lengths):
        states, _ = self.memory(self.letters(codes))
        rows = torch.arange(len(codes), device=codes.device)
        last = states[rows, lengths.to(codes.device) - 1]
        return self.out(last)[:, 0]


def fit_strings(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = StringNet(n_hidden)
    codes, lengths = encode_strings(strings)
    y = torch.tensor(np.asarray(labels, dtype=np.float32))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.015)
    net.train()
    order = []
    for step in range(n_steps):
        # falls to a tenth in the last half
        share = step / max(n_steps, 1)
        for group in optimizer.param_groups:
            group["lr"] = 0.015 if share < 0.5 else 0.015 * (1 - 1.8 * (share - 0.5))
        if len(order) < min(64, len(strings)):
            order = list(rng.permutation(len(strings)))
        some, order = order[:64], order[64:]
        longest = int(lengths[some].max())
        z = net(codes[some][:, :longest], lengths[some])
        loss = nn.functional.softplus(-(2 * y[some] - 1) * z).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net.eval()


def valid_probability(model, strings):
    model.eval()
    found = []
    with torch.no_grad():
        for start in range(0, len(strings), 200):
            z = model(*encode_strings(strings[start : start + 200]))
            found.append(torch.sigmoid(z).numpy())
    return np.concatenate(found).astype(np.float32)


# %% wrong: embedded
# Misconception: the inner grammar is needed once only, since it is the same after T and after P; at its end the outer
# symbol is written down once more.
def embedded(grammar):
    states = sorted(set(grammar) | {target for arrows in grammar.values() for _, target in arrows})
    number = {state: i + 2 for i, state in enumerate(states)}
    last = len(states) + 2
    whole = {0: [("B", 1)], 1: [("T", number[0]), ("P", number[0])], last: [("E", last + 1)]}
    for state in states:
        arrows = grammar.get(state, ())
        whole[number[state]] = [(symbol, number[target]) for symbol, target in arrows] or [("T", last), ("P", last)]
    return whole


# %% wrong: StringNet
# Misconception: a recurrent layer's last output is in the last column, so this has read each string to its end.
class StringNet(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.letters = nn.Embedding(27, 16, padding_idx=0)
        self.memory = nn.GRU(16, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, codes, lengths):
        states, _ = self.memory(self.letters(codes))
        return self.out(states[:, -1])[:, 0]
