"""The code and the paths on the pages are true."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])
CHAPTERS = sorted(ROOT.glob("minigen/models/*/__init__.py"))


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "README.md"], ids=lambda p: p.name)
def test_the_python_blocks_of_a_page_run_in_order(page) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.M | re.S)
    exec("\n".join(blocks), {"__name__": page.stem})


def test_the_session_in_the_readme_prints_what_it_says() -> None:
    import doctest

    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False).failed == 0


@pytest.mark.parametrize("page", [*PAGES, *CHAPTERS], ids=lambda p: str(p.relative_to(ROOT)))
def test_the_paths_that_a_page_names_exist(page) -> None:
    text = page.read_text()
    for path in re.findall(r"`((?:minigen|docs|tests|examples|benchmarks)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (page.parent / path).exists(), path
