# %% right
# Intent: a dictionary from Id to its rows, sorted by minutes, filled into an array of zeros; two GRU layers read it and
# the state after the last scan says the rain through a softplus; training takes the absolute error, which the few
# broken gauges cannot pull far.
def make_sequences(table):
    hours = {}
    columns = ["Id", "minutes_past", "radardist_km", "Ref", "Expected"]
    for number, minutes, distance, ref, expected in table[columns].itertuples(index=False, name=None):
        hours.setdefault(int(number), []).append((float(minutes), float(distance), float(ref), float(expected)))
    ids = []
    for number in sorted(hours):
        if any(not math.isnan(scan[2]) for scan in hours[number]):
            ids.append(number)
    lengths = [len(hours[number]) for number in ids]
    X = np.zeros((len(ids), max(lengths, default=0), 4), dtype=np.float32)
    y = np.zeros(len(ids), dtype=np.float32)
    for i, number in enumerate(ids):
        for t, (minutes, distance, ref, expected) in enumerate(sorted(hours[number], key=lambda scan: scan[0])):
            X[i, t, 0] = minutes / 60
            X[i, t, 1] = distance / 10
            if not math.isnan(ref):
                X[i, t, 2] = ref / 50
                X[i, t, 3] = 1.0
            y[i] = expected
    return (
        torch.from_numpy(X),
        torch.tensor(lengths, dtype=torch.int64),
        torch.from_numpy(y),
        np.array(ids, dtype=np.int64),
    )


def split_hours(table, share, seed=42):
    ids = np.array(sorted(set(table["Id"].tolist())))
    n_valid = int(round(share * len(ids)))
    chosen = set(np.random.default_rng(seed).permutation(ids)[:n_valid].tolist())
    for_valid = np.array([number in chosen for number in table["Id"].tolist()], dtype=bool)
    return table[~for_valid].copy(), table[for_valid].copy()


class RainNet(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.layers = nn.GRU(4, n_hidden, num_layers=2, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, X, lengths):
        # what is behind the end is never NaN for the layers, and never read
        steps = torch.arange(X.shape[1], device=X.device)
        real = steps[None, :] < lengths.to(X.device)[:, None]
        X = torch.where(real[:, :, None], X, torch.zeros_like(X))
        states, _ = self.layers(X)
        last = states[torch.arange(len(X), device=X.device), lengths.to(X.device) - 1]
        return torch.expm1(nn.functional.softplus(self.out(last)[:, 0]).clamp(max=8.0))


def fit_rain(table, n_hidden=32, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    X, lengths, y, _ = make_sequences(table)
    net = RainNet(n_hidden)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    net.train()
    for step in range(n_steps):
        done = step / n_steps
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * min(1.0, 10 * done + 0.1) * (1.0 if done < 0.5 else 2.05 - 2 * done)
        some = torch.from_numpy(rng.integers(0, len(y), size=min(64, len(y))))
        longest = int(lengths[some].max())
        said = net(X[some][:, :longest], lengths[some])
        loss = torch.abs(said - y[some]).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net.eval()


def forecast_rain(model, table):
    X, lengths, _, ids = make_sequences(table)
    said = {}
    model.eval()
    with torch.no_grad():
        for start in range(0, len(ids), 500):
            found = model(X[start : start + 500], lengths[start : start + 500])
            for number, value in zip(ids[start : start + 500], found.tolist()):
                said[int(number)] = max(0.0, value)
    all_ids = sorted({int(number) for number in table["Id"]})
    return pd.Series([said.get(number, 0.0) for number in all_ids], index=all_ids, dtype=float)


# %% wrong: split_hours
# Misconception: a row is an example, so the rows of the table are what is drawn for validation.
def split_hours(table, share, seed=42):
    order = np.random.default_rng(seed).permutation(len(table))
    n_valid = int(round(share * len(table)))
    return table.iloc[np.sort(order[n_valid:])], table.iloc[np.sort(order[:n_valid])]


# %% wrong: fit_rain
# Misconception: whoever makes the squared error small makes the absolute error small as well, so it is no matter which
# of them is trained with.
def fit_rain(table, n_hidden=32, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    X, lengths, y, _ = make_sequences(table)
    net = RainNet(n_hidden)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(n_steps):
        some = torch.from_numpy(rng.integers(0, len(y), size=min(64, len(y))))
        loss = ((net(X[some], lengths[some]) - y[some]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net.eval()
