# %% right
# Intent: try / finally, so that it is saved on every way out.
def guarded(train, model, path):
    try:
        return train(model)
    finally:
        torch.save(model.state_dict(), path)


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
# Misconception: every exception is an Exception, KeyboardInterrupt among them.
def guarded(train, model, path):
    try:
        found = train(model)
    except Exception:
        torch.save(model.state_dict(), path)
        raise
    torch.save(model.state_dict(), path)
    return found


# %% wrong: TF1_12_7_CHOICE
# Misconception: trained numbers belong to the program that trained them, and go when it ends, wherever they are.
TF1_12_7_CHOICE = {
    "cluster": "lost",
    "initialised": "lost",
    "notebook": "kept",
    "script": "lost",
    "replicas": "kept",
    "shards": "lost",
    "shared memory": "lost",
}
