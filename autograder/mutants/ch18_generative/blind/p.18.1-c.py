# %% right
# Intent: errors are row means of squared differences by einsum; the limit is the (1 - share) quantile of the normal ones.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    def errors(A, B):
        D = np.asarray(A, dtype=float) - np.asarray(B, dtype=float)
        return np.einsum("ij,ij->i", D, D) / D.shape[1]

    return errors(X, X_rec) > np.quantile(errors(normal, normal_rec), 1 - share)

# %% wrong: flag_anomalies
# Misconception: the share is of the new rows: the limit is the quantile of their own errors.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    e = ((np.asarray(X, dtype=float) - np.asarray(X_rec, dtype=float)) ** 2).mean(axis=1)
    return e > np.quantile(e, 1 - share)

# %% wrong: flag_anomalies
# Misconception: the reconstruction error is the mean absolute difference; squaring changes nothing about which rows are worst.
def flag_anomalies(X, X_rec, normal, normal_rec, share):
    def errors(A, B):
        return np.abs(np.asarray(A, dtype=float) - np.asarray(B, dtype=float)).mean(axis=1)

    return errors(X, X_rec) > np.quantile(errors(normal, normal_rec), 1 - share)
