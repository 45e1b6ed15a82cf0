"""The counts: what the tips of a week amount to, as text and as a picture. Reads, never writes."""
