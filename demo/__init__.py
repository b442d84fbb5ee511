"""The demonstration: a small made-up chain, its ten weeks of history, and the start of server and simulated kiosk."""
