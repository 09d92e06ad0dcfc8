"""The command line: `speechopt`, `speechopt-run`, and the part that all commands share."""
