"""Models behind one port: prices, a proven bound on tokens, calls with their outcome, and the providers."""
