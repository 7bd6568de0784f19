"""The pages of the guide, from the Markdown beside the documentation's page."""

import html
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

SOURCES = Path("handlers") / "request" / "documentation" / "guide"
PAGE = """\
<!doctype html>
<!-- {note} -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src data:">
<title>{title} · PluralKit API, version 2</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
{header}
<main class="guide">
{body}
<p class="onward">{onward}</p>
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class Page:
    """A page of the guide."""

    name: str
    title: str
    text: str

    @property
    def address(self) -> str:
        """Where the server has it."""
        return f"/docs/guide/{self.name}"


def pages(root: Path) -> list[Page]:
    """All of them, in the order of their numbers: `2-members.md` is the page `members`."""
    found = []
    for path in sorted((root / SOURCES).glob("*.md")):
        text = path.read_text("utf-8")
        found.append(Page(path.stem.partition("-")[2], text.partition("\n")[0].removeprefix("# "), text))
    return found


def render(root: Path, note: str) -> dict[str, str]:
    """The pages as HTML, by file name, and the header that the reference shows too."""
    every = pages(root)
    rendered = {f"guide/{page.name}.html": _page(page, after, every, note) for page, after in _with_next(every)}
    return rendered | {"guide/header.html": _header(every, None)}


def _with_next(every: list[Page]) -> list[tuple[Page, Page | None]]:
    return list(zip(every, [*every[1:], None], strict=True)) if every else []


def _page(page: Page, after: Page | None, every: list[Page], note: str) -> str:
    target, title = (after.address, after.title) if after else ("/docs/", "Reference")
    return PAGE.format(
        note=note,
        title=html.escape(page.title),
        header=_header(every, page),
        body=MarkdownIt("commonmark").enable("table").render(page.text).rstrip(),
        onward=f'Next: <a href="{target}">{html.escape(title)}</a>',
    )


def _header(every: list[Page], current: Page | None) -> str:
    links = [_link("/docs/", "Reference", current is None)]
    links += [_link(page.address, page.title, page is current) for page in every]
    return f'<header class="site"><strong>PluralKit API, version 2</strong><nav>{"".join(links)}</nav></header>'


def _link(target: str, title: str, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return f'<a href="{target}"{mark}>{html.escape(title)}</a>'
