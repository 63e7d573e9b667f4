"""`python -m kemitraan` is the command `kemitraan`."""

import sys

from kemitraan.cli import main

if __name__ == "__main__":
    sys.exit(main())
