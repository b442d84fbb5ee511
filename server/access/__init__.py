"""Who may do what: people, sessions, tokens, and the one place that scopes stores."""
