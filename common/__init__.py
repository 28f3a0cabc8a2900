"""Shared, domain-free pieces: errors, pagination, names, middleware, health, template tags."""
