#ifndef PROTOCOLS_ROW_TESTING_H
#define PROTOCOLS_ROW_TESTING_H

/*
 * What the unit tests of rows do alike, each as a table of cases. What is said in a case is a text,
 * or bytes in hexadecimal digits behind "hex:". Included after <cmocka.h>.
 */
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "protocols/protocol.h"

enum { SAID_MAX = 4096 };

/* A row, and a session and an arena to decode with. Cleared by row_kit_free(). */
struct row_kit {
    const struct protocol *row;
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t said[SAID_MAX];
    uint8_t written[PROTOCOL_COMMAND_MAX];
    struct writer out;
};

static inline struct bytes said_bytes(const char *said, uint8_t at[SAID_MAX])
{
    static const char mark[] = "hex:";
    size_t len = strlen(said);
    assert_true(len < SAID_MAX);
    if (strncmp(said, mark, strlen(mark)) != 0) {
        for (size_t i = 0; i < len; i++) {
            at[i] = (uint8_t)said[i];
        }
    } else {
        assert_int_equal(hex_decode(bytes_of_text(said + strlen(mark)), at, SAID_MAX, &len),
                         ERR_OK);
    }
    return (struct bytes){at, len};
}

static inline void row_kit_free(struct row_kit *kit)
{
    arena_free(&kit->arena);
}

/* Begins a connection of the row. */
static inline void row_kit_begin(struct row_kit *kit, const char *row)
{
    kit->row = protocol_find(row);
    assert_non_null(kit->row);
    kit->session = protocol_session(kit->row);
}

/* Splits and decodes one frame, which `said` is. */
static inline enum err row_kit_decode(struct row_kit *kit, const char *said)
{
    struct bytes in = said_bytes(said, kit->said);
    struct bytes frame = {0};
    size_t used = 0;
    kit->decoded = (struct decoded){.arena = &kit->arena};
    enum err e = protocol_split(kit->row, in, &frame, &used);
    assert_true(e != ERR_OK || used == in.len);
    return e != ERR_OK ? e : protocol_decode(kit->row, &kit->session, frame, &kit->decoded);
}

/* What was written is what `want` says. */
static inline void assert_written(const struct row_kit *kit, const char *want)
{
    uint8_t at[SAID_MAX];
    char got_hex[2 * PROTOCOL_COMMAND_MAX + 1];
    char want_hex[2 * SAID_MAX + 1];
    hex_encode(writer_bytes(&kit->out), got_hex);
    hex_encode(said_bytes(want, at), want_hex);
    assert_string_equal(got_hex, want_hex);
}

/* ---- tables ---- */

struct claim_case {
    const char *row;
    const char *said;
    enum protocol_claim want;
};

static inline void assert_claims(const struct claim_case *cases, size_t count)
{
    uint8_t at[SAID_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct protocol *p = protocol_find(cases[i].row);
        print_message("# %s %s\n", cases[i].row, cases[i].said);
        assert_non_null(p);
        assert_int_equal(protocol_claims(p, said_bytes(cases[i].said, at)), cases[i].want);
    }
}

/* What a frame is answered with; behind another, where a login has to come first. */
struct reply_case {
    const char *row;
    const char *first; /* NULL: none */
    const char *said;
    enum outcome outcome;
    int64_t now_s;
    const char *want;
};

static inline void assert_replies(const struct reply_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct row_kit kit = {0};
        print_message("# %s %s\n", cases[i].row, cases[i].said);
        row_kit_begin(&kit, cases[i].row);
        assert_true(cases[i].first == NULL || row_kit_decode(&kit, cases[i].first) == ERR_OK);
        assert_int_equal(row_kit_decode(&kit, cases[i].said), ERR_OK);
        kit.out = writer_init(kit.written, sizeof(kit.written));
        if (kit.decoded.wants_reply) {
            kit.row->reply(&kit.session, &kit.decoded.hint, cases[i].outcome, cases[i].now_s,
                           &kit.out);
        }
        assert_written(&kit, cases[i].want);
        row_kit_free(&kit);
    }
}

/* A command to a device that sent `heard`. */
struct command_case {
    const char *row;
    const char *heard; /* NULL: nothing */
    enum command_kind kind;
    const char *text;
    enum command_fate fate;
    uint16_t message_id; /* of the note, and so is what follows */
    bool is_unaddressed;
    const char *want;
};

static inline void assert_commands(const struct command_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct row_kit kit = {0};
        struct command_note note = {0};
        uint8_t raw[COMMAND_RAW_MAX];
        struct command_request what = {
            .kind = cases[i].kind, .id = 0x11, .text = bytes_of_text(cases[i].text)};
        if (cases[i].kind == COMMAND_HIGH_LEVEL && command_is_raw(what.text)) {
            what.raw = (struct bytes){raw, command_raw(what.text, raw)};
        }
        print_message("# %s %s\n", cases[i].row, cases[i].text);
        row_kit_begin(&kit, cases[i].row);
        assert_true(cases[i].heard == NULL || row_kit_decode(&kit, cases[i].heard) == ERR_OK);
        kit.out = writer_init(kit.written, sizeof(kit.written));
        assert_int_equal(kit.row->command(&kit.session, &kit.decoded.slot, &what, &note, &kit.out),
                         cases[i].fate);
        if (cases[i].fate == COMMAND_IS_WRITTEN) {
            assert_int_equal(note.message_id, cases[i].message_id);
            assert_int_equal(note.is_unaddressed, cases[i].is_unaddressed);
            assert_written(&kit, cases[i].want);
        }
        row_kit_free(&kit);
    }
}

/* Where the next frame begins; 0: none does. */
struct resync_case {
    const char *row;
    const char *said;
    size_t skip;
};

static inline void assert_resyncs(const struct resync_case *cases, size_t count)
{
    uint8_t at[SAID_MAX];
    for (size_t i = 0; i < count; i++) {
        size_t skip = 0;
        const struct protocol *p = protocol_find(cases[i].row);
        print_message("# %s %s\n", cases[i].row, cases[i].said);
        assert_non_null(p);
        enum err e = protocol_resync(p, said_bytes(cases[i].said, at), &skip);
        assert_int_equal(e, cases[i].skip > 0 ? ERR_OK : ERR_MORE);
        assert_int_equal(skip, cases[i].skip);
    }
}

/* What becomes of a frame that is none. */
struct fault_case {
    const char *row;
    const char *said;
    enum err want;
};

static inline void assert_faults(const struct fault_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct row_kit kit = {0};
        print_message("# %s %s\n", cases[i].row, cases[i].said);
        row_kit_begin(&kit, cases[i].row);
        assert_int_equal(row_kit_decode(&kit, cases[i].said), cases[i].want);
        row_kit_free(&kit);
    }
}

#define CASES(array) (array), sizeof(array) / sizeof((array)[0])

#endif
