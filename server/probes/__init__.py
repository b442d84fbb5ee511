"""The door for machines that watch this one: is the process up, can it work, and how is it doing."""
