# %% right
# Intent: A GRU reads for each place the note there, the note that the coming voice had in the chord before, and which
# voice is to come; it says how likely that note is held. Trained with Adam on random batches, with dropout only in fit.
N_VOICES = 4
CONTEXT_CHORDS = 32


def _to_ids(pitches: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(pitches, dtype=np.int64).reshape(-1, N_VOICES)
    return np.where(array == 0, 0, array - LOWEST + 1)


def _to_pitch(note: int) -> int:
    return 0 if note == 0 else note + LOWEST - 1


def make_windows(chorales: Sequence[ArrayLike], length: int, shift: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows_x: list[NDArray[np.int64]] = []
    rows_y: list[NDArray[np.int64]] = []
    for chorale in chorales:
        ids = _to_ids(chorale)
        begin = 0
        while begin + length <= len(ids):
            notes = ids[begin : begin + length].reshape(-1)
            rows_x.append(notes[:-1])
            rows_y.append(notes[1:])
            begin += shift
    if not rows_x:
        empty = np.zeros((0, N_VOICES * length - 1), dtype=np.int64)
        return empty, empty.copy()
    return np.stack(rows_x), np.stack(rows_y)


class ChoraleNet(nn.Module):
    def __init__(self, hidden: int = 128) -> None:
        super().__init__()
        n_embedded = max(hidden // 2, 8)
        self.note = nn.Embedding(N_NOTES, n_embedded)
        self.same_voice = nn.Embedding(N_NOTES + 1, n_embedded)  # one more: there is no chord before
        self.voice = nn.Embedding(N_VOICES, 4)
        self.recurrent = nn.GRU(2 * n_embedded + 4, hidden, batch_first=True)
        self.head = nn.Linear(hidden, N_NOTES)
        self.hold = nn.Linear(hidden, 1)  # how much speaks for holding the note of the chord before
        self.dropout = nn.Dropout(0.0)  # fit_chorales turns it up while it trains

    def forward(self, notes: Tensor) -> Tensor:
        n_batch, n_places = notes.shape
        # The note to come after place t is place t + 1; its voice sang last at place t - 3.
        nothing = torch.full((n_batch, N_VOICES - 1), N_NOTES, dtype=notes.dtype, device=notes.device)
        earlier = torch.cat([nothing, notes], dim=1)[:, :n_places]
        voices = torch.arange(n_places, device=notes.device) % N_VOICES
        voices = voices.unsqueeze(0).expand(n_batch, n_places)
        inputs = torch.cat([self.note(notes), self.same_voice(earlier), self.voice(voices)], dim=2)
        states, _ = self.recurrent(self.dropout(inputs))
        states = self.dropout(states)
        held = nn.functional.one_hot(earlier, N_NOTES + 1)[:, :, :N_NOTES].to(states.dtype)
        return self.head(states) + 4.0 * torch.exp(self.hold(states)) * held


def _set_dropout(net: nn.Module, share: float) -> None:
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = share


def fit_chorales(
    chorales: Sequence[ArrayLike], length: int = 32, hidden: int = 128, n_steps: int = 1000, seed: int = 42
) -> ChoraleNet:
    longest = max((len(chorale) for chorale in chorales), default=0)
    length = min(length, longest)  # so that there is a window even if all pieces are short
    if length < 1:
        raise ValueError("there is nothing to learn from")
    X_all, Y_all = make_windows(chorales, length, max(length // 4, 1))
    X, Y = torch.from_numpy(X_all), torch.from_numpy(Y_all)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = ChoraleNet(hidden)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
        net.train()
        _set_dropout(net, 0.2)
        for _ in range(n_steps):
            rows = torch.randint(len(X), (32,))
            logits = net(X[rows])
            loss = nn.functional.cross_entropy(logits.reshape(-1, N_NOTES), Y[rows].reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
    _set_dropout(net, 0.0)
    return net.eval()


def _draw(logits: Tensor, temperature: float, generator: torch.Generator) -> int:
    scores = logits[:N_NOTES].double()
    if temperature <= 0:
        return int(scores.argmax())
    scores = (scores - scores.max()) / temperature
    return int(torch.multinomial(torch.softmax(scores, dim=0), 1, generator=generator))


def generate(
    model: nn.Module, chords: ArrayLike, n: int, temperature: float = 1.0, seed: int = 42
) -> NDArray[np.int64]:
    given = np.array(chords, dtype=np.int64).reshape(-1, N_VOICES)
    if len(given) == 0 and n > 0:
        raise ValueError("a piece must begin with a chord at least")
    ids: list[int] = _to_ids(given).reshape(-1).tolist()
    first_new = len(ids)
    generator = torch.Generator().manual_seed(seed)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            for _ in range(n):
                begin = max(len(ids) - N_VOICES * CONTEXT_CHORDS, 0)  # the beginning of a chord
                for _ in range(N_VOICES):
                    context = torch.tensor([ids[begin:]], dtype=torch.int64)
                    ids.append(_draw(model(context)[0, -1], temperature, generator))
    finally:
        for module, mode in modes:
            module.training = mode
    new = np.array([_to_pitch(note) for note in ids[first_new:]], dtype=np.int64).reshape(-1, N_VOICES)
    return np.concatenate([given, new])

# %% wrong: generate
# Misconception: Thinks that it makes no difference whether the logits or the probabilities are divided by the
# temperature, as long as the result is made to sum to 1 again.
def _draw_from_shares(logits: Tensor, temperature: float, generator: torch.Generator) -> int:
    probabilities = torch.softmax(logits[:N_NOTES].double(), dim=0)
    if temperature == 0:
        return int(probabilities.argmax())
    shares = probabilities / temperature
    shares = shares / shares.sum()
    return int(torch.multinomial(shares, 1, generator=generator))


def generate(
    model: nn.Module, chords: ArrayLike, n: int, temperature: float = 1.0, seed: int = 42
) -> NDArray[np.int64]:
    given = np.array(chords, dtype=np.int64).reshape(-1, N_VOICES)
    ids: list[int] = _to_ids(given).reshape(-1).tolist()
    generator = torch.Generator().manual_seed(seed)
    model.eval()
    with torch.no_grad():
        for _ in range(N_VOICES * n):
            logits = model(torch.tensor([ids], dtype=torch.int64))[0, -1]
            ids.append(_draw_from_shares(logits, temperature, generator))
    new = np.array([_to_pitch(note) for note in ids[given.size :]], dtype=np.int64).reshape(-1, N_VOICES)
    return np.concatenate([given, new])

# %% wrong: ChoraleNet
# Misconception: Thinks that padding="same" is all that a convolution needs to give one answer per place, and does not
# see that its kernel then reaches half a width into the notes to come.
class ChoraleNet(nn.Module):
    def __init__(self, hidden: int = 128) -> None:
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.convolutions = nn.ModuleList()
        for dilation in (1, 2, 4):
            self.convolutions.append(nn.Conv1d(hidden, hidden, 3, padding="same", dilation=dilation))
        self.head = nn.Linear(hidden, N_NOTES)

    def forward(self, notes: Tensor) -> Tensor:
        Z = self.note(notes).transpose(1, 2)
        for convolution in self.convolutions:
            Z = Z + torch.relu(convolution(Z))
        return self.head(Z.transpose(1, 2))
