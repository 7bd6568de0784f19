"""The results as a picture: an SVG that needs nothing and reads well on a light and on a dark page."""

from collections.abc import Iterator, Sequence
from html import escape
from statistics import median

from tests.bench.databases import KINDS
from tests.bench.measure import Results
from tests.bench.servers import FASTAPI, LIMIT, OURS, STOCK, UNLIMITED

_WIDTH, _LEFT, _RIGHT = 760, 170, 90
_BAR, _GAP, _HEAD = 9, 12, 62
_SHOWN = ((UNLIMITED, "off"), (OURS, "on"), (FASTAPI, "fastapi"), (STOCK, "stock"))
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f } .small { font-size: 9px } .title { font-weight: 600 }
line { stroke: #8b949e; stroke-dasharray: 3 3 }
.off { fill: #2da44e } .on { fill: #1a7f37 } .fastapi { fill: #0969da } .stock { fill: #8250df }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .on { fill: #238636 } .fastapi { fill: #58a6ff } }
"""


def chart(all_results: Sequence[Results]) -> str:
    """Each work's answers a second, as a share of what the hand-written limit gives."""
    shown = [results for results in all_results if results.runs]
    parts: list[str] = []
    top = 0.0
    for results in shown:
        parts += _panel(results, top)
        top += _HEAD + len(results.runs) * (_BAR * len(_SHOWN) + _GAP) + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top:g}" width="{_WIDTH}" role="img">'
        f"<title>Answers a second, compared with a hand-written limit</title><style>{_STYLE}</style>"
        f"{''.join(parts)}</svg>\n"
    )


def _panel(results: Results, top: float) -> Iterator[str]:
    yield _text(10, top + 20, f"{KINDS[results.kind]}: answers a second, one worker", "title")
    yield from _legend(top + 40)
    bottom = top + _HEAD
    for work, by_peer in results.runs.items():
        yield _text(10, bottom + _BAR * 2 + 4, results.titles[work])
        most = median(run.rate for run in by_peer[LIMIT.name])
        for number, (peer, kind) in enumerate(_SHOWN):
            rate = median(run.rate for run in by_peer[peer.name])
            yield _bar(bottom + number * _BAR, rate / most, kind, f"{rate:,.0f}")
        bottom += _BAR * len(_SHOWN) + _GAP
    limit = _WIDTH - _RIGHT
    yield f'<line x1="{limit}" x2="{limit}" y1="{top + _HEAD - 4:g}" y2="{bottom - _GAP + 4:g}"/>'


def _legend(y: float) -> Iterator[str]:
    left = float(_LEFT)
    for peer, kind in _SHOWN:
        yield f'<rect class="{kind}" x="{left:g}" y="{y - 9:g}" width="10" height="10"/>'
        yield _text(left + 14, y, peer.title)
        left += 34 + 7 * len(peer.title)
    yield _text(left, y, "┆ limit")


def _bar(y: float, share: float, kind: str, label: str) -> str:
    width = (_WIDTH - _LEFT - _RIGHT) * min(share, 1.0)
    bar = f'<rect class="{kind}" x="{_LEFT}" y="{y:g}" width="{width:.1f}" height="{_BAR - 1}"/>'
    return bar + _text(_LEFT + width + 4, y + _BAR - 1, label, "small")


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:g}" class="{kind}">{escape(text)}</text>'
