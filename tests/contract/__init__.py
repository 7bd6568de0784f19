"""Proof of the contract kit: that it finds faults, says what is true of others' servers, and finds none in ours."""
