# %% right
# Intent: try ... finally, so that saving comes after the training in whichever way that ends. The choices: who holds
# the numbers, and does that process live?
import torch


def guarded(train, model, path):
    try:
        result = train(model)
    finally:
        torch.save(model.state_dict(), path)
    return result


TF1_12_7_CHOICE = {
    "cluster": "kept",
    "initialised": "lost",
    "notebook": "kept",
    "script": "lost",
    "replicas": "kept",
    "shards": "lost",
    "shared memory": "kept",
}

# %% wrong: guarded
# Misconception: `except Exception` catches everything that can end a training.
def guarded(train, model, path):
    try:
        result = train(model)
    except Exception:
        torch.save(model.state_dict(), path)
        raise
    torch.save(model.state_dict(), path)
    return result

# %% wrong: TF1_12_7_CHOICE
# Misconception: an exception or a death in the middle of a training always takes the numbers along.
TF1_12_7_CHOICE = {
    "cluster": "lost",
    "initialised": "lost",
    "notebook": "lost",
    "script": "lost",
    "replicas": "lost",
    "shards": "lost",
    "shared memory": "lost",
}
