"""Tests of embed_assets: the bytes come through, and the same page gives the same table."""

import ast
import tempfile
import unittest
from pathlib import Path

import embed_assets


class EmbedAssetsTest(unittest.TestCase):
    def test_a_literal_holds_every_byte(self):
        data = bytes(range(256)) * 20 + b'"\\??=0\x001'
        # Python reads octal escapes and adjacent literals as C++ does.
        self.assertEqual(
            ast.literal_eval(f"(b{embed_assets.literal(data)})".replace('\n    "', ' b"')), data
        )

    def test_the_table_lists_every_file(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "assets").mkdir()
            (folder / "assets/a-1234.js").write_text("export {};\n" * 100)
            (folder / "index.html").write_text("<p>")
            table = embed_assets.table(folder)
            self.assertEqual(table, embed_assets.table(folder))
        self.assertIn('.path = "assets/a-1234.js"', table)
        self.assertIn(".immutable = true", table)
        # Too small for gzip to pay.
        self.assertIn('kGzip1[] =\n    ""', table)

    def test_without_a_page_the_table_is_empty(self):
        self.assertIn("{ return {}; }", embed_assets.table(None))

    def test_an_unknown_type_is_told(self):
        with self.assertRaisesRegex(SystemExit, "no content type"):
            embed_assets.content_type(Path("x.exe"))


if __name__ == "__main__":
    unittest.main()
