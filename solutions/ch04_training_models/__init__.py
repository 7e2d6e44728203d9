"""Chapter 4, training models: the answers.

Where this departs from the curriculum's proposals: softmax regression (p.04.12) is a class, since `predict` needs the
labels as well as the parameters, and it begins at zeros, so that every step can be checked; p.04.1 asks for mini-batch
or stochastic descent and accepts batch descent beside them. The other proposed answers were checked and hold.
"""
