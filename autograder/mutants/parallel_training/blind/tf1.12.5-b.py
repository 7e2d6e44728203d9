# %% right
# Intent: an operation begins at the maximum of its stream's last end and the ends of what it waits for.
from collections import defaultdict


def stream_ends(operations):
    free, ends = defaultdict(float), []
    for stream, seconds, waits in operations:
        free[stream] = max([free[stream], *(ends[place] for place in waits)]) + seconds
        ends.append(free[stream])
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
# Misconception: a dependency, where there is one, decides alone when an operation begins; streams order only what has no dependency.
def stream_ends(operations):
    last, ends = {}, []
    for stream, seconds, waits in operations:
        begin = max(ends[place] for place in waits) if waits else last.get(stream, 0.0)
        ends.append(begin + seconds)
        last[stream] = ends[-1]
    return ends


# %% wrong: TF1_12_5_CHOICE
# Misconception: Python's global lock lets only one thread work, so threads never compute at the same time.
TF1_12_5_CHOICE = {
    "two streams": "can",
    "one stream": "can't",
    "one needs the other": "can't",
    "copy": "can",
    "statements": "can't",
    "threads": "can't",
    "inside": "can",
}
