"""What each operation of the contract does: one module for each heading of the documentation, one function an operation."""
