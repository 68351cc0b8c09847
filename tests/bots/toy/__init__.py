"""A toy platform of two files, as docs/adding-a-platform.md shows them."""
