"""`python -m bot`: the same as `tinbao`."""

from bot.cli import main

main()
