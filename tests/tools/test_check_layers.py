"""tools/check_layers.py: which includes, conditions and variables it lets pass."""

import pytest

import check_layers

GUARD = "#ifndef MODEL_A_H\n#define MODEL_A_H\n#endif\n"


@pytest.fixture(autouse=True)
def no_exceptions(monkeypatch):
    monkeypatch.setattr(check_layers, "MUTABLE_ALLOWED", {})


def test_a_room_may_include_itself_and_what_stands_before_it(told):
    files = {
        "src/base/b.h": "",
        "src/model/a.h": GUARD,
        "src/model/a.c": '#include "model/a.h"\n#include "base/b.h"\n#include <stdio.h>\n',
        "src/main.c": '#include "model/a.h"\n',
    }
    assert told(check_layers, files) == []


def test_an_include_upward_is_found(told):
    files = {"src/base/b.c": '\n#include "model/a.h"\n', "src/model/a.h": GUARD}
    assert told(check_layers, files) == ["src/base/b.c:2: base may not include model"]


def test_every_pair_of_rooms_has_one_direction(told):
    files = {f"src/{room}/{room}.h": "" for room in check_layers.ROOMS}
    for room in check_layers.ROOMS:
        files[f"src/{room}/all.c"] = "".join(
            f'#include "{other}/{other}.h"\n' for other in check_layers.ROOMS
        )
    count = len(check_layers.ROOMS)
    assert len(told(check_layers, files)) == count * (count - 1) // 2


def test_a_folder_of_a_room_is_its_own_files_matter(told):
    row = '#include "protocols/a/a.h"\n#include "protocols/fields.h"\n'
    files = {
        "src/protocols/fields.h": "",
        "src/protocols/a/a.h": "",
        "src/protocols/a/a.c": row,
        "src/protocols/a/a_test.c": row,
        "src/protocols/a/testing.h": row,
        "src/protocols/b/b.c": row,
        "src/protocols/c.c": row,
        "src/gateway/links_test.c": row,
        "src/gateway/links.c": row,
    }
    why = ":1: protocols/a/a.h belongs to the files of its folder"
    assert told(check_layers, files) == [
        "src/gateway/links.c" + why, "src/protocols/b/b.c" + why, "src/protocols/c.c" + why,
    ]


def test_an_include_in_a_comment_is_none(told):
    files = {"src/base/b.c": '/*\n#include "model/a.h"\n*/\n', "src/model/a.h": GUARD}
    assert told(check_layers, files) == []


def test_an_include_names_room_and_file_and_exists(told):
    files = {"src/base/b.c": '#include "b.h"\n#include "base/none.h"\n'}
    assert told(check_layers, files) == [
        'src/base/b.c:1: include "b.h" as "room/file"',
        "src/base/b.c:2: there is no src/base/none.h",
    ]


def test_a_folder_that_is_no_room_is_found(told):
    assert told(check_layers, {"src/util/u.c": ""}) == ["src/util/u.c:1: util is no room"]


def test_conditions_stand_in_portable_rooms_only(told):
    files = {
        "src/model/a.h": GUARD,
        "src/model/a.c": "#ifdef __clang__\n#endif\n#if defined(__GNUC__)\n#endif\n",
        "src/base/b.c": "#if 1\n#endif\n",
        "src/gateway/g.c": "#ifdef LINUX\n#endif\n",
        "src/store/s.c": "#if 1\n#elif 2\n#endif\n#ifndef FAST\n#endif\n",
    }
    assert [line.split(" ")[0] for line in told(check_layers, files)] == [
        "src/store/s.c:1:",
        "src/store/s.c:2:",
        "src/store/s.c:4:",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "static const int rows[] = {1, 2};",
        'static const char *const names[] = {"a", "b"};',
        "static const struct row { int a; } rows[] = {{.a = 1}};",
        "static bool (*const rows[])(int) = {f};",
        "extern const struct protocol protocol_x;",
        "enum colour { RED = 1, GREEN };",
        "enum { A, B };",
        "struct thing { int a; char *b; };",
        "struct thing;",
        "typedef int reader(int);",
        "int f(int a, char *b);",
        "int f(int a) __attribute__((format(printf, 1, 2)));",
        "static int f(int a)\n{\n    int b = a;\n    static const int c = 1;\n    return b + c;\n}",
        "/* int a; */",
        '_Static_assert(sizeof(int) == 4, "x; y");',
        "LIST(X)\n#undef X\nenum e { Z };",
    ],
)
def test_what_is_no_mutable_variable(told, text):
    assert told(check_layers, {"src/base/b.c": text + "\n"}) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("static int count;", "count"),
        ("int count = 0;", "count"),
        ("struct thing one;", "one"),
        ("struct thing { int a; } one;", "one"),
        ("static const char *text;", "text"),
        ('static const char *names[] = {"a"};', "names"),
        ("static _Atomic int level = 1;", "level"),
        ("extern int shared;", "shared"),
        ("static bool (*hook)(int);", "hook"),
        ("static _Thread_local int mine;", "mine"),
        ("int f(void)\n{\n    static int calls;\n    return ++calls;\n}", "calls"),
        ("static int after(void)\n{\n}\nstatic int later;", "later"),
    ],
)
def test_what_is_a_mutable_variable(told, text, name):
    found = told(check_layers, {"src/base/b.c": text + "\n"})
    assert len(found) == 1
    assert found[0].endswith(f"mutable variable {name}")


def test_main_and_the_functions_of_tests_may_keep_state(told):
    files = {
        "src/main.c": "static int state;\n",
        "src/base/b_test.c": "static void test(void)\n{\n    static char large[9];\n}\n",
        "src/base/c_test.c": "static int shared;\n",
    }
    assert told(check_layers, files) == ["src/base/c_test.c:1: mutable variable shared"]


def test_an_exception_holds_for_its_name_and_must_be_used(told, monkeypatch):
    allowed = {("src/base/b.c", "level"): "why", ("src/base/c.c", "gone"): "why"}
    monkeypatch.setattr(check_layers, "MUTABLE_ALLOWED", allowed)
    files = {"src/base/b.c": "static int level;\nstatic int other;\n", "src/base/c.c": ""}
    assert told(check_layers, files) == [
        "src/base/b.c:2: mutable variable other",
        "src/base/c.c:1: allowed variable gone (why) is not there",
    ]


def test_sqlite_is_for_its_own_files_alone(told):
    files = {
        "src/store/database.h": "#include <sqlite3.h>\n",
        "src/store/tables_sqlite_rows.c": "#include <sqlite3.h>\n",
        "src/store/rows_test.c": '#include <sqlite3.h>\n#include "store/database.h"\n',
        "src/store/tables.c": "/* #include <sqlite3.h> */\n",
        "src/store/seal.c": "\n#include <sqlite3.h>\n",
        "src/store/store_private.h": "/* sqlite3 */\nstruct sqlite3;\n",
        "src/store/file_private.h": "struct sqlite3;\n",
        "src/store/reader.c": '#include "store/file_private.h"\n',
        "src/api/tables_sqlite.c": "#include <sqlite3.h>\n",
    }
    why = "SQLite is not for this file"
    assert told(check_layers, files) == [
        "src/api/tables_sqlite.c:1: " + why, "src/store/seal.c:2: " + why,
        "src/store/store_private.h:2: " + why,
    ]


def test_sqlite_does_not_come_by_way_of_a_header(told):
    files = {
        "src/store/database.h": "#include <sqlite3.h>\n",
        "src/store/checkpoint.h": '#include "store/database.h"\n',
        "src/store/file.c": '#include "store/checkpoint.h"\n',
        "src/store/near.c": '#include "store/database.h"\n',
        "src/store/far.c": '#include "store/checkpoint.h"\n',
    }
    why = "brings SQLite, which is not for this file"
    assert told(check_layers, files) == [
        f"src/store/far.c:1: store/checkpoint.h {why}",
        f"src/store/near.c:1: store/database.h {why}",
    ]
