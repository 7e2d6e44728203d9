"""Autoencoders, GANs, and diffusion models: the answers."""
