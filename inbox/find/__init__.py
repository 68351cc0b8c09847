"""Finding conversations by words: SQLite's full-text index, fed from the log."""
