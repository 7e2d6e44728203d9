"""Servers as pods of a Kubernetes cluster: values for Zero-to-JupyterHub's chart, and the spawner of its hub."""
