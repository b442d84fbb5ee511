"""The server: takes what kiosks send, compares service with experience store by store, and shows it to who may see it."""
