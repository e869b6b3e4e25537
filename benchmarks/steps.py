"""Learning steps beside those of other libraries in one run: one thread each, blocks in turn, medians and their ratio.

PyTorch and scikit-learn are no dependencies; they live in an environment of their own, whose Python runs this:

    python3 -m venv path/to/peers
    path/to/peers/bin/pip install torch scikit-learn numpy scipy safetensors tqdm click pooch matplotlib
    export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=.
    path/to/peers/bin/python benchmarks/steps.py [rbm vae realnvp gan]

Each family's programs are in a file of their own, `peers_*.py`, which can also be run alone.
"""

import importlib
import sys

from alternating import show

FAMILIES = {"rbm": "peers_rbm", "vae": "peers_vae", "realnvp": "peers_flows", "gan": "peers_gan"}


def main() -> None:
    """Measure the families that are named, or all."""
    for name in sys.argv[1:]:
        if name not in FAMILIES:
            sys.exit(f"there is no {name!r}: there are {', '.join(FAMILIES)}")
    cases = (getattr(importlib.import_module(FAMILIES[name]), name) for name in sys.argv[1:] or FAMILIES)
    show(case for make in cases for case in make())


if __name__ == "__main__":
    main()
