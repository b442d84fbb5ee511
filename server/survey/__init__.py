"""What is asked and what it is for: questions with their data cards, and the chain's definitions."""
