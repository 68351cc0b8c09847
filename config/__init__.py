"""The environment and the tables, read by the four entry points and by nobody else."""
