"""Bad input to energy-based models, their chains, their learning and their scores."""

import minigen as mg


def rbm():
    return mg.models.RBM(4, 3)


def cd(model=None, **options):
    model = model or rbm()
    return mg.learning.ContrastiveDivergence(model, mg.optim.SGD(model.parameters(), lr=0.1), **options)


def pcd(model=None, **options):
    model = model or rbm()
    return mg.learning.PersistentContrastiveDivergence(model, mg.optim.SGD(model.parameters(), lr=0.1), **options)


def strangers():
    return mg.learning.ContrastiveDivergence(rbm(), mg.optim.SGD(rbm().parameters(), lr=0.1))


ONE = mg.zeros(1, 4)
NAN = mg.tensor([[0.0, 1.0, float("nan"), 0.0]])
GRAY = mg.tensor([[0.0, 1.0, 0.25, 0.0]])
FIX = "make bits of pixels in [0, 1] with transforms.Binarize()"

ROWS = [
    ("visible", lambda: mg.models.RBM(0, 3), ValueError, "n_visible must be a positive integer"),
    ("hidden", lambda: mg.models.RBM(3, 2.5), ValueError, "n_hidden must be a positive integer"),
    (
        "width",
        lambda: rbm().free_energy(mg.zeros(2, 5)),
        ValueError,
        "expected v of shape (batch, 4), got (2, 5): images are flattened first, as in x.flatten(1)",
    ),
    ("image", lambda: rbm().hidden_probs(mg.zeros(2, 2, 2)), ValueError, "of shape (batch, 4), got (2, 2, 2)"),
    ("energy", lambda: rbm().energy(mg.zeros(2, 4), mg.zeros(2, 4)), ValueError, "expected h of shape (batch, 3)"),
    ("hidden width", lambda: rbm().visible_probs(mg.zeros(2, 4)), ValueError, "expected h of shape (batch, 3)"),
    ("steps", lambda: rbm().sample(2, steps=0), ValueError, "k must be a positive integer, the number of Gibbs sweeps"),
    ("samples", lambda: rbm().sample(0), ValueError, "expected how many chains, a positive integer, got 0"),
    ("base shape", lambda: rbm().annealing(mg.full((3,), 0.5)), ValueError, "base must be 4 probabilities"),
    ("base zero", lambda: rbm().annealing(mg.zeros(4)), ValueError, "clip the data's mean, as in x.mean(0).clip(0.01"),
    ("chains none", lambda: mg.sampling.Chains(rbm(), 0), ValueError, "a positive integer, got 0"),
    ("chains width", lambda: mg.sampling.Chains(rbm(), mg.zeros(5, 4)), ValueError, "(n, 3), n > 0, got (5, 4)"),
    ("sweeps", lambda: mg.sampling.Chains(rbm(), 5).step(0), ValueError, "Chains.step: k must be a positive integer"),
    ("cd k", lambda: cd(k=0), ValueError, "ContrastiveDivergence: k must be a positive integer, the number of Gibbs"),
    ("cd k type", lambda: cd(k=1.5), ValueError, "got 1.5"),
    ("cd optimizer", strangers, ValueError, "updates parameters that are not the model's"),
    (
        "cd model",
        lambda: cd(mg.nn.Linear(4, 3)),
        TypeError,
        "Linear offers no hidden_inputs(v), sample_visible(h, rng=): g",
    ),
    ("cd empty", lambda: cd().step(mg.zeros(0, 4)), ValueError, "at least one example, got a batch of shape (0, 4)"),
    ("cd width", lambda: cd().step(mg.zeros(2, 5)), ValueError, "expected v of shape (batch, 4), got (2, 5)"),
    ("pcd k", lambda: pcd(k=-1), ValueError, "PersistentContrastiveDivergence: k must be a positive integer"),
    ("pcd chains", lambda: pcd(chains=0), ValueError, "expected how many chains, a positive integer, got 0"),
    (
        "pcd other chains",
        lambda: pcd(chains=mg.sampling.Chains(rbm(), 5)),
        ValueError,
        "the chains are of another model: make them of this one, or give their number",
    ),
    ("cd centring", lambda: cd(centring=0.01), TypeError, "must be a Centring, got 0.01: make one, Centring(model"),
    (
        "cd other centring",
        lambda: cd(centring=mg.learning.Centring(mg.models.RBM(5, 3))),
        ValueError,
        "of a machine of (5, 3) units, this one has (4, 3): Centring(model)",
    ),
    ("centring", lambda: mg.learning.Centring(rbm(), rate=1.5), ValueError, "rate must be from 0 (offsets stay) to 1"),
    (
        "enumeration",
        lambda: mg.inference.exact_log_z(mg.models.RBM(40, 30)),
        ValueError,
        "2^30 = 1,073,741,824 states, and 2^25 is the most that is enumerated: estimate log Z with minigen.evaluation",
    ),
    ("exact log p", lambda: mg.inference.exact_log_prob(mg.models.RBM(30, 40), mg.zeros(1, 30)), ValueError, "2^30"),
    (
        "enumeration of very many",
        lambda: mg.inference.enumeration.check_countable(15_000, "log Z", "estimate it"),
        ValueError,
        "15000 units, 2^15000 > 10^4515 states, and 2^25 is the most that is enumerated: estimate it",
    ),
    (
        "exact draws",
        lambda: mg.inference.exact_sample(mg.models.RBM(30, 22), 1),
        ValueError,
        "2^20 is the most that is enumerated: draw by chains, minigen.sampling.Chains(model, n)",
    ),
    (
        "exact draws of -1",
        lambda: mg.inference.exact_sample(rbm(), -1),
        ValueError,
        "how many examples to draw, got -1",
    ),
    (
        "exact nothing",
        lambda: mg.inference.exact_log_z(mg.nn.Linear(2, 2)),
        TypeError,
        "Linear offers no n_visible, free_energy(v): only energy-based models of binary units are enumerated",
    ),
    ("ais chains", lambda: mg.evaluation.ais(rbm(), 0), ValueError, "ais: chains must be a positive integer, got 0"),
    ("ais steps", lambda: mg.evaluation.ais(rbm(), 5, 0), ValueError, "ais: steps must be positive, got 0"),
    ("ais betas", lambda: mg.evaluation.ais(rbm(), 5, [0.0, 0.5]), ValueError, "that rise from 0 to 1, got [0.0, 0.5]"),
    (
        "ais NaN",
        lambda: mg.evaluation.ais(rbm(), 5, [0.0, float("nan"), 1.0]),
        ValueError,
        "that rise from 0 to 1, got",
    ),
    ("ais type", lambda: mg.evaluation.ais(rbm(), 5, 10.5), ValueError, "or values of β from 0 to 1, got 10.5"),
    (
        "ais model",
        lambda: mg.evaluation.ais(mg.nn.Linear(4, 3)),
        TypeError,
        "ais: Linear offers no annealing(base): log Z",
    ),
    ("ais start", lambda: mg.evaluation.reverse_ais(rbm(), steps=5, start=GRAY), ValueError, "start: binary units are"),
    ("ais fall", lambda: mg.evaluation.reverse_ais(rbm(), 5, [0.0, 0.5, 0.5, 1.0]), ValueError, "reverse_ais"),
    (
        "score of a flow",
        lambda: mg.evaluation.unnormalized_likelihood(mg.models.RealNVP(4), ONE),
        TypeError,
        "RealNVP offers no unnormalized_log_prob(x): give an energy-based model",
    ),
    (
        "score as of a flow",
        lambda: mg.evaluation.log_likelihood(rbm(), ONE, data="one"),
        TypeError,
        "RBM offers no log_prob(x): energy-based models are scored by unnormalized_likelihood",
    ),
    ("score none", lambda: mg.evaluation.unnormalized_likelihood(rbm(), mg.zeros(0, 4)), ValueError, "no examples"),
    ("score gray", lambda: mg.evaluation.unnormalized_likelihood(rbm(), GRAY), ValueError, FIX),
    (
        "score of another",
        lambda: mg.evaluation.unnormalized_likelihood(rbm(), ONE, mg.evaluation.pseudolikelihood(rbm(), ONE)),
        ValueError,
        "expected a score of log Z in nats, got pseudo-log-likelihood",
    ),
    (
        "score of a number",
        lambda: mg.evaluation.unnormalized_likelihood(rbm(), ONE, 3.0),
        ValueError,
        "expected a score of log Z in nats, got 3.0: use ais or reverse_ais",
    ),
    ("pl none", lambda: mg.evaluation.pseudolikelihood(rbm(), mg.zeros(0, 4)), ValueError, "no examples"),
    ("pl gray", lambda: mg.evaluation.pseudolikelihood(rbm(), GRAY), ValueError, "pseudolikelihood: binary units"),
    (
        "pl model",
        lambda: mg.evaluation.pseudolikelihood(mg.nn.Linear(4, 3), ONE),
        TypeError,
        "offers no free_energy(v)",
    ),
    ("pl units", lambda: mg.evaluation.pseudolikelihood(rbm(), ONE, units=5), ValueError, "from 2 to 4"),
    (
        "pl units type",
        lambda: mg.evaluation.pseudolikelihood(rbm(), ONE, units=2.5),
        ValueError,
        "or None for all, got 2.5",
    ),
    (
        "start gray",
        lambda: rbm().start_at(255 * mg.ones(2, 4)),
        ValueError,
        "RBM.start_at: values must lie in [0, 1], got 255",
    ),
    ("start NaN", lambda: rbm().start_at(NAN), ValueError, "RBM.start_at: values must lie in [0, 1], got nan"),
    (
        "chain law",
        lambda: mg.inference.chain_law(mg.models.RBM(24, 2), mg.zeros(1, 24), 1),
        ValueError,
        "at most 20 units a side, 2^20 states, got 24 and 2: follow draws of the chain",
    ),
    (
        "chain law gray",
        lambda: mg.inference.chain_law(rbm(), GRAY, 1),
        ValueError,
        "chain_law: start: binary units are 0",
    ),
    (
        "chain law none",
        lambda: mg.inference.chain_law(rbm(), ONE[:0], 1),
        ValueError,
        "expected rows to start from, got",
    ),
    ("chain sweeps", lambda: mg.inference.chain_law(rbm(), ONE, 0), ValueError, "sweeps must be at least 1, got 0"),
    ("bias", lambda: mg.evaluation.contrastive_bias(rbm(), ONE, [2, 2]), ValueError, "that rise from 1 on, got [2, 2]"),
    ("strip", lambda: mg.viz.save_strip([], "strip.png"), ValueError, "there are no frames"),
    ("linear", lambda: mg.optim.linear(5, hold=5), ValueError, "expected 0 <= hold < steps"),
    ("exponential", lambda: mg.optim.exponential(1.5), ValueError, "expected a factor in (0, 1]"),
    ("averaged", lambda: mg.optim.Averaged(mg.optim.SGD(rbm().parameters()), 1.0), ValueError, "below 1, got 1.0"),
]

# of values, which are looked at on the host only
VALUES = [
    ("cd gray", lambda: cd().step(GRAY.cpu()), ValueError, "Divergence.step: binary units are 0 or 1, got 0.25"),
    ("cd fix", lambda: cd().step(GRAY.cpu()), ValueError, FIX),
    ("cd nan", lambda: cd().step(NAN.cpu()), ValueError, "binary units are 0 or 1, got nan (1 of 4 values)"),
    ("exact gray", lambda: mg.inference.exact_log_prob(rbm(), GRAY.cpu()), ValueError, "exact_log_prob: binary units"),
]
