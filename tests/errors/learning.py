"""Bad input to models and learning algorithms."""

import minigen as mg


def gan(**options):
    generator, discriminator = mg.models.Generator(2, 3, hidden=[4]), mg.models.Discriminator(3, hidden=[4])
    discriminator = options.pop("discriminator", discriminator)
    return mg.learning.Adversarial(
        generator,
        discriminator,
        mg.optim.Adam(generator.parameters()),
        mg.optim.Adam(discriminator.parameters()),
        **{"prior": 2, **options},
    )


def networks():
    return mg.models.Generator(2, 3, hidden=[4]), mg.models.Discriminator(3, hidden=[4])


def swapped():
    generator, discriminator = networks()
    opt_g, opt_d = (mg.optim.SGD(m.parameters(), lr=0.1) for m in (discriminator, generator))
    return mg.learning.Adversarial(generator, discriminator, opt_g, opt_d, prior=2)


def ends_in(last):
    return mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.ReLU(), mg.nn.Sequential(mg.nn.Linear(4, 1), last))


ROWS = [
    ("sigmoid", lambda: gan(discriminator=ends_in(mg.nn.Sigmoid())), ValueError, "ends in Sigmoid: leave it out"),
    ("softmax", lambda: gan(discriminator=ends_in(mg.nn.Softmax(dim=1))), ValueError, "ends in Softmax"),
    ("k", lambda: gan(k=0), ValueError, "k must be a positive integer (discriminator steps), got 0"),
    ("k-type", lambda: gan(k=1.5), ValueError, "got 1.5"),
    ("cost", lambda: gan(cost="wasserstein"), ValueError, "one of minimax, non-saturating, maximum-likelihood"),
    ("smoothing", lambda: gan(smoothing=1.0), ValueError, "must lie in [0, 1)"),
    ("smoothing-type", lambda: gan(smoothing="a"), TypeError, "smoothing is a number"),
    ("smoothing-pair", lambda: gan(two_sided_smoothing=0.1), TypeError, "a pair (α, β) of numbers"),
    (
        "optimizers",
        lambda: swapped(),
        ValueError,
        "opt_g updates parameters that are not the model's",
    ),
    ("smoothing-sides", lambda: gan(two_sided_smoothing=(0.6, 0.5)), ValueError, "leave 1 - α above β"),
    ("smoothing-both", lambda: gan(smoothing=0.1, two_sided_smoothing=(0.1, 0.1)), ValueError, "not both"),
    ("prior", lambda: gan(prior="normal"), TypeError, "prior must be a positive int"),
    ("prior-size", lambda: gan(prior=0), TypeError, "got 0"),
    ("batch", lambda: gan(k=4).step(mg.zeros(3, 3)), ValueError, "at least k=4 examples"),
    ("data-shape", lambda: gan().step(mg.zeros(4, 5)), ValueError, "expected examples of shape (n, 3), got (4, 5)"),
    (
        "logits",
        lambda: gan(discriminator=mg.nn.Linear(3, 2)).step(mg.zeros(4, 3)),
        ValueError,
        "one logit for each of 4 examples, got shape (4, 2)",
    ),
    ("output", lambda: mg.models.Generator(2, 3, output="relu"), ValueError, "one of tanh, sigmoid, linear"),
    ("width", lambda: mg.models.Generator(2, 3, hidden=[0]), ValueError, "positive widths, got (2, 0, 3)"),
    ("latent", lambda: mg.models.Generator(0, 3), ValueError, "positive widths"),
    ("grid", lambda: mg.viz.make_grid(mg.zeros(3, 8)), ValueError, "(n, height, width)"),
    ("grid-range", lambda: mg.viz.make_grid(mg.zeros(1, 2, 2), value_range=(1, 0)), ValueError, "value_range"),
]

# of values, which are looked at on the host only
VALUES = [
    (
        "nan",
        lambda: gan().step(mg.full((4, 3), float("nan"))),
        ValueError,
        "Adversarial.step: expected finite numbers, got",
    ),
]
