"""Learning steps beside those of other libraries in one run: one thread each, blocks in turn, medians and their ratio.

PyTorch and scikit-learn are no dependencies; they live in an environment of their own, whose Python runs this:

    python3 -m venv path/to/peers
    path/to/peers/bin/pip install torch scikit-learn numpy scipy safetensors tqdm click pooch matplotlib
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=. path/to/peers/bin/python benchmarks/steps.py [gan vae realnvp]

Each family's programs are in a file of their own, `peers_*.py`, which can also be run alone.
"""

import sys

from alternating import show
from peers_flows import realnvp
from peers_gan import gan
from peers_vae import vae

FAMILIES = {"gan": gan, "vae": vae, "realnvp": realnvp}


def main() -> None:
    """Measure the families that are named, or all."""
    for name in sys.argv[1:]:
        if name not in FAMILIES:
            sys.exit(f"there is no {name!r}: there are {', '.join(FAMILIES)}")
    show(case for name in sys.argv[1:] or FAMILIES for case in FAMILIES[name]())


if __name__ == "__main__":
    main()
