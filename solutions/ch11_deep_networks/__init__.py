"""Chapter 11, training deep networks: the answers.

Exercise 8, where it departs from the curriculum: every step is a function of its own, with sizes and a number of
epochs, so that the same answer is graded in seconds and run at full size. Besides the variants of the network and their
training it asks for the tools that show what each step is good for: the statistics layer by layer, and the sweep of
learning rates.

The two edition exercises on transfer are graded on networks whose hidden layers are made by the check, so that nothing
has to be trained before the part that is asked for.
"""
