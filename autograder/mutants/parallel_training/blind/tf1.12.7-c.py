# %% right
# Intent: try/finally, which lets the return value and any exception through and saves in both cases.
def guarded(train: Callable[[nn.Module], Any], model: nn.Module, path: str | Path) -> Any:
    try:
        return train(model)
    finally:
        torch.save(model.state_dict(), path)


TF1_12_7_CHOICE: dict[str, str] = {
    "cluster": "kept",
    "initialised": "lost",
    "notebook": "kept",
    "script": "lost",
    "replicas": "kept",
    "shards": "lost",
    "shared memory": "kept",
}

# %% wrong: guarded
# Misconception: `except Exception` catches whatever can end a training, Ctrl-C too.
def guarded(train: Callable[[nn.Module], Any], model: nn.Module, path: str | Path) -> Any:
    try:
        result = train(model)
    except Exception:
        torch.save(model.state_dict(), path)
        raise
    torch.save(model.state_dict(), path)
    return result


# %% wrong: TF1_12_7_CHOICE
# Misconception: what a process has trained dies with it, whoever else has the numbers or holds the memory; and an
# exception ends everything, in a notebook too.
TF1_12_7_CHOICE: dict[str, str] = {
    "cluster": "kept",
    "initialised": "lost",
    "notebook": "lost",
    "script": "lost",
    "replicas": "lost",
    "shards": "lost",
    "shared memory": "lost",
}
