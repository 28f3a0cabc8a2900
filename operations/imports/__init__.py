"""Bringing over what another tracking server holds."""
