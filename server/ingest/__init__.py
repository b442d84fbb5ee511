"""The door for kiosks: enrol, sync, reconcile."""
