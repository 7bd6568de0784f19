"""A small picture for a README: `v2 must 312/312`."""

from scripts.contract.results import PASS, Run

_CHARACTER, _PADDING = 6.6, 10
_COLOURS = ("#b3403a", "#8a6a00", "#2f7d3b")


def badge(run: Run) -> str:
    """Of all checks that hold by the documentation, how many did; what was not tried did not."""
    passed = sum(result.level == "must" and result.verdict == PASS and "/contract/" not in result.id for result in run)
    broken = any(result.level == "must" for result in run.failures)
    colour = _COLOURS[0 if broken or not passed else 2 if passed == run.must_checks else 1]
    return _svg("v2 must", f"{passed}/{run.must_checks}", colour)


def _svg(label: str, value: str, colour: str) -> str:
    left, right = (round(len(text) * _CHARACTER + _PADDING) for text in (label, value))
    width = left + right
    size = f'width="{width}" height="20"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label} {value}">
<title>{label} {value}</title>
<clipPath id="r"><rect {size} rx="3"/></clipPath>
<g clip-path="url(#r)">
<path fill="#444" d="M0 0h{left}v20H0z"/><path fill="{colour}" d="M{left} 0h{right}v20H{left}z"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left / 2}" y="14">{label}</text><text x="{left + right / 2}" y="14">{value}</text></g>
</svg>
"""
