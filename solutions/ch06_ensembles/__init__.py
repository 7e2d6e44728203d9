"""Chapter 6, ensembles and random forests: the answers.

Where this departs from the curriculum: `SVC(probability=True)` is on its way out of scikit-learn, and a kernel machine
takes minutes on 50,000 digits, so the voters here are extra-trees, nearest neighbours and a small network. The blender
is handed the training rows too, so that choosing the right rows is part of the answer. What the old option `presort`
cost is asked as a count of steps: the option itself is gone.
"""
