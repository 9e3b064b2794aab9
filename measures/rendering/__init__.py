"""Pictures of the pages of uploaded files."""
