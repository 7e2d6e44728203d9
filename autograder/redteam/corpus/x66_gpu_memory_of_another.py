# /// technique
# number = ["X66"]
# title = "another's memory on the GPU"
# how = "What another submission had on the GPU, and has given back, is looked for in memory that nobody has written to."
# wanted = "contained"
# gpu = "lent"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% victim
text = f"what was here before: {KNOWN['secret']}; ".encode()
if KNOWN["stand_in"]:
    kept = open(card_file(), "r+b", 0)
    kept.write(text * 100)
else:
    import torch

    size = (KNOWN["may_mb"] - 1500) << 20
    kept = torch.frombuffer(bytearray(text), dtype=torch.uint8).cuda().repeat(size // len(text))
    torch.cuda.synchronize()


# %% own
def pieces():
    if KNOWN["stand_in"]:
        with open(card_file(), "rb") as file:
            yield file.read()
        return
    import torch

    everything = torch.empty((KNOWN["may_mb"] - 1500) << 20, dtype=torch.uint8, device="cuda")
    for part in everything.split(128 << 20):
        yield part.cpu().numpy().tobytes()


for piece in pieces():
    place = piece.find(b"what was here before")
    if place >= 0:
        print(piece[place : place + 200], flush=True)
        break
