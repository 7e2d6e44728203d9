# /// technique
# number = ["X38"]
# title = "thread bomb"
# how = "Threads are started until the system refuses."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import threading
import time


def bomb():
    threading.stack_size(64 << 10)
    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
    return True


attempt("2000 threads at once", bomb)
