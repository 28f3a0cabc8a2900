"""Accounts: sign-in, profile, API keys."""
