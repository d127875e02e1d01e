"""Tests of tidy: one small offence each, and its lawful neighbour."""

import unittest
from pathlib import Path

import tidy


def text(name: str, line: str) -> int:
    head = "#pragma once\n" if name.endswith(".h") else ""
    return len(list(tidy.check_text(Path(name), f"{head}{line}\n")))


def name(path: str, data: bytes = b"text\n") -> int:
    return len(list(tidy.check_name(Path(path), len(data), data)))


class TextTest(unittest.TestCase):
    def test_lines_have_at_most_100_columns(self):
        self.assertEqual(text("src/base/x.cc", "a " * 50), 1)  # The blank at the end.
        self.assertEqual(text("src/base/x.cc", "a " * 50 + "b"), 1)
        self.assertEqual(text("src/base/x.cc", "// https://example.com/" + "a" * 100), 0)
        self.assertEqual(text("README.md", "a " * 60 + "b"), 0)

    def test_a_todo_names_its_issue(self):
        self.assertEqual(text("src/base/x.cc", "// TODO: later"), 1)
        self.assertEqual(text("src/base/x.cc", "// TODO(#7): later"), 0)

    def test_no_paths_of_one_machine(self):
        self.assertEqual(text("README.md", "see /work/main/x"), 1)
        self.assertEqual(text("README.md", "see /home/ann/logs"), 1)
        self.assertEqual(text("README.md", "see /home/me/logs and docs/work/x"), 0)

    def test_no_registries(self):
        self.assertEqual(text("package-lock.json", '  "resolved": "https://example.com/x.tgz"'), 1)
        self.assertEqual(text("package-lock.json", '  "license": "MIT"'), 0)

    def test_no_test_keeps_others_from_running(self):
        self.assertEqual(text("web/src/x.test.ts", "it.only('works', () => {"), 1)
        self.assertEqual(text("src/base/x_test.cc", "TEST(X, DISABLED_Works) {"), 1)

    def test_no_banners(self):
        self.assertEqual(text("src/base/x.cc", "// ---------- readers"), 1)
        self.assertEqual(text("src/base/x.cc", "// a -> b"), 0)

    def test_headers_and_bans(self):
        self.assertEqual(len(list(tidy.check_text(Path("x.h"), "int x;\n"))), 1)
        self.assertEqual(text("src/base/x.cc", "std::regex r;"), 1)
        self.assertEqual(text("src/base/x.cc", "using namespace std;"), 1)

    def test_ends_in_a_newline(self):
        self.assertEqual(len(list(tidy.check_text(Path("x.ts"), "let x;"))), 1)


class NameTest(unittest.TestCase):
    def test_no_built_files(self):
        self.assertEqual(name("web/dist/x.js"), 1)
        self.assertEqual(name("src/base/x.pb.cc"), 1)
        self.assertEqual(name("src/base/x.cc"), 0)

    def test_binary_files_have_their_places(self):
        self.assertEqual(name("src/base/x", b"\xff\x00"), 1)
        self.assertEqual(name("tests/data/x", b"\xff\x00"), 0)
        self.assertEqual(name("src/wire/record_fuzz_corpus/x", b"\xff\x00"), 0)
        self.assertEqual(name("docs/images/x.png", b"\xff\x00"), 0)

    def test_large_files(self):
        self.assertEqual(name("tests/data/x", bytes(tidy.MAX_FILE_BYTES + 1)), 1)


class LengthTest(unittest.TestCase):
    def test_long_files(self):
        self.assertEqual(tidy.check_length(Path("x.cc"), "\n" * 500), ([], []))
        self.assertEqual(len(tidy.check_length(Path("x.cc"), "\n" * 501)[1]), 1)
        self.assertEqual(len(tidy.check_length(Path("x.cc"), "\n" * 601)[0]), 1)
        self.assertEqual(tidy.check_length(Path("x.json"), "\n" * 601), ([], []))


if __name__ == "__main__":
    unittest.main()
