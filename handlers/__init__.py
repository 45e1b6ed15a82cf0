"""The doors: one folder a channel, people in and words out. Doors never import each other."""
