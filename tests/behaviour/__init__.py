"""How the API behaves, seen from outside: HTTP to a base URL, with tokens, and nothing else."""
