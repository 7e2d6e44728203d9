# /// technique
# number = ["77"]
# title = "fork bomb"
# how = "Processes are started until the system refuses."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import time


def bomb():
    for _ in range(300):
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)
    return True


attempt("300 processes at once", bomb)
