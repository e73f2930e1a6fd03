/*
 * libFuzzer's driver of profiles and their patterns: the input is a file, a NUL and a text. A file
 * that is taken comes back the same when it is written, and the text is held against its patterns
 * as a text, as a raw message and as the password of every command, and read as an SMS.
 */
#include "fuzzing.h"
#include "protocols/patterns.h"
#include "protocols/sms_text.h"

enum { INPUT_MAX = 1 << 12, WRITTEN_MAX = 1 << 16 };

/* All rows that are not built in, as a file. */
static struct writer written(const struct profiles *p, uint8_t at[WRITTEN_MAX])
{
    struct writer w = writer_init(at, WRITTEN_MAX);
    const struct profile *first = profiles_at(NULL, 0);
    for (size_t i = 0; profiles_at(p, i) != first; i++) {
        profile_write(profiles_at(p, i), &w);
    }
    return w;
}

static void expect_the_same_again(const struct profiles *p)
{
    static uint8_t once[WRITTEN_MAX];
    static uint8_t twice[WRITTEN_MAX];
    char why[PROFILE_ERROR_SIZE];
    struct profiles *again = NULL;
    struct writer w = written(p, once);
    if (!writer_ok(&w)) {
        return;
    }
    check(profiles_parse(writer_bytes(&w), &again, why) == ERR_OK);
    struct writer v = written(again, twice);
    check(bytes_same(writer_bytes(&w), writer_bytes(&v)));
    profiles_free(again);
}

/* What every profile makes of an SMS is a report, or nothing. */
static void read_sms(const struct profiles *p, struct bytes text)
{
    struct arena arena = {0};
    const struct session s = {0};
    for (size_t i = 0; profiles_at(p, i) != NULL; i++) {
        struct decoded out = {.arena = &arena};
        bool is_one = sms_text_read(profiles_at(p, i), &s, text, 0, &out);
        check(out.len == (is_one ? 1 : 0));
    }
    arena_free(&arena);
}

static void ask(const struct profiles *p, struct bytes text)
{
    (void)profiles_match(p, text);
    (void)profiles_match_raw(p, bytes_slice(text, 0, COMMAND_RAW_MAX));
    for (int kind = 0; kind < COMMAND_KINDS; kind++) {
        uint8_t room[COMMAND_RAW_MAX];
        struct command_request what = {.kind = (enum command_kind)kind,
                                       .text = text,
                                       .password = text,
                                       .profile = profile_of_model(p, text)};
        if (profile_apply(&what, room)) {
            check(what.raw.len <= COMMAND_RAW_MAX);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[PROFILE_ERROR_SIZE];
    struct profiles *p = NULL;
    if (size > INPUT_MAX) {
        return 0;
    }
    struct bytes in = {data, size};
    struct bytes file = bytes_slice(in, 0, bytes_find(in, 0));
    if (profiles_parse(file, &p, why) == ERR_OK) {
        expect_the_same_again(p);
    }
    ask(p, bytes_slice(in, file.len + 1, SIZE_MAX));
    read_sms(p, bytes_slice(in, file.len + 1, SIZE_MAX));
    profiles_free(p);
    return 0;
}
