"""`python -m theoremcheck`: the command line."""

from .interface.command import main

main()
