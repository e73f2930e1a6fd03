"""tools/check_web.py: one finding a rule, and nothing where the rules are kept."""

import check_web
import pytest

GOOD = {
    "web/src/main.tsx": "// The entry.\nimport './pages/login.tsx';\n",
    "web/src/api/types.ts": "// Made by a script.\n" + "x\n" * 1000,
    "web/src/i18n/en.ts": "/** Texts. */\n  'a': '',\n  b: '',\n  'c.d': '',\n  'e.1': '',\n"
                          + "x\n" * 500,
    "web/src/app/api.ts": "/** Calls. */\nimport type { A } from '../api/types.ts';\nfetch('/');\n",
    "web/src/parts/tokens.css":
        "/* Colours .no */\na { color: #fff; }\n.row, .c-1:not(.x, .y) {}\n",
    "web/src/pages/a.css": "/* .z */\n.a .row {}\n.row:hover {}\n@media print {\n  .row {}\n}\n",
    "web/src/pages/a.tsx":
        "// A.\nconst d = <i class={`row a x y c-${n}`}>{t(`c.${'d'}`)}{t(`e.${n}`)}</i>;\n",
    "web/src/pages/login.tsx":
        "// The login; see #12.\nimport { t } from '../i18n/en.ts';\n"
        "const a = <p title={t('a')}>{t('b')}</p>;\nconst b = x => y < 3 && <br/>;\n",
    "web/src/live/a.test.ts": "import '../../tests/lib/b.ts';\nfetch('#fff');\n",
}


def test_a_good_tree_has_no_findings(told):
    assert told(check_web, GOOD) == []


@pytest.mark.parametrize("name, text, finding", [
    ("i18n/a.ts", "// A.\nimport '../app/b.ts';\n", "2: i18n may not import app"),
    ("live/a.ts", "// A.\nconst w = import('../pages/b.tsx');\n", "2: live may not import pages"),
    ("live/a.ts", "// A.\nimport '../../tests/b.ts';\n", "2: ../../tests/b.ts is outside web/src"),
    ("util/a.ts", "// A.\n", "1: util is no room"),
    ("app/a.ts", "const a = 1;\n", "1: says nowhere what it is for: it opens with a comment"),
    ("app/a.ts", "// A.\n" + "x\n" * 300, "301: 301 lines, at most 300"),
    ("pages/a.tsx", "// A.\n" + "x\n" * 150, "151: 151 lines, at most 150"),
    ("app/a.ts", "// " + "x" * 98 + "\n", "1: 101 columns, at most 100"),
    ("pages/a.tsx", "// A.\nawait fetch('/x');\n",
     "2: only app/ahead.ts, app/api.ts, live/stream.ts talk to the server"),
    ("pages/a.css", "/* A. */\na { color: #FFF1; }\n", "2: #FFF1: colours stand in tokens.css"),
    ("parts/a.tsx", "// A.\nconst a = 'rgb(1,2,3)';\n", "2: rgb(: colours stand in tokens.css"),
    ("pages/a.tsx", "// A.\nconst a = <b class=\"x\">\n  Log in\n</b>;\n",
     "3: a text outside i18n: Log in"),
])
def test_each_rule_finds(told, name, text, finding):
    assert told(check_web, {f"web/src/{name}": text}) == [f"web/src/{name}:{finding}"]


@pytest.mark.parametrize("name, text, finding", [
    ("parts/z.css", "/* Z. */\n\n.a,\n.row {\n  top: 0;\n}\n",
     "3: .row is defined in tokens.css, too"),
    ("parts/z.css", "/* Z. */\n@media print {\n  .a .gone {}\n}\n",
     "3: nothing has the class gone"),
    ("i18n/more_en.ts", "/** More. */\n  'c.f': '',\n", "2: no source shows the text c.f"),
    ("i18n/more_en.ts", "/** More. */\n  'c.row': '',\n", "2: no source shows the text c.row"),
    ("i18n/more_en.ts", "/** More. */\n  lonely: '',\n", "2: no source shows the text lonely"),
])
def test_what_all_files_tell(told, name, text, finding):
    assert told(check_web, {**GOOD, f"web/src/{name}": text}) == [f"web/src/{name}:{finding}"]
