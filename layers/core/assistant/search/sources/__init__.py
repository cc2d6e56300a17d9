"""Where documents come from besides uploads: what is configured, how it is reached, and how it is kept in step."""
