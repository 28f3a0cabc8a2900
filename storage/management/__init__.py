"""Commands of the operator about bytes."""
