"""One file per operator command; a new command is a new file and nothing else."""
