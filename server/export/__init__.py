"""The door for head office's programs: CSV and the figures as JSON."""
