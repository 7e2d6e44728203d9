# %% right
# Intent: log-softmax by hand with the maximum taken off, then the sum over classes, mean over rows, times T squared.
def distillation_loss(student, teacher, temperature):
    def log_softmax(logits):
        scaled = np.array(logits, dtype=float) / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))

    log_s, log_t = log_softmax(student), log_softmax(teacher)
    total = 0.0
    for row_s, row_t in zip(log_s, log_t):
        total += float(np.sum(np.exp(row_t) * (row_t - row_s)))
    return total / len(log_s) * temperature**2


def count_weights(n_tokens, size, n_layers, embedding_size=None, shared=False):
    if embedding_size is None:
        embeddings = n_tokens * size
    else:
        embeddings = n_tokens * embedding_size + embedding_size * size
    one_layer = 4 * size * size + 2 * size * (4 * size)
    copies = 1 if shared else n_layers
    return embeddings + copies * one_layer

# %% wrong: distillation_loss
# Misconception: the temperature only softens the two distributions; the divergence itself is the loss as it is.
def distillation_loss(student, teacher, temperature):
    def log_softmax(logits):
        scaled = np.array(logits, dtype=float) / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))

    log_s, log_t = log_softmax(student), log_softmax(teacher)
    return float(np.mean(np.sum(np.exp(log_t) * (log_t - log_s), axis=1)))

# %% wrong: distillation_loss
# Misconception: the loss of a batch is the sum over its rows, as a divergence adds up over everything.
def distillation_loss(student, teacher, temperature):
    def log_softmax(logits):
        scaled = np.array(logits, dtype=float) / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))

    log_s, log_t = log_softmax(student), log_softmax(teacher)
    return float(np.sum(np.exp(log_t) * (log_t - log_s))) * temperature**2
