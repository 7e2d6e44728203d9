# %% right
# Intent: the set of (word, word) links is the graph of a function exactly when no word has two links; and places must agree in number.
def word_for_word(pairs):
    split = [(sentence.split(), translation.split()) for sentence, translation in pairs]
    if any(len(one) != len(other) for one, other in split):
        return False
    links = {link for one, other in split for link in zip(one, other)}
    return len(links) == len({word for word, _ in links})


# %% wrong: word_for_word
# Misconception: a dictionary is a one-to-one table, so two words must not have the same translation either.
def word_for_word(pairs):
    split = [(sentence.split(), translation.split()) for sentence, translation in pairs]
    if any(len(one) != len(other) for one, other in split):
        return False
    links = {link for one, other in split for link in zip(one, other)}
    return len(links) == len({a for a, _ in links}) == len({b for _, b in links})


# %% wrong: word_for_word
# Misconception: translating word by word works as soon as a sentence and its translation have as many words as each other.
def word_for_word(pairs):
    return all(len(sentence.split()) == len(translation.split()) for sentence, translation in pairs)
