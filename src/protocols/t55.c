/*
 * T55 and plain NMEA: trackers, routers and modems (T55, Maxon, CradlePoint, WMCS, old Traccar
 * Client) that send lines as receivers do, over TCP and UDP. Nothing is answered.
 *
 *     $GPRMC,030405.000,A,2333.0312,S,04637.9986,W,29.16,180.0,020126,,,A*68
 *            UTC        fix lat         lon          knots  deg   date    '- XOR of what is between
 *                                                                          $ and *
 *
 * The sum is not insisted on: it is wrong, short or missing on a quarter of real devices. Behind it
 * some write ",satellites,imei,engine,fuel,battery %".
 *
 * Who sends: the text before the '$' ("ID$GP..", "ID,$GP..", "x/ID/$GP.."); a line before it on the
 * connection ($PGID, $DEVID, $PSIWMDID, $PCPTI, $CONNECT, $IMEI=, IMEI, $GPFID, or 6 to 20 digits
 * of hexadecimal alone); or the IMEI in the sentence. One RMC of nobody is kept until a $GPFID
 * tells whose it is.
 *
 *     RMC RMA GGA GLL  of GP, GN and GL. GGA and GLL have no date: their time is that of arrival,
 *                      and within a minute of an RMC they are taken for the same position
 *     TRCCR            yyyymmddhhmmss,fix,lat,lon,knots,deg,altitude,battery
 *     GPIOP            inputs, outputs, four analogue inputs, supply V, battery V
 *     QZE              imei,event,ddmmyyyy,hhmmss,lat,lon,km/h,deg,fix,engine
 *     PUBX,00          as u-blox has it: UTC, lat, lon, altitude, .., km/h, deg, .., HDOP,
 * satellites GPTXT,NET        device, operator, signal dBm, MCC MNC ID               of WMCS: imei
 * and items with a tag
 *
 * An RMC of the years 80 to 99 is of a clock that is not set: its time is that of arrival. Lines of
 * digits may be heartbeats of GPS103, too; what follows tells.
 *
 * Source: the vectors' facts of T55, section 6.
 */
#include <string.h>

#include "protocols/heads.h"
#include "protocols/layouts.h"

enum {
    LINE_MAX_LEN = 1024,
    PREFIX_MAX = 40,
    ID_LINE_MIN = 6,
    ID_LINE_MAX = 20,
    IMEI_LEN = 15,
    YEARS_MAX = 79
};

/* ---- lines ---- */

/* Whether `in` begins as a line of ours does, as far as it has come. */
static enum err has_head(struct bytes in)
{
    static const char *const heads[] = {
        "$GP",     "$GN",    "$GL",  "$PGID,", "$DEVID,", "$PCPTI,", "$PSIWMDID,", "$CONNECT,",
        "$TRCCR,", "$PUBX,", "$ID,", "$IMEI=", "QZE,",    "IMEI ",   NULL,
    };
    return head_read_one(in, heads, NULL);
}

/* A line of an identity alone, whose end is at `len`. */
static enum protocol_claim claim_id_line(struct bytes in, size_t len)
{
    struct bytes behind = bytes_slice(in, len, SIZE_MAX);
    if (!word_is_hex(bytes_slice(in, 0, len)) || len < ID_LINE_MIN || len > ID_LINE_MAX) {
        return CLAIM_NO;
    }
    enum err e = has_head(bytes_slice(behind, head_span(behind, "\r\n", SIZE_MAX), SIZE_MAX));
    return e == ERR_MORE ? CLAIM_LIKELY : claim_of(e);
}

static enum protocol_claim t55_claims(struct bytes first)
{
    static const char id_bytes[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/,-_";
    enum err e = has_head(first);
    if (e == ERR_OK || first.at[0] == '$') {
        return claim_of(e);
    }
    size_t n = head_span(first, id_bytes, PREFIX_MAX);
    if (n == first.len) {
        return n < PREFIX_MAX ? CLAIM_MORE : CLAIM_NO;
    }
    if (first.at[n] == '$' && n > 0) {
        return claim_of(head_begins(first, n, "$G"));
    }
    return first.at[n] == '\r' || first.at[n] == '\n' ? claim_id_line(first, n) : CLAIM_NO;
}

static enum err t55_split(struct bytes in, struct bytes *frame, size_t *used)
{
    return words_line(in, LINE_MAX_LEN, frame, used);
}

static enum err t55_resync(struct bytes in, size_t *skip)
{
    return words_next_line(in, LINE_MAX_LEN, NULL, t55_split, skip);
}

/* ---- what a line says ---- */

/* What is remembered of a connection. */
struct memory {
    int64_t time_s; /* of the RMC that is kept for $GPFID */
    int32_t lat_e7;
    int32_t lon_e7;
    uint32_t speed_kmh_e2;
    uint16_t course_cdeg;
    bool is_kept;
    bool is_valid;
    uint32_t rmc_s; /* the time of day of the last RMC, and 1; 0: there was none */
};
_Static_assert(sizeof(struct memory) <= PROTOCOL_SESSION_BYTES, "the session has room");

/* A line taken apart. */
struct line {
    struct words words; /* from the name on, up to the star */
    struct words tail;  /* behind the star */
    struct bytes id;    /* before the '$' */
    struct bytes text;  /* from the name on */
};

static void parse(struct bytes text, struct line *out)
{
    size_t dollar = bytes_find(text, '$');
    struct bytes prefix = bytes_slice(text, 0, dollar < text.len ? dollar : 0);
    size_t slash = bytes_find(prefix, '/');
    if (slash < prefix.len && prefix.at[prefix.len - 1] == '/') {
        prefix = bytes_slice(prefix, slash + 1, prefix.len - slash - 2);
    } else if (prefix.len > 0 && prefix.at[prefix.len - 1] == ',') {
        prefix.len--;
    }
    out->id = prefix;
    out->text = bytes_slice(text, dollar < text.len ? dollar + 1 : 0, SIZE_MAX);
    size_t star = bytes_find(out->text, '*');
    words_cut(bytes_slice(out->text, 0, star), ',', &out->words);
    words_cut(bytes_slice(out->text, star + 1, SIZE_MAX), ',', &out->tail);
}

static void use_id(struct bytes id, struct decoded *out)
{
    if (device_id_is_possible(id)) {
        bytes_to_text(id, out->device_id, sizeof(out->device_id));
    }
}

static void keep(struct memory *memory, const struct fix *f)
{
    memory->is_kept = fix_has_position(f);
    memory->time_s = (f->has & FIX_HAS_TIME) != 0 ? f->gps_time_s : 0;
    memory->lat_e7 = f->lat_e7;
    memory->lon_e7 = f->lon_e7;
    memory->speed_kmh_e2 = f->speed_kmh_e2;
    memory->course_cdeg = f->course_cdeg;
    memory->is_valid = (f->flags & FIX_VALID) != 0;
}

/* The RMC that came before the identity of who sent it. */
static void add_kept(struct memory *memory, struct decoded *out)
{
    struct fix fix = {0};
    decoded_add(out, MESSAGE_LOGIN);
    if (!memory->is_kept || out->device_id[0] == '\0') {
        return;
    }
    memory->is_kept = false;
    fix_set_position(&fix, memory->lat_e7, memory->lon_e7, memory->is_valid);
    fix_set_speed_kmh_e2(&fix, memory->speed_kmh_e2);
    fix_set_course_cdeg(&fix, memory->course_cdeg);
    if (memory->time_s > 0) {
        fix_set_time(&fix, memory->time_s);
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
}

/* Whether an RMC within a minute says the same. */
static bool is_beside_rmc(const struct memory *memory, struct bytes time)
{
    enum { MINUTE_S = 60, DAY_S = 86400 };
    uint32_t s = word_day_s(time);
    if (memory->rmc_s == 0 || s == UINT32_MAX) {
        return false;
    }
    uint32_t apart = (s + DAY_S - (memory->rmc_s - 1)) % DAY_S;
    return apart <= MINUTE_S || apart >= DAY_S - MINUTE_S;
}

static void decode_rmc(const struct line *in, struct memory *memory, struct decoded *out)
{
    static const struct layout rmc = {.when = {9, 1, DATE_DMY},
                                      .years_max = YEARS_MAX,
                                      .where = {3, 2, layout_place_angles},
                                      .rows = {{7, word_set_knots}, {8, word_set_course}}};
    static const struct layout tail = {
        .rows = {{1, word_set_satellites}, {3, word_set_ignition}, {5, word_set_percent}}};
    struct report r;
    report_begin(&r, out);
    (void)layout_read(&rmc, &in->words, 0, &r);
    memory->rmc_s = word_day_s(in->words.at[rmc.when.time]) + 1;
    struct bytes imei = word_at(&in->tail, 2);
    if (imei.len == IMEI_LEN && word_is_digits(imei)) {
        use_id(imei, out);
        (void)layout_read(&tail, &in->tail, 0, &r);
    }
    if (out->device_id[0] == '\0') {
        keep(memory, &r.fix);
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    report_add(&r, MESSAGE_FIX, out);
}

/* The word behind a tag; empty where there is none. */
static struct bytes tagged(const struct words *w, const char *tag, size_t behind)
{
    enum { FIRST = 2 };
    for (size_t i = FIRST; i < w->count; i++) {
        if (bytes_eq(w->at[i], tag)) {
            return word_at(w, i + behind);
        }
    }
    return (struct bytes){0};
}

/* Items with a tag, of which a "GPSE.." says whether the place is valid. */
static void decode_wmcs(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { DATE, TIME, SATELLITES, VALID, COURSE, SPEED, LAT, NORTH, LON, EAST, COUNT };
    static const struct {
        const char *tag;
        size_t behind;
    } tags[COUNT] = {
        [DATE] = {"D", 1},   [TIME] = {"T", 1},  [SATELLITES] = {"S", 1}, [VALID] = {"", 0},
        [COURSE] = {"H", 1}, [SPEED] = {"V", 1}, [LAT] = {"La", 1},       [NORTH] = {"La", 2},
        [LON] = {"Lo", 1},   [EAST] = {"Lo", 2}};
    static const struct layout values = {.when = {DATE, TIME, DATE_DMY},
                                         .years_max = YEARS_MAX,
                                         .rows = {{SATELLITES, word_set_satellites},
                                                  {COURSE, word_set_course},
                                                  {SPEED, word_set_kmh}}};
    static const struct layout place = {.where = {LAT, VALID, layout_place_sided}};
    struct words w;
    struct report r;
    (void)memory;
    w.count = COUNT;
    for (size_t i = 0; i < COUNT; i++) {
        w.at[i] = tagged(&in->words, tags[i].tag, tags[i].behind);
    }
    for (size_t i = 2; i < in->words.count; i++) {
        bool is_fix = bytes_begin(in->words.at[i], "GPSE");
        bool is_valid = is_fix && bytes_eq(word_at(&in->words, i + 1), "A");
        w.at[VALID] = is_valid ? bytes_of_text("A") : w.at[VALID];
    }
    size_t colon = bytes_find(w.at[SATELLITES], ':');
    w.at[SATELLITES] = bytes_slice(w.at[SATELLITES], colon + 1, SIZE_MAX);
    report_begin(&r, out);
    (void)layout_read(&values, &w, 0, &r);
    if ((r.fix.has & FIX_HAS_TIME) != 0) {
        (void)layout_read(&place, &w, 0, &r);
    }
    report_add(&r, MESSAGE_FIX, out);
}

/* "IMEI=123", "IMEI 123" */
static void decode_imei(const struct line *in, struct memory *memory, struct decoded *out)
{
    use_id(word_trimmed(bytes_slice(in->text, sizeof("IMEI"), SIZE_MAX)), out);
    add_kept(memory, out);
}

static bool is_quality(struct bytes word)
{
    return word_number(word, 0) > 0;
}

static bool is_receiving(struct bytes word)
{
    return !bytes_eq(word, "NF");
}

static void set_dbm(struct fix *f, struct bytes word)
{
    enum { DBM_MIN = -113, CSQ_MAX = 31 };
    int64_t csq = (word_decimal(word, 1, 1) - DBM_MIN) / 2;
    if (csq >= 0 && csq <= CSQ_MAX) {
        fix_set_gsm(f, (unsigned)csq);
    }
}

static const struct layout gga = {
    .where = {2, 6, layout_place_angles},
    .is_valid = is_quality,
    .rows = {{7, word_set_satellites}, {8, word_set_hdop}, {9, word_set_altitude}}};
static const struct layout gll = {.where = {1, 6, layout_place_angles}};
static const struct layout rma = {.where = {2, 1, layout_place_angles},
                                  .rows = {{8, word_set_knots}, {9, word_set_course}}};
static const struct layout trccr = {
    .when = {1, 1, DATE_YYYYMD},
    .where = {3, 2, layout_place_degrees},
    .rows = {
        {5, word_set_knots}, {6, word_set_course}, {7, word_set_altitude}, {8, word_set_percent}}};
static const struct layout gpiop = {
    .rows = {{7, word_set_power}, {8, word_set_battery}},
    .extras = {{.at = 3, .key = EXTRA_ANALOGUE, .index = 1, .more = 3, .is_decimal = true}}};
static const struct layout qze = {
    .when = {3, 4, DATE_DMYYYY},
    .years_max = YEARS_MAX,
    .where = {5, 9, layout_place_degrees},
    .rows = {{7, word_set_kmh}, {8, word_set_course}, {10, word_set_ignition}},
    .extras = {{.at = 2, .key = EXTRA_EVENT, .high = UINT16_MAX}}};
static const struct layout pubx = {.where = {3, 8, layout_place_angles},
                                   .is_valid = is_receiving,
                                   .rows = {{7, word_set_altitude},
                                            {11, word_set_kmh},
                                            {12, word_set_course},
                                            {15, word_set_hdop},
                                            {18, word_set_satellites}}};
static const struct layout gptxt = {.rows = {{4, set_dbm}}};

/* The lines: by a layout, by a function, or what tells an identity and nothing else. */
static const struct kind {
    const char *name; /* how the line begins, behind the '$' */
    size_t skip;      /* letters in front of it: of the satellites */
    size_t words_min; /* with fewer it says nothing */
    size_t beside;    /* the time of one that may say what an RMC has said; 0: it does not */
    size_t id;        /* the word that names the device; 0: none */
    bool is_id_last;  /* only where nothing else has named it */
    bool is_alive;    /* a heartbeat */
    const struct layout *layout;
    void (*decode)(const struct line *in, struct memory *memory, struct decoded *out);
} kinds[] = {
    {"RMC,", .skip = 2, .words_min = 10, .decode = decode_rmc},
    {"GGA,", .skip = 2, .words_min = 10, .beside = 1, .layout = &gga},
    {"GLL,", .skip = 2, .words_min = 7, .beside = 5, .layout = &gll},
    {"RMA,", .skip = 2, .words_min = 10, .layout = &rma},
    {"TRCCR,", .layout = &trccr},
    {"GPIOP,", .layout = &gpiop},
    {"QZE,", .id = 1, .layout = &qze},
    {"PUBX,00,", .words_min = 12, .id = 19, .is_id_last = true, .layout = &pubx},
    {"GPTXT,NET,", .id = 2, .is_id_last = true, .is_alive = true, .layout = &gptxt},
    {"ID,", .id = 1, .decode = decode_wmcs},
    {"PGID,", .id = 1},
    {"DEVID,", .id = 1},
    {"PSIWMDID,", .id = 1},
    {"PCPTI,", .id = 1},
    {"CONNECT,", .id = 1},
    {"GPFID,", .id = 1},
    {"IMEI", .decode = decode_imei},
};

static void decode_kind(const struct kind *k, const struct line *in, struct memory *memory,
                        struct decoded *out)
{
    struct report r;
    bool is_said = k->beside != 0 && is_beside_rmc(memory, word_at(&in->words, k->beside));
    if (in->words.count < k->words_min || is_said) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    if (k->id != 0 && (!k->is_id_last || out->device_id[0] == '\0')) {
        use_id(word_at(&in->words, k->id), out);
    }
    if (k->decode != NULL) {
        k->decode(in, memory, out);
    } else if (k->layout == NULL) {
        add_kept(memory, out);
    } else {
        report_begin(&r, out);
        (void)layout_read(k->layout, &in->words, 0, &r);
        report_add(&r, k->is_alive ? MESSAGE_HEARTBEAT : MESSAGE_FIX, out);
    }
}

static void decode_line(const struct line *in, struct memory *memory, struct decoded *out)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (bytes_begin(bytes_slice(in->text, kinds[i].skip, SIZE_MAX), kinds[i].name)) {
            decode_kind(&kinds[i], in, memory, out);
            return;
        }
    }
    if (word_is_hex(in->text) && in->text.len >= ID_LINE_MIN && in->text.len <= ID_LINE_MAX) {
        use_id(in->text, out);
        add_kept(memory, out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
}

static enum err t55_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct line line;
    struct memory memory;
    if (!field_is_printable(frame)) {
        return ERR_MALFORMED;
    }
    memcpy(&memory, s->own, sizeof(memory));
    parse(frame, &line);
    use_id(line.id, out);
    decode_line(&line, &memory, out);
    memcpy(s->own, &memory, sizeof(memory));
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    return ERR_OK;
}

const struct protocol protocol_t55 = {
    .name = "t55",
    .doc = "T55 and plain NMEA: lines of receivers, routers and modems; nothing is answered",
    .port = 5005,
    .frame_max = LINE_MAX_LEN,
    .datagram_end = "\n",
    .claims = t55_claims,
    .split = t55_split,
    .resync = t55_resync,
    .decode = t55_decode,
};
