"""Notices bursts of negative presses while they happen, and follows each until its place is back to normal."""
