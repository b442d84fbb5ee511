"""The databases that Salve runs on, for a fixture's params."""

DATABASES = ("sqlite", "postgresql")
