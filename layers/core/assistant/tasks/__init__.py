"""Background work, done once: submit, claim with lease and fence, checkpoint, finish, cancel, sweep."""
