/*
 * Suntech: ST200 to ST900 and the universal models of ST4300 on. Texts of items with ';' between
 * them end with CR; binary frames tell their length.
 *
 *     ST300STT;789012345;...\r         report.c: the older layouts; the model is in the header
 *     STT;6789012345;3FFFFF;...\r      universal.c: by a mask
 *     81, 82 | 02 ...                  binary.c
 *
 * A CR before a LF is part of what a serial port heard (UEX); a length tells where that ends. There
 * is no checksum but of UEX, which is not looked at. The device is the last digits of its IMEI, as
 * a text, and every frame names it.
 *
 *     STT EMG EVT ALT UEX reports      ALV  alive         BLE a place and advertisements, not kept
 *     HTE a trip that ended: only its driver is kept      BSA, CRR (a crash, in binary) are not
 * kept CMD;Res;.., RES  an answer to a command
 *
 * Nothing is answered but an emergency: "ST300CMD;ID;02;AckEmerg\r", until which it comes again.
 * Over UDP some devices wait for an answer, where they are configured so: they are to be told not
 * to.
 *
 * Commands, whose items are written with commas here: "Enable1" becomes "ST300CMD;ID;02;Enable1\r",
 * and "04,01" of the universal models "CMD;ID;04;01\r".
 *
 *     status  StatusReq or 03,01      cut Enable1, restore Disable1 of the older, by the profile
 *
 * Source: the vectors' facts of Suntech, section 3.
 */
#include "protocols/suntech/suntech.h"

#include <string.h>

#include "base/reader.h"
#include "protocols/heads.h"

enum { FRAME_MAX = 8192, ZIP = 0x02, STATUS = 0x81, ALERT = 0x82, BINARY_HEAD = 3, TEXT_MAX = 256 };

/* ---- frames ---- */

/* Whether three letters are a type, and ';' follows, as far as they have come. */
static enum err is_type(struct bytes in)
{
    static const char *const types[] = {"STT;", "EMG;", "EVT;", "ALT;", "UEX;", "CMD;", "ALV;",
                                        "HTE;", "BLE;", "RES;", "BSA;", "CRR;", NULL};
    return head_read_one(in, types, NULL);
}

/* "ST300", "SA200" and something behind it, as far as it has come. */
static enum err is_model(struct bytes in)
{
    enum err e = head_begins(in, 0, "S%[TA]%9{3}");
    return e == ERR_OK && in.len == SUNTECH_PREFIX_LEN ? ERR_MORE : e;
}

static enum err is_text(struct bytes in)
{
    enum err e = is_model(in);
    if (e == ERR_OK && in.at[SUNTECH_PREFIX_LEN] == ';') {
        return ERR_OK;
    }
    e = e == ERR_OK ? is_type(bytes_slice(in, SUNTECH_PREFIX_LEN, SIZE_MAX)) : e;
    enum err universal = is_type(in);
    return e == ERR_OK || universal == ERR_OK       ? ERR_OK
           : e == ERR_MORE || universal == ERR_MORE ? ERR_MORE
                                                    : ERR_MALFORMED;
}

static bool is_bcd(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] >> 4 > 9 || (in.at[i] & 0x0f) > 9) {
            return false;
        }
    }
    return true;
}

/* The length of a binary frame, of which only the head may have come. */
static enum err binary_len(struct bytes in, size_t *len)
{
    enum { ID_LEN = 5, ZIP_TYPES = 0x10, ZIP_MORE = 4, ETX = 0x03, BODY_MIN = 8 };
    bool is_zip = in.at[0] == ZIP;
    size_t id_at = BINARY_HEAD + (is_zip ? 1 : 0);
    bool is_high = in.len > 1 && in.at[1] != 0;
    bool is_other = is_zip && in.len > BINARY_HEAD && in.at[BINARY_HEAD] >> 4 != ZIP_TYPES >> 4;
    if (is_high || is_other || !is_bcd(bytes_slice(in, id_at, ID_LEN))) {
        return ERR_MALFORMED;
    }
    if (in.len < id_at + ID_LEN) {
        return ERR_MORE;
    }
    *len = (size_t)in.at[2] + (is_zip ? ZIP_MORE : BINARY_HEAD);
    if (in.at[2] < BODY_MIN) {
        return ERR_MALFORMED;
    }
    if (in.len < *len) {
        return ERR_MORE;
    }
    return !is_zip || in.at[*len - 1] == ETX ? ERR_OK : ERR_MALFORMED;
}

static bool is_binary(uint8_t c)
{
    return c == ZIP || c == STATUS || c == ALERT;
}

static enum protocol_claim suntech_claims(struct bytes first)
{
    enum { SURE = 8 };
    size_t len = 0;
    if (!is_binary(first.at[0])) {
        return claim_of(is_text(first));
    }
    enum err e = binary_len(first, &len);
    bool is_sure = first.at[0] != ZIP && first.len >= SURE;
    return e == ERR_MORE && is_sure ? CLAIM_YES : claim_of(e);
}

/* The length of a text up to its CR, of which the head may tell that some belong to its data. */
static enum err text_len(struct bytes in, size_t *len)
{
    enum { CRASH_HEAD = 23, CRASH_TAIL = 3, SIZE_ITEM = 4 };
    size_t at = 0;
    size_t data = 0;
    size_t data_len = 0;
    struct words w;
    if (bytes_begin(in, "CRR;")) {
        words_cut(bytes_slice(in, 0, CRASH_HEAD), ';', &w);
        *len =
            CRASH_HEAD + (size_t)(word_number(word_at(&w, SIZE_ITEM), 0) % FRAME_MAX) + CRASH_TAIL;
        return in.len >= *len ? ERR_OK : ERR_MORE;
    }
    if (suntech_find_data(bytes_slice(in, 0, FRAME_MAX), &data, &data_len)) {
        at = data_len < FRAME_MAX ? data + data_len : at;
    }
    while (at < in.len && at < FRAME_MAX &&
           (in.at[at] != '\r' || (at < data + data_len && data > 0))) {
        at++;
    }
    *len = at;
    return at >= FRAME_MAX ? ERR_TOO_LONG : at >= in.len ? ERR_MORE : ERR_OK;
}

static enum err suntech_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t from = 0;
    size_t len = 0;
    while (from < in.len && (in.at[from] == '\r' || in.at[from] == '\n')) {
        from++;
    }
    if (from == in.len) {
        return from > FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
    }
    struct bytes rest = bytes_slice(in, from, SIZE_MAX);
    bool is_bytes = is_binary(rest.at[0]);
    enum err e = is_bytes ? binary_len(rest, &len) : text_len(rest, &len);
    if (e == ERR_OK) {
        bool has_end = !is_bytes && len < rest.len && rest.at[len] == '\r';
        *frame = bytes_slice(rest, 0, len);
        *used = from + len + (has_end ? 1 : 0);
    }
    return e;
}

static enum err suntech_resync(struct bytes in, size_t *skip)
{
    size_t len = 0;
    for (size_t n = 1; n < in.len && n < FRAME_MAX; n++) {
        struct bytes rest = bytes_slice(in, n, SIZE_MAX);
        if ((in.at[n - 1] == '\r' || in.at[n - 1] == '\n') && is_text(rest) == ERR_OK &&
            text_len(rest, &len) == ERR_OK) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

/* ---- what a frame says ---- */

/* Whom an answer or a command goes to. */
struct address {
    char prefix[SUNTECH_PREFIX_LEN]; /* NUL: of the universal layout */
    char id[SUNTECH_ID_MAX];
    bool is_known;
};
_Static_assert(sizeof(struct address) <= DEVICE_SLOT_BYTES, "the slot has room");

static void add_answer(struct bytes text, struct bytes word, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
    m->answer.message_id = word_command_id(word);
}

/* From the item `n` on, as it is. */
static struct bytes from_item(const struct suntech_text *in, size_t n)
{
    struct bytes item = word_at(&in->words, n);
    return n < in->words.count ? bytes_slice(in->all, (size_t)(item.at - in->all.at), SIZE_MAX)
                               : item;
}

/* "ST300CMD;Res;ID;315;Disable1", "RES;ID;04;01;..": sets the device, too. */
static void read_answer(const struct suntech_text *in, struct decoded *out)
{
    enum { OLD_ID = 2, OLD_TEXT, OLD_WORD, ID = 1, GROUP, ACTION };
    bool is_old = in->prefix.len > 0;
    struct bytes id = word_at(&in->words, is_old ? OLD_ID : ID);
    bytes_to_text(id, out->device_id, sizeof(out->device_id));
    if (is_old) {
        add_answer(from_item(in, OLD_TEXT), word_at(&in->words, OLD_WORD), out);
        return;
    }
    struct bytes text = from_item(in, GROUP);
    struct bytes action = word_at(&in->words, ACTION);
    size_t len = word_at(&in->words, GROUP).len + 1 + action.len;
    add_answer(text, bytes_slice(text, 0, len), out);
}

static void read_trip(const struct suntech_text *in, struct decoded *out)
{
    struct extras x;
    struct bytes driver = word_at(&in->words, in->words.count - 1);
    extras_init(&x, out->arena);
    if (word_hex(driver, 0) != 0) {
        extras_set_text(&x, EXTRA_DRIVER, 0, driver);
    }
    decoded_add(out, MESSAGE_HEARTBEAT)->extras = extras_pack(&x);
}

static enum err read_text(const struct suntech_text *in, struct decoded *out)
{
    struct bytes type = in->type;
    bool is_old = in->prefix.len > 0;
    if (bytes_eq(type, "CMD") || bytes_eq(type, "RES")) {
        read_answer(in, out);
    } else if (bytes_eq(type, "ALV")) {
        decoded_add(out, MESSAGE_HEARTBEAT);
    } else if (bytes_eq(type, "HTE")) {
        read_trip(in, out);
    } else if (bytes_eq(type, "BSA") || bytes_eq(type, "CRR")) {
        decoded_add(out, MESSAGE_OTHER);
    } else if (is_old || bytes_eq(type, "BLE")) {
        suntech_read_report(in, out);
    } else {
        return suntech_read_universal(in, out);
    }
    return ERR_OK;
}

static enum err parse(struct bytes frame, struct suntech_text *out)
{
    if (is_text(frame) != ERR_OK) {
        return ERR_MALFORMED;
    }
    bool is_old = is_model(frame) == ERR_OK;
    out->all = frame;
    out->prefix = bytes_slice(frame, 0, is_old ? SUNTECH_PREFIX_LEN : 0);
    out->type = bytes_slice(frame, out->prefix.len, SUNTECH_TYPE_LEN);
    words_cut(frame, ';', &out->words);
    return out->words.count > 1 ? ERR_OK : ERR_MALFORMED;
}

static enum err decode_text(struct bytes frame, struct decoded *out, struct address *to)
{
    struct suntech_text in;
    if (!bytes_begin(frame, "S") && is_text(frame) != ERR_OK && field_is_printable(frame)) {
        decoded_add(out, MESSAGE_OTHER); /* "-Error" and the like */
        return ERR_OK;
    }
    enum err e = parse(frame, &in);
    if (e != ERR_OK) {
        return e;
    }
    bool is_910 = in.prefix.len > 0 && frame.at[SUNTECH_PREFIX_LEN] == ';';
    bytes_to_text(word_at(&in.words, is_910 ? 2 : 1), out->device_id, sizeof(out->device_id));
    e = read_text(&in, out);
    struct bytes id = bytes_of_text(out->device_id);
    if (e != ERR_OK || !word_is_digits(id) || id.len > SUNTECH_ID_MAX) {
        return ERR_MALFORMED;
    }
    word_keep(to->prefix, SUNTECH_PREFIX_LEN, in.prefix);
    return ERR_OK;
}

/* What reply() needs to know: is_known means that it is an emergency. */
static enum err suntech_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct address to = {0};
    size_t len = 0;
    if (frame.len == 0) {
        return ERR_MALFORMED;
    }
    bool is_bytes = is_binary(frame.at[0]);
    bool is_whole = is_bytes && binary_len(frame, &len) == ERR_OK && len == frame.len;
    enum err e = is_whole   ? suntech_read_binary(frame, out)
                 : is_bytes ? ERR_MALFORMED
                            : decode_text(frame, out, &to);
    if (e != ERR_OK) {
        out->device_id[0] = '\0';
        return e;
    }
    word_keep(to.id, SUNTECH_ID_MAX, bytes_of_text(out->device_id));
    out->wants_reply =
        to.prefix[0] != '\0' && bytes_eq(bytes_slice(frame, SUNTECH_PREFIX_LEN, 4), "EMG;");
    to.is_known = out->device_id[0] != '\0';
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(out->hint.at, &to, sizeof(to));
    memcpy(out->slot.at, &to, sizeof(to));
    return ERR_OK;
}

/* ---- what the server says ---- */

static void write_command(struct writer *out, const struct address *to, const char *id,
                          struct bytes text)
{
    bool is_old = to->prefix[0] != '\0' || !to->is_known;
    struct bytes prefix = word_kept(to->prefix, SUNTECH_PREFIX_LEN);
    write_bytes(out, to->is_known ? prefix : bytes_of_text("SA200"));
    write_text(out, "CMD;");
    write_bytes(out, to->is_known ? word_kept(to->id, SUNTECH_ID_MAX) : bytes_of_text(id));
    write_text(out, is_old ? ";02;" : ";");
    for (size_t i = 0; i < text.len; i++) {
        write_u8(out, text.at[i] == ',' ? ';' : text.at[i]);
    }
    write_u8(out, '\r');
}

static void suntech_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                          int64_t now_s, struct writer *out)
{
    struct address to;
    (void)now_s;
    memcpy(&to, from->at, sizeof(to));
    if (outcome == OUTCOME_STORED) {
        write_command(out, &to, s->device_id, bytes_of_text("AckEmerg"));
    }
}

static enum command_fate suntech_command(struct session *s, const struct device_slot *slot,
                                         const struct command_request *what,
                                         struct command_note *note, struct writer *out)
{
    uint8_t room[COMMAND_RAW_MAX];
    char word[32];
    struct address to;
    struct bytes text = {0};
    memcpy(&to, slot->at, sizeof(to));
    bool is_old = to.prefix[0] != '\0' || !to.is_known;
    const struct word_commands known = {.len_max = TEXT_MAX,
                                        .status = is_old ? "StatusReq" : "03,01",
                                        .refused = ";"}; /* items are written with commas, or a
                                                            pattern would miss them */
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    size_t comma = bytes_find(text, ',');
    size_t second = comma + 1 + bytes_find(bytes_slice(text, comma + 1, SIZE_MAX), ',');
    bytes_to_text(bytes_slice(text, 0, is_old ? comma : second), word, sizeof(word));
    for (size_t i = 0; word[i] != '\0'; i++) {
        word[i] = (char)(word[i] == ',' ? ';' : word[i]);
    }
    note->message_id = word_command_id(bytes_of_text(word));
    write_command(out, &to, s->device_id, text);
    return word_command_fate(out);
}

const struct protocol protocol_suntech = {
    .name = "suntech",
    .doc = "Suntech ST200 to ST900, and the universal models",
    .port = 5011,
    .frame_max = FRAME_MAX,
    .datagram_end = "\r",
    .claims = suntech_claims,
    .split = suntech_split,
    .resync = suntech_resync,
    .decode = suntech_decode,
    .reply = suntech_reply,
    .command = suntech_command,
};
