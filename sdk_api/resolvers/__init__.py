"""Reading: one module for each root noun; BINDABLES are what the schema takes."""
