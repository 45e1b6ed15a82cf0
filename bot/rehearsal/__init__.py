"""A province that does not exist: its people, its calendar, and a clock that jumps.

Simulations play it against the real program; `tinbao demo` fills a database with it.
"""
