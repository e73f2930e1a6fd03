/*
 * Commands as values: the words for their kinds and states, raw ones, and what ties an answer to
 * them.
 */
#include "model/command.h"

#include <string.h>

#include "base/check.h"
#include "base/hex.h"

const char *command_kind_word(enum command_kind kind)
{
    static const char *const words[COMMAND_KINDS] = {
#define X(NAME, word, shown) word,
        COMMAND_KIND_MAP(X)
#undef X
    };
    check(kind < COMMAND_KINDS);
    return words[kind];
}

const char *command_kind_text(enum command_kind kind)
{
    static const char *const texts[COMMAND_KINDS] = {
#define X(NAME, word, shown) shown,
        COMMAND_KIND_MAP(X)
#undef X
    };
    check(kind < COMMAND_KINDS);
    return texts[kind];
}

const char *command_state_word(enum command_state state)
{
    static const char *const words[COMMAND_STATES] = {
#define X(NAME, word) word,
        COMMAND_STATE_MAP(X)
#undef X
    };
    check(state < COMMAND_STATES);
    return words[state];
}

bool command_state_is_over(enum command_state state)
{
    return state > COMMAND_SENT;
}

bool command_is_raw(struct bytes text)
{
    struct bytes mark = bytes_slice(text, 0, strlen(COMMAND_RAW_MARK));
    return bytes_eq_nocase(mark, COMMAND_RAW_MARK);
}

size_t command_raw(struct bytes text, uint8_t out[COMMAND_RAW_MAX])
{
    size_t len = 0;
    struct bytes digits = bytes_slice(text, strlen(COMMAND_RAW_MARK), SIZE_MAX);
    return hex_decode(digits, out, COMMAND_RAW_MAX, &len) == ERR_OK ? len : 0;
}

uint32_t command_tie(int64_t id, unsigned bits)
{
    check(bits >= 8 && bits <= 32);
    uint32_t tie = (uint32_t)((uint64_t)id & ((UINT64_C(1) << bits) - 1));
    return tie != 0 ? tie : UINT32_C(1) << (bits - 1);
}
