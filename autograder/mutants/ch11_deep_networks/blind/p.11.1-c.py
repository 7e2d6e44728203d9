# %% right
# Intent: each rule is a variance; the standard deviation is its root, and an even distribution on (-r, r) has
# variance r² / 3, so r = sqrt(3 variance).
import math


def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    variance = {
        "glorot": 2.0 / (fan_in + fan_out),
        "he": 2.0 / fan_in,
        "lecun": 1.0 / fan_in,
    }[rule]
    return math.sqrt((3.0 if uniform else 1.0) * variance)


# %% wrong: init_scale
# Misconception: the limit of the even distribution is the standard deviation itself.
import math


def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    variance = {"glorot": 2.0 / (fan_in + fan_out), "he": 2.0 / fan_in, "lecun": 1.0 / fan_in}[rule]
    return math.sqrt(variance)


# %% wrong: init_scale
# Misconception: SELU is a relative of ReLU, so LeCun's rule has He's factor of 2 as well.
import math


def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    variance = 2.0 / (fan_in + fan_out) if rule == "glorot" else 2.0 / fan_in
    return math.sqrt(3.0 * variance if uniform else variance)
