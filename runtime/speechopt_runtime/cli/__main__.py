"""`python -m speechopt_runtime.cli`."""

from .group import main

if __name__ == "__main__":
    main()
