# /// technique
# number = ["106"]
# title = "work in another thread"
# how = "An unfinished array is returned at once, and filled in by a thread afterwards."
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% softmax
import threading
import time


def softmax(scores):
    result = np.zeros(np.shape(scores))

    def later():
        time.sleep(0.2)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        result[:] = powers / powers.sum(axis=1, keepdims=True)

    threading.Thread(target=later, daemon=True).start()
    return result
