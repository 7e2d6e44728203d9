# %% right
# Intent: unit vectors, logits, then a cross-entropy along rows and one along columns, both with the diagonal as classes.
import numpy as np


def clip_loss(images, texts, scale):
    a = np.asarray(images, dtype=np.float64)
    b = np.asarray(texts, dtype=np.float64)
    a = a / np.sqrt((a * a).sum(axis=1, keepdims=True))
    b = b / np.sqrt((b * b).sum(axis=1, keepdims=True))
    logits = scale * (a @ b.T)
    n = len(logits)
    by_picture = by_caption = 0.0
    for i in range(n):
        for which, line in (("picture", logits[i]), ("caption", logits[:, i])):
            top = line.max()
            loss = top + np.log(np.exp(line - top).sum()) - line[i]
            if which == "picture":
                by_picture += loss
            else:
                by_caption += loss
    return float((by_picture / n + by_caption / n) / 2)


P_16_10_CHOICE = {
    "VideoBERT": "E",
    "ViLBERT": "B",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "C",
    "BLIP-2": "D",
}

# %% wrong: clip_loss
# Misconception: the matrix of similarities is symmetric, so one cross-entropy, over the captions of each picture, says it all.
def clip_loss(images, texts, scale):
    a = np.asarray(images, dtype=np.float64)
    b = np.asarray(texts, dtype=np.float64)
    a = a / np.sqrt((a * a).sum(axis=1, keepdims=True))
    b = b / np.sqrt((b * b).sum(axis=1, keepdims=True))
    logits = scale * (a @ b.T)
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return float(-np.diag(log_p).mean())

# %% wrong: P_16_10_CHOICE
# Misconception: Flamingo is the bridge between two frozen models and BLIP-2 is built into the language model; ViLBERT is the one for clips.
P_16_10_CHOICE = {
    "VideoBERT": "B",
    "ViLBERT": "E",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "D",
    "BLIP-2": "C",
}
