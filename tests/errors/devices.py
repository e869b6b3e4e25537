"""Bad input where devices are named."""

import minigen as mg

ROWS = [
    ("default", lambda: mg.set_default_device("gpu"), ValueError, "unknown device 'gpu': use 'cpu', 'cuda'"),
    ("negative", lambda: mg.device(-1), ValueError, "unknown device 'cuda:-1'"),
    ("two-cpus", lambda: mg.device("cpu:1"), ValueError, "there is one cpu, got 'cpu:1'"),
    ("cuda-cpu", lambda: mg.ones(1).cuda("cpu"), ValueError, "cuda: expected a GPU, got 'cpu': use .cpu()"),
    ("module-cuda-cpu", lambda: mg.nn.Linear(1, 1).cuda("cpu"), ValueError, "Linear.cuda: expected a GPU, got 'cpu'"),
    ("synchronize", lambda: mg.cuda.synchronize("cpu"), ValueError, "synchronize: expected a GPU, got 'cpu'"),
]
