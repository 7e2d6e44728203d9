# %% right
# Intent: A plain loop over the stream: store the prediction, then correct the weight.
def predict_then_learn(x, y, rate):
    weight, predictions = 0.0, []
    for value, answer in zip(x, y):
        predictions.append(weight * value)
        weight += rate * (answer - predictions[-1]) * value
    return predictions


# %% wrong: predict_then_learn
# Misconception: Thinks that the prediction to report is the one after learning from the example, as the fitted
# values of a regression are.
def predict_then_learn(x, y, rate):
    weight, predictions = 0.0, []
    for value, answer in zip(x, y):
        weight += rate * (answer - weight * value) * value
        predictions.append(weight * value)
    return predictions
