# %% right
# Intent: StandardScaler, lstsq for the lowest error, then a plain loop that looks at the error before each step.
import numpy as np
from sklearn.metrics import mean_squared_error
from sklearn.preprocessing import StandardScaler, add_dummy_feature


def steps_to_fit(X, y, scale):
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    lowest = mean_squared_error(y, A @ np.linalg.lstsq(A, y, rcond=None)[0])
    rate = 1 / np.linalg.eigvalsh(A.T @ A / len(A)).max()
    theta = np.zeros(A.shape[1])
    for step in range(5000):
        errors = A @ theta - y
        if np.mean(errors**2) <= 1.01 * lowest:
            return step
        theta -= rate * A.T @ errors / len(A)
    return 5000


P_04_2_CHOICE = ["ridge", "lasso"]

# %% wrong: steps_to_fit
# Misconception: Thinks that only the width of a column matters to gradient descent: its mean is taken up by the
# intercept, so that there is no need to subtract it.
def steps_to_fit(X, y, scale):
    A = add_dummy_feature(StandardScaler(with_mean=False).fit_transform(X) if scale else X)
    lowest = mean_squared_error(y, A @ np.linalg.lstsq(A, y, rcond=None)[0])
    rate = 1 / np.linalg.eigvalsh(A.T @ A / len(A)).max()
    theta = np.zeros(A.shape[1])
    for step in range(5000):
        errors = A @ theta - y
        if np.mean(errors**2) <= 1.01 * lowest:
            return step
        theta -= rate * A.T @ errors / len(A)
    return 5000

# %% wrong: P_04_2_CHOICE
# Misconception: Thinks that lasso only decides which features stay, and that the unit of a feature can't change that;
# only ridge squares the weights, so only ridge minds how large they are.
P_04_2_CHOICE = ["ridge"]
