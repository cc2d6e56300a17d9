"""What an organization knows: files become documents, documents become chunks, chunks are found again."""
