"""One file per command of the `opsbot` program; nothing heavy is imported before a command runs."""
