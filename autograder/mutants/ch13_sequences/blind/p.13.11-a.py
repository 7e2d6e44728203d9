# %% right
# Intent: Points are turned into rows in a plain loop. The net is a GRU in both directions over packed sequences (so the
# padding is never read), also told the way from the point before; last states and maximum go into a linear layer.
import json


def read_ndjson(text: str) -> tuple[list[str], list[list[NDArray[np.float32]]]]:
    words: list[str] = []
    drawings: list[list[NDArray[np.float32]]] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        record = json.loads(line)
        strokes: list[NDArray[np.float32]] = []
        for stroke in record["drawing"]:
            xs, ys = stroke[0], stroke[1]  # other versions of the files have times behind
            strokes.append(np.array([xs, ys], dtype=np.float32).T.copy())
        words.append(record["word"])
        drawings.append(strokes)
    return words, drawings


def sketch_to_seq(drawing: Sequence[ArrayLike]) -> NDArray[np.float32]:
    strokes = [np.asarray(stroke, dtype=np.float64).reshape(-1, 2) for stroke in drawing]
    strokes = [stroke for stroke in strokes if len(stroke) > 0]
    if not strokes:
        return np.zeros((0, 3), dtype=np.float32)
    points = np.concatenate(strokes)
    corner = points.min(axis=0)
    extent = float((points.max(axis=0) - corner).max())
    if extent == 0.0:
        extent = 1.0
    rows = np.zeros((len(points), 3), dtype=np.float64)
    row = 0
    for stroke in strokes:
        n_points = len(stroke)
        for k in range(n_points):
            rows[row, :2] = (stroke[k] - corner) / extent
            rows[row, 2] = k / (n_points - 1) if n_points > 1 else 0.0
            row += 1
    return rows.astype(np.float32)


def collate(batch: Sequence[tuple[ArrayLike, int]]) -> tuple[Tensor, Tensor, Tensor]:
    sequences = [np.asarray(sequence, dtype=np.float32).reshape(-1, 3) for sequence, _ in batch]
    lengths = torch.tensor([len(sequence) for sequence in sequences], dtype=torch.int64)
    labels = torch.tensor([int(label) for _, label in batch], dtype=torch.int64)
    longest = max((len(sequence) for sequence in sequences), default=0)
    X = torch.zeros(len(sequences), longest, 3, dtype=torch.float32)
    for i, sequence in enumerate(sequences):
        X[i, : len(sequence)] = torch.from_numpy(sequence.copy())
    return X, lengths, labels


class SketchNet(nn.Module):
    def __init__(self, n_classes: int, hidden: int = 64) -> None:
        super().__init__()
        self.recurrent = nn.GRU(5, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(4 * hidden, n_classes)

    def forward(self, X: Tensor, lengths: Tensor) -> Tensor:
        way = torch.zeros_like(X[:, :, :2])
        way[:, 1:] = X[:, 1:, :2] - X[:, :-1, :2]
        inputs = torch.cat([X, 4.0 * way], dim=2)
        packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths.cpu(), batch_first=True, enforce_sorted=False)
        outputs, last = self.recurrent(packed)
        padded, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, padding_value=-2.0)
        highest = padded.max(dim=1).values  # outputs of a GRU lie between -1 and 1
        return self.head(torch.cat([last[0], last[1], highest], dim=1))


def fit_sketches(
    drawings: Sequence[Sequence[ArrayLike]],
    labels: ArrayLike,
    n_classes: int,
    hidden: int = 64,
    n_steps: int = 1000,
    seed: int = 42,
) -> SketchNet:
    classes = [int(label) for label in np.asarray(labels).ravel()]
    samples = [(sketch_to_seq(drawing), label) for drawing, label in zip(drawings, classes)]
    if not samples:
        raise ValueError("there is nothing to learn from")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = SketchNet(n_classes, hidden)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
        net.train()
        for _ in range(n_steps):
            rows = torch.randint(len(samples), (32,)).tolist()
            X, lengths, y = collate([samples[row] for row in rows])
            loss = nn.functional.cross_entropy(net(X, lengths), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
    return net.eval()

# %% wrong: SketchNet
# Misconception: Thinks that it is enough to take the output at the last real point of each sequence, and does not see
# that the backward half of a bidirectional layer has begun in the padding.
class SketchNet(nn.Module):
    def __init__(self, n_classes: int, hidden: int = 64) -> None:
        super().__init__()
        self.recurrent = nn.GRU(3, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, n_classes)

    def forward(self, X: Tensor, lengths: Tensor) -> Tensor:
        outputs, _ = self.recurrent(X)
        rows = torch.arange(len(X))
        return self.head(outputs[rows, lengths - 1])

# %% wrong: sketch_to_seq
# Misconception: Thinks that progress is the share of the length of the line that the pen has drawn so far, not the
# share of the points.
def sketch_to_seq(drawing: Sequence[ArrayLike]) -> NDArray[np.float32]:
    strokes = [np.asarray(stroke, dtype=np.float64).reshape(-1, 2) for stroke in drawing]
    points = np.concatenate(strokes)
    corner = points.min(axis=0)
    extent = float((points.max(axis=0) - corner).max()) or 1.0
    parts = []
    for stroke in strokes:
        steps = np.sqrt((np.diff(stroke, axis=0) ** 2).sum(axis=1))
        drawn = np.concatenate([[0.0], np.cumsum(steps)])
        if drawn[-1] > 0:
            drawn = drawn / drawn[-1]
        parts.append(np.column_stack([(stroke - corner) / extent, drawn]))
    return np.concatenate(parts).astype(np.float32)
