"""Tables that lie in files, looked through: `reading` makes a Sheet of bytes, `choosing` says which of its rows come."""
