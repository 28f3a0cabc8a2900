"""An app that lets a test kill -9 the whole server at a named point: the product itself has no such hook."""
