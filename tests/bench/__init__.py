"""The benchmark: servers side by side, on the same data and the same requests; `pluralspec bench` runs it."""
