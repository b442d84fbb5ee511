"""Pure statistics on the standard library: counts in, frozen results out."""
