"""Chapter 10, losses, modes and compiled models (p.10.10 to p.10.12): the answers."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn


def softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy of labels: what ``nn.CrossEntropyLoss`` says.

    Parameters
    ----------
    logits : (B, n_classes) floats of any size, also in the thousands.
    labels : (B,) int64, 0 to n_classes - 1.

    Returns
    -------
    () the mean over the rows of -ln of the probability, by softmax, of the label. The
    logits get their gradients from it, large ones too.

    Examples
    --------
    >>> round(float(softmax_loss(torch.zeros(3, 2), torch.tensor([0, 1, 1]))), 4)
    0.6931
    """
    of_label = logits[torch.arange(len(labels)), labels]
    return (logits.logsumexp(dim=1) - of_label).mean()


def sigmoid_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean binary cross-entropy: what ``nn.BCEWithLogitsLoss`` says.

    Parameters
    ----------
    logits : floats of any shape and any size, also in the thousands.
    targets : of the same shape, each 0.0 or 1.0.

    Returns
    -------
    () the mean over all places of -ln p where the target is 1, and of -ln(1 - p) where
    it is 0; p is the sigmoid of the logit. Gradients as for `softmax_loss`.

    Examples
    --------
    >>> round(float(sigmoid_loss(torch.zeros(2, 3), torch.ones(2, 3))), 4)
    0.6931
    """
    signs = 1 - 2 * targets  # 1 - sigmoid(z) = sigmoid(-z)
    return nn.functional.softplus(signs * logits).mean()


# Which loss goes with each network? By its name in the list.
P_10_10_CHOICE: dict[str, str] = {
    "digits": "nn.CrossEntropyLoss",
    "digits, log-softmax": "nn.NLLLoss",
    "spam": "nn.BCEWithLogitsLoss",
    "tags": "nn.BCEWithLogitsLoss",
    "ill, sigmoid": "nn.BCELoss",
}

P_10_11 = """
Some layers work in one way while the network learns and in another when it is used. Dropout silences random units in
training only. Batch norm standardises with the mean and variance of the batch it is given, and keeps running ones; when
the network is used it takes those instead, so that an answer does not depend on who else is asked about.

`train()` switches all parts to the first, `eval()` to the second. Without `eval()` the same row gets another answer
each time, usually a worse one, and validation rows move batch norm's figures. Without `train()` after it, the next
epoch learns without dropout. Neither has to do with recording gradients: that is what `torch.no_grad()` is for.
"""
P_10_11_RUBRIC = """
- 1 point: names a layer that needs it (dropout, batch norm) and what it does in each of the two modes
- 1 point: what goes wrong if the call is forgotten: answers that are random or depend on the batch, or training without
  dropout
"""


def predict(model: nn.Module, X: Tensor) -> Tensor:
    """Return what a model says when it is used.

    Parameters
    ----------
    model : in any mode: some of its parts may be in another than the whole. It and all
        its parts are left in the modes in which they were. (`train` and `eval` do with
        each of them what they do with any module.)
    X : (B, …) inputs, on the model's device.

    Returns
    -------
    The outputs in evaluation mode of all parts, without a record for gradients.

    Examples
    --------
    >>> model, X = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5)), torch.ones(4, 3)
    >>> torch.equal(predict(model, X), predict(model, X)), model.training
    (True, True)
    """
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            return model(X)  # type: ignore[no-any-return]  # a module may return anything
    finally:
        for part, training in modes:
            part.training = training


P_10_12 = """
Tracing runs the model once, on an example, and writes down the operations that it does. Whatever Python has decided
meanwhile is decided for good: the branch that was taken, the number of times a loop was run. Another input gets the
same operations, right or wrong.

Scripting does not run the model but reads its source code and translates it, with its branches and loops, so that these
are decided anew for each input. For this the code has to keep to the part of Python that can be translated.

So: tracing for a network that does the same for every input, scripting where the input decides what is done. (Both are
TorchScript; today `torch.compile` and `torch.export` take its place.)
"""
P_10_12_RUBRIC = """
- 1 point: tracing records the operations that are done with an example
- 1 point: so the branch that it took is frozen, and an input for which the other one is due gets a wrong answer
- 1 point: scripting translates the source and keeps the control flow; it is to be taken where the input decides
"""


def trace_holds(function: Callable[[Tensor], Tensor], example: Tensor, inputs: Sequence[Tensor]) -> list[bool]:
    """Tell for which inputs a trace of a function still says what the function says.

    Parameters
    ----------
    function : from a tensor to another of the same shape; it never raises an error, and
        may hold branches and loops in Python.
    example : what the trace is made with.
    inputs : tensors of the same shape as `example`.

    Returns
    -------
    For each input, whether function and trace give the same numbers, by whatever way:
    what differs, differs by more than 0.001, and rounding is forgiven.

    Examples
    --------
    >>> def rectified(x):
    ...     return x if x.sum() > 0 else 0 * x
    >>> inputs = [torch.tensor([2.0]), torch.tensor([-2.0])]
    >>> trace_holds(rectified, torch.tensor([1.0]), inputs)
    [True, False]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that branches are frozen is what we are here to see
        traced: Any = torch.jit.trace(function, example, check_trace=False)
    return [torch.allclose(traced(x), function(x)) for x in inputs]
