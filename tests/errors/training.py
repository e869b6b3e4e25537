"""Bad input to training."""

import io

import minigen as mg
from minigen.training import EMA, Callback, Checkpoints, EarlyStopping, Loop, MetricsFile, NanGuard, Pictures, fit


class Nothing:
    def step(self, batch):
        return {}


LIMIT = "fit: give exactly one of epochs, steps and seconds, got "

ROWS = [
    ("limit", lambda: fit(Nothing(), [1]), TypeError, LIMIT + "none"),
    ("limits", lambda: fit(Nothing(), [1], epochs=1, steps=2), TypeError, LIMIT + "epochs and steps"),
    ("zero", lambda: fit(Nothing(), [1], steps=0), ValueError, "fit: steps must be positive, got 0"),
    ("half", lambda: fit(Nothing(), [1], epochs=0.5), TypeError, "fit: epochs must be an integer, got 0.5"),
    ("true", lambda: fit(Nothing(), [1], steps=True), TypeError, "fit: steps must be an integer, got True"),
    ("nan", lambda: fit(Nothing(), [1], seconds=float("nan")), ValueError, "fit: seconds must be positive, got nan"),
    ("text", lambda: fit(Nothing(), [1], seconds="1"), TypeError, "fit: seconds must be a number, got '1'"),
    ("algorithm", lambda: Loop(len, [1]), TypeError, "Loop: an algorithm has step(batch), got builtin_function"),
    ("loader", lambda: Loop(Nothing(), 3), TypeError, "Loop: a loader can be iterated again and again, got int"),
    ("iterator", lambda: Loop(Nothing(), iter([1])), TypeError, "again and again, got list_iterator"),
    ("empty", lambda: fit(Nothing(), [], epochs=1), ValueError, "fit: the loader, list, gave no batch: is its data"),
    ("class", lambda: Loop(Nothing(), [1], callbacks=[NanGuard]), TypeError, "derive from minigen.training.Callback"),
    ("callback", lambda: Loop(Nothing(), [1], callbacks=[print]), TypeError, "Loop: expected callbacks, got <built-in"),
    ("state", lambda: Loop(Nothing(), [1]).load_state_dict({"step": 1}), ValueError, "expected what state_dict()"),
    ("stateless", lambda: Callback().load_state_dict({"a": 1}), ValueError, "Callback has no state, got a"),
    ("metrics", lambda: MetricsFile("m", every=0), ValueError, "MetricsFile: every must be positive, got 0"),
    ("guard", lambda: NanGuard(every=1.0), TypeError, "NanGuard: every must be an integer, got 1.0"),
    ("keep", lambda: Checkpoints("c", keep=0), ValueError, "Checkpoints: keep must be positive, got 0"),
    ("often", lambda: Checkpoints("c", steps=-1), ValueError, "Checkpoints: steps must be positive, got -1"),
    ("mode", lambda: Checkpoints("c", mode="best"), ValueError, "Checkpoints: mode must be 'min' or 'max', got 'best'"),
    ("draw", lambda: Pictures("x.png", "."), TypeError, "Pictures: draw must be a function of a path, got 'x.png'"),
    ("name", lambda: Pictures(print, ".", name="../x.png"), ValueError, "that of a file in the folder, got '../x.png'"),
    ("patience", lambda: EarlyStopping("a", 0), ValueError, "EarlyStopping: patience must be positive, got 0"),
    ("delta", lambda: EarlyStopping("a", min_delta=-1.0), ValueError, "min_delta must not be negative, got -1.0"),
    (
        "metric",
        lambda: fit(Nothing(), [1], epochs=1, callbacks=[EarlyStopping("cost")]),
        KeyError,
        "EarlyStopping: there is no metric 'cost': the step reports none",
    ),
    ("module", lambda: EMA([mg.zeros(1)]), TypeError, "EMA: expected a Module, got list"),
    ("decay", lambda: EMA(mg.nn.Linear(1, 1), decay=1.0), ValueError, "EMA: decay must be from 0 to below 1, got 1.0"),
    ("pickle", lambda: mg.load(io.BytesIO(b"\x80\x04\x95" + bytes(20))), mg.training.CheckpointError, "but a pickle"),
    (
        "text file",
        lambda: mg.load(io.StringIO("a")),
        TypeError,
        "load: expected a binary file, got one of str: open it",
    ),
    ("save", lambda: mg.save(mg.nn.Linear(1, 1), io.BytesIO()), TypeError, "is no data: save its .state_dict()"),
]
