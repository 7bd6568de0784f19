"""Clients in other languages: each is generated, compiled or type-checked, and has a session with the server."""
