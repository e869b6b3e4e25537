"""The loader and the digits: which examples make a batch, orders, what is copied, what is saved."""

from tests.mutants.mutant import Mutant

LOADER = "minigen/data/loader.py"
TESTS = "tests/data/test_loader.py::"
STATE = "tests/data/test_loader_state.py::"

MUTANTS = [
    Mutant(
        "the ragged last batch is dropped",
        LOADER,
        "end = n - n % self.batch_size if self.drop_last else n",
        "end = n - n % self.batch_size",
        TESTS + "test_sizes_of_batches[7-3-False-sizes0]",
    ),
    Mutant(
        "the ragged last batch is kept",
        LOADER,
        "end = n - n % self.batch_size if self.drop_last else n",
        "end = n",
        TESTS + "test_sizes_of_batches[7-3-True-sizes1]",
    ),
    Mutant(
        "the last batch is filled with examples seen before",
        LOADER,
        "rows = range(start, min(start + self.batch_size, end))",
        "rows = range(min(start, end - self.batch_size), start + self.batch_size)",
        TESTS + "test_sizes_of_batches[7-3-False-sizes0]",
    ),
    Mutant(
        "one example too few in every batch",
        LOADER,
        "min(start + self.batch_size, end)",
        "min(start + max(1, self.batch_size - 1), end)",
        TESTS + "test_an_epoch_holds_every_example_once",
    ),
    Mutant(
        "the length counts full batches only",
        LOADER,
        "full + (left > 0 and not self.drop_last)",
        "full + (left < 0 and not self.drop_last)",
        TESTS + "test_sizes_of_batches[7-3-False-sizes0]",
    ),
    Mutant(
        "shuffling does not permute",
        LOADER,
        "return Epoch(rng.state_dict(), rng.permutation(len(self.dataset)).array)",
        "return Epoch(rng.state_dict(), numpy.sort(rng.permutation(len(self.dataset)).array))",
        TESTS + "test_orders_are_the_generators_permutations",
    ),
    Mutant(
        "the same permutation every epoch",
        LOADER,
        "return Epoch(rng.state_dict(), rng.permutation(len(self.dataset)).array)",
        "return Epoch(rng.state_dict(), Generator(3).permutation(len(self.dataset)).array)",
        TESTS + "test_orders_are_the_generators_permutations",
    ),
    Mutant(
        "the permutation is drawn with replacement",
        LOADER,
        "return Epoch(rng.state_dict(), rng.permutation(len(self.dataset)).array)",
        "return Epoch(rng.state_dict(), rng.integers(len(self.dataset), shape=len(self.dataset)).array)",
        TESTS + "test_an_epoch_holds_every_example_once",
    ),
    Mutant(
        "an order is drawn though none is needed",
        LOADER,
        "        if not self.shuffle:\n            return Epoch(None, None)\n",
        "        if not self.shuffle:\n"
        "            get_default_generator().normal()\n            return Epoch(None, None)\n",
        TESTS + "test_without_shuffling_nothing_is_drawn",
    ),
    Mutant(
        "the given generator is not used",
        LOADER,
        "self.rng = None if chosen is None else as_generator(chosen)",
        "self.rng = None",
        TESTS + "test_rng_as_seed_generator_or_under_pytorchs_name",
    ),
    Mutant(
        "images and labels are shuffled apart",
        "minigen/data/dataset.py",
        "tuple(tensor[index] for tensor in self.tensors)",
        "tuple(tensor[index] if tensor.ndim > 1 else tensor.flip(0)[index] for tensor in self.tensors)",
        "tests/data/test_dataset.py::test_rows_belong_together",
    ),
    Mutant(
        "batches in order are copies",
        "minigen/data/rows.py",
        "    return slice(rows.start, rows.stop, rows.step)\n",
        "    return numpy.asarray(rows, numpy.int64)\n",
        TESTS + "test_without_shuffling_nothing_is_copied",
    ),
    Mutant(
        "the epoch under way is not saved",
        LOADER,
        '"given": None if self._epoch is None else self._epoch.given',
        '"given": None if self._epoch is None else 0',
        STATE + "test_the_state_is_of_the_epoch_started_last",
    ),
    Mutant(
        "the order of the epoch under way is forgotten",
        LOADER,
        "                rng.load_state_dict(drawn_from)\n",
        "",
        STATE + "test_a_generator_shared_with_others_is_put_back_where_it_was",
    ),
    Mutant(
        "the generator's state is forgotten",
        LOADER,
        '                rng.load_state_dict(state_dict["generator"])\n',
        "                pass\n",
        STATE + "test_a_generator_shared_with_others_is_put_back_where_it_was",
    ),
    Mutant(
        "a loaded epoch is given again",
        LOADER,
        "        self._to_continue = False\n        return",
        "        return",
        STATE + "test_a_loaded_epoch_is_continued_once",
    ),
    Mutant(
        "digits are scaled by 255",
        "minigen/data/digits.py",
        ".astype(numpy.float32) / 16\n",
        ".astype(numpy.float32) / 255\n",
        "tests/data/test_digits.py::test_all_rows",
    ),
    Mutant(
        "digits' rows and columns are swapped",
        "minigen/data/digits.py",
        ".reshape(-1, 8, 8).astype",
        ".reshape(-1, 8, 8).swapaxes(1, 2).astype",
        "tests/data/test_digits.py::test_all_rows",
    ),
    Mutant(
        "the parts of the digits overlap",
        "minigen/data/digits.py",
        "rows = rows[SPLITS[split]]\n",
        "rows = rows[SPLITS[split]] if split != 'train' else rows[-1500:]\n",
        "tests/data/test_digits.py::test_the_two_parts_are_the_whole_in_order",
    ),
]
