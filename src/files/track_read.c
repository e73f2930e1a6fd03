/*
 * What the readers have in common: times, places, and what a fix must have. A time that no fix of
 * ours could have (before 2005, or in the future) is refused here, since ingest would put the time
 * of arrival in its place, which is another one each time.
 */
#include "files/track_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/reader.h"
#include "base/writer.h"
#include "files/track_format_private.h"
#include "files/track_read_private.h"
#include "files/values.h"

enum {
    AHEAD_MAX_S = 600,
    ROLLOVERS_MAX = 2,
    ROLLOVER_S = 1024 * 7 * 86400, /* as ingest/fixes.c has them */
    ROLLOVER_BEHIND_MAX_S = 90 * 86400,
    TIME_ROOM = 48,
    DATE_LEN = 10,
    SHORT_OFFSET_LEN = 3, /* "+00" */
    MS_PER_S = 1000,
};
static const int64_t TIME_MIN_S = 1104537600;     /* 2005-01-01T00:00:00Z */
static const uint64_t SECONDS_MAX = 100000000000; /* as seconds of year 5138, as ms of 1973 */

enum err track_fail_file(struct track_reading *r, enum err e, uint64_t line, const char *why)
{
    if (line > 0) {
        (void)snprintf(r->why, sizeof(r->why), "line %llu: %s", (unsigned long long)line, why);
    } else {
        (void)snprintf(r->why, sizeof(r->why), "%s", why);
    }
    return e;
}

void track_leave_out(const struct track_reading *r, struct bytes name)
{
    char text[TRACK_NAME_SIZE];
    bytes_to_text(name, text, sizeof(text));
    r->sink->left_out(r->sink->context, text);
}

bool track_goes_on(struct track_reading *r, const struct csv_reader *csv, enum err *e)
{
    switch (*e) {
    case ERR_OK:
        return true;
    case ERR_MALFORMED:
        r->sink->fault(r->sink->context, csv->line, "not CSV in UTF-8: a stray quote or byte");
        return true;
    case ERR_TOO_LONG:
        r->sink->fault(r->sink->context, csv->line, "too long");
        return true;
    case ERR_END:
        *e = ERR_OK;
        return false;
    case ERR_MORE:
        *e = track_fail_file(r, ERR_MALFORMED, csv->line, "a quote that is never closed");
        return false;
    default:
        *e = track_fail_file(r, ERR_IO, 0, strerror(errno));
        return false;
    }
}

/* ---- a draft ---- */

void track_draft_begin(struct track_draft *d, struct arena *arena)
{
    d->fix = (struct fix){0};
    extras_init(&d->extras, arena);
    d->device_id[0] = '\0';
    d->rcv_time_s = 0;
    d->has_time = false;
    d->why = NULL;
    d->no_value = NULL;
}

void track_draft_fail(struct track_draft *d, const char *why)
{
    d->why = d->why == NULL ? why : d->why;
}

/* How many digits there are from `at` on. */
static size_t digits_at(struct bytes text, size_t at)
{
    size_t n = 0;
    while (at + n < text.len && text.at[at + n] >= '0' && text.at[at + n] <= '9') {
        n++;
    }
    return n;
}

/* Where the sign of an offset stands; text.len: there is none. */
static size_t find_sign(struct bytes text)
{
    size_t at = DATE_LEN;
    while (at < text.len && text.at[at] != '+' && text.at[at] != '-') {
        at++;
    }
    return at < text.len ? at : text.len;
}

/* The text without a fraction of a second, and "+00" as "+0000". Empty: it is too long. */
static struct bytes plain_time(struct bytes text, char room[TIME_ROOM])
{
    size_t point = bytes_find(text, '.') < text.len ? bytes_find(text, '.') : bytes_find(text, ',');
    size_t behind = point < text.len ? point + 1 + digits_at(text, point + 1) : text.len;
    bool is_short = text.len - find_sign(text) == SHORT_OFFSET_LEN;
    struct writer w = writer_init((uint8_t *)room, TIME_ROOM);
    write_bytes(&w, bytes_slice(text, 0, point));
    write_bytes(&w, bytes_slice(text, behind, text.len));
    write_text(&w, is_short ? "00" : "");
    return writer_bytes(&w);
}

bool track_read_time(const struct track_reading *r, struct bytes text, int64_t *time_s)
{
    char room[TIME_ROOM];
    uint64_t number = 0;
    if (parse_u64(text, &number)) {
        *time_s = (int64_t)(number < SECONDS_MAX ? number : number / MS_PER_S);
        return true;
    }
    struct zone_clock clock = zone_clock_init(r->zone);
    struct bytes plain = plain_time(text, room);
    return clock_parse_iso(plain, time_s) ||
           zone_parse(&clock, plain, ZONE_FIRST_PASS, time_s) == ERR_OK;
}

void track_draft_set_time(struct track_draft *d, const struct track_reading *r, struct bytes text)
{
    int64_t time_s = 0;
    if (!track_read_time(r, text, &time_s)) {
        track_draft_fail(d, "the time is none");
    } else if (time_s < TIME_MIN_S) {
        track_draft_fail(d, "the time lies before 2005");
    } else if (time_s > r->now_s + AHEAD_MAX_S) {
        track_draft_fail(d, "the time lies in the future");
    } else {
        fix_set_time(&d->fix, time_s);
        d->has_time = true;
    }
}

void track_draft_set_place(struct track_draft *d, struct bytes lat, struct bytes lon)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!parse_decimal_e7(lat, &lat_e7) || !parse_decimal_e7(lon, &lon_e7)) {
        track_draft_fail(d, "the place is no pair of degrees");
        return;
    }
    fix_set_position(&d->fix, lat_e7, lon_e7, true);
    if ((d->fix.has & FIX_HAS_POSITION) == 0 && (lat_e7 != 0 || lon_e7 != 0)) {
        track_draft_fail(d, "the place is out of range");
    }
}

void track_draft_set_value(struct track_draft *d, size_t i, struct bytes text)
{
    if (!value_read(&d->fix, i, text) && d->why == NULL) {
        d->why = "is no such value";
        d->no_value = value_name(i);
    }
}

static bool set_alarm(struct track_draft *d, struct bytes name)
{
    for (unsigned type = 0; type < ALARM_COUNT; type++) {
        if (bytes_eq_nocase(name, alarm_text((enum alarm_type)type))) {
            d->fix.alarms |= UINT32_C(1) << type;
            return true;
        }
    }
    return false;
}

/* The next piece of a list, without blanks at its ends; empty pieces are passed over. */
static struct bytes next_piece(struct reader *r, char divider)
{
    struct bytes piece = {0};
    while (reader_left(r) > 0 && piece.len == 0) {
        piece = read_field(r, divider);
        while (piece.len > 0 && piece.at[0] == ' ') {
            piece = bytes_slice(piece, 1, piece.len);
        }
        while (piece.len > 0 && piece.at[piece.len - 1] == ' ') {
            piece.len--;
        }
    }
    return piece;
}

bool track_draft_set_alarms(struct track_draft *d, struct bytes text)
{
    struct reader r = reader_init(text);
    bool all = true;
    for (struct bytes p = next_piece(&r, ';'); p.len > 0; p = next_piece(&r, ';')) {
        all = set_alarm(d, p) && all;
    }
    return all;
}

void track_draft_set_marks(struct track_draft *d, struct bytes text)
{
    struct reader r = reader_init(text);
    for (struct bytes p = next_piece(&r, ' '); p.len > 0; p = next_piece(&r, ' ')) {
        if (!track_mark_read(&d->fix, p)) {
            track_draft_fail(d, "a mark that is none");
        }
    }
}

/*
 * When it was received. One that the file says to have come before it was taken, or in the future
 * (which its device would seem to be online until), or so long after it that ingest would take its
 * time for one of before a rollover of the GPS week, came when it was taken: its time is what the
 * file says.
 */
static int64_t received_s(const struct track_draft *d, const struct track_reading *r)
{
    int64_t after_s = d->rcv_time_s - d->fix.gps_time_s;
    bool is_odd = after_s < -AHEAD_MAX_S || d->rcv_time_s > r->now_s + AHEAD_MAX_S;
    for (int i = 1; i <= ROLLOVERS_MAX; i++) {
        int64_t late_s = after_s - (int64_t)i * ROLLOVER_S;
        is_odd = is_odd || (late_s >= -AHEAD_MAX_S && late_s <= ROLLOVER_BEHIND_MAX_S);
    }
    return is_odd ? d->fix.gps_time_s : d->rcv_time_s;
}

static void tell_fault(const struct track_draft *d, const struct track_reading *r, uint64_t line)
{
    char why[TRACK_WHY_SIZE];
    (void)snprintf(why, sizeof(why), "%s%s%s", d->no_value == NULL ? "" : d->no_value,
                   d->no_value == NULL ? "" : " ", d->why);
    r->sink->fault(r->sink->context, line, why);
}

void track_draft_give(struct track_draft *d, const struct track_reading *r, uint64_t line)
{
    const char *id = d->device_id[0] != '\0' ? d->device_id : r->device_id;
    if (!d->has_time) {
        track_draft_fail(d, "it has no time");
    }
    if (id == NULL) {
        track_draft_fail(d, "it does not say of which device; --device names one");
    } else if (!device_id_is_valid(bytes_of_text(id))) {
        track_draft_fail(d, "the DeviceID is none: " DEVICE_ID_RULE);
    }
    if (d->why != NULL) {
        tell_fault(d, r, line);
        return;
    }
    r->sink->fix(r->sink->context, &(struct file_fix){
                                       .device_id = id,
                                       .fix = d->fix,
                                       .extras = extras_pack(&d->extras),
                                       .rcv_time_s = received_s(d, r),
                                   });
}

/* ---- kinds ---- */

/* Whether the first line names that column, in whatever case and quotes. */
static bool names_column(struct csv_reader *csv, const char *name)
{
    for (size_t i = 0; i < csv->count; i++) {
        if (bytes_eq_nocase(csv_field(csv, i), name)) {
            return true;
        }
    }
    return false;
}

static enum track_kind kind_of_columns(struct csv_reader *csv)
{
    if (names_column(csv, "deviceid") && names_column(csv, "fixtime")) {
        return TRACK_TRACCAR_POSITIONS;
    }
    if (names_column(csv, "uniqueid")) {
        return TRACK_TRACCAR_DEVICES;
    }
    bool has_place = names_column(csv, "lat") && names_column(csv, "lon");
    return has_place ? TRACK_CSV : TRACK_UNKNOWN;
}

enum track_kind track_kind_of(FILE *file)
{
    struct csv_reader csv;
    int c = getc(file);
    while (c != EOF && c != '\0' && strchr("\xef\xbb\xbf \t\r\n", c) != NULL) {
        c = getc(file);
    }
    rewind(file);
    if (c == '<') {
        return TRACK_GPX;
    }
    csv_reader_init(&csv, file);
    enum track_kind kind = csv_next(&csv) == ERR_OK ? kind_of_columns(&csv) : TRACK_UNKNOWN;
    csv_reader_clear(&csv);
    rewind(file);
    return kind;
}
