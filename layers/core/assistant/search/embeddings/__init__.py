"""Text into vectors: a port, the models that we know, and the endpoints that serve them."""
