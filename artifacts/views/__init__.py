"""Pages of artifacts at their source: to read (pages), to edit and delete (editing), to link (linking)."""
