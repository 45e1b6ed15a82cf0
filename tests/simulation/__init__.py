"""A province lived through in a fraction of its time: only clock, network and randomness are replaced."""
