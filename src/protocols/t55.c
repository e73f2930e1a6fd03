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
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/words.h"

enum { LINE_MAX_LEN = 1024, PREFIX_MAX = 40, ID_LINE_MIN = 6, ID_LINE_MAX = 20 };

static const char *const heads[] = {
    "$GP",       "$GN",     "$GL",    "$PGID,", "$DEVID,", "$PCPTI,", "$PSIWMDID,",
    "$CONNECT,", "$TRCCR,", "$PUBX,", "$ID,",   "$IMEI=",  "QZE,",    "IMEI ",
};

/* ---- lines ---- */

/* Whether `in` begins as a line of ours does, as far as it has come. */
static enum err has_head(struct bytes in)
{
    enum err e = ERR_MALFORMED;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]) && e != ERR_OK; i++) {
        size_t len = strlen(heads[i]);
        size_t seen = in.len < len ? in.len : len;
        if (seen > 0 && memcmp(in.at, heads[i], seen) == 0) {
            e = seen == len ? ERR_OK : ERR_MORE;
        }
    }
    return e;
}

static bool is_id_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' ||
           c == ',' || c == '-' || c == '_';
}

/* A line of an identity alone, whose end is at `len`. */
static enum protocol_claim claim_id_line(struct bytes in, size_t len)
{
    struct bytes id = bytes_slice(in, 0, len);
    size_t next = len;
    if (!word_is_hex(id) || len < ID_LINE_MIN || len > ID_LINE_MAX) {
        return CLAIM_NO;
    }
    while (next < in.len && (in.at[next] == '\r' || in.at[next] == '\n')) {
        next++;
    }
    if (next == in.len) {
        return CLAIM_LIKELY;
    }
    enum err e = has_head(bytes_slice(in, next, SIZE_MAX));
    return e == ERR_MORE ? CLAIM_LIKELY : claim_of(e);
}

/* What stands behind a '$' that has an identity before it. */
static enum err begins_with_g(struct bytes in)
{
    return in.len == 0 ? ERR_MORE : in.at[0] == 'G' ? ERR_OK : ERR_MALFORMED;
}

static enum protocol_claim t55_claims(struct bytes first)
{
    enum err e = has_head(first);
    size_t n = 0;
    if (e == ERR_OK || first.at[0] == '$') {
        return claim_of(e);
    }
    while (n < first.len && n < PREFIX_MAX && is_id_byte(first.at[n])) {
        n++;
    }
    if (n == first.len) {
        return n < PREFIX_MAX ? CLAIM_MORE : CLAIM_NO;
    }
    if (first.at[n] == '$' && n > 0) {
        return claim_of(begins_with_g(bytes_slice(first, n + 1, 1)));
    }
    return first.at[n] == '\r' || first.at[n] == '\n' ? claim_id_line(first, n) : CLAIM_NO;
}

static enum err t55_split(struct bytes in, struct bytes *frame, size_t *used)
{
    return words_line(in, LINE_MAX_LEN, frame, used);
}

/* The next line, whole. */
static enum err t55_resync(struct bytes in, size_t *skip)
{
    struct bytes line = {0};
    size_t used = 0;
    size_t at = bytes_find(bytes_slice(in, 0, LINE_MAX_LEN), '\n');
    while (at < in.len && (in.at[at] == '\r' || in.at[at] == '\n')) {
        at++;
    }
    *skip = at;
    bool is_whole =
        at > 0 && at < in.len && t55_split(bytes_slice(in, at, SIZE_MAX), &line, &used) == ERR_OK;
    return is_whole ? ERR_OK : ERR_MORE;
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

/* The seconds of a day of "hhmmss"; UINT32_MAX: it is none. */
static uint32_t time_of_day(struct bytes word)
{
    enum { LEN = 6, HOUR_S = 3600, MINUTE_S = 60, DAY_HMS = 240000 };
    const uint64_t pair = 100;
    uint64_t hms = word_number(bytes_slice(word, 0, LEN), DAY_HMS);
    if (word.len < LEN || hms >= DAY_HMS) {
        return UINT32_MAX;
    }
    return (uint32_t)(hms / (pair * pair) * HOUR_S + hms / pair % pair * MINUTE_S + hms % pair);
}

static void set_time(struct fix *f, struct bytes date, struct bytes time)
{
    enum { LEN = 6, YEAR_AT = 4, YEAR_MAX = 80 };
    struct civil c;
    bool is_set = word_number(bytes_slice(date, YEAR_AT, 2), YEAR_MAX) < YEAR_MAX;
    if (is_set && field_civil_of_digits(date, bytes_slice(time, 0, LEN), DATE_DMY, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

static struct message *add_fix(const struct fix *f, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = *f;
    fix_set_alarms_told(&m->fix, 0);
    return m;
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

static void decode_rmc(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { TIME = 1, VALID, LAT, SPEED = 7, COURSE, DATE };
    enum { SATELLITES = 1, IMEI, ENGINE, BATTERY = 5, IMEI_LEN = 15 };
    struct fix fix = {0};
    const struct words *w = &in->words;
    struct bytes imei = word_at(&in->tail, IMEI);
    if (w->count <= DATE) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    (void)word_set_angles(&fix, &w->at[LAT], bytes_eq(w->at[VALID], "A"));
    word_set_knots(&fix, w->at[SPEED]);
    word_set_course(&fix, w->at[COURSE]);
    set_time(&fix, w->at[DATE], w->at[TIME]);
    memory->rmc_s = time_of_day(w->at[TIME]) + 1;
    if (imei.len == IMEI_LEN && word_is_digits(imei)) {
        use_id(imei, out);
        word_set_satellites(&fix, word_at(&in->tail, SATELLITES));
        word_set_percent(&fix, word_at(&in->tail, BATTERY));
        if (word_is_one_of(word_at(&in->tail, ENGINE), "01")) {
            fix_set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON,
                           bytes_eq(in->tail.at[ENGINE], "1"));
        }
    }
    if (out->device_id[0] == '\0') {
        keep(memory, &fix);
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    (void)add_fix(&fix, out);
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
    (void)add_fix(&fix, out);
}

/* Whether an RMC within a minute says the same. */
static bool is_beside_rmc(const struct memory *memory, struct bytes time)
{
    enum { MINUTE_S = 60, DAY_S = 86400 };
    uint32_t s = time_of_day(time);
    if (memory->rmc_s == 0 || s == UINT32_MAX) {
        return false;
    }
    uint32_t apart = (s + DAY_S - (memory->rmc_s - 1) % DAY_S) % DAY_S;
    return apart <= MINUTE_S || apart >= DAY_S - MINUTE_S;
}

static void decode_gga(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { TIME = 1, LAT, QUALITY = 6, SATELLITES, HDOP, ALTITUDE };
    struct fix fix = {0};
    const struct words *w = &in->words;
    if (w->count <= ALTITUDE || is_beside_rmc(memory, w->at[TIME])) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    (void)word_set_angles(&fix, &w->at[LAT], word_number(w->at[QUALITY], 0) > 0);
    word_set_satellites(&fix, w->at[SATELLITES]);
    word_set_hdop(&fix, w->at[HDOP]);
    word_set_altitude(&fix, w->at[ALTITUDE]);
    (void)add_fix(&fix, out);
}

static void decode_gll(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { LAT = 1, TIME = 5, VALID };
    struct fix fix = {0};
    const struct words *w = &in->words;
    if (w->count <= VALID || is_beside_rmc(memory, w->at[TIME])) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    (void)word_set_angles(&fix, &w->at[LAT], bytes_eq(w->at[VALID], "A"));
    (void)add_fix(&fix, out);
}

static void decode_rma(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { VALID = 1, LAT, SPEED = 8, COURSE };
    struct fix fix = {0};
    const struct words *w = &in->words;
    (void)memory;
    if (w->count > COURSE) {
        (void)word_set_angles(&fix, &w->at[LAT], bytes_eq(w->at[VALID], "A"));
        word_set_knots(&fix, w->at[SPEED]);
        word_set_course(&fix, w->at[COURSE]);
    }
    (void)add_fix(&fix, out);
}

static void decode_trccr(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { TIME = 1, VALID, LAT, LON, SPEED, COURSE, ALTITUDE, BATTERY, HALF = 6, CENTURY = 2 };
    struct fix fix = {0};
    struct civil c;
    const struct words *w = &in->words;
    (void)memory;
    if (field_civil_of_digits(bytes_slice(word_at(w, TIME), CENTURY, HALF),
                              bytes_slice(word_at(w, TIME), CENTURY + HALF, HALF), DATE_YMD, &c)) {
        fix_set_time(&fix, civil_to_s(&c));
    }
    (void)word_set_degrees(&fix, word_at(w, LAT), word_at(w, LON),
                           bytes_eq(word_at(w, VALID), "A"));
    word_set_knots(&fix, word_at(w, SPEED));
    word_set_course(&fix, word_at(w, COURSE));
    word_set_altitude(&fix, word_at(w, ALTITUDE));
    word_set_percent(&fix, word_at(w, BATTERY));
    (void)add_fix(&fix, out);
}

static void decode_qze(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { IMEI = 1, EVENT, DATE, TIME, LAT, LON, SPEED, COURSE, VALID, ENGINE, DATE_LEN = 8 };
    struct fix fix = {0};
    struct extras x;
    char date[DATE_LEN + 1];
    const struct words *w = &in->words;
    (void)memory;
    extras_init(&x, out->arena);
    use_id(word_at(w, IMEI), out);
    bytes_to_text(word_at(w, DATE), date, sizeof(date));
    if (strlen(date) == DATE_LEN) {
        memmove(date + 4, date + 6, 3); /* ddmmyyyy to ddmmyy */
        set_time(&fix, bytes_of_text(date), word_at(w, TIME));
    }
    (void)word_set_degrees(&fix, word_at(w, LAT), word_at(w, LON),
                           bytes_eq(word_at(w, VALID), "A"));
    word_set_kmh(&fix, word_at(w, SPEED));
    word_set_course(&fix, word_at(w, COURSE));
    if (word_is_one_of(word_at(w, ENGINE), "01")) {
        fix_set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, bytes_eq(w->at[ENGINE], "1"));
    }
    extras_set(&x, EXTRA_EVENT, 0, (int64_t)(word_number(word_at(w, EVENT), 0) & UINT16_MAX));
    add_fix(&fix, out)->extras = extras_pack(&x);
}

static void decode_pubx(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { KIND = 1, LAT = 3, ALTITUDE = 7, STATUS, SPEED = 11, COURSE, HDOP = 15 };
    enum { SATELLITES = 18, ID };
    struct fix fix = {0};
    const struct words *w = &in->words;
    (void)memory;
    if (!bytes_eq(word_at(w, KIND), "00") || w->count <= SPEED) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    if (out->device_id[0] == '\0') {
        use_id(word_at(w, ID), out);
    }
    (void)word_set_angles(&fix, &w->at[LAT], !bytes_eq(w->at[STATUS], "NF"));
    word_set_altitude(&fix, w->at[ALTITUDE]);
    word_set_kmh(&fix, w->at[SPEED]);
    word_set_course(&fix, word_at(w, COURSE));
    word_set_hdop(&fix, word_at(w, HDOP));
    word_set_satellites(&fix, word_at(w, SATELLITES));
    (void)add_fix(&fix, out);
}

static void decode_iop(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { ANALOGUE = 3, ANALOGUES = 4, POWER = 7, BATTERY, MILLI = 1000 };
    struct fix fix = {0};
    struct extras x;
    const struct words *w = &in->words;
    (void)memory;
    extras_init(&x, out->arena);
    for (unsigned i = 0; i < ANALOGUES; i++) {
        if (word_is_decimal(word_at(w, ANALOGUE + i))) {
            extras_set(&x, EXTRA_ANALOGUE, i + 1, word_decimal(w->at[ANALOGUE + i], MILLI, 0));
        }
    }
    word_set_power(&fix, word_at(w, POWER));
    word_set_battery(&fix, word_at(w, BATTERY));
    add_fix(&fix, out)->extras = extras_pack(&x);
}

/* "NET,1003,A1,-53,232 01" */
static void decode_txt(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { KIND = 1, ID, SIGNAL = 4, DBM_MIN = -113, CSQ_MAX = 31 };
    struct fix fix = {0};
    const struct words *w = &in->words;
    (void)memory;
    if (!bytes_eq(word_at(w, KIND), "NET")) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    if (out->device_id[0] == '\0') {
        use_id(word_at(w, ID), out);
    }
    int64_t csq = (word_decimal(word_at(w, SIGNAL), 1, 1) - DBM_MIN) / 2;
    if (csq >= 0 && csq <= CSQ_MAX) {
        fix_set_gsm(&fix, (unsigned)csq);
    }
    decoded_add(out, MESSAGE_HEARTBEAT)->fix = fix;
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

static bool read_side(const struct words *w, const char *tag, const char *negative, int64_t *e7)
{
    if (!parse_decimal_e7(tagged(w, tag, 1), e7)) {
        return false;
    }
    *e7 = bytes_eq(tagged(w, tag, 2), negative) ? -*e7 : *e7;
    return true;
}

static void decode_wmcs(const struct line *in, struct memory *memory, struct decoded *out)
{
    enum { IMEI = 1, FIRST };
    struct fix fix = {0};
    const struct words *w = &in->words;
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    bool is_valid = false;
    (void)memory;
    use_id(word_at(w, IMEI), out);
    for (size_t i = FIRST; i < w->count; i++) {
        bool is_fix = bytes_begin(w->at[i], "GPSE");
        is_valid = is_valid || (is_fix && bytes_eq(word_at(w, i + 1), "A"));
    }
    set_time(&fix, tagged(w, "D", 1), tagged(w, "T", 1));
    if ((fix.has & FIX_HAS_TIME) != 0 && read_side(w, "La", "S", &lat_e7) &&
        read_side(w, "Lo", "W", &lon_e7)) {
        fix_set_position(&fix, lat_e7, lon_e7, is_valid);
    }
    struct bytes satellites = tagged(w, "S", 1);
    word_set_satellites(&fix, bytes_slice(satellites, bytes_find(satellites, ':') + 1, SIZE_MAX));
    word_set_course(&fix, tagged(w, "H", 1));
    word_set_kmh(&fix, tagged(w, "V", 1));
    (void)add_fix(&fix, out);
}

/* $PGID, $DEVID, ...: the identity is the first word. */
static void decode_id(const struct line *in, struct memory *memory, struct decoded *out)
{
    use_id(word_at(&in->words, 1), out);
    add_kept(memory, out);
}

/* "IMEI=123", "IMEI 123" */
static void decode_imei(const struct line *in, struct memory *memory, struct decoded *out)
{
    use_id(word_trimmed(bytes_slice(in->text, sizeof("IMEI"), SIZE_MAX)), out);
    add_kept(memory, out);
}

static const struct {
    const char *name; /* how the line begins, behind the '$' */
    size_t skip;      /* letters in front of it: of the satellites */
    void (*decode)(const struct line *in, struct memory *memory, struct decoded *out);
} rows[] = {
    {"RMC,", 2, decode_rmc},     {"GGA,", 2, decode_gga},     {"GLL,", 2, decode_gll},
    {"RMA,", 2, decode_rma},     {"TRCCR,", 0, decode_trccr}, {"GPIOP,", 0, decode_iop},
    {"QZE,", 0, decode_qze},     {"PUBX,", 0, decode_pubx},   {"GPTXT,", 0, decode_txt},
    {"ID,", 0, decode_wmcs},     {"PGID,", 0, decode_id},     {"DEVID,", 0, decode_id},
    {"PSIWMDID,", 0, decode_id}, {"PCPTI,", 0, decode_id},    {"CONNECT,", 0, decode_id},
    {"GPFID,", 0, decode_id},    {"IMEI", 0, decode_imei},
};

static void decode_line(const struct line *in, struct memory *memory, struct decoded *out)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes name = bytes_slice(in->text, rows[i].skip, SIZE_MAX);
        if (bytes_begin(name, rows[i].name)) {
            rows[i].decode(in, memory, out);
            return;
        }
    }
    bool is_id =
        word_is_hex(in->text) && in->text.len >= ID_LINE_MIN && in->text.len <= ID_LINE_MAX;
    if (is_id) {
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
    memcpy(out->device_id, s->device_id, sizeof(out->device_id));
    parse(frame, &line);
    use_id(line.id, out);
    decode_line(&line, &memory, out);
    enum err e = decoded_finish(out);
    if (e == ERR_OK) {
        memcpy(s->own, &memory, sizeof(memory));
        memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    }
    return e;
}

const struct protocol protocol_t55 = {
    .name = "t55",
    .doc = "T55 and plain NMEA: lines of receivers, routers and modems; nothing is answered",
    .port = 5005,
    .frame_max = LINE_MAX_LEN,
    .utc_offset_min = 0,
    .datagram_end = "\n",
    .claims = t55_claims,
    .split = t55_split,
    .resync = t55_resync,
    .decode = t55_decode,
};
