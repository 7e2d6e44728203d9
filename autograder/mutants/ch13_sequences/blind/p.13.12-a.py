# %% right
# Intent: Words are runs of short frames well above the quietest second; dips are closed, then clicks dropped.
# Each word, scaled to one loudness, becomes a log-mel picture brought to a fixed number of frames; a
# convolution and a GRU in both directions read it, trained on copies that are shifted and noisy.
FRAME_SECONDS = 0.032
HOP_SECONDS = 0.010
N_MELS = 24
N_MOMENTS = 32  # frames of every picture after stretching


def to_mono(wave: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(wave).astype(np.float64)  # before adding: int16 would overflow
    if array.ndim <= 1:
        return array.reshape(-1)
    total = np.zeros(array.shape[1], dtype=np.float64)
    for channel in array:
        total += channel
    return total / array.shape[0]


def _frames(wave: NDArray[np.float64], size: int, hop: int) -> NDArray[np.float64]:
    n_frames = (len(wave) - size) // hop + 1
    return np.stack([wave[k * hop : k * hop + size] for k in range(n_frames)])


def _loudness(wave: NDArray[np.float64], size: int, hop: int) -> NDArray[np.float64]:
    return np.sqrt((_frames(wave, size, hop) ** 2).mean(axis=1))


def _runs(flags: NDArray[np.bool_]) -> list[list[int]]:
    runs: list[list[int]] = []
    for k, flag in enumerate(flags):
        if not flag:
            continue
        if runs and runs[-1][1] == k:
            runs[-1][1] = k + 1
        else:
            runs.append([k, k + 1])
    return runs


def _loud_stretches(loud: NDArray[np.float64], limit: float, size: int, hop: int, rate: int) -> list[tuple[int, int]]:
    joined: list[list[int]] = []
    for first, last in _runs(loud > limit):
        begin, end = first * hop, (last - 1) * hop + size
        if joined and begin - joined[-1][1] <= 0.063 * rate:  # a dip
            joined[-1][1] = end
        else:
            joined.append([begin, end])
    return [(begin, end) for begin, end in joined if end - begin >= 0.08 * rate]  # shorter ones are clicks


def split_on_silence(wave: ArrayLike, rate: int) -> list[tuple[int, int]]:
    samples = np.asarray(wave, dtype=np.float64).ravel()
    size, hop = max(round(0.010 * rate), 1), max(round(0.005 * rate), 1)
    if len(samples) < size:
        return []
    loud = _loudness(samples, size, hop)
    # The quietest 0.8 seconds are background for sure, if there is a second of it.
    n_quiet = min(max(round(0.8 * rate / hop), 1), len(loud))
    quietest = np.sort(loud)[:n_quiet]
    background = float(np.sqrt((quietest**2).mean()))
    limit = max(2.5 * background, 0.003 * float(loud.max()))

    words: list[tuple[int, int]] = []
    for begin, end in _loud_stretches(loud, limit, size, hop, rate):
        # In an echoing room the pauses are not as quiet as the background: look again, with a limit for this stretch.
        part = loud[begin // hop : (end - size) // hop + 1]
        level = float(np.median(_frames(part, min(16, len(part)), 1), axis=1).max())
        finer = _loud_stretches(part, max(limit, 0.1 * level), size, hop, rate)
        if len(finer) > 1:
            words.extend((begin + first, begin + last) for first, last in finer)
        else:
            words.append((begin, end))
    return words


def _mel(frequency: float) -> float:
    return 2595.0 * math.log10(1.0 + frequency / 700.0)


def _hertz(mel: float) -> float:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def _mel_filters(n_fft: int, rate: int, n_mels: int) -> NDArray[np.float64]:
    bins = np.arange(n_fft // 2 + 1) * rate / n_fft
    corners = [_hertz(mel) for mel in np.linspace(0.0, _mel(rate / 2), n_mels + 2)]
    filters = np.zeros((n_mels, len(bins)))
    for band in range(n_mels):
        low, centre, high = corners[band : band + 3]
        rising = (bins - low) / (centre - low)
        falling = (high - bins) / (high - centre)
        filters[band] = np.maximum(np.minimum(rising, falling), 0.0)
    return filters


def log_mel(wave: ArrayLike, rate: int, n_mels: int = 24) -> NDArray[np.float64]:
    samples = np.asarray(wave, dtype=np.float64).ravel()
    size, hop = round(FRAME_SECONDS * rate), round(HOP_SECONDS * rate)
    if len(samples) < size:
        samples = np.concatenate([samples, np.zeros(size - len(samples))])
    n_fft = 1
    while n_fft < 4 * size or n_fft < 16 * n_mels:
        n_fft *= 2  # fine enough for every triangle to hold a few of the frequencies
    spectrum = np.fft.rfft(_frames(samples, size, hop) * np.hanning(size), n=n_fft, axis=1)
    power = (np.abs(spectrum) ** 2) @ _mel_filters(n_fft, rate, n_mels).T
    return np.log(np.maximum(power, 1e-10)).T


def _picture(word: ArrayLike, rate: int) -> NDArray[np.float32]:
    samples = np.asarray(word, dtype=np.float64).ravel()
    largest = float(np.abs(samples).max()) if len(samples) else 0.0
    if largest > 0:
        samples = samples / largest
        samples = samples / math.sqrt(float((samples**2).mean()))
    bands = log_mel(samples, rate, N_MELS)
    bands = np.maximum(bands, bands.max() - 9.0)  # what is far below the loudest is as good as silent
    heard = np.flatnonzero(bands.max(axis=0) > bands.max() - 7.0)
    bands = bands[:, heard[0] : heard[-1] + 1]
    bands = (bands - bands.mean()) / 3.0
    old = np.linspace(0.0, 1.0, bands.shape[1])
    new = np.linspace(0.0, 1.0, N_MOMENTS)
    return np.stack([np.interp(new, old, band) for band in bands]).astype(np.float32)


def _pictures(words: Sequence[ArrayLike], rate: int) -> Tensor:
    return torch.from_numpy(np.stack([_picture(word, rate) for word in words]))


class _WordNetwork(nn.Module):
    def __init__(self, hidden: int = 32) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(N_MELS, hidden, 5, stride=2, padding=2)
        self.recurrent = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(4 * hidden, 2)

    def forward(self, X: Tensor) -> Tensor:
        Z = torch.relu(self.convolution(X)).transpose(1, 2)
        outputs, last = self.recurrent(self.dropout(Z))
        summary = torch.cat([last[0], last[1], outputs.max(dim=1).values], dim=1)
        return self.head(self.dropout(summary))


def _changed(X: Tensor) -> Tensor:
    n, n_bands, n_moments = X.shape
    up = torch.randint(-1, 2, (n, 1))  # a higher or a lower voice
    later = torch.randint(-3, 4, (n, 1))
    rows = (torch.arange(n_bands) + up).clamp(0, n_bands - 1)
    columns = (torch.arange(n_moments) + later).clamp(0, n_moments - 1)
    which = torch.arange(n)
    changed = X[which[:, None, None], rows[:, :, None], columns[:, None, :]]
    return changed + 0.15 * torch.randn(changed.shape)


def fit_words(words: Sequence[ArrayLike], labels: ArrayLike, rate: int, seed: int = 0) -> object:
    X = _pictures(words, rate)
    y = torch.tensor([int(label) for label in np.asarray(labels).ravel()], dtype=torch.int64)
    n_epochs = min(max(2400 // len(X), 4), 30)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _WordNetwork()
        optimizer = torch.optim.AdamW(network.parameters(), lr=0.005, weight_decay=0.02)
        network.train()
        for _ in range(n_epochs):
            for rows in torch.randperm(len(X)).split(32):
                loss = nn.functional.cross_entropy(network(_changed(X[rows])), y[rows])
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
    return network.eval()


def name_words(model: Any, words: Sequence[ArrayLike], rate: int) -> NDArray[np.int64]:
    if len(words) == 0:
        return np.zeros(0, dtype=np.int64)
    X = _pictures(words, rate)
    with torch.no_grad():
        logits = model(X)
    return logits.argmax(dim=1).numpy().astype(np.int64)

# %% wrong: split_on_silence
# Misconception: Thinks that waves always lie between -1 and 1, so that what is louder than 0.02 is a word.
def split_on_silence(wave: ArrayLike, rate: int) -> list[tuple[int, int]]:
    samples = np.asarray(wave, dtype=np.float64).ravel()
    size, hop = round(0.010 * rate), round(0.005 * rate)
    return _loud_stretches(_loudness(samples, size, hop), 0.02, size, hop, rate)

# %% wrong: name_words
# Misconception: Thinks that new data are standardised with their own mean and standard deviation; so the answer for a
# word depends on the words that are asked about together with it.
def name_words(model: Any, words: Sequence[ArrayLike], rate: int) -> NDArray[np.int64]:
    X = _pictures(words, rate)
    X = (X - X.mean(dim=0, keepdim=True)) / (X.std(dim=0, unbiased=False, keepdim=True) + 1e-6)
    with torch.no_grad():
        logits = model(X)
    return logits.argmax(dim=1).numpy().astype(np.int64)
