# %% right
# Intent: the learner is a coroutine: it is sent an x, yields a prediction, is sent the answer, and updates its weight.
def _learner(rate):
    weight, question = 0.0, (yield)
    while True:
        prediction = weight * question
        answer = yield prediction
        weight += rate * (answer - prediction) * question
        question = yield


def predict_then_learn(x: Array, y: Array, rate: float) -> list[float]:
    model = _learner(rate)
    next(model)
    predictions = []
    for question, answer in zip(np.asarray(x, dtype=float).tolist(), np.asarray(y, dtype=float).tolist()):
        predictions.append(model.send(question))
        model.send(answer)
    return predictions


# %% wrong: predict_then_learn
# Misconception: Thinks that the model should use the newest example before it speaks, so it learns first and then
# predicts with the weight that already knows the answer.
def predict_then_learn(x: Array, y: Array, rate: float) -> list[float]:
    weight, predictions = 0.0, []
    for question, answer in zip(x, y):
        weight += rate * (answer - weight * question) * question
        predictions.append(float(weight * question))
    return predictions
