/*
 * Serials that nothing acknowledges, and answers to texts. See device_side.h.
 */
#include "protocols/device_side.h"

#include <stdio.h>
#include <stdlib.h>

bool device_quiet_add(struct device_quiet *q, uint16_t serial)
{
    if (q->count >= DEVICE_QUIET_MAX) {
        return false;
    }
    q->at[q->count++] = serial;
    return true;
}

size_t device_quiet_take(struct device_quiet *q, uint16_t first, uint16_t count)
{
    size_t kept = 0;
    size_t all = q->count;
    for (size_t i = 0; i < all; i++) {
        if ((uint16_t)(q->at[i] - first) >= count) {
            q->at[kept++] = q->at[i];
        }
    }
    q->count = (uint8_t)kept;
    return all - kept;
}

/* ---- texts ---- */

/* Writes "; name:" or, at the beginning, "name:". */
static void begin_value(struct writer *w, const char *name)
{
    write_text(w, w->len > 0 ? "; " : "");
    write_text(w, name);
    write_text(w, ":");
}

static void write_number(struct writer *w, const char *name, unsigned number, const char *unit)
{
    char text[32];
    begin_value(w, name);
    (void)snprintf(text, sizeof(text), "%u%s", number, unit);
    write_text(w, text);
}

static void say_status(const struct session *s, const struct fix *last, struct writer *w)
{
    (void)s;
    if (last == NULL) {
        write_text(w, "GPS:none");
        return;
    }
    if ((last->has & FIX_HAS_IGNITION) != 0) {
        begin_value(w, "ACC");
        write_text(w, (last->flags & FIX_IGNITION_ON) != 0 ? "ON" : "OFF");
    }
    begin_value(w, "GPS");
    write_text(w, (last->flags & FIX_VALID) != 0 ? "fixed" : "none");
    if ((last->has & FIX_HAS_SPEED) != 0) {
        write_number(w, "Speed", (last->speed_kmh_e2 + 50) / 100, " km/h");
    }
    if ((last->has & FIX_HAS_BATTERY_PERCENT) != 0) {
        write_number(w, "Battery", last->battery_percent, "%");
    }
}

static void say_parameters(const struct session *s, const struct fix *last, struct writer *w)
{
    char zone[32];
    int minutes = abs(s->utc_offset_min);
    (void)last;
    (void)snprintf(zone, sizeof(zone), "UTC%c%02d:%02d", s->utc_offset_min < 0 ? '-' : '+',
                   minutes / 60, minutes % 60);
    begin_value(w, "ID");
    write_text(w, s->device_id);
    begin_value(w, "Zone");
    write_text(w, zone);
}

static void say_iccid(const struct session *s, const struct fix *last, struct writer *w)
{
    (void)s;
    bool is_known = last != NULL && (last->has & FIX_HAS_ICCID) != 0;
    begin_value(w, "ICCID");
    write_text(w, is_known ? last->iccid : "none");
}

void device_say(struct bytes asked, const struct session *s, const struct fix *last,
                char out[DEVICE_SAID_SIZE])
{
    static const struct {
        const char *text;
        void (*say)(const struct session *s, const struct fix *last, struct writer *w);
    } rows[] = {
        {"STATUS", say_status},     {"getstatus", say_status}, {"PARAM", say_parameters},
        {"getver", say_parameters}, {"ICCID", say_iccid},      {"getimeiccid", say_iccid},
    };
    struct writer w = writer_init((uint8_t *)out, DEVICE_SAID_SIZE - 1);
    asked.len -= asked.len > 0 && asked.at[asked.len - 1] == '#' ? 1 : 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (bytes_eq_nocase(asked, rows[i].text)) {
            rows[i].say(s, last, &w);
        }
    }
    if (w.len == 0 || !writer_ok(&w)) {
        w = writer_init((uint8_t *)out, DEVICE_SAID_SIZE - 1);
        write_text(&w, "OK");
    }
    out[w.len] = '\0';
}
