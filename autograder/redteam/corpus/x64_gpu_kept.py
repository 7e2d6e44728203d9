# /// technique
# number = ["X64"]
# title = "GPU kept after the submission"
# how = "Processes in sessions of their own, one without a parent, keep memory of the lent GPU when the notebook ends."
# wanted = "contained"
# gpu = "lent"
# runs_at = ["T1", "T2", "T3"]
# aftermath = true
# ///

# %% own
import subprocess
import sys
import time

kept = take(200)
stays = [sys.executable, "-c", f"import time\n{taking(300)}\nprint(1, flush=True)\ntime.sleep(60)", KNOWN["mark"]]
child = subprocess.Popen(stays, start_new_session=True, stdout=subprocess.PIPE)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
child.stdout.readline()
