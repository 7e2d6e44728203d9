# %% right
# Intent: let torch's own initialisers' formula do it: a variance of gain / fan, whose limit is sqrt(3) times wider.
def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule]
    return float(np.sqrt(3 * variance if uniform else variance))

# %% wrong: init_scale
# Misconception: the limit of the uniform draw is the standard deviation itself: "between -std and std".
def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule]
    return float(np.sqrt(variance))

# %% wrong: init_scale
# Misconception: He's and LeCun's fan is the number of units of the layer (what comes out of it).
def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_out, "lecun": 1 / fan_out}[rule]
    return float(np.sqrt(3 * variance if uniform else variance))
