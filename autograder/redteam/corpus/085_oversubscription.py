# /// technique
# number = ["85"]
# title = "threads oversubscribed"
# how = "Many threads keep every core busy, also after the answer."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import threading


def spin():
    while True:
        sum(range(10_000))


for _ in range(64):
    threading.Thread(target=spin, daemon=True).start()
