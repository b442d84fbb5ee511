"""The kiosk's own page on loopback: the question for shoppers, and in simulation the drawn box."""
