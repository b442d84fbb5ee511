"""The only SQL: tables, engine, and one module of statements per subject."""
