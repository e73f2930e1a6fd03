/*
 * Reads the texts of trackers by templates. A template is passed through once, and the text with
 * it; behind a '*' each place in the text is tried until what follows fits there. Nothing is tried
 * twice beyond that: what a maker writes is the same each time, but for its values.
 *
 * Source: answers to WHERE#, STATUS# (Concox), "fix" and "check" (Coban) by SMS, as their manuals
 * print them.
 */
#include "protocols/sms_text.h"

#include <ctype.h>
#include <string.h>

#include "base/units.h"
#include "protocols/fields.h"

/* What a place stands for. */
enum place { LAT, LON, KMH, KNOTS, COURSE, TIME, PERCENT, VOLTS, PLACES };

static const char *const names[PLACES] = {
    [LAT] = "{lat}",       [LON] = "{lon}",   [KMH] = "{kmh}",         [KNOTS] = "{knots}",
    [COURSE] = "{course}", [TIME] = "{time}", [PERCENT] = "{percent}", [VOLTS] = "{volts}",
};

/* What a text said, by the places of its template. */
struct reading {
    bool has[PLACES];
    int64_t e7[PLACES]; /* numbers, times 10^7 */
    struct civil time;
};

/* One element of a template. */
struct element {
    enum place place; /* PLACES: it is the letter */
    uint8_t letter;
};

/* Takes the first element off a template; false: there is none, or a brace that begins no place. */
static bool next_element(struct bytes *template, struct element *out)
{
    *out = (struct element){.place = PLACES};
    for (size_t i = 0; i < PLACES; i++) {
        if (bytes_begin(*template, names[i])) {
            out->place = (enum place)i;
            *template = bytes_slice(*template, strlen(names[i]), SIZE_MAX);
            return true;
        }
    }
    if (template->len == 0 || template->at[0] == '{' || template->at[0] == '}') {
        return false;
    }
    out->letter = template->at[0];
    *template = bytes_slice(*template, 1, SIZE_MAX);
    return true;
}

bool sms_template_is_valid(struct bytes template)
{
    enum { LETTERS_LEAST = 2 };
    struct element e;
    size_t letters = 0;
    size_t counts[PLACES + 1] = {0};
    bool is_short = template.len <= SMS_TEMPLATE_MAX;
    struct bytes rest = template;
    while (next_element(&rest, &e)) {
        letters += e.place == PLACES && isalpha(e.letter) ? 1 : 0;
        counts[e.place]++;
    }
    bool has_place = false;
    bool has_doubles = false;
    for (size_t i = 0; i < PLACES; i++) {
        has_place = has_place || counts[i] > 0;
        has_doubles = has_doubles || counts[i] > 1;
    }
    return is_short && rest.len == 0 && letters >= LETTERS_LEAST && has_place && !has_doubles &&
           counts[LAT] == counts[LON];
}

/* ---- values ---- */

static char upper(uint8_t c)
{
    return (char)(toupper)(c); /* the function: the macro is a maze */
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct bytes *text)
{
    size_t n = 0;
    while (n < text->len && is_blank(text->at[n])) {
        n++;
    }
    *text = bytes_slice(*text, n, SIZE_MAX);
}

/* How many bytes at the front are digits or one of `others`. */
static size_t span_of(struct bytes text, const char *others)
{
    size_t n = 0;
    while (n < text.len && text.at[n] != '\0' &&
           (isdigit(text.at[n]) || strchr(others, text.at[n]) != NULL)) {
        n++;
    }
    return n;
}

static bool take_number(struct bytes *text, int64_t *e7)
{
    size_t sign = text->len > 0 && (text->at[0] == '+' || text->at[0] == '-') ? 1 : 0;
    size_t len = sign + span_of(bytes_slice(*text, sign, SIZE_MAX), ".");
    bool ends_with_point = len > sign + 1 && text->at[len - 1] == '.';
    len -= ends_with_point ? 1 : 0; /* of the sentence */
    if (!parse_decimal_e7(bytes_slice(*text, 0, len), e7)) {
        return false;
    }
    *text = bytes_slice(*text, len, SIZE_MAX);
    return true;
}

/* The letter of a hemisphere, which no other letter follows; 0: there is none. */
static char take_hemisphere(struct bytes *text, const char *both)
{
    bool is_word = text->len > 1 && isalpha(text->at[1]);
    if (text->len == 0 || is_word || text->at[0] == '\0' ||
        strchr(both, upper(text->at[0])) == NULL) {
        return '\0';
    }
    char c = upper(text->at[0]);
    *text = bytes_slice(*text, 1, SIZE_MAX);
    return c;
}

static bool take_angle(struct bytes *text, const char *both, int64_t *e7)
{
    char letter = take_hemisphere(text, both);
    skip_blanks(text);
    if (!take_number(text, e7)) {
        return false;
    }
    if (letter == '\0') {
        letter = take_hemisphere(text, both);
    }
    *e7 = letter == both[1] ? -*e7 : *e7;
    return true;
}

/* "2026-11-23 01:12:00", "26/11/23 01:12". */
static bool take_time(struct bytes *text, struct civil *time)
{
    enum { ROOM = 32, WITHOUT_SECONDS = 1 };
    size_t date = span_of(*text, "-/.");
    size_t gap = date < text->len && (is_blank(text->at[date]) || text->at[date] == 'T') ? 1 : 0;
    struct bytes rest = bytes_slice(*text, date + gap, SIZE_MAX);
    size_t clock = span_of(rest, ":");
    uint8_t room[ROOM] = {0};
    struct writer w = writer_init(room, sizeof(room));
    size_t colons = 0;
    for (size_t i = 0; i < clock; i++) {
        colons += rest.at[i] == ':' ? 1 : 0;
    }
    write_bytes(&w, bytes_slice(*text, 0, date));
    write_text(&w, " ");
    write_bytes(&w, bytes_slice(rest, 0, clock));
    write_text(&w, colons == WITHOUT_SECONDS ? ":00" : "");
    *text = bytes_slice(rest, clock, SIZE_MAX);
    return gap == 1 && writer_ok(&w) && field_civil_of_text(writer_bytes(&w), time);
}

static bool take_place(struct bytes *text, enum place place, struct reading *out)
{
    skip_blanks(text);
    out->has[place] = true;
    switch (place) {
    case LAT:
        return take_angle(text, "NS", &out->e7[LAT]);
    case LON:
        return take_angle(text, "EW", &out->e7[LON]);
    case TIME:
        return take_time(text, &out->time);
    case KMH:
    case KNOTS:
    case COURSE:
    case PERCENT:
    case VOLTS:
    case PLACES:
        break;
    }
    return take_number(text, &out->e7[place]) && out->e7[place] >= 0;
}

/* ---- matching ---- */

/* Takes one element off the text; false: it does not stand there. */
static bool take_element(struct bytes *text, const struct element *e, struct reading *out)
{
    if (e->place != PLACES) {
        return take_place(text, e->place, out);
    }
    if (e->letter == ' ') {
        skip_blanks(text);
        return true;
    }
    if (text->len == 0 || upper(text->at[0]) != upper(e->letter)) {
        return false;
    }
    *text = bytes_slice(*text, 1, SIZE_MAX);
    return true;
}

/* Takes the elements up to the next '*' off the text; both go on behind them, if all fit. */
static bool take_run(struct bytes *template, struct bytes *text, struct reading *out)
{
    struct element e;
    struct bytes left = *template;
    struct bytes rest = *text;
    struct reading so_far = *out;
    while (left.len > 0 && left.at[0] != '*') {
        if (!next_element(&left, &e) || !take_element(&rest, &e, &so_far)) {
            return false;
        }
    }
    *template = left;
    *text = rest;
    *out = so_far;
    return true;
}

/* As take_run(), from the first place of the text where it fits. */
static bool find_run(struct bytes *template, struct bytes *text, struct reading *out)
{
    bool found = take_run(template, text, out);
    while (!found && text->len > 0) {
        *text = bytes_slice(*text, 1, SIZE_MAX);
        found = take_run(template, text, out);
    }
    return found;
}

static bool fits(struct bytes template, struct bytes text, struct reading *out)
{
    bool found = true;
    *out = (struct reading){0};
    while (found && template.len > 0) {
        template = bytes_slice(template, template.at[0] == '*' ? 1 : 0, SIZE_MAX);
        found = find_run(&template, &text, out);
    }
    return found;
}

/* ---- reports ---- */

enum { E7_PER_CDEG = 100000, E7_PER_ONE = 10000000, E7_PER_MV = 10000 };

static void set_motion(struct fix *f, const struct reading *r)
{
    if (r->has[KMH]) {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh_e7((uint64_t)r->e7[KMH]));
    }
    if (r->has[KNOTS]) {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_knots_e7((uint64_t)r->e7[KNOTS]));
    }
    if (r->has[COURSE]) {
        fix_set_course_cdeg(f, (uint64_t)r->e7[COURSE] / E7_PER_CDEG);
    }
}

/* What the fields hold, and that they came by SMS. False: the place is none. */
static bool add_report(const struct reading *r, const struct session *s, int64_t sent_s,
                       struct decoded *out)
{
    struct extras extras;
    struct message m = {.kind = r->has[LAT] ? MESSAGE_FIX : MESSAGE_HEARTBEAT};
    struct fix *f = &m.fix;
    f->flags |= FIX_REUPLOAD; /* no word of its clock: an SMS may take hours */
    if (r->has[TIME] && s != NULL) {
        field_set_local_time(f, s, &r->time);
    } else {
        fix_set_time(f, sent_s);
    }
    if (r->has[LAT]) {
        fix_set_position(f, r->e7[LAT], r->e7[LON], true);
        set_motion(f, r);
    }
    if (r->has[PERCENT]) {
        fix_set_battery_percent(f, (uint64_t)r->e7[PERCENT] / E7_PER_ONE);
    }
    if (r->has[VOLTS]) {
        fix_set_battery_mv(f, (uint64_t)r->e7[VOLTS] / E7_PER_MV);
    }
    if (r->has[LAT] && !fix_has_position(f)) {
        return false;
    }
    extras_init(&extras, out->arena);
    extras_set_text(&extras, EXTRA_SOURCE, 0, bytes_of_text("SMS"));
    m.extras = extras_pack(&extras);
    *decoded_add(out, m.kind) = m;
    return true;
}

bool sms_text_read(const struct profile *row, const struct session *s, struct bytes text,
                   int64_t sent_s, struct decoded *out)
{
    struct bytes rest = bytes_of_text(row->reports == NULL ? "" : row->reports);
    struct reading r;
    while (rest.len > 0) {
        size_t len = bytes_find(rest, ';');
        struct bytes template = bytes_slice(rest, 0, len);
        skip_blanks(&template);
        if (template.len > 0 && fits(template, text, &r)) {
            return add_report(&r, s, sent_s, out);
        }
        rest = bytes_slice(rest, len + 1, SIZE_MAX);
    }
    return false;
}
