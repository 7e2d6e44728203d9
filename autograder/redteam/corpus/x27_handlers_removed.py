# /// technique
# number = ["X27"]
# title = "handlers removed"
# how = "The kernel's own handlers wait or do nothing."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import time

kernel = get_ipython().kernel
for name in list(kernel.shell_handlers):
    kernel.shell_handlers[name] = lambda *args, **kwargs: time.sleep(2)
for name in list(kernel.control_handlers):
    kernel.control_handlers[name] = lambda *args, **kwargs: time.sleep(2)
