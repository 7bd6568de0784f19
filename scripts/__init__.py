"""What people type: the `pluralspec` command, and the two shell scripts that set up a fresh machine."""
