"""A year of a province in minutes: the real program, with only clock, network and randomness replaced."""
