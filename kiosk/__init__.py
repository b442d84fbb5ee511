"""The program on the box: judge a press, keep it safe on the card, thank for it, and bring it to the server."""
