"""What the operations do: one module for each heading of the documentation, one function for each operation."""
