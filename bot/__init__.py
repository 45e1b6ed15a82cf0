"""The process: settings, wiring, clock, server, command line. Nothing imports it."""
