"""Questions answered from what the organization knows, with a history, streamed while they are answered."""
