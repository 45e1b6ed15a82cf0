"""What is known of imported boundaries before they are opened."""

FILE = "boundaries.npz"
METRES_PER_DEGREE = 111_320.0  # of latitude, and of longitude at the equator


class BoundariesError(Exception):
    """The boundaries cannot be read or imported. The message says what is wrong and the mend."""
