"""Kiosks: enrolment codes, placements, configurations."""
