"""The data: tables, compiled queries, and the two views (owner and public) of each entity. Nothing here knows HTTP."""
