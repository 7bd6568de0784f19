"""What the tests stand on: a client, the server as a process, and what only our own server can do."""
