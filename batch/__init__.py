"""Many recordings: one function that tracks one, and what runs it over a folder in several processes."""
