"""Languages: catalogues, digits, calendars, directions."""
