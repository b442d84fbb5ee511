"""The background worker: jobs on a schedule, each run by one worker at a time."""
