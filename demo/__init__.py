"""The demonstration: a small made-up chain, its nine weeks of history, and the start of server and simulated kiosk."""
