"""Pages of registries: to read (pages), to configure (settings), to edit what lies in them (editing)."""
