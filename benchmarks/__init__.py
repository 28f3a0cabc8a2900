"""What may be measured again: each program starts its own server in a folder of its own."""
