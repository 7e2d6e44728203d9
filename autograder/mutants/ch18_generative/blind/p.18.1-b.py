# %% right
# Intent: mean squared errors of the rows, and np.quantile at 1 - share of the normal ones.
import numpy as np


def flag_anomalies(X, X_rec, normal, normal_rec, share):
    def errors(A, B):
        return np.mean((np.asarray(A, float) - np.asarray(B, float)) ** 2, axis=1)

    return errors(X, X_rec) > np.quantile(errors(normal, normal_rec), 1 - share)


# %% wrong: flag_anomalies
# Misconception: the share is that of the new rows that get flagged, so the limit comes from their own errors.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    errors = np.mean((np.asarray(X, float) - np.asarray(X_rec, float)) ** 2, axis=1)
    return errors > np.quantile(errors, 1 - share)


# %% wrong: flag_anomalies
# Misconception: the quantile to take is `share` itself.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    def errors(A, B):
        return np.mean((np.asarray(A, float) - np.asarray(B, float)) ** 2, axis=1)

    return errors(X, X_rec) > np.quantile(errors(normal, normal_rec), share)
