# %% right
# Intent: pairs by shifting the text by 1 to `window` places in both directions; the loss from the log of the sigmoid
# written as a softplus; two tables of vectors, trained by Adam on shuffled pairs, and cosines by division by lengths.
def skipgram_pairs(tokens, window):
    tokens = [int(token) for token in np.asarray(tokens).ravel()]
    rows = []
    for i in range(len(tokens)):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                rows.append((tokens[i], tokens[j]))
    return np.array(rows, dtype=np.int64).reshape(len(rows), 2)


def noise_shares(counts, power=0.75):
    raised = np.asarray(counts, dtype=np.float64) ** power
    return raised / raised.sum()


def negative_sampling_loss(centre, neighbour, negatives):
    near = (centre * neighbour).sum(dim=1)
    far = (centre[:, None, :] * negatives).sum(dim=2)
    # -log sigmoid(x) = log(1 + e^-x), which softplus works out without overflow
    loss = nn.functional.softplus(-near) + nn.functional.softplus(far).sum(dim=1)
    return loss.mean()


def fit_vectors(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokens = np.asarray(tokens, dtype=np.int64)
    pairs = skipgram_pairs(tokens, window)
    counts = np.zeros(n_words)
    for token in tokens:
        counts[token] += 1
    shares = noise_shares(counts)
    centres = nn.Parameter(torch.from_numpy(rng.normal(0, 0.1, (n_words, size)).astype(np.float32)))
    contexts = nn.Parameter(torch.from_numpy(rng.normal(0, 0.1, (n_words, size)).astype(np.float32)))
    optimizer = torch.optim.Adam([centres, contexts], lr=0.01)
    batch = 256 if len(pairs) < 100_000 else 1024
    for _ in range(n_epochs):
        order = rng.permutation(len(pairs))
        for start in range(0, len(pairs), batch):
            some = pairs[order[start : start + batch]]
            drawn = rng.choice(n_words, size=(len(some), 5), p=shares)
            loss = negative_sampling_loss(
                centres[torch.from_numpy(some[:, 0])],
                contexts[torch.from_numpy(some[:, 1])],
                contexts[torch.from_numpy(drawn)],
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return centres.detach().numpy().copy()


def nearest_words(vectors, word, k):
    vectors = np.asarray(vectors, dtype=np.float64)
    cosines = []
    for i in range(len(vectors)):
        product = np.sum(vectors[i] * vectors[word])
        cosines.append(product / math.sqrt(np.sum(vectors[i] ** 2)) / math.sqrt(np.sum(vectors[word] ** 2)))
    others = [i for i in range(len(vectors)) if i != word]
    others.sort(key=lambda i: -cosines[i])
    return others[:k]


def analogy(vectors, a, b, c):
    vectors = np.asarray(vectors, dtype=np.float64)
    wanted = vectors[b] - vectors[a] + vectors[c]
    best, best_cosine = -1, -math.inf
    for i in range(len(vectors)):
        if i in (a, b, c):
            continue
        cosine = float(np.dot(vectors[i], wanted)) / math.sqrt(np.sum(vectors[i] ** 2))  # |wanted| changes no order
        if cosine > best_cosine:
            best, best_cosine = i, cosine
    return best


# %% wrong: nearest_words
# Misconception: near means a small distance between the ends of the vectors; cosine and distance give the same order.
def nearest_words(vectors, word, k):
    vectors = np.asarray(vectors, dtype=np.float64)
    distances = np.sqrt(((vectors - vectors[word]) ** 2).sum(axis=1))
    return [int(i) for i in np.argsort(distances) if i != word][:k]


# %% wrong: negative_sampling_loss
# Misconception: a negative is punished by the same term with the opposite sign: + log σ(u · w) is what is to be small.
def negative_sampling_loss(centre, neighbour, negatives):
    near = nn.functional.logsigmoid((centre * neighbour).sum(dim=1))
    far = nn.functional.logsigmoid((centre[:, None, :] * negatives).sum(dim=2)).sum(dim=1)
    return (far - near).mean()
