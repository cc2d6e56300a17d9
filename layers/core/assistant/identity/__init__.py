"""Who calls: accounts, passwords, tokens, and the verified caller."""
