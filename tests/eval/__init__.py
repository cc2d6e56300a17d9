"""How good the search is, judged on questions with known answers."""
