"""``python -m minigen`` is ``minigen``."""

from minigen.cli import main

if __name__ == "__main__":
    main()
