"""What operators run: demo, serve, provision."""
