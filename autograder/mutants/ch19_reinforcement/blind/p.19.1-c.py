# %% right
# Intent: the best mean times the number of pulls, minus the gathered means of the arms pulled.
def regret(means, choices):
    mu = torch.as_tensor(np.asarray(means, dtype=np.float64))
    pulled = torch.as_tensor(np.asarray(choices, dtype=np.int64).reshape(-1))
    return (mu.max() - mu[pulled]).sum().item()


P_19_1_CHOICE = {
    "a lift decides where to wait, and people's waiting times are counted": "reinforcement",
    "letters are sorted as ten thousand were by people": "supervised",
    "customers are put into groups that nobody has named": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
    "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
    "a program plays chess against itself, and learns from who has won": "reinforcement",
}

# %% wrong: regret
# Misconception: the yardstick is the best arm among those that were tried, since one cannot lose by an arm never seen.
def regret(means, choices):
    mu = torch.as_tensor(np.asarray(means, dtype=np.float64))
    pulled = torch.as_tensor(np.asarray(choices, dtype=np.int64).reshape(-1))
    got = mu[pulled]
    return (got.max() - got).sum().item() if len(got) else 0.0

# %% wrong: regret, P_19_1_CHOICE
# Misconception: regret is counted per pull (an average), and whatever learns with nobody's labels, as by playing
# against oneself, is unsupervised learning.
def regret(means, choices):
    mu = torch.as_tensor(np.asarray(means, dtype=np.float64))
    pulled = torch.as_tensor(np.asarray(choices, dtype=np.int64).reshape(-1))
    return (mu.max() - mu[pulled]).mean().item() if len(pulled) else 0.0


P_19_1_CHOICE = {
    "a lift decides where to wait, and people's waiting times are counted": "reinforcement",
    "letters are sorted as ten thousand were by people": "supervised",
    "customers are put into groups that nobody has named": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
    "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
    "a program plays chess against itself, and learns from who has won": "unsupervised",
}
