# /// technique
# number = ["X68"]
# title = "a GPU that was not lent"
# how = "A submission of a chapter that uses no GPU opens those of the machine, and says that it may see them."
# wanted = "contained"
# gpu = "not lent"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
names = [path for paths in KNOWN["cards"].values() for path in paths]
names += ["/dev/nvidiactl", "/dev/nvidia-uvm", *(f"/dev/nvidia{number}" for number in range(16))]


def opened(path):
    os.close(os.open(path, os.O_RDWR))
    return True


for path in names:
    attempt(f"open {path}", lambda: opened(path))
os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(KNOWN["cards"])


def computed():
    import torch

    return torch.ones(4, device="cuda").sum().item() == 4


attempt("compute on a GPU", computed)
