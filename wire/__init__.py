"""The contract between a kiosk and the server: message types, limits and golden examples; standard library only."""
