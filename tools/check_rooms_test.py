"""Tests of check_rooms: one small offence each, and its lawful neighbour."""

import unittest
from pathlib import Path

import check_rooms


def cpp(path: str, include: str) -> list[str]:
    def exists(candidate: Path) -> bool:
        return candidate.parts[0] == "src"

    return list(check_rooms.check_cpp(Path(path), f'#include "{include}"\n', exists))


def web(path: str, name: str) -> list[str]:
    return list(check_rooms.check_web(Path(path), f"import x from '{name}';\n"))


class RoomsTest(unittest.TestCase):
    def test_a_room_uses_rooms_to_its_left(self):
        self.assertEqual(cpp("src/store/x.cc", "wire/y.h"), [])
        self.assertEqual(len(cpp("src/wire/x.cc", "store/y.h")), 1)

    def test_a_room_never_uses_its_own_column(self):
        self.assertEqual(len(cpp("src/wire/x.cc", "http/y.h")), 1)
        self.assertEqual(cpp("src/wire/x.cc", "wire/y.h"), [])

    def test_the_logger_stays_small(self):
        self.assertEqual(cpp("src/logger/x.cc", "summary/y.h"), [])
        self.assertEqual(len(cpp("src/logger/x.cc", "store/y.h")), 1)

    def test_only_tests_use_testing(self):
        self.assertEqual(cpp("src/wire/x_test.cc", "testing/y.h"), [])
        self.assertEqual(len(cpp("src/wire/x.cc", "testing/y.h")), 1)

    def test_an_unknown_room_is_an_offence(self):
        self.assertEqual(len(cpp("src/attic/x.cc", "base/y.h")), 1)


class FileSystemTest(unittest.TestCase):
    """Includes are looked up in the repository as it is: plugins/ and src/ by their own names."""

    def test_plugins(self):
        def exists(path: Path) -> bool:
            return path.as_posix() in (
                "plugins/scalars/summary.h",
                "plugins/text/text.h",
                "src/ingest/x.h",
                "src/base/x.h",
            )

        def offences(path: str, include: str) -> int:
            text = f'#include <vector>\n#include "{include}"\n'
            return len(list(check_rooms.check_cpp(Path(path), text, exists)))

        self.assertEqual(offences("plugins/scalars/scalars.cc", "plugins/scalars/summary.h"), 0)
        self.assertEqual(offences("plugins/scalars/scalars.cc", "plugins/text/text.h"), 1)
        self.assertEqual(offences("plugins/scalars/scalars.cc", "ingest/x.h"), 1)
        self.assertEqual(offences("plugins/plugins.cc", "plugins/text/text.h"), 0)
        self.assertEqual(offences("src/logger/writer.cc", "plugins/scalars/summary.h"), 0)
        self.assertEqual(offences("src/logger/writer.cc", "plugins/text/text.h"), 1)
        self.assertEqual(offences("src/base/y.cc", "x.h"), 1)
        self.assertEqual(offences("src/base/y.cc", "src/base/x.h"), 1)

    def test_programs_around_the_house_use_all_of_it(self):
        self.assertEqual(cpp("tools/make_logdir.cc", "app/y.h"), [])


class WebTest(unittest.TestCase):
    def test_a_plugin_sees_the_contract_and_itself(self):
        self.assertEqual(web("plugins/scalars/web/model.ts", "$web/charts/line"), [])
        self.assertEqual(web("plugins/scalars/web/model.ts", "./lines"), [])
        self.assertEqual(web("plugins/scalars/web/model.test.ts", "../golden/x.test?raw"), [])
        self.assertEqual(web("plugins/scalars/web/model.ts", "d3-format"), [])

    def test_a_plugin_sees_neither_shell_nor_another(self):
        self.assertEqual(len(web("plugins/scalars/web/model.ts", "$web/shell/Tabs.svelte")), 1)
        self.assertEqual(len(web("plugins/scalars/web/model.ts", "../../text/web/model")), 1)
        self.assertEqual(len(web("plugins/scalars/web/model.ts", "$plugins/text/web/model")), 1)
        self.assertEqual(len(web("plugins/scalars/web/model.ts", "../../../web/src/live")), 1)

    def test_charts_get_their_data_as_props(self):
        self.assertEqual(web("web/src/charts/line.ts", "./axis"), [])
        self.assertEqual(len(web("web/src/charts/line.ts", "../api/series")), 1)
        self.assertEqual(len(web("web/src/widgets/Card.svelte", "$web/live")), 1)

    def test_only_the_list_of_plugins_imports_plugins(self):
        self.assertEqual(web("web/src/plugins.ts", "$plugins/scalars/web"), [])
        self.assertEqual(len(web("web/src/shell/App.svelte", "$plugins/scalars/web")), 1)

    def test_finds_imports_of_every_form(self):
        text = "import 'a';\nimport {\n  b,\n} from 'c';\nawait import('d');\nexport * from 'e';\n"
        self.assertEqual([name for _, name in check_rooms.imports(text)], ["a", "c", "d", "e"])


if __name__ == "__main__":
    unittest.main()
