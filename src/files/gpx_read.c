/*
 * GPX 1.0 and 1.1, by expat in pieces. Of a `trkpt` are taken place, time, ele, sat, hdop, fix, and
 * what stands in its extensions: `speed` (m/s) and `course` of Garmin's, or of GPX 1.0, and the
 * elements of gpx_write.c, which go before these. Prefixes are not looked at. `wpt` and `rtept` are
 * no fixes of a vehicle.
 *
 * No document type is taken, so that nothing in it can be multiplied; tags, texts, names and depth
 * are bounded.
 */
#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/units.h"
#include "files/track_format_private.h"
#include "files/track_read_private.h"
#include "files/values.h"

enum {
    PIECE_BYTES = 64 * 1024,
    TAG_MAX_BYTES = 1024 * 1024,   /* or a comment: expat holds it until its end comes */
    TEXT_SIZE = TRACK_ALARMS_SIZE, /* the longest text of ours; others are cut */
    NAME_SIZE = 64,
    DEPTH_MAX = 64,
    E7_PER_CDEG = 100000,
};

struct gpx_reading {
    struct track_reading *reading;
    XML_Parser parser;
    const char *stop; /* why it cannot go on; NULL: it can */
    bool has_moved;   /* expat told of a tag or a text */
    unsigned depth;
    bool is_gpx;           /* the root was <gpx> */
    bool is_in_point;      /* within a trkpt ... */
    bool is_in_extensions; /* ... and its extensions */
    char text[TEXT_SIZE];  /* of the innermost element; ... */
    size_t text_len;
    bool is_cut;          /* there was more of it */
    char name[NAME_SIZE]; /* ... its attribute `name` */
    char device_id[DEVICE_ID_SIZE];
    bool has_long_id; /* longer than any DeviceID is */
    uint64_t line;    /* of the point */
    bool has_speed;
    enum place_kind kind;
    struct arena arena; /* of the point */
    struct track_draft draft;
};

static void stop(struct gpx_reading *g, const char *why)
{
    g->stop = why;
    (void)XML_StopParser(g->parser, XML_FALSE);
}

static const char *attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], name) == 0) {
            return attributes[i + 1];
        }
    }
    return "";
}

/* The name without its prefix. */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

/* ---- elements that begin ---- */

static void begin_point(struct gpx_reading *g, const char **attributes)
{
    g->is_in_point = true;
    g->is_in_extensions = false;
    g->has_speed = false;
    g->kind = PLACE_GPS;
    g->line = XML_GetCurrentLineNumber(g->parser);
    arena_clear(&g->arena);
    track_draft_begin(&g->draft, &g->arena);
    memcpy(g->draft.device_id, g->device_id, sizeof(g->device_id));
    if (g->has_long_id) {
        track_draft_fail(&g->draft, TRACK_LONG_ID);
    }
    track_draft_set_place(&g->draft, bytes_of_text(attribute(attributes, "lat")),
                          bytes_of_text(attribute(attributes, "lon")));
}

static void begin_text(struct gpx_reading *g)
{
    g->text_len = 0;
    g->is_cut = false;
}

/* One that is too long is none: cut, it could be another device's. */
static void set_device(struct gpx_reading *g, struct bytes text)
{
    g->has_long_id = text.len > DEVICE_ID_MAX;
    bytes_to_text(text, g->device_id, sizeof(g->device_id));
}

static void XMLCALL begin_element(void *context, const char *name, const char **attributes)
{
    struct gpx_reading *g = context;
    const char *local = local_name(name);
    g->has_moved = true;
    begin_text(g);
    bytes_to_text(bytes_of_text(attribute(attributes, "name")), g->name, sizeof(g->name));
    if (g->depth == 0) {
        g->is_gpx = strcmp(local, "gpx") == 0;
    }
    if (!g->is_gpx) {
        stop(g, "the document is no <gpx>");
    } else if (++g->depth > DEPTH_MAX) {
        stop(g, "nested too deep");
    } else if (strcmp(local, "trk") == 0) {
        set_device(g, (struct bytes){0});
    } else if (strcmp(local, "trkpt") == 0 && !g->is_in_point) {
        begin_point(g, attributes);
    } else if (strcmp(local, "extensions") == 0) {
        g->is_in_extensions = true;
    } else if (strcmp(local, "wpt") == 0 || strcmp(local, "rtept") == 0) {
        track_leave_out(g->reading, bytes_of_text(local));
    }
}

static void XMLCALL take_text(void *context, const char *text, int len)
{
    struct gpx_reading *g = context;
    size_t room = sizeof(g->text) - g->text_len;
    size_t n = (size_t)len < room ? (size_t)len : room;
    memcpy(g->text + g->text_len, text, n);
    g->text_len += n;
    g->has_moved = true;
    g->is_cut = g->is_cut || n < (size_t)len;
}

/* ---- elements that end ---- */

static void set_speed(struct gpx_reading *g, struct bytes text)
{
    int64_t ms_e7 = 0;
    if (!parse_decimal_e7(text, &ms_e7) || ms_e7 < 0) {
        track_draft_fail(&g->draft, "the speed is none");
    } else if (!g->has_speed) {
        fix_set_speed_kmh_e2(&g->draft.fix, units_kmh_e2_from_ms_e7((uint64_t)ms_e7));
    }
}

static void set_course(struct gpx_reading *g, struct bytes text)
{
    int64_t angle_e7 = 0;
    if (!parse_decimal_e7(text, &angle_e7) || angle_e7 < 0) {
        track_draft_fail(&g->draft, "the course is none");
    } else {
        fix_set_course_cdeg(&g->draft.fix, (uint64_t)angle_e7 / E7_PER_CDEG);
    }
}

/* The elements that GPX itself has; true: it is one. */
static bool end_standard(struct gpx_reading *g, const char *name, struct bytes text)
{
    static const struct {
        const char *name;
        const char *value;
    } values[] = {{"ele", "altitude_m"}, {"sat", "satellites"}, {"hdop", "hdop"}};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (strcmp(name, values[i].name) == 0) {
            track_draft_set_value(&g->draft, value_find(bytes_of_text(values[i].value)), text);
            return true;
        }
    }
    if (strcmp(name, "time") == 0) {
        track_draft_set_time(&g->draft, g->reading, text);
    } else if (strcmp(name, "speed") == 0) {
        set_speed(g, text);
    } else if (strcmp(name, "course") == 0) {
        set_course(g, text);
    } else if (strcmp(name, "fix") == 0) {
        g->kind = g->kind == PLACE_GPS && bytes_eq(text, "none") ? PLACE_NO_LOCK : g->kind;
    } else {
        return false;
    }
    return true;
}

static void set_extra(struct gpx_reading *g, struct bytes text)
{
    if (!extra_read(&g->draft.extras, bytes_of_text(g->name), arena_copy(&g->arena, text))) {
        track_leave_out(g->reading, bytes_of_text(g->name));
    }
}

static void set_received(struct gpx_reading *g, struct bytes text)
{
    if (!track_read_time(g->reading, text, &g->draft.rcv_time_s)) {
        track_draft_fail(&g->draft, "received_utc is no time");
    }
}

static void set_alarms(struct gpx_reading *g, struct bytes text)
{
    if (!track_draft_set_alarms(&g->draft, text)) { /* they may be another program's */
        track_leave_out(g->reading, bytes_of_text("alarms"));
    }
}

/* Ours, in the extensions of a point. */
static void end_own(struct gpx_reading *g, const char *name, struct bytes text)
{
    size_t value = value_find(bytes_of_text(name));
    if (value < values_count()) {
        g->has_speed = g->has_speed || strcmp(name, "speed_kmh") == 0;
        track_draft_set_value(&g->draft, value, text);
    } else if (strcmp(name, "position") == 0) {
        (void)place_find(text, &g->kind);
    } else if (strcmp(name, "received_utc") == 0) {
        set_received(g, text);
    } else if (strcmp(name, "alarms") == 0) {
        set_alarms(g, text);
    } else if (strcmp(name, "marks") == 0) {
        track_draft_set_marks(&g->draft, text);
    } else if (strcmp(name, "extra") == 0) {
        set_extra(g, text);
    } else if (strcmp(name, "total_km") != 0 && strcmp(name, "extensions") != 0 &&
               strcmp(name, "TrackPointExtension") != 0) {
        track_leave_out(g->reading, bytes_of_text(name));
    }
}

static void end_point(struct gpx_reading *g)
{
    g->is_in_point = false;
    if (g->kind == PLACE_LAST) {
        g->draft.fix.has &= ~(uint32_t)FIX_HAS_POSITION;
        g->draft.fix.lat_e7 = 0;
        g->draft.fix.lon_e7 = 0;
        g->draft.fix.flags &= ~(uint32_t)FIX_VALID;
    } else if ((g->draft.fix.has & FIX_HAS_POSITION) != 0) {
        place_apply(&g->draft.fix, g->kind);
    }
    track_draft_give(&g->draft, g->reading, g->line);
}

/* Whether a number, a time or a word of ours stands in the element, which a part of is another. */
static bool is_value(const char *name)
{
    static const char *const names[] = {"time", "ele",      "sat",          "speed",  "course",
                                        "fix",  "position", "received_utc", "alarms", "marks"};
    bool is = value_find(bytes_of_text(name)) < values_count();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        is = is || strcmp(name, names[i]) == 0;
    }
    return is;
}

/* Without blanks and line ends around it. */
static struct bytes trimmed(const struct gpx_reading *g)
{
    struct bytes text = {(const uint8_t *)g->text, g->text_len};
    while (text.len > 0 && text.at[text.len - 1] <= ' ') {
        text.len--;
    }
    while (text.len > 0 && text.at[0] <= ' ') {
        text = bytes_slice(text, 1, text.len);
    }
    return text;
}

static void XMLCALL end_element(void *context, const char *name)
{
    struct gpx_reading *g = context;
    const char *local = local_name(name);
    struct bytes text = trimmed(g);
    g->has_moved = true;
    g->depth--;
    if (g->is_in_point && g->is_cut && is_value(local)) {
        track_draft_fail(&g->draft, "a value is too long");
    }
    if (g->is_in_point && strcmp(local, "trkpt") == 0) {
        end_point(g);
    } else if (g->is_in_point && !end_standard(g, local, text) && g->is_in_extensions) {
        end_own(g, local, text);
    } else if (!g->is_in_point && strcmp(local, "device_id") == 0) {
        set_device(g, text);
    }
    if (strcmp(local, "extensions") == 0) {
        g->is_in_extensions = false;
    }
    begin_text(g);
}

static void XMLCALL refuse_doctype(void *context, const char *name, const char *system,
                                   const char *public, int has_subset)
{
    (void)name, (void)system, (void)public, (void)has_subset;
    stop(context, "a document type is not taken");
}

/* ---- the file ---- */

static enum err fail(struct gpx_reading *g)
{
    const char *why = g->stop != NULL ? g->stop : XML_ErrorString(XML_GetErrorCode(g->parser));
    return track_fail_file(g->reading, ERR_MALFORMED, XML_GetCurrentLineNumber(g->parser), why);
}

static enum err read_pieces(struct gpx_reading *g)
{
    bool is_last = false;
    size_t held = 0; /* bytes since expat last told anything */
    while (!is_last) {
        void *room = XML_GetBuffer(g->parser, PIECE_BYTES);
        if (room == NULL) {
            return fail(g);
        }
        size_t len = fread(room, 1, PIECE_BYTES, g->reading->file);
        is_last = len < PIECE_BYTES;
        if (is_last && ferror(g->reading->file) != 0) {
            return track_fail_file(g->reading, ERR_IO, 0, strerror(errno));
        }
        g->has_moved = false;
        if (XML_ParseBuffer(g->parser, (int)len, is_last) != XML_STATUS_OK) {
            return fail(g);
        }
        held = g->has_moved ? 0 : held + len;
        if (held > TAG_MAX_BYTES) {
            g->stop = "a tag is too long";
            return fail(g);
        }
    }
    return ERR_OK;
}

enum err gpx_read(struct track_reading *r)
{
    struct gpx_reading *g = mem_new(sizeof(*g));
    g->reading = r;
    g->parser = XML_ParserCreate(NULL);
    check(g->parser != NULL); /* but for want of memory */
    XML_SetUserData(g->parser, g);
    XML_SetElementHandler(g->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(g->parser, take_text);
    XML_SetStartDoctypeDeclHandler(g->parser, refuse_doctype);
    enum err e = read_pieces(g);
    XML_ParserFree(g->parser);
    arena_free(&g->arena);
    free(g);
    return e;
}
