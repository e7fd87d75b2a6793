"""`make serve` as it checks itself."""

from __future__ import annotations

import unittest

from support import Sample


class Example(unittest.TestCase):
    def test_serve(self) -> None:
        Sample.make()
        self.assertEqual(Sample.status, 0, Sample.output)
        self.assertIn("serve: all as it has to be", Sample.output)


if __name__ == "__main__":
    unittest.main()
