# %% right
# Intent: mean squared error per row; limit = np.quantile of the normal rows' errors at 1 - share; strictly larger is flagged.
import numpy as np


def flag_anomalies(X, X_rec, normal, normal_rec, share):
    X, X_rec = np.array(X, dtype=float), np.array(X_rec, dtype=float)
    normal, normal_rec = np.array(normal, dtype=float), np.array(normal_rec, dtype=float)
    errors = ((X - X_rec) ** 2).mean(axis=1)
    normal_errors = ((normal - normal_rec) ** 2).mean(axis=1)
    limit = np.quantile(normal_errors, 1 - share)
    return np.array([error > limit for error in errors], dtype=bool)

# %% wrong: flag_anomalies
# Misconception: the limit can be read off the rows themselves: the worst share of X is flagged.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    X, X_rec = np.array(X, dtype=float), np.array(X_rec, dtype=float)
    errors = ((X - X_rec) ** 2).mean(axis=1)
    return errors > np.quantile(errors, 1 - share)

# %% wrong: flag_anomalies
# Misconception: `share` is the level of the quantile.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    X, X_rec = np.array(X, dtype=float), np.array(X_rec, dtype=float)
    normal, normal_rec = np.array(normal, dtype=float), np.array(normal_rec, dtype=float)
    errors = ((X - X_rec) ** 2).mean(axis=1)
    limit = np.quantile(((normal - normal_rec) ** 2).mean(axis=1), share)
    return errors > limit
