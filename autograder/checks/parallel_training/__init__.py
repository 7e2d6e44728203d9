"""Hidden checks of training on several devices."""
