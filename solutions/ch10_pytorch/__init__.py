"""Chapter 10, building networks with PyTorch: the answers.

Where this departs from the curriculum: the losses of p.10.10 and the layers of p.10.14 and tf2.12.12 are compared with
PyTorch's own for random shapes, not for one. The dense layer keeps the names of its weights, so that weights can be
loaded into it. In p.10.15 the scale comes from the training rows alone, and loaders, network and loop are functions
that can be asked one by one. tf2.12.13 has two optimisers of different kinds, one for each half of a network.
"""
