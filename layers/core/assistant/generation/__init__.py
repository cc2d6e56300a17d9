"""Documents that a model writes: RFCs in the house template, grounded in what the search found."""
