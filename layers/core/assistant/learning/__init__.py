"""Learning from feedback: the weights of the ranking and the examples for the model, kept only if better."""
