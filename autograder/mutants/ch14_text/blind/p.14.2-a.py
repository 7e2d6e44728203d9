# %% right
# Intent: go through all pairs with one dictionary; a pair of other length, or a word that is already in it with
# another translation, says no. Two words may well share a translation.
def word_for_word(pairs):
    dictionary = {}
    for sentence, translation in pairs:
        words = sentence.split()
        others = translation.split()
        if len(words) != len(others):
            return False
        for word, other in zip(words, others):
            if word not in dictionary:
                dictionary[word] = other
            elif dictionary[word] != other:
                return False
    return True


# %% wrong: word_for_word
# Misconception: it goes word by word just when sentence and translation have equally many words.
def word_for_word(pairs):
    for sentence, translation in pairs:
        if len(sentence.split()) != len(translation.split()):
            return False
    return True


# %% wrong: word_for_word
# Misconception: a dictionary has to be of use in both directions, so no two words may have the same translation.
def word_for_word(pairs):
    there, back = {}, {}
    for sentence, translation in pairs:
        words, others = sentence.split(), translation.split()
        if len(words) != len(others):
            return False
        for word, other in zip(words, others):
            if there.setdefault(word, other) != other or back.setdefault(other, word) != word:
                return False
    return True
