# %% right
# Intent: Row means are accuracies; argmax on the test set picks the model for both figures.
def optimism(test_right, fresh_right):
    test, fresh = np.mean(test_right, axis=1), np.mean(fresh_right, axis=1)
    best = test.argmax()
    return test[best], fresh[best]


# %% wrong: optimism
# Misconception: Thinks that the winner is better chosen by all the answers there are, those to the fresh examples
# included.
def optimism(test_right, fresh_right):
    best = np.hstack([test_right, fresh_right]).mean(axis=1).argmax()
    return np.mean(test_right[best]), np.mean(fresh_right[best])
