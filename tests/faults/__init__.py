"""Faults, injected for real while clients write: what was acknowledged must be there afterwards, and nothing else."""
