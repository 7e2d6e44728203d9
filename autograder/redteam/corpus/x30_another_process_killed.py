# /// technique
# number = ["X30"]
# title = "another process killed"
# how = "A process of the grader's side is stopped and ended by its number."
# wanted = "contained"
# ///

# %% own
import signal

for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
    with contextlib.suppress(OSError):
        if outside():
            os.kill(KNOWN["sentinel"], number)
