"""The durable buffer: every press on the card before its thank-you, and how far the server has them; the kiosk's only SQL."""
