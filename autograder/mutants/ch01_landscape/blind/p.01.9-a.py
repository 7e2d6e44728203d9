# %% right
# Intent: one loop; write the prediction down first, then correct the weight by the formula.
def predict_then_learn(x: Array, y: Array, rate: float) -> list[float]:
    weight = 0.0
    predictions: list[float] = []
    for i in range(len(x)):
        feature, answer = float(x[i]), float(y[i])
        prediction = weight * feature
        predictions.append(prediction)
        weight += rate * (answer - prediction) * feature
    return predictions


# %% wrong: predict_then_learn
# Misconception: Thinks that an online learner has to protect itself from typing errors, so that no example may move it
# by more than an error of 10 would.
def predict_then_learn(x: Array, y: Array, rate: float) -> list[float]:
    weight = 0.0
    predictions: list[float] = []
    for feature, answer in zip(x, y):
        prediction = weight * float(feature)
        predictions.append(prediction)
        error = min(max(float(answer) - prediction, -10.0), 10.0)
        weight += rate * error * float(feature)
    return predictions
