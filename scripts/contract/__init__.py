"""`pluralspec contract`: the checks of tests/behaviour, run against anybody's server."""
