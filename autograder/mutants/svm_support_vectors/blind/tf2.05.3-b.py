# %% right
# Intent: Fit SVC on both tables and bring the weights back to the units of X by the chain rule: divide by the
# scaler's scale_, multiply the first one by the factor; then the angle by the cosine.
def boundary_angle(X, y, factor, scale):
    def normal(units):
        rows = X * units
        scaler = StandardScaler(with_mean=scale, with_std=scale).fit(rows)
        coef = SVC(kernel="linear", C=1).fit(scaler.transform(rows), y).coef_[0]
        w = coef * units / (scaler.scale_ if scale else 1.0)
        return w / np.linalg.norm(w)

    units = np.ones(X.shape[1])
    first = normal(units)
    units[0] = factor
    return float(np.degrees(np.arccos(np.clip(first @ normal(units), -1, 1))))


# %% wrong: boundary_angle
# Misconception: Thinks that the weights of two fitted models can be compared as they stand in coef_, although one
# of them refers to a column in another unit.
def boundary_angle(X, y, factor, scale):
    def normal(units):
        rows = X * units
        if scale:
            rows = StandardScaler().fit_transform(rows)
        w = SVC(kernel="linear", C=1).fit(rows, y).coef_[0]
        return w / np.linalg.norm(w)

    units = np.ones(X.shape[1])
    first = normal(units)
    units[0] = factor
    return float(np.degrees(np.arccos(np.clip(first @ normal(units), -1, 1))))


# %% wrong: boundary_angle
# Misconception: Reads "a column times 10 has a tenth of the weight" as the direction of the conversion: divides the
# weight by the factor once more, instead of multiplying it to get back to the units of X.
def boundary_angle(X, y, factor, scale):
    def normal(units):
        rows = X * units
        if scale:
            scaler = StandardScaler().fit(rows)
            w = SVC(kernel="linear", C=1).fit(scaler.transform(rows), y).coef_[0] / scaler.scale_ * units
        else:
            w = SVC(kernel="linear", C=1).fit(rows, y).coef_[0] / units
        return w / np.linalg.norm(w)

    units = np.ones(X.shape[1])
    first = normal(units)
    units[0] = factor
    return float(np.degrees(np.arccos(np.clip(first @ normal(units), -1, 1))))
