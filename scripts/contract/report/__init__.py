"""A run, told in each of the forms in which people and machines want it."""
