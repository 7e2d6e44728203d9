"""Chapter 16, vision and multimodal transformers: the answers.

Where this departs from the curriculum: no weights of large models are at hand, so p.16.12 is graded with a small ViT
that the course has trained on CIFAR-10 and a small CLIP that it has trained on captioned shapes, p.16.13 with encoders
of ours, p.16.14 with a processor and a model that write down what they are given. The code for the large ones stands in
the notebook, to be run where there is a network.
"""
