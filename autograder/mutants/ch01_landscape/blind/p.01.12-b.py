# %% right
# Intent: That sum is what scikit-learn's Ridge minimises (its intercept isn't penalised).
from sklearn.linear_model import Ridge

P_01_12_LEARNED = ["a", "d", "e", "h", "i"]


def fit_with_penalty(x, y, alpha):
    model = Ridge(alpha=alpha, solver="svd").fit(np.reshape(x, (-1, 1)), y)
    return {"intercept": model.intercept_, "slope": model.coef_[0]}


# %% wrong: P_01_12_LEARNED
# Misconception: Thinks that a scaler is preprocessing and doesn't learn anything from the data.
P_01_12_LEARNED = ["a", "d", "e", "i"]


# %% wrong: fit_with_penalty
# Misconception: Thinks that all parameters are paid for, the intercept too.
def fit_with_penalty(x, y, alpha):
    table = np.column_stack([np.ones(len(x)), x])
    intercept, slope = np.linalg.solve(table.T @ table + alpha * np.eye(2), table.T @ y)
    return {"intercept": intercept, "slope": slope}
