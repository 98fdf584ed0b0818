"""The picture of the report in the README: ``python -m picture`` writes docs/report.png."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image

from browser import opened, started
from pages import DOCS
from readme import fleet

WIDTH, HEIGHT = 1200, 1130
COLORS = 128
"""The page has few colours, so a palette keeps it sharp in a third of the bytes."""


def picture() -> bytes:
    """The top of the demo's report as a person sees it, as PNG."""
    with tempfile.TemporaryDirectory() as folder, fleet(Path(folder).resolve()) as run:
        run("skillhouse register-project ~/code/payments-service --type service")
        run("skillhouse refresh")
        file = Path(folder) / "report.html"
        run(f"skillhouse report --html {file}")
        size = {"width": WIDTH, "height": HEIGHT}
        with started() as browser, opened(browser, file, viewport=size) as report:
            taken = report.page.screenshot()
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    few = image.quantize(COLORS, dither=Image.Dither.NONE)
    target = io.BytesIO()
    few.save(target, "PNG", optimize=True)
    return target.getvalue()


if __name__ == "__main__":
    (DOCS / "report.png").write_bytes(picture())
