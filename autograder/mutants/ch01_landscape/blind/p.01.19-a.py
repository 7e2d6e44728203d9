# %% right
# Intent: count the right answers on the test set model by model, remember the winner, and look that one up in both.
def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    test = np.asarray(test_right, dtype=bool)
    fresh = np.asarray(fresh_right, dtype=bool)
    winner, most = 0, -1
    for model in range(len(test)):
        right = int(np.count_nonzero(test[model]))
        if right > most:
            winner, most = model, right
    return float(np.mean(test[winner])), float(np.mean(fresh[winner]))


# %% wrong: optimism
# Misconception: Thinks that a choice gets better with more examples, so the fresh ones may as well have a say in which
# model is chosen.
def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    test = np.asarray(test_right, dtype=bool)
    fresh = np.asarray(fresh_right, dtype=bool)
    winner = int(np.argmax(test.sum(axis=1) + fresh.sum(axis=1)))
    return float(np.mean(test[winner])), float(np.mean(fresh[winner]))
