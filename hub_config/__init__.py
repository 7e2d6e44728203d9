"""The JupyterHub of the course: profiles, courses and their roles, the exchange, local and Kubernetes spawning."""
