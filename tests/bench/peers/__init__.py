"""What the server is compared with: each module makes one ASGI application, on the same tables and data."""
