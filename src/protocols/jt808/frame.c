/*
 * JT/T 808 frames: where one begins and ends, its escapes, its header, the terminal's id. The
 * drawing is in jt808.c.
 *
 * Source: JT/T 808-2019 sections 4.4.2 to 4.4.4; the vectors' facts, section 1.
 */
#include "protocols/fields.h"
#include "protocols/jt808/jt808.h"

#include <stdio.h>
#include <string.h>

#include "protocols/framing.h"

enum { DELIMITER = JT808_DELIMITER, DELIMITER_E7 = 0xe7 };
enum { ID_LEN = 6, ID_LEN_E7 = 7 };
enum { NOISE_MAX = 64 /* stray bytes before a delimiter */, CLAIM_MAX = 16 };

static const struct framing_pair pair_rows[] = {
    {DELIMITER, DELIMITER}, {DELIMITER_E7, DELIMITER_E7}, {'(', ')'}};
static const struct framing_pairs pairs = {.rows = pair_rows,
                                           .count = sizeof(pair_rows) / sizeof(pair_rows[0]),
                                           .noise_max = NOISE_MAX,
                                           .len_max = JT808_FRAME_MAX};

bool jt808_is_jointech(uint16_t id)
{
    return id == JT808_JOINTECH || id == JT808_JOINTECH_BLIND;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/*
 * "(" , at least ten digits and a comma begin a sentence. The locks of JT600 have exactly ten; only
 * padlocks go on with a 1 there. Words of TK103 begin with B, D or Z.
 */
static enum err claims_sentence(struct bytes first)
{
    enum { DIGITS_MIN = 10, JT600_COMMA = 1 + DIGITS_MIN };
    size_t n = 1;
    while (n < first.len && n < CLAIM_MAX && is_digit(first.at[n])) {
        n++;
    }
    if (n == first.len && n < CLAIM_MAX) {
        return ERR_MORE;
    }
    if (n <= DIGITS_MIN || n == first.len || first.at[n] != ',') {
        return ERR_MALFORMED;
    }
    if (first.len == n + 1) {
        return ERR_MORE;
    }
    uint8_t next = first.at[n + 1];
    bool is_other = next == 'B' || next == 'D' || next == 'Z';
    return (n == JT600_COMMA ? next == '1' : !is_other) ? ERR_OK : ERR_MALFORMED;
}

enum protocol_claim jt808_claims(struct bytes first)
{
    enum { DOLLARS = 2 };
    size_t n = 0;
    while (n < first.len && n < DOLLARS && first.at[n] == '$') {
        n++;
    }
    if (n == first.len) {
        return CLAIM_MORE;
    }
    if (n == 0 && first.at[0] == '(') {
        return claim_of(claims_sentence(first));
    }
    bool is_one = first.at[n] == DELIMITER || (n == 0 && first.at[n] == DELIMITER_E7);
    return is_one && n != 1 ? CLAIM_YES : CLAIM_NO;
}

enum err jt808_split(struct bytes in, struct bytes *frame, size_t *used)
{
    return framing_split(&pairs, in, frame, used);
}

struct escape {
    uint8_t delimiter;
    uint8_t mark;
    uint8_t code;
    uint8_t byte;
};

static const struct escape escapes[] = {
    {DELIMITER, 0x7d, 0x01, 0x7d},    {DELIMITER, 0x7d, 0x02, 0x7e},
    {DELIMITER_E7, 0xe6, 0x01, 0xe6}, {DELIMITER_E7, 0xe6, 0x02, 0xe7},
    {DELIMITER_E7, 0x3e, 0x01, 0x3e}, {DELIMITER_E7, 0x3e, 0x02, 0x3d},
};
enum { ESCAPES = sizeof(escapes) / sizeof(escapes[0]) };

static bool is_mark(uint8_t delimiter, uint8_t byte)
{
    return delimiter == DELIMITER ? byte == 0x7d : byte == 0xe6 || byte == 0x3e;
}

/* Whether `mark` and `code` stand for a byte; then it is in *byte. */
static bool unescape_pair(uint8_t delimiter, uint8_t mark, uint8_t code, uint8_t *byte)
{
    for (size_t i = 0; i < ESCAPES; i++) {
        const struct escape *e = &escapes[i];
        if (e->delimiter == delimiter && e->mark == mark && e->code == code) {
            *byte = e->byte;
            return true;
        }
    }
    return false;
}

/* How many bytes at the front of `in` stand for themselves: those before the next mark. */
static size_t plain_len(struct bytes in, uint8_t delimiter)
{
    size_t n = 0;
    if (delimiter == DELIMITER) {
        const uint8_t *mark = in.len == 0 ? NULL : memchr(in.at, 0x7d, in.len);
        return mark == NULL ? in.len : (size_t)(mark - in.at);
    }
    while (n < in.len && !is_mark(delimiter, in.at[n])) {
        n++;
    }
    return n;
}

/* What stands between the delimiters, unescaped: `in` itself where nothing is escaped. */
static enum err unescape(struct arena *arena, struct bytes in, uint8_t delimiter,
                         struct bytes *plain)
{
    size_t run = plain_len(in, delimiter);
    *plain = in;
    if (run == in.len) {
        return ERR_OK;
    }
    uint8_t *at = arena_new(arena, in.len);
    size_t len = 0;
    size_t done = 0;
    while (run < in.len - done) {
        memcpy(at + len, in.at + done, run);
        len += run;
        done += run;
        bool is_pair =
            in.len - done >= 2 && unescape_pair(delimiter, in.at[done], in.at[done + 1], &at[len]);
        if (!is_pair) {
            return ERR_MALFORMED;
        }
        len++;
        done += 2;
        run = plain_len(bytes_slice(in, done, in.len - done), delimiter);
    }
    memcpy(at + len, in.at + done, run);
    *plain = (struct bytes){at, len + run};
    return ERR_OK;
}

/*
 * Whether `frame`, from delimiter to delimiter, has a header and the right xor. A delimiter inside
 * a frame is escaped, so a frame that was cut off cannot hide a whole one.
 */
static bool is_whole(struct bytes frame)
{
    enum { HEADER_MIN = 2 + 2 + ID_LEN + 1, PLAIN_MIN = HEADER_MIN + 1 };
    size_t plain_len = 0;
    uint8_t x = 0;
    for (size_t i = 1; i + 1 < frame.len; i++) {
        uint8_t byte = frame.at[i];
        if (is_mark(frame.at[0], byte) && !unescape_pair(frame.at[0], byte, frame.at[++i], &byte)) {
            return false;
        }
        x ^= byte;
        plain_len++;
    }
    return plain_len >= PLAIN_MIN && x == 0;
}

/* Whether `in` begins with a whole sentence, which is of printable characters. */
static bool begins_sentence(struct bytes in)
{
    if (in.at[0] != '(' || claims_sentence(in) != ERR_OK) {
        return false;
    }
    size_t n = 1;
    while (n < in.len && in.at[n] >= ' ' && in.at[n] <= '~' && in.at[n] != ')') {
        n++;
    }
    return n < in.len && in.at[n] == ')';
}

enum err jt808_resync(struct bytes in, size_t *skip)
{
    size_t noise = framing_noise(&pairs, in);
    bool is_e7 = noise < in.len && in.at[noise] == DELIMITER_E7;
    uint8_t delimiter = is_e7 ? DELIMITER_E7 : DELIMITER;
    for (size_t n = 1; n < in.len && n < JT808_FRAME_MAX; n++) {
        struct bytes rest = bytes_slice(in, n, JT808_FRAME_MAX);
        const uint8_t *end = NULL;
        if (rest.at[0] == delimiter) {
            end = memchr(rest.at + 1, delimiter, rest.len - 1);
        }
        bool is_frame = end != NULL && is_whole(bytes_slice(rest, 0, (size_t)(end - rest.at) + 1));
        if (is_frame || begins_sentence(rest)) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

static uint8_t xor_of(struct bytes in)
{
    uint8_t x = 0;
    for (size_t i = 0; i < in.len; i++) {
        x ^= in.at[i];
    }
    return x;
}

/* Reads what follows the attributes of `m`. */
static enum err parse_rest(struct reader *r, struct jt808_message *m)
{
    bool is_short = jt808_is_jointech(m->id);
    bool has_version = !is_short && (m->attributes & JT808_VERSION) != 0;
    m->id_len = m->delimiter == DELIMITER_E7 ? ID_LEN_E7 : ID_LEN;
    if (has_version) {
        m->version = read_u8(r);
        m->id_len = JT808_ID_2019;
    }
    struct bytes at = read_bytes(r, m->id_len);
    m->serial = is_short ? read_u8(r) : read_u16be(r);
    bool is_fragment = !is_short && (m->attributes & JT808_FRAGMENT) != 0;
    if (is_fragment) {
        m->total = read_u16be(r);
        m->number = read_u16be(r);
    }
    if (reader_left(r) == 0) {
        return ERR_MALFORMED; /* not even its checksum */
    }
    memcpy(m->at, at.at, at.len);
    m->body = read_bytes(r, reader_left(r) - 1);
    return !is_fragment || (m->number >= 1 && m->number <= m->total) ? ERR_OK : ERR_MALFORMED;
}

enum err jt808_parse(struct arena *arena, struct bytes frame, struct jt808_message *m)
{
    if (frame.len < 2 || frame.at[0] != frame.at[frame.len - 1] ||
        (frame.at[0] != DELIMITER && frame.at[0] != DELIMITER_E7)) {
        return ERR_MALFORMED;
    }
    *m = (struct jt808_message){.delimiter = frame.at[0]};
    struct bytes plain = {0};
    enum err e = unescape(arena, bytes_slice(frame, 1, frame.len - 2), m->delimiter, &plain);
    if (e != ERR_OK) {
        return e;
    }
    struct reader r = reader_init(plain);
    m->id = read_u16be(&r);
    m->attributes = read_u16be(&r);
    e = parse_rest(&r, m);
    if (e != ERR_OK) {
        return e;
    }
    return xor_of(plain) == 0 ? ERR_OK : ERR_CHECKSUM;
}

/* How `byte` is escaped, or NULL where it goes as it is. */
static const struct escape *escape_of(uint8_t delimiter, uint8_t byte)
{
    if (delimiter == DELIMITER && byte != 0x7d && byte != 0x7e) {
        return NULL; /* nearly every byte */
    }
    for (size_t i = 0; i < ESCAPES; i++) {
        if (escapes[i].delimiter == delimiter && escapes[i].byte == byte) {
            return &escapes[i];
        }
    }
    return NULL;
}

static void write_escaped(struct writer *out, uint8_t delimiter, struct bytes plain)
{
    size_t done = 0; /* written; what comes between it and i stands for itself */
    for (size_t i = 0; i < plain.len; i++) {
        const struct escape *escape = escape_of(delimiter, plain.at[i]);
        if (escape != NULL) {
            write_bytes(out, bytes_slice(plain, done, i - done));
            write_u8(out, escape->mark);
            write_u8(out, escape->code);
            done = i + 1;
        }
    }
    write_bytes(out, bytes_slice(plain, done, plain.len - done));
}

void jt808_write(struct writer *out, const struct jt808_message *m)
{
    uint8_t at[JT808_PLAIN_MAX];
    struct writer plain = writer_init(at, sizeof(at));
    write_u16be(&plain, m->id);
    write_u16be(&plain, (uint16_t)(m->attributes | m->body.len));
    if ((m->attributes & JT808_VERSION) != 0) {
        write_u8(&plain, m->version);
    }
    write_bytes(&plain, (struct bytes){m->at, m->id_len});
    if (m->id == JT808_JOINTECH_REPLY || jt808_is_jointech(m->id)) {
        write_u8(&plain, (uint8_t)m->serial);
    } else {
        write_u16be(&plain, m->serial);
    }
    if ((m->attributes & JT808_FRAGMENT) != 0) {
        write_u16be(&plain, m->total);
        write_u16be(&plain, m->number);
    }
    write_bytes(&plain, m->body);
    write_u8(&plain, xor_of(writer_bytes(&plain)));
    if (!writer_ok(&plain) || m->body.len > JT808_BODY_MAX) {
        out->failed = true;
        return;
    }
    write_u8(out, m->delimiter);
    write_escaped(out, m->delimiter, writer_bytes(&plain));
    write_u8(out, m->delimiter);
}

void jt808_id_text(const struct jt808_message *m, char out[DEVICE_ID_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    bool is_bcd = true;
    uint64_t number = 0;
    for (size_t i = 0; i < m->id_len; i++) {
        unsigned high = m->at[i] >> 4;
        unsigned low = m->at[i] & 0x0fU;
        is_bcd = is_bcd && high <= 9 && low <= 9;
        number = number << 8 | m->at[i];
        out[2 * i] = digits[high];
        out[2 * i + 1] = digits[low];
    }
    out[2 * (size_t)m->id_len] = '\0';
    if (!is_bcd && m->id_len == ID_LEN) {
        (void)snprintf(out, DEVICE_ID_SIZE, "%014llu%u", (unsigned long long)number,
                       field_luhn(number));
    }
}
