"""The desk: what we ask, take in, owe and follow up. Knows no channel."""
