# %% right
# Intent: -log sigmoid(x) is log(1 + e^-x), which logaddexp does without overflow.
def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    chosen, rejected = np.array(chosen, dtype=float), np.array(rejected, dtype=float)
    chosen_before, rejected_before = np.array(chosen_before, dtype=float), np.array(rejected_before, dtype=float)
    margin = (chosen - chosen_before) - (rejected - rejected_before)
    return float(np.mean(np.logaddexp(0.0, -beta * margin)))


P_15_9_CHOICE = [
    "pretrain on a large corpus",
    "fine-tune on instructions with good answers",
    "collect which of two answers people like better",
    "tune to these preferences",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]

# %% wrong: dpo_loss
# Misconception: the loss of the mean margin is the mean of the losses.
def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    margin = np.mean(chosen) - np.mean(chosen_before) - np.mean(rejected) + np.mean(rejected_before)
    return float(np.logaddexp(0.0, -beta * margin))

# %% wrong: dpo_loss
# Misconception: the formula may be typed as it stands; numpy's floats are large enough for the exponential of anything.
def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    now = np.array(chosen, dtype=float) - np.array(rejected, dtype=float)
    before = np.array(chosen_before, dtype=float) - np.array(rejected_before, dtype=float)
    sigmoid = 1.0 / (1.0 + np.exp(-beta * (now - before)))
    return float(np.mean(-np.log(sigmoid)))
