"""The tests, room by room; `journeys/` walks one tip from end to end."""
