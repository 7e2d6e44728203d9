"""How people log in: by invitation, at a provider of accounts (OpenID Connect), from a learning platform (LTI 1.3)."""
