"""The box that a shopper touches: buttons in, lamps out; the only room that knows gpiozero."""
