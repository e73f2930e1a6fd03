/*
 * Passwords in texts. A lock echoes the password that opened it, and tells the one that opens it
 * next; neither may come to lie in a store, a log or an answer.
 *
 *     (8000012345,P52,2,113355)      (8000012345,P52,2,******)
 *     PWD:123456,TIMER:30            PWD:******,TIMER:30
 *
 * A text is read as words between dividers. Behind the word of a lock every word of its statement
 * that is long enough for a password is one: these commands carry nothing else of that length, and
 * their results and counts are shorter. P44 alone takes signs in a password, so that dividers may
 * stand in it: all that is longer than its result goes. Behind a name the next word is one if it
 * has a digit ("Password error!" tells none).
 *
 * Source: the vectors' facts of locks, sections 1 and 2.
 */
#include "protocols/secrets.h"

#include <string.h>

#include "base/hex.h"
#include "base/vault.h"
#include "base/writer.h"

enum scope {
    SCOPE_STATEMENT, /* long words up to the end of the statement */
    SCOPE_ALL,       /* everything up to the bracket that ends the frame */
    SCOPE_NEXT       /* the next word, where it has a digit */
};

static const struct {
    const char *word;
    enum scope scope;
} rows[] = {
    {"P43", SCOPE_STATEMENT},   {"P44", SCOPE_ALL},  {"P52", SCOPE_STATEMENT},
    {"ELOCK", SCOPE_STATEMENT}, {"PWD", SCOPE_NEXT}, {"PASSWORD", SCOPE_NEXT},
    {"PASSWD", SCOPE_NEXT},     {"PIN", SCOPE_NEXT},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]), SECRET_MIN = 4, RESULT_LEN = 1 };

static bool is_in(uint8_t c, const char *set)
{
    return c == '\0' || strchr(set, c) != NULL;
}

static bool is_divider(uint8_t c)
{
    return is_in(c, " ,:=;#()<>[]\t\r\n");
}

static bool is_end(uint8_t c)
{
    return is_in(c, ";#)\r\n");
}

static size_t word_len(struct bytes text)
{
    size_t n = 0;
    while (n < text.len && !is_divider(text.at[n])) {
        n++;
    }
    return n;
}

static size_t divider_len(struct bytes text)
{
    size_t n = 0;
    while (n < text.len && is_divider(text.at[n])) {
        n++;
    }
    return n;
}

static bool has_digit(struct bytes word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] >= '0' && word.at[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* The row of a word; ROWS where it announces nothing. */
static size_t row_of(struct bytes word)
{
    size_t i = 0;
    while (i < ROWS && !bytes_eq_nocase(word, rows[i].word)) {
        i++;
    }
    return i;
}

/* What is being masked at this place of the text. */
struct mask {
    struct writer out;
    size_t row; /* ROWS: nothing */
    bool found;
};

static void write_word(struct mask *m, struct bytes word, bool is_secret)
{
    m->found = m->found || is_secret;
    if (is_secret) {
        write_text(&m->out, SECRET_MASK);
    } else {
        write_bytes(&m->out, word);
    }
}

/* Takes a word and what announced it on; `in` begins with the word. Answers how much it took. */
static size_t take_word(struct mask *m, struct bytes in)
{
    struct bytes word = bytes_slice(in, 0, word_len(in));
    if (m->row == ROWS) {
        write_word(m, word, false);
        m->row = row_of(word);
        return word.len;
    }
    enum scope scope = rows[m->row].scope;
    if (scope == SCOPE_ALL) {
        struct bytes all = bytes_slice(in, 0, bytes_find(in, ')'));
        write_word(m, all, all.len > RESULT_LEN);
        m->row = ROWS;
        return all.len;
    }
    bool is_next = scope == SCOPE_NEXT;
    write_word(m, word, word.len >= SECRET_MIN && (!is_next || has_digit(word)));
    m->row = is_next ? row_of(word) : m->row;
    return word.len;
}

/* Takes dividers; the end of a statement ends what was announced. */
static size_t take_dividers(struct mask *m, struct bytes in)
{
    struct bytes dividers = bytes_slice(in, 0, divider_len(in));
    write_bytes(&m->out, dividers);
    for (size_t i = 0; i < dividers.len; i++) {
        m->row = is_end(dividers.at[i]) ? ROWS : m->row;
    }
    return dividers.len;
}

struct bytes secrets_masked(struct arena *arena, struct bytes text)
{
    size_t room = text.len * (sizeof(SECRET_MASK) - 1) + 1; /* each byte a word of its own */
    struct mask m = {.out = writer_init(arena_new(arena, room), room), .row = ROWS};
    size_t done = take_dividers(&m, text);
    while (done < text.len) {
        done += take_word(&m, bytes_slice(text, done, SIZE_MAX));
        done += take_dividers(&m, bytes_slice(text, done, SIZE_MAX));
    }
    return m.found ? writer_bytes(&m.out) : text;
}

struct bytes secrets_masked_of(struct arena *arena, struct bytes text, const struct secret_of *own)
{
    return secrets_masked(arena, secret_masked(arena, text, own));
}

/* How many digits `text` begins with. */
static size_t digits_len(struct bytes text)
{
    size_t n = 0;
    while (n < text.len && text.at[n] >= '0' && text.at[n] <= '9') {
        n++;
    }
    return n;
}

/* Without digits that are long enough for a password; `text` itself where there are none. */
static struct bytes without_digits(struct arena *arena, struct bytes text)
{
    size_t room = text.len * (sizeof(SECRET_MASK) - 1) + 1;
    struct mask m = {.out = writer_init(arena_new(arena, room), room)};
    size_t done = 0;
    while (done < text.len) {
        struct bytes rest = bytes_slice(text, done, SIZE_MAX);
        size_t digits = digits_len(rest);
        size_t len = digits > 0 ? digits : 1;
        write_word(&m, bytes_slice(rest, 0, len), digits >= SECRET_MIN);
        done += len;
    }
    return m.found ? writer_bytes(&m.out) : text;
}

struct bytes secrets_masked_sent(struct arena *arena, struct bytes text,
                                 const struct secret_of *own)
{
    struct bytes found;
    if (own->hash[0] == '\0') {
        return secrets_masked(arena, text);
    }
    /* One of more than digits goes whole, and first: its digits alone would leave the rest. */
    bool is_mixed =
        vault_find(own->vault, own->hash, text, 0, &found) && digits_len(found) < found.len;
    struct bytes rest = is_mixed ? secret_masked(arena, text, own) : text;
    return secrets_masked_of(arena, without_digits(arena, rest), own);
}

struct bytes secrets_masked_command(struct arena *arena, enum command_kind kind, struct bytes text,
                                    const struct secret_of *own)
{
    uint8_t room[COMMAND_RAW_MAX];
    if (kind != COMMAND_HIGH_LEVEL || !command_is_raw(text)) {
        return secrets_masked_sent(arena, text, own);
    }
    struct bytes raw = {room, command_raw(text, room)};
    struct bytes masked = secrets_masked_of(arena, raw, own);
    if (masked.at == raw.at) {
        return text;
    }
    size_t mark = sizeof(COMMAND_RAW_MARK) - 1;
    char *shown = arena_new_array(arena, masked.len + mark, 2);
    memcpy(shown, COMMAND_RAW_MARK, mark);
    hex_encode(masked, shown + mark);
    return bytes_of_text(shown);
}
