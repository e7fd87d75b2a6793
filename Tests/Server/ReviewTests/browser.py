"""A real browser, used as a person without a mouse uses it: keys alone, and what is on the page is looked at."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import axe_playwright_python
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

SECONDS = 60
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Browser:
    """Debian's chromium, with a profile of its own."""

    def __init__(self, origin: str, shots: Path, *, scripts: bool = True, dark: bool = False) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for word in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1000"):
            options.add_argument(word)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        if dark:
            options.add_argument("--force-dark-mode")
            options.add_argument("--blink-settings=preferredColorScheme=0")
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_page_load_timeout(SECONDS)
        self.origin, self.shots = origin, shots
        self.violations: list[str] = []

    def quit(self) -> None:
        self.driver.quit()

    # What a person does

    def go(self, path: str) -> None:
        """An address that a person types."""
        self.driver.get(self.origin + path)

    def keys(self, *keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def type(self, text: str) -> None:
        self.keys(text)

    def alt(self, key: str, *, leaves: bool = False) -> None:
        """An access key. `leaves`: another page comes."""
        old = self.driver.find_element(By.TAG_NAME, "html")
        chain = webdriver.ActionChains(self.driver).key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT)
        chain.perform()
        if leaves:
            self.left(old)

    def enter(self) -> None:
        """Sends what has the focus."""
        old = self.driver.find_element(By.TAG_NAME, "html")
        self.keys(Keys.ENTER)
        self.left(old)

    def left(self, old: Any) -> None:
        """Waits until there is another page, whole but for its pictures."""

        def is_gone(driver: Any) -> bool:
            return bool(
                driver.find_element(By.TAG_NAME, "html") != old and driver.find_elements(By.CSS_SELECTOR, "main")
            )

        # Between two pages there is none, and what is asked of it fails.
        wait = WebDriverWait(self.driver, SECONDS, 0.02, ignored_exceptions=[WebDriverException])
        wait.until(is_gone)
        wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, "main h1").text)

    def tab_to(self, css: str) -> None:
        """Tab until the element has the focus; it may have it."""
        if self.driver.switch_to.active_element == self.driver.find_element(By.CSS_SELECTOR, css):
            return
        for _ in range(100):
            self.keys(Keys.TAB)
            if self.driver.switch_to.active_element == self.driver.find_element(By.CSS_SELECTOR, css):
                return
        raise AssertionError(f"the tab key does not reach {css}")

    def sign_in(self, name: str, password: str) -> None:
        self.go("/sign-in")
        self.tab_to("#name")
        self.type(name)
        self.keys(Keys.TAB)
        self.type(password)
        self.enter()

    # What a person sees

    @property
    def title(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.origin)

    def find(self, css: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def shot(self, name: str) -> None:
        self.driver.save_screenshot(str(self.shots / f"{name}.png"))

    def look(self, name: str, *, hostile: bool = False) -> None:
        """A picture of the whole page, and what axe says of it. `hostile`: somebody else wrote markup into the text."""
        assert hostile or "<" not in self.text, f"{name}: {self.text}"
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4_000), "scale": 1}
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip}
        )
        (self.shots / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))
        # Through the driver: the page's own policy lets no script in.
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE})
        found = self.driver.execute_cdp_cmd(
            "Runtime.evaluate",
            {
                "expression": f"axe.run({{runOnly: {json.dumps(RULES)}}}).then(found => JSON.stringify(found))",
                "awaitPromise": True,
            },
        )
        answer = json.loads(found["result"]["value"])
        assert len(answer["passes"]) > 5, name
        for violation in answer["violations"]:
            for node in violation["nodes"]:
                self.violations.append(f"{name}: {violation['id']}: {node['html'][:200]}: {node['failureSummary']}")

    def console(self) -> list[str]:
        """What the browser complains of: scripts or styles that the page's policy refused, for one."""
        return [entry["message"] for entry in self.driver.get_log("browser")]
