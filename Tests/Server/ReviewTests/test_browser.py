"""The review page in a real browser: by keys alone, without scripts, with notes that want to be more than text, and
looked over by axe. Each page leaves a picture in .build/review.
"""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys
from support import PageTest, browser, case_file, password
from test_pages import HOSTILE


class Keyboard(PageTest):
    def test_a_case_by_keys_alone(self) -> None:
        """Two people, from signing in to a decision. What a mouse would do is never done."""
        with browser(self.world) as rita:
            rita.go("/sign-in")
            rita.look("01-sign-in")
            rita.sign_in("rita", "a wrong password")
            self.assertIn("Name or password are wrong.", rita.text)
            # What is typed now is the password, and whoever reads with the ears hears why.
            focus = rita.driver.switch_to.active_element
            self.assertEqual(
                (focus.get_attribute("id"), focus.get_attribute("aria-describedby")), ("password", "problem")
            )
            rita.type(password("rita"))
            rita.enter()
            self.assertEqual((rita.path, rita.title), ("/cases", "Queue"))
            rita.sign_in("rita", "a wrong password")
            rita.look("02-wrong-password")
            rita.sign_in("rita", password("rita"))
            self.assertEqual((rita.path, rita.title), ("/cases", "Queue"))
            rita.look("03-queue")
            # The first tab leads past the navigation.
            rita.keys(Keys.TAB)
            self.assertEqual(rita.driver.switch_to.active_element.text, "Skip to the content")
            rita.alt("1", leaves=True)
            self.assertEqual(rita.title, "Case 1: new")
            rita.look("04-case")
            rita.alt("k", leaves=True)
            rita.look("05-record-this")
            self.assertIn("rita gave the case to rita.", rita.text)
            rita.alt("b", leaves=True)
            self.assertEqual(rita.title, "Case 1: new", "going back records nothing")
            rita.alt("k", leaves=True)
            rita.alt("y", leaves=True)
            self.assertEqual(rita.title, "Case 1: in review")

            rita.alt("m", leaves=True)
            self.assertEqual(rita.title, "Case 1, match 1 of 4")
            self.assertEqual(rita.all("img"), [], "no evidence before it is asked for")
            rita.look("06-match")
            rita.alt("e", leaves=True)
            self.shown(rita, "grayscale(1) blur(10px)", width=200)
            # Whoever reads with the ears goes on from there.
            self.assertEqual(rita.driver.switch_to.active_element.get_attribute("id"), "evidence")
            self.assertNotIn("I have seen match", rita.text)
            rita.look("07-evidence-blurred")
            rita.alt("d", leaves=True)
            self.shown(rita, "grayscale(1)", width=200)
            rita.look("08-evidence")
            rita.alt("f")
            self.shown(rita, "none", width=200)
            rita.alt("l")
            self.shown(rita, "none", width=360)
            rita.look("09-evidence-large-in-colour")
            rita.alt("s", leaves=True)
            self.assertIn("shown on the page: image/png", rita.text)
            rita.alt("y", leaves=True)
            self.assertTrue(rita.driver.title.startswith("Recorded. Case 1, match 1"))
            self.assertIn("Recorded: rita saw match 1", rita.text)
            self.assertIn("1 match as seen today", rita.text)

            # One decision a key, and back before it is recorded.
            rita.alt("2")
            rita.alt("7")
            rita.alt("w")
            rita.type("as the list says")
            rita.alt("j", leaves=True)
            self.assertIn("A2: prepubescent minor, lascivious exhibition; illegal here", rita.text)
            rita.alt("b", leaves=True)
            self.assertTrue(rita.find("#class-A2").is_selected())
            self.assertTrue(rita.find("#standing-nationallyIllegal").is_selected())
            self.assertEqual(rita.find("#why-judge").get_attribute("value"), "as the list says")
            rita.alt("1")
            rita.alt("6")
            rita.alt("j", leaves=True)
            rita.look("10-judge-this")
            rita.alt("y", leaves=True)
            self.assertEqual(rita.title, "Case 1, match 2 of 4")

            # Of the fourth no evidence is held.
            for _ in range(2):
                rita.alt("n", leaves=True)
            self.assertEqual(rita.title, "Case 1, match 4 of 4")
            rita.alt("e", leaves=True)
            self.assertIn("The evidence is not held.", rita.text)
            rita.look("11-not-held")
            rita.alt("u", leaves=True)
            rita.alt("w")
            rita.type("match 1 is on the list")
            rita.alt("c", leaves=True)
            self.assertIn("rita gave the opinion “confirmed”.", rita.text)
            rita.alt("y", leaves=True)
            self.assertIn("You have given your opinion", rita.text)
            rita.look("12-one-opinion")

            # Somebody else was quicker.
            self.world.sample.case("assign", "2", "--to", "sam")
            rita.go("/cases/2")
            self.world.sample.case("assign", "2", person="lena")
            rita.alt("w")
            rita.type("nothing to see")
            rita.alt("o", leaves=True)
            self.assertEqual(rita.title, "The case has changed")
            self.assertIn("lena gave the case to lena", rita.text)
            rita.look("13-stale")
            rita.alt("b", leaves=True)
            self.assertEqual(rita.find("#why-decide").get_attribute("value"), "nothing to see")
            self.assertIn("lena; round 1", rita.text)
            rita.alt("a", leaves=True)
            rita.alt("c", leaves=True)
            self.assertIn("The chain holds.", rita.text)
            rita.look("14-trail")
            rita.alt("t", leaves=True)
            rita.look("15-statistics")
            rita.go("/cases/99")
            rita.look("16-missing")
            self.assertEqual(rita.violations, [])
            # A refusal's status is the one thing that the browser remarks on.
            self.assertEqual([line for line in rita.console() if "status of 4" not in line], [])
        self.verified()

    def shown(self, person: object, style: str, width: int) -> None:
        picture = person.find("figure img")
        self.assertEqual(picture.get_attribute("naturalWidth"), "360")
        self.assertEqual(picture.value_of_css_property("filter"), style)
        self.assertAlmostEqual(picture.rect["width"], width, delta=10)


class WithoutScripts(PageTest):
    def test_a_lead_settles_without_scripts(self) -> None:
        """The same page where no script may run, dark and narrow."""
        with browser(self.world, scripts=False, dark=True) as lena:
            lena.sign_in("lena", password("lena"))
            lena.driver.set_window_size(600, 900)
            lena.alt("1", leaves=True)
            lena.shot("20-dark-narrow-case")
            lena.alt("w")
            lena.type("nothing of it is what the set is for")
            lena.alt("o", leaves=True)
            lena.alt("y", leaves=True)
            self.assertEqual(lena.title, "Case 1: decided: not confirmed")
            lena.alt("x", leaves=True)
            lena.alt("y", leaves=True)
            self.assertEqual(lena.title, "Case 1: closed: not confirmed")
            lena.tab_to("#why-reopen")
            lena.type("a second look")
            lena.alt("p", leaves=True)
            lena.alt("y", leaves=True)
            self.assertEqual(lena.title, "Case 1: in review")
            lena.alt("m", leaves=True)
            lena.alt("e", leaves=True)
            lena.shot("21-dark-narrow-match")
            self.assertEqual(lena.find("figure img").get_attribute("naturalWidth"), "360")


class Hostile(PageTest):
    documents = [
        case_file(
            31,
            [HOSTILE.encode(), ("\u202e" + "שלום " * 3_000).encode(), b"<style>*{display:none}</style>" * 50],
            [HOSTILE, "\u2067 right to left \u2066" + "W" * 3_000, "a" * 200 + " b"],
            [HOSTILE],
        )
    ]

    def test_notes_in_a_browser(self) -> None:
        with browser(self.world) as rita:
            rita.sign_in("rita", password("rita"))
            for path, name in (
                ("/cases/1", "30-hostile-case"),
                ("/cases/1/matches/1", "31-hostile-note"),
                ("/cases/1/matches/2", "32-hostile-direction"),
                ("/cases/1/matches/3", "33-hostile-style"),
            ):
                rita.go(path)
                # With a dialog open, this would fail.
                self.assertIn("SealedMatch review", rita.driver.title)
                self.assertEqual(rita.all("main img, main script, main iframe, main style, a[href^=javascript]"), [])
                self.assertEqual(rita.all(".told *:not(.escape):not(.cut)"), [])
                for element in rita.all(".told"):
                    self.assertEqual(element.value_of_css_property("unicode-bidi"), "isolate")
                # Nothing stands out to the side, or over anything else.
                document = rita.find("html").rect["width"]
                for element in rita.all(".told"):
                    self.assertLessEqual(element.rect["x"] + element.rect["width"], document + 1, name)
                rita.look(name, hostile=True)
            self.assertIn("U+202E", rita.go("/cases/1/matches/1") or rita.text)
            self.assertIn("<script>document.title='taken'</script>", rita.text)
            self.assertEqual(rita.violations, [])
            self.assertEqual(rita.console(), [])
            # Were a script let in after all, the policy would keep it from running.
            rita.driver.execute_cdp_cmd(
                "Runtime.evaluate",
                {
                    "expression": "document.querySelector('main').insertAdjacentHTML('beforeend', "
                    "'<img src=x onerror=\"document.title=1\">'); "
                    "const made = document.createElement('script'); made.textContent = 'document.title = 2'; "
                    "document.body.append(made)"
                },
            )
            self.assertIn("SealedMatch review", rita.driver.title)
            self.assertTrue(any("Content Security Policy" in line for line in rita.console()))


class NoEvidence(PageTest):
    more = ("--passwords", "passwords")

    def test_what_was_seen_elsewhere(self) -> None:
        """Where no command is set, people say where they saw it. In the dark, where contrasts are others."""
        with browser(self.world, dark=True) as rita:
            rita.sign_in("rita", password("rita"))
            rita.look("40-dark-queue")
            self.assertEqual(rita.find("body").value_of_css_property("color"), "rgba(230, 232, 234, 1)")
            rita.go("/cases/1")
            rita.look("41-dark-case")
            rita.go("/cases/1/matches/1")
            rita.look("42-dark-match")
            self.assertIn("No evidence is held here.", rita.text)
            rita.tab_to("#why-view")
            rita.type("in the ticket system")
            rita.alt("s", leaves=True)
            self.assertIn("stated; no evidence is held here", rita.text)
            self.assertIn("in the ticket system", rita.text)
            rita.look("43-dark-record-this")
            rita.alt("y", leaves=True)
            self.assertIn("1 match as seen today", rita.text)
            self.assertEqual(rita.violations, [])
