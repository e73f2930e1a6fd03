/*
 * Three formats of recorded tracks. GPX 1.1 (topografix.com/GPX/1/1): `trkpt lat lon` with `time`.
 * NMEA 0183 RMC:
 *
 *     $GPRMC,115434.00,A,3003.1914,S,05110.2350,W,012.3,270.1,161208,,*hh
 *            hhmmss    valid ddmm.mmmm  dddmm.mmmm  knots  course ddmmyy  xor of $ .. *
 */
#include "simulate/track_file.h"

#include <errno.h>
#include <expat.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/units.h"
#include "protocols/fields.h"

enum { FILE_MAX_BYTES = 256 * 1024 * 1024, LINE_FIELDS = 4, TEXT_SIZE = 64 };

/* ---- collecting ---- */

struct collected {
    struct fix fix;
    size_t track;
    size_t order;
};

struct collector {
    struct collected *at;
    size_t count;
    size_t capacity;
    char (*ids)[TEXT_SIZE];
    size_t id_count;
};

static size_t track_of_id(struct collector *c, struct bytes id)
{
    char text[TEXT_SIZE];
    bytes_to_text(id, text, sizeof(text));
    for (size_t i = c->id_count; i > 0; i--) {
        if (strcmp(c->ids[i - 1], text) == 0) {
            return i - 1;
        }
    }
    c->ids = mem_resize(c->ids, (c->id_count + 1) * sizeof(*c->ids));
    memcpy(c->ids[c->id_count], text, sizeof(text));
    return c->id_count++;
}

static void collect(struct collector *c, size_t track, const struct fix *fix)
{
    const uint32_t needed = FIX_HAS_TIME | FIX_HAS_POSITION;
    if ((fix->has & needed) != needed) {
        return;
    }
    if (c->count == c->capacity) {
        c->capacity = c->capacity == 0 ? 1024 : c->capacity * 2;
        c->at = mem_resize(c->at, c->capacity * sizeof(*c->at));
    }
    c->at[c->count] = (struct collected){.fix = *fix, .track = track, .order = c->count};
    c->count++;
}

static int compare_collected(const void *left, const void *right)
{
    const struct collected *a = left;
    const struct collected *b = right;
    if (a->track != b->track) {
        return a->track < b->track ? -1 : 1;
    }
    if (a->fix.gps_time_s != b->fix.gps_time_s) {
        return a->fix.gps_time_s < b->fix.gps_time_s ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

/* Sorts what was collected into tracks. */
static void arrange(struct collector *c, struct track_file *out)
{
    qsort(c->at, c->count, sizeof(*c->at), compare_collected);
    *out = (struct track_file){0};
    for (size_t i = 0; i < c->count; i++) {
        bool same_track = i > 0 && c->at[i].track == c->at[i - 1].track;
        if (same_track && c->at[i].fix.gps_time_s == c->at[i - 1].fix.gps_time_s) {
            continue;
        }
        if (!same_track) {
            out->tracks = mem_resize(out->tracks, (out->count + 1) * sizeof(*out->tracks));
            out->tracks[out->count] = (struct track){0};
            out->tracks[out->count].fixes = mem_new_array(c->count - i, sizeof(struct fix));
            out->count++;
        }
        struct track *t = &out->tracks[out->count - 1];
        t->fixes[t->count++] = c->at[i].fix;
    }
    for (size_t i = 0; i < out->count; i++) {
        struct track *t = &out->tracks[i];
        t->fixes = mem_resize(t->fixes, t->count * sizeof(*t->fixes));
    }
}

static void set_decimals(struct fix *fix, struct bytes lat, struct bytes lon)
{
    int64_t lat_e7;
    int64_t lon_e7;
    if (parse_decimal_e7(lat, &lat_e7) && parse_decimal_e7(lon, &lon_e7)) {
        fix_set_position(fix, lat_e7, lon_e7, true);
    }
}

/* ---- GPX ---- */

struct gpx {
    struct collector *collector;
    struct fix fix;
    char text[TEXT_SIZE];
    size_t text_len;
};

static const char *attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], name) == 0) {
            return attributes[i + 1];
        }
    }
    return "";
}

static void XMLCALL gpx_start(void *context, const char *name, const char **attributes)
{
    struct gpx *g = context;
    g->text_len = 0;
    if (strcmp(name, "trkpt") == 0) {
        g->fix = (struct fix){0};
        set_decimals(&g->fix, bytes_of_text(attribute(attributes, "lat")),
                     bytes_of_text(attribute(attributes, "lon")));
    }
}

static void XMLCALL gpx_text(void *context, const char *text, int len)
{
    struct gpx *g = context;
    size_t room = sizeof(g->text) - 1 - g->text_len;
    size_t n = (size_t)len < room ? (size_t)len : room;
    memcpy(g->text + g->text_len, text, n);
    g->text_len += n;
}

static void XMLCALL gpx_end(void *context, const char *name)
{
    struct gpx *g = context;
    struct bytes text = {(const uint8_t *)g->text, g->text_len};
    int64_t value;
    if (strcmp(name, "time") == 0 && clock_parse_iso(text, &value)) {
        fix_set_time(&g->fix, value);
    } else if (strcmp(name, "ele") == 0 && parse_decimal_e7(text, &value)) {
        fix_set_altitude_dm(&g->fix, value / 1000000);
    } else if (strcmp(name, "speed") == 0 && parse_decimal_e7(text, &value) && value >= 0) {
        fix_set_speed_kmh_e2(&g->fix, units_kmh_e2_from_ms_e7((uint64_t)value));
    } else if (strcmp(name, "course") == 0 && parse_decimal_e7(text, &value) && value >= 0) {
        fix_set_course_cdeg(&g->fix, (uint64_t)value / 100000);
    } else if (strcmp(name, "trkpt") == 0) {
        collect(g->collector, 0, &g->fix);
    }
    g->text_len = 0;
}

static enum err read_gpx(struct bytes in, struct collector *c)
{
    struct gpx g = {.collector = c};
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetUserData(parser, &g);
    XML_SetElementHandler(parser, gpx_start, gpx_end);
    XML_SetCharacterDataHandler(parser, gpx_text);
    enum XML_Status status = XML_Parse(parser, (const char *)in.at, (int)in.len, XML_TRUE);
    XML_ParserFree(parser);
    return status == XML_STATUS_OK ? ERR_OK : ERR_MALFORMED;
}

/* ---- NMEA ---- */

static bool nmea_sum_is_good(struct bytes line)
{
    size_t star = bytes_find(line, '*');
    uint8_t sum = 0;
    uint8_t told = 0;
    size_t len = 0;
    for (size_t i = 1; i < star; i++) {
        sum ^= line.at[i];
    }
    return hex_decode(bytes_slice(line, star + 1, 2), &told, 1, &len) == ERR_OK && len == 1 &&
           told == sum;
}

static void read_rmc(struct bytes line, struct collector *c)
{
    enum { RMC_FIELDS = 10 };
    struct bytes f[RMC_FIELDS];
    struct reader r = reader_init(bytes_slice(line, 0, bytes_find(line, '*')));
    for (size_t i = 0; i < RMC_FIELDS; i++) {
        f[i] = read_field(&r, ',');
    }
    int64_t value;
    int64_t lat_e7;
    int64_t lon_e7;
    struct civil time;
    struct fix fix = {0};
    if (!bytes_eq(f[2], "A") || !nmea_sum_is_good(line)) {
        return;
    }
    if (field_civil_of_digits(f[9], bytes_slice(f[1], 0, 6), DATE_DMY, &time)) {
        fix_set_time(&fix, civil_to_s(&time));
    }
    if (field_angle_of_text(f[3], f[4], "S", &lat_e7) &&
        field_angle_of_text(f[5], f[6], "W", &lon_e7)) {
        fix_set_position(&fix, lat_e7, lon_e7, true);
    }
    if (parse_decimal_e7(f[7], &value) && value >= 0) {
        fix_set_speed_kmh_e2(&fix, units_kmh_e2_from_knots_e7((uint64_t)value));
    }
    if (parse_decimal_e7(f[8], &value) && value >= 0) {
        fix_set_course_cdeg(&fix, (uint64_t)value / 100000);
    }
    collect(c, 0, &fix);
}

/* ---- lines ---- */

/* Seconds since 1970, or a date and time that is UTC unless it says otherwise. */
static bool csv_time(struct bytes text, int64_t *time_s)
{
    uint64_t seconds;
    char with_zone[TEXT_SIZE];
    if (parse_u64(text, &seconds)) {
        *time_s = (int64_t)seconds;
        return seconds < UINT32_MAX;
    }
    (void)snprintf(with_zone, sizeof(with_zone), "%.*sZ", (int)(text.len < 40 ? text.len : 40),
                   (const char *)text.at);
    return clock_parse_iso(text, time_s) || clock_parse_iso(bytes_of_text(with_zone), time_s);
}

static void read_csv(struct bytes line, struct collector *c)
{
    struct bytes f[LINE_FIELDS];
    struct reader r = reader_init(line);
    for (size_t i = 0; i < LINE_FIELDS; i++) {
        f[i] = read_field(&r, ',');
    }
    struct fix fix = {0};
    int64_t time_s;
    set_decimals(&fix, f[1], f[0]);
    if (csv_time(f[2], &time_s)) {
        fix_set_time(&fix, time_s);
    }
    if ((fix.has & FIX_HAS_POSITION) != 0) {
        collect(c, track_of_id(c, f[3]), &fix);
    }
}

static void read_line(struct bytes line, struct collector *c)
{
    while (line.len > 0 && line.at[line.len - 1] == '\r') {
        line.len--;
    }
    if (line.len == 0) {
        return;
    }
    if (line.at[0] != '$') {
        read_csv(line, c);
    } else if (bytes_eq(bytes_slice(line, 3, 3), "RMC")) {
        read_rmc(line, c);
    }
}

static void read_lines(struct bytes in, struct collector *c)
{
    struct reader r = reader_init(in);
    while (reader_left(&r) > 0) {
        read_line(read_field(&r, '\n'), c);
    }
}

static enum err read_open(FILE *file, uint8_t **out, size_t *len)
{
    struct stat st;
    if (fstat(fileno(file), &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return ERR_IO;
    }
    if (fseek(file, 0, SEEK_END) != 0) {
        return ERR_IO;
    }
    long size = ftell(file);
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0) {
        return ERR_IO;
    }
    if (size > FILE_MAX_BYTES) {
        return ERR_TOO_LONG;
    }
    uint8_t *data = mem_new((size_t)size + 1);
    if (fread(data, 1, (size_t)size, file) != (size_t)size) {
        free(data);
        return ERR_IO;
    }
    *out = data;
    *len = (size_t)size;
    return ERR_OK;
}

static enum err read_whole(const char *path, uint8_t **out, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return ERR_IO;
    }
    enum err e = read_open(file, out, len);
    int number = errno;
    (void)fclose(file);
    errno = number;
    return e;
}

enum err track_file_read(const char *path, struct track_file *out)
{
    uint8_t *data;
    size_t len;
    enum err e = read_whole(path, &data, &len);
    if (e != ERR_OK) {
        return e;
    }
    struct collector c = {0};
    struct bytes in = {data, len};
    if (bytes_find(bytes_slice(in, 0, 1024), '<') < bytes_slice(in, 0, 1024).len) {
        e = read_gpx(in, &c);
    } else {
        read_lines(in, &c);
    }
    if (e == ERR_OK && c.count == 0) {
        e = ERR_NOT_FOUND;
    }
    if (e == ERR_OK) {
        arrange(&c, out);
    }
    free(c.at);
    free(c.ids);
    free(data);
    return e;
}

void track_file_clear(struct track_file *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->tracks[i].fixes);
    }
    free(t->tracks);
    *t = (struct track_file){0};
}
