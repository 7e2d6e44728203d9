# /// technique
# number = ["X28"]
# title = "parent killed"
# how = "The process that started this one is ended."
# wanted = "contained"
# aftermath = true
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import signal

if os.getppid() != KNOWN["grader"]:
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(OSError):
            os.kill(os.getppid(), number)
