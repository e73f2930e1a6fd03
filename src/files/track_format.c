/*
 * What the formats have in common: where a segment ends, local times, words.
 */
#include "files/track_format.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "files/text.h"
#include "files/track_format_private.h"

static const struct track_format *const formats[] = {
    &gpx_format,
    &kml_format,
    &csv_format,
    &geojson_format,
};

const struct track_format *track_format_at(size_t i)
{
    return i < sizeof(formats) / sizeof(formats[0]) ? formats[i] : NULL;
}

const struct track_format *track_format_find(const char *name)
{
    for (size_t i = 0; track_format_at(i) != NULL; i++) {
        if (g_ascii_strcasecmp(formats[i]->name, name) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

/* ---- writing ---- */

void track_writer_begin(struct track_writer *w, const struct track_format *format,
                        const char *title, struct json_out *out)
{
    *w = (struct track_writer){.format = format, .title = title, .out = out};
    out->filled = 0; /* nothing of a file before stands in front of this one */
    out->depth = 0;
    out->after_name = false;
    format->begin(w);
}

void track_writer_device(struct track_writer *w, const struct track_subject *subject)
{
    w->subject = subject;
    w->clock = zone_clock_init(subject->zone);
    w->last_s = INT64_MIN;
    w->has_segment = false;
    w->format->device(w);
}

void track_writer_record(struct track_writer *w, const struct track_record *r)
{
    w->format->record(w, r);
    w->last_s = r->report->gps_time_s;
    w->kind = place_of(r->report, r->shown);
}

void track_writer_device_end(struct track_writer *w)
{
    w->format->device_end(w);
    w->subject = NULL;
}

void track_writer_end(struct track_writer *w)
{
    w->format->end(w);
}

/* ---- for the formats ---- */

bool track_breaks_before(const struct track_writer *w, const struct track_record *r, bool by_kind)
{
    bool is_gap = w->last_s != INT64_MIN && r->report->gps_time_s - w->last_s > TRACK_GAP_S;
    return w->has_segment && (is_gap || (by_kind && w->kind != place_of(r->report, r->shown)));
}

void track_put_local(struct track_writer *w, int64_t time_s)
{
    enum { SECONDS_A_MINUTE = 60, MINUTES_AN_HOUR = 60, DATE_LEN = 10 };
    char text[ZONE_TEXT_SIZE];
    char offset[16];
    int minutes = zone_offset_s(&w->clock, time_s) / SECONDS_A_MINUTE;
    unsigned size = minutes < 0 ? (unsigned)-minutes : (unsigned)minutes;
    zone_format(&w->clock, ZONE_TIME, time_s, text);
    text[DATE_LEN] = 'T';
    (void)snprintf(offset, sizeof(offset), "%c%02u:%02u", minutes < 0 ? '-' : '+',
                   size / MINUTES_AN_HOUR % 100, size % MINUTES_AN_HOUR);
    text_put(w->out, text);
    text_put(w->out, offset);
}

void track_alarms(const struct fix *report, char out[TRACK_ALARMS_SIZE])
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned type = 0; type < ALARM_COUNT && len < TRACK_ALARMS_SIZE; type++) {
        if ((report->alarms >> type & 1U) != 0) {
            int more = snprintf(out + len, TRACK_ALARMS_SIZE - len, "%s%s", len > 0 ? "; " : "",
                                alarm_text((enum alarm_type)type));
            len += more > 0 ? (size_t)more : 0;
        }
    }
}

static const struct {
    const char *word;
    uint32_t flag;
} marks[] = {
    {"reupload", FIX_REUPLOAD},           {"heartbeat", FIX_HEARTBEAT},
    {"power_save", FIX_POWER_SAVE},       {"gsm_bars", FIX_GSM_BARS},
    {"time_replaced", FIX_TIME_REPLACED}, {"time_moved", FIX_TIME_MOVED},
};

void track_marks(const struct fix *report, char out[TRACK_MARKS_SIZE])
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if ((report->flags & marks[i].flag) != 0 && len < TRACK_MARKS_SIZE) {
            int more = snprintf(out + len, TRACK_MARKS_SIZE - len, "%s%s", len > 0 ? " " : "",
                                marks[i].word);
            len += more > 0 ? (size_t)more : 0;
        }
    }
}

bool track_mark_read(struct fix *f, struct bytes word)
{
    const uint32_t others = FIX_TIME_REPLACED | FIX_TIME_MOVED; /* what was told is not here */
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (bytes_eq(word, marks[i].word)) {
            f->flags |= marks[i].flag & ~others;
            return true;
        }
    }
    return false;
}
