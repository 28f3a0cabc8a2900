"""Who one is and what one may do: the only place where permissions are decided."""
