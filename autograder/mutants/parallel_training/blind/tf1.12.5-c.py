# %% right
# Intent: go through the list once; the begin is the maximum of the stream's last end and the ends of what is awaited.
def stream_ends(operations: Sequence[tuple[int, float, Sequence[int]]]) -> list[float]:
    ends: list[float] = []
    free: dict[int, float] = {}
    for stream, seconds, waits in operations:
        begin = max([free.get(stream, 0.0), *(ends[place] for place in waits)])
        free[stream] = begin + seconds
        ends.append(free[stream])
    return ends


TF1_12_5_CHOICE: dict[str, str] = {
    "two streams": "can",
    "one stream": "can't",
    "one needs the other": "can't",
    "copy": "can",
    "statements": "can't",
    "threads": "can",
    "inside": "can",
}

# %% wrong: stream_ends
# Misconception: the program itself stands still while an operation waits, so that nothing that is handed over later can
# begin before that one has begun.
def stream_ends(operations: Sequence[tuple[int, float, Sequence[int]]]) -> list[float]:
    ends: list[float] = []
    free: dict[int, float] = {}
    now = 0.0
    for stream, seconds, waits in operations:
        now = max([now, free.get(stream, 0.0), *(ends[place] for place in waits)])
        free[stream] = now + seconds
        ends.append(free[stream])
    return ends


# %% wrong: TF1_12_5_CHOICE
# Misconception: Python's lock lets no two threads compute at once, also within PyTorch, and a copy occupies the GPU.
TF1_12_5_CHOICE: dict[str, str] = {
    "two streams": "can",
    "one stream": "can't",
    "one needs the other": "can't",
    "copy": "can't",
    "statements": "can't",
    "threads": "can't",
    "inside": "can",
}
