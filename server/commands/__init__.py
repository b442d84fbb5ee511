"""The commands of `salve-server`, a file for each subject."""
