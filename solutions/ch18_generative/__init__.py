"""Chapter 18, autoencoders, GANs, and diffusion models: the answers.

Where this departs from the curriculum, it asks for more: p.18.10 wants more codings than inputs to be of use, too.
tf1.15.9's purity leaves out rows that are alone, which are pure whatever they are.
"""
