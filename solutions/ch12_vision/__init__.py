"""Chapter 12, convolutional networks for pictures: the answers.

Where this departs from the curriculum, it asks for more: p.12.2 asks for functions over any stack of layers, and for
what one unit sees. The first edition's key adds 6 and 9 megabytes where it means 6 and 3, and the second's rounds 1.52
to 1.5 before it multiplies by 50.

Weights of large networks are not at hand here. So p.12.9 and tf1.13.8 ask for all that reading them takes, are graded
with small networks of ours, and show a backbone that is trained on CIFAR-10 in the notebook itself.

p.12.10, tf2.14.11 and tf1.13.10 are tutorials in the curriculum. Here they are projects: code that is checked, and a
report that a person reads.
"""
