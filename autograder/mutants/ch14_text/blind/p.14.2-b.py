# %% right
# Intent: sentences have to be as long as their translations; then the set of (word, word) pairs is a dictionary if no first word comes twice in it.
def word_for_word(pairs):
    split = [(a.split(), b.split()) for a, b in pairs]
    if any(len(a) != len(b) for a, b in split):
        return False
    entries = {entry for a, b in split for entry in zip(a, b)}
    return len(entries) == len(dict(entries))


# %% wrong: word_for_word
# Misconception: a dictionary has to work in both directions, so two words must not have the same translation.
def word_for_word(pairs):
    split = [(a.split(), b.split()) for a, b in pairs]
    if any(len(a) != len(b) for a, b in split):
        return False
    entries = {entry for a, b in split for entry in zip(a, b)}
    return len(entries) == len({a for a, _ in entries}) == len({b for _, b in entries})


# %% wrong: word_for_word
# Misconception: it is enough that each sentence has as many words as its translation.
def word_for_word(pairs):
    return all(len(a.split()) == len(b.split()) for a, b in pairs)
