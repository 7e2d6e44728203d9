# %% right
# Intent: write down the variance of each rule (1 over the mean fan, 2 over fan in, 1 over fan in); the standard
# deviation is its root, and an even draw between -r and r has the variance r² / 3.
def init_scale(rule, fan_in, fan_out, uniform=False):
    if rule == "glorot":
        variance = 1.0 / ((fan_in + fan_out) / 2.0)
    elif rule == "he":
        variance = 2.0 / fan_in
    elif rule == "lecun":
        variance = 1.0 / fan_in
    else:
        raise ValueError(f"unknown rule {rule!r}")
    if uniform:
        return (3.0 * variance) ** 0.5
    return variance**0.5


# %% wrong: init_scale
# Misconception: "drawn between -r and r" and "standard deviation r" are the same width, so uniform changes nothing.
def init_scale(rule, fan_in, fan_out, uniform=False):
    if rule == "glorot":
        variance = 2.0 / (fan_in + fan_out)
    elif rule == "he":
        variance = 2.0 / fan_in
    else:
        variance = 1.0 / fan_in
    return variance**0.5


# %% wrong: init_scale
# Misconception: SELU is a kind of ReLU, half of the units are off as well, so that LeCun's rule needs He's factor 2.
def init_scale(rule, fan_in, fan_out, uniform=False):
    if rule == "glorot":
        variance = 2.0 / (fan_in + fan_out)
    else:
        variance = 2.0 / fan_in
    return (3.0 * variance) ** 0.5 if uniform else variance**0.5
