"""The web door: two phones side by side in the browser, for trying the whole thing out."""
