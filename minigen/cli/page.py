"""The page that the tour writes: one HTML file beside its pictures, without scripts or anything from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
code { background: var(--soft); padding: .15em .35em; border-radius: 4px; overflow-wrap: anywhere; }
figure { margin: 0; } figcaption { font-size: .85rem; margin-top: .35rem; }
img { display: block; width: 100%; height: auto; }
nav { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem; align-items: end; }
nav a { color: inherit; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.25rem;
  align-items: start; }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: .6rem; }
.pictures img, nav img { max-height: 34rem; object-fit: contain; object-position: left; }
.wide { margin-top: 1.25rem; display: grid; gap: 1.25rem; } .wide img { width: auto; max-width: 100%; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .92rem; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
"""


@dataclass
class Section:
    """What the page says of one recipe; pictures are (path relative to the page, caption), `wide` ones take a row each.

    Examples
    --------
    >>> Section("gan-digits", "A GAN on digits.", "4000 steps", "minigen train gan-digits").scores
    []
    """

    name: str
    title: str
    summary: str
    command: str
    scores: Sequence[tuple[str, str, str]] = field(default_factory=list)
    pictures: Sequence[tuple[str, str]] = field(default_factory=list)
    wide: Sequence[tuple[str, str]] = field(default_factory=list)
    frames: Sequence[tuple[str, str]] = field(default_factory=list)
    curves: str | None = None


def page(title: str, note: str, sections: Sequence[Section]) -> str:
    """Return the HTML of the page.

    Examples
    --------
    >>> '<h2 id="a &lt; b">a &lt; b</h2>' in page("Tour", "", [Section("a < b", "", "", "")])
    True
    """
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    body = "\n".join(section_html(section) for section in sections)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<title>{escape(title)}</title><style>{STYLE}</style></head>\n'
        f"<body><h1>{escape(title)}</h1><p>{escape(note)}</p>\n{contents(sections)}\n{body}\n</body></html>\n"
    )


def contents(sections: Sequence[Section]) -> str:
    """Return a link to each section, under its first picture.

    Examples
    --------
    >>> contents([Section("gan-ring", "A GAN.", "", "", pictures=[("a.png", "samples")])])
    '<nav><a href="#gan-ring"><img src="a.png" alt="">gan-ring</a></nav>'
    """
    links = []
    for section in sections:
        picture = "".join(f'<img src="{escape(path)}" alt="">' for path, _ in section.pictures[:1])
        links.append(f'<a href="#{escape(section.name)}">{picture}{escape(section.name)}</a>')
    return f"<nav>{''.join(links)}</nav>"


def section_html(section: Section) -> str:
    """Return the HTML of one recipe."""
    rows = "".join(
        f'<tr><td>{escape(measure)}</td><td class="figure">{escape(value)}</td><td>{escape(note)}</td></tr>'
        for measure, value, note in section.scores
    )
    parts = [
        f'<section><h2 id="{escape(section.name)}">{escape(section.name)}</h2>',
        f"<p>{escape(section.title)} {escape(section.summary)}<br>Again: <code>{escape(section.command)}</code></p>",
        f"<table><tr><th>score</th><th>value</th><th>what it is</th></tr>{rows}</table>" if rows else "",
        f'<div class="pictures">{figures(section.pictures)}</div>',
        f'<div class="wide">{figures(section.wide)}</div>' if section.wide else "",
        '<p class="wide">From the same noise, as training went on:</p>' if section.frames else "",
        f'<div class="frames">{figures(section.frames)}</div>' if section.frames else "",
        f'<div class="wide">{figures([(section.curves, "metrics over the steps")])}</div>' if section.curves else "",
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def figures(pictures: Sequence[tuple[str, str]]) -> str:
    """Return pictures with captions.

    Examples
    --------
    >>> figures([("a.png", "samples")])
    '<figure><img src="a.png" alt="samples"><figcaption>samples</figcaption></figure>'
    """
    return "".join(
        f'<figure><img src="{escape(path)}" alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption></figure>'
        for path, caption in pictures
    )
