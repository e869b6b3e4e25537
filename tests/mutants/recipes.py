"""Recipes, their scores, and the commands: seeds, scales, what is resumed, what is compared, what is removed."""

from tests.mutants.mutant import Mutant

DIGITS = "minigen/recipes/gan_digits.py"
MNIST = "minigen/recipes/gan_mnist.py"
VAE = "minigen/recipes/vae_mnist.py"
RUNS = "minigen/cli/runs.py"
TRAIN = "minigen/cli/train.py"
TOUR = "minigen/cli/tour.py"
SETTINGS = "minigen/cli/settings.py"
SCORE = "minigen/evaluation/score.py"
NEIGHBOURS = "minigen/evaluation/neighbours.py"
RECIPES = "tests/recipes/test_recipes.py::"
RESUME = "tests/recipes/test_resume.py::test_a_resumed_run_is_the_undisturbed_one_bit_for_bit[gan-digits]"
RUN = "minigen/training/run.py"
CONTINUING = "tests/cli/test_continuing.py::"
TOGETHER = "tests/cli/test_together.py::"
COMMANDS = "tests/cli/test_commands.py::"
VALUES = "tests/cli/test_settings.py::"
SCORES = "tests/evaluation/test_score.py::"
COUNTED = "tests/evaluation/test_neighbours.py::"

MUTANTS = [
    # --------------------------------------------------------------------------------------- recipes
    Mutant(
        "the order of the data is drawn from the experiment's own generator",
        DIGITS,
        "drop_last=True, rng=rng.spawn())",
        "drop_last=True, rng=rng)",
        RECIPES + "test_what_is_random_has_generators_of_its_own[gan-digits]",
    ),
    Mutant(
        "weights come from the default generator",
        DIGITS,
        "    with using(rng.spawn()):\n",
        "    with using(None):\n",
        RECIPES + "test_the_seed_fixes_the_run_whatever_the_default_generator_is[gan-digits]",
    ),
    Mutant(
        "the divergence comes in at once",
        VAE,
        "kl=[annealing], ",
        "",
        RECIPES + "test_every_setting_but_the_limit_matters[vae-mnist]",
    ),
    Mutant(
        "the decoder begins at the mean image's complement",
        VAE,
        "log_odds(base_rate(train.flatten(1)))",
        "-log_odds(base_rate(train.flatten(1)))",
        RECIPES + "test_vae_mnist_begins_at_the_mean_image",
    ),
    Mutant(
        "noise comes from a child of the default generator",
        MNIST,
        "        rng=rng.spawn(),\n",
        "",
        RECIPES + "test_nothing_is_drawn_from_the_default_generator[gan-mnist]",
    ),
    Mutant(
        "images in [0, 1] for a generator in [-1, 1]",
        MNIST,
        ".to(get_default_dtype()).to(device) / 127.5 - 1",
        ".to(get_default_dtype()).to(device) / 255",
        RECIPES + "test_gan_mnist_sees_images_from_minus_1_to_1_in_batches_of_32",
    ),
    Mutant(
        "held-out images are training images",
        MNIST,
        "for part in (train, test))",
        "for part in (train, train))",
        RECIPES + "test_samples_pictures_and_scores[gan-mnist]",
    ),
    Mutant(
        "the images for validation are trained on",
        MNIST,
        "images[:n], images[n:], train",
        "images, images[n:], train",
        RECIPES + "test_gan_mnist_holds_the_last_sixth_of_the_training_images_out",
    ),
    Mutant(
        "samples are scored on the scale of training",
        MNIST,
        "((x + 1) / 2 for x in (samples,",
        "((x + 0) / 1 for x in (samples,",
        RECIPES + "test_gan_mnist_is_scored_on_pixels_from_0_to_1",
    ),
    Mutant(
        "samples are shown on the scale of training",
        DIGITS,
        "return (generator.sample(n, rng=rng) + 1) / 2",
        "return generator.sample(n, rng=rng)",
        RECIPES + "test_samples_of_images_have_pixels_from_0_to_1[gan-digits]",
    ),
    Mutant(
        "samples do not follow their seed",
        DIGITS,
        "generator.sample(n, rng=rng)",
        "generator.sample(n, rng=None)",
        RECIPES + "test_samples_pictures_and_scores[gan-digits]",
    ),
    Mutant(
        "Adam's betas are not passed on",
        DIGITS,
        'partial(Adam, lr=settings["lr"], betas=tuple(settings["betas"]))',
        'partial(Adam, lr=settings["lr"])',
        RECIPES + "test_every_setting_but_the_limit_matters[gan-digits]",
    ),
    Mutant(
        "classes are as many as examples",
        NEIGHBOURS,
        "count / len(labels) for count in known.values()",
        "1 / len(known) for count in known.values()",
        COUNTED + "test_against_counting_by_hand",
    ),
    # --------------------------------------------------------------------------------------- runs
    Mutant(
        "a resumed run must keep its limit",
        RUNS,
        "not in (*LIMITS, *PLACES)",
        "not in PLACES",
        "tests/cli/test_failures.py::test_the_limit_of_a_run_is_not_compared",
    ),
    Mutant(
        "the checkpoint is not loaded",
        RUNS,
        "            loop.load(latest)\n",
        "            run.metrics.touch()\n",
        RESUME,
    ),
    Mutant(
        "training runs under fresh entropy",
        RUNS,
        "    with run.held(), using(rng):\n",
        "    with run.held(), using(Generator()):\n",
        RESUME,
    ),
    Mutant(
        "samples come from an untrained model",
        RUNS,
        "    load_checkpoint(latest, experiment.algorithm, settings=identity(plan))\n",
        "    identity(plan)\n",
        COMMANDS + "test_sample_draws_from_what_was_trained",
    ),
    Mutant(
        "one picture too many",
        RUNS,
        "math.ceil(steps / PICTURES)",
        "math.floor(steps / PICTURES)",
        COMMANDS + "test_a_run_folder_holds_what_the_page_says",
    ),
    Mutant(
        "the seed is another one",
        TRAIN,
        'options["seed"] or 0',
        'options["seed"] or 1',
        COMMANDS + "test_the_seed_is_0_and_makes_the_run",
    ),
    Mutant(
        "Ctrl-C looks like success",
        TRAIN,
        "ctx.exit(130)",
        "ctx.exit(0)",
        "tests/cli/test_processes.py::test_ctrl_c_is_acted_on_between_two_steps_with_a_checkpoint",
    ),
    Mutant(
        "the tour visits all whatever is chosen",
        TOUR,
        "if not chosen or name in chosen}",
        "if chosen or not chosen}",
        COMMANDS + "test_a_tour_visits_what_is_chosen_in_its_own_order",
    ),
    Mutant(
        "the tour's command leaves out its settings",
        TOUR,
        "for key, value in recipe.TOUR.items() if key not in LIMITS]",
        "for key, value in recipe.TOUR.items() if key in ()]",
        COMMANDS + "test_settings_of_a_tour",
    ),
    Mutant(
        "the page's contents lead nowhere",
        "minigen/cli/page.py",
        'href="#{escape',
        'href="#to-{escape',
        COMMANDS + "test_a_tour_trains_what_is_marked_and_writes_a_page",
    ),
    Mutant(
        "the tour removes any folder",
        TOUR,
        "    if (path / MARK).is_file() and all(OWN.fullmatch(file.name) for file in path.iterdir()):\n",
        "    if path.is_dir():\n",
        COMMANDS + "test_a_tour_removes_only_runs",
    ),
    Mutant(
        "the tour removes any run",
        TOUR,
        "    if (path / MARK).is_file() and",
        '    if (path / "settings.json").is_file() or',
        COMMANDS + "test_a_tour_leaves_alone_what_train_made",
    ),
    Mutant(
        "the tour removes what was added to a run of its own",
        TOUR,
        "all(OWN.fullmatch(file.name) for file",
        "any(OWN.fullmatch(file.name) for file",
        COMMANDS + "test_a_tour_leaves_alone_what_was_added_to_its_own",
    ),
    Mutant(
        "the tour removes a run of its own that was trained on",
        TRAIN,
        "    (path / MARK).unlink(missing_ok=True)",
        "    (path / MARK).touch()",
        COMMANDS + "test_a_tour_leaves_alone_what_was_trained_on",
    ),
    Mutant(
        "a limit given on resume is forgotten",
        RUNS,
        "            run.change(plan)\n",
        "            pass\n",
        CONTINUING + "test_the_command_shown_after_ctrl_c_goes_on_to_the_limit_given_on_resume",
    ),
    Mutant(
        "the old limit stays beside one of another unit",
        RUNS,
        "if not (limit and key in LIMITS)",
        "if not (limit and key in limit)",
        CONTINUING + "test_a_limit_of_another_unit_takes_the_place_of_the_old_one",
    ),
    Mutant(
        "a root given on resume is seen from the folder of then",
        TRAIN,
        'root_for(options["root"])\n    plan',
        'str(options["root"])\n    plan',
        CONTINUING + "test_places_given_on_resume_stay_wherever_the_next_command_is_given",
    ),
    Mutant(
        "two processes train in one folder",
        RUN,
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        TOGETHER + "test_a_run_is_trained_by_one_process",
    ),
    Mutant(
        "the lock is not let go",
        RUN,
        "                    lock.unlink()\n",
        "                    pass\n",
        TOGETHER + "test_a_run_is_held_once_and_let_go",
    ),
    Mutant(
        "a folder is taken that is there already",
        TRAIN,
        "            path.mkdir(parents=True)",
        "            path.mkdir(parents=True, exist_ok=True)",
        TOGETHER + "test_a_folder_claimed_by_another_process_is_passed_over",
    ),
    Mutant(
        "infinity is a number to train with",
        SETTINGS,
        "if isinstance(item, float) and not isfinite(item)",
        "if isinstance(item, float) and item != item",
        VALUES + "test_contradictions[assignments7-options7-lr must be a finite number, got inf]",
    ),
    Mutant(
        "a folder must not be called a number",
        SETTINGS,
        "        value = text  # a folder may be called 123\n",
        "        value = None\n",
        VALUES + "test_values[root=123-expected12]",
    ),
    Mutant(
        "only the training data are looked at",
        "minigen/cli/info.py",
        'train_and_test = [{"train": True}, {"train": False}]',
        'train_and_test = [{"train": True}, {"train": True}]',
        COMMANDS + "test_info_says_which_files_are_missing[t10k-images-idx3-ubyte.gz]",
    ),
    Mutant(
        "errors show the names of temporary files",
        "minigen/cli/main.py",
        "return place.with_name(temporary[1]) if temporary else place",
        "return place",
        "tests/cli/test_failures.py::test_a_failing_file_is_called_by_its_own_name_and_the_fix_is_given[temporary]",
    ),
    Mutant(
        "true counts as a number",
        SETTINGS,
        "    if isinstance(value, bool) or isinstance(default, bool):\n",
        "    if isinstance(default, bool):\n",
        VALUES + "test_an_integer_is_no_list_item_of_another_kind",
    ),
    Mutant(
        "the recipe's own limit stays",
        SETTINGS,
        "if not (limits and key in LIMITS)",
        "if not (limits and key in given)",
        VALUES + "test_a_limit_takes_the_place_of_the_recipes_own",
    ),
    # --------------------------------------------------------------------------------------- scores
    Mutant(
        "bounds are compared with exact values",
        SCORE,
        '"unit", "kind", "data"',
        '"unit", "data"',
        SCORES + "test_unlike_scores_are_not_compared[{'kind': 'exact'}]",
    ),
    Mutant(
        "one binarization is compared with another",
        SCORE,
        '"data", "binarization", "labels")',
        '"data", "labels")',
        SCORES + "test_unlike_scores_are_not_compared[{'binarization': None}]",
    ),
    Mutant(
        "better is worse",
        SCORE,
        "return self._compare(other, lt)",
        "return self._compare(other, gt)",
        SCORES + "test_like_scores_are_ordered_by_value",
    ),
    Mutant(
        "the ratio is upside down",
        NEIGHBOURS,
        "    ratio = a / b if b else",
        "    ratio = b / a if b else",
        COUNTED + "test_against_counting_by_hand",
    ),
    Mutant(
        "all classes of the data count as found",
        NEIGHBOURS,
        "for classes in (labels[indices], labels))",
        "for classes in (labels, labels))",
        COUNTED + "test_samples_of_one_class_show_one",
    ),
    Mutant(
        "the median's error is two",
        NEIGHBOURS,
        "    reach = 0.5 * math.sqrt(n)\n",
        "    reach = 1.0 * math.sqrt(n)\n",
        COUNTED + "test_the_standard_error_of_the_median[500]",
    ),
    Mutant(
        "the last example of each block has no neighbour of its own",
        "minigen/evaluation/nearest.py",
        "(x[i : i + rows] @ y.T)",
        "(x[[i] * len(x[i : i + rows])] @ y.T)",
        COUNTED + "test_against_counting_by_hand",
    ),
    Mutant(
        "pairs are upside down",
        "minigen/viz/pairs.py",
        "for part in (above, below)]",
        "for part in (below, above)]",
        "tests/viz/test_sheets.py::test_pairs_stand_above_each_other",
    ),
]
