# /// technique
# number = ["N5"]
# title = "honest, with threads and workers"
# how = "Right answers that use a pool of threads, a pool of processes and the workers of a data loader."
# wanted = "full marks"
# attacks = ["p.98.1", "p.98.4"]
# ///

# %% span
from concurrent.futures import ThreadPoolExecutor


def span(values):
    with ThreadPoolExecutor(4) as pool:
        largest, smallest = pool.map(lambda function: function(values), (max, min))
    return largest - smallest


# %% train
def train(model, X, y):
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    rows = TensorDataset(X, y)
    batches = list(DataLoader(rows, batch_size=20, num_workers=2))
    for _ in range(100):
        for X_batch, y_batch in batches:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(X_batch), y_batch).backward()
            optimizer.step()


# %% own
import multiprocessing

if hasattr(os, "fork"):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]
