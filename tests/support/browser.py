"""A page in headless Chromium, driven as a reader does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: When waiting is given up, in milliseconds: many minutes, since a machine may be busy.
PATIENCE = 1_800_000.0
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE
        )
        try:
            yield browser
        finally:
            browser.close()


class Reader:
    """Who reads a page: what they see and do.

    No message on the console, no error and no request may come of it; `close` sees to that.
    """

    def __init__(self, browser: Any, path: Path, fragment: str = "", **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.address = path.as_uri()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._requested)
        self.go(fragment)

    def _requested(self, request: Any) -> None:
        if request.url.partition("#")[0] != self.address:
            self.complaints.append(f"requested {request.url[:100]}")

    def go(self, fragment: str) -> None:
        """Open the page anew, with a fragment."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}#{fragment}" if fragment else self.address)

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []

    @property
    def fragment(self) -> str:
        return str(self.page.evaluate("location.hash.slice(1)"))

    @property
    def status(self) -> str:
        return str(self.page.inner_text("#status"))

    def exported(self, kind: str) -> str:
        """The file that the page offers."""
        self.page.click(f"#export-{kind}")
        text = self.page.input_value("#export-text")
        self.page.click("#export button")
        return str(text)

    def state(self) -> dict[str, Any]:
        """What the page exports as JSON."""
        found: dict[str, Any] = json.loads(self.exported("json"))
        return found

    def numbers(self) -> dict[str, float]:
        """Every number of the step, by its symbol in the notation shown."""
        return {symbol: float(number) for symbol, number in self.state()["numbers"].items()}

    def row(self, symbol: str) -> Any:
        """The row of a symbol."""
        return self.page.locator(f"#symbols tr[data-symbol={json.dumps(symbol)}]")

    def edit(self, symbol: str, text: str) -> None:
        """Type another number."""
        place = self.row(symbol).locator("input")
        place.fill(text)
        place.press("Enter")

    def shown(self, symbol: str) -> str:
        """The number that the table shows."""
        return str(self.row(symbol).locator("td.number").inner_text())
