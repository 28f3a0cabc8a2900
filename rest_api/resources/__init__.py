"""One module a resource: parse, look up among what is visible, call the service, show."""
