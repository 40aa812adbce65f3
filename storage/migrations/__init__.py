"""The shapes of the two databases, one step after the other: a file for each database."""
