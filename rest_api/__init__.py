"""REST: our own door for scripts, CI and curl, on the services that pages and SDK call."""
