# %% right
# Intent: one pass over the list; an operation begins at the latest of its stream's end and the ends it waits for.
def stream_ends(operations):
    ends = []
    free = {}  # stream -> when its last operation ends
    for stream, seconds, waits in operations:
        begin = free.get(stream, 0.0)
        for place in waits:
            if ends[place] > begin:
                begin = ends[place]
        end = begin + seconds
        free[stream] = end
        ends.append(end)
    return ends


TF1_12_5_CHOICE = {
    "two streams": "can",
    "one stream": "can't",
    "one needs the other": "can't",
    "copy": "can",
    "statements": "can't",
    "threads": "can",
    "inside": "can",
}

# %% wrong: stream_ends
# Misconception: streams only group operations; whatever waits for nothing can begin at once, also within a stream.
def stream_ends(operations):
    ends = []
    for _, seconds, waits in operations:
        begin = max([ends[place] for place in waits], default=0.0)
        ends.append(begin + seconds)
    return ends

# %% wrong: TF1_12_5_CHOICE
# Misconception: Python's global lock keeps threads from computing at the same time, whatever they compute, and one
# device does one thing at a time.
TF1_12_5_CHOICE = {
    "two streams": "can't",
    "one stream": "can't",
    "one needs the other": "can't",
    "copy": "can",
    "statements": "can't",
    "threads": "can't",
    "inside": "can",
}
