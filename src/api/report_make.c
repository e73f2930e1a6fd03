/* The file of a report: its titles, and the rows of device after device. */
#include "api/report_make.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/enterprise_fields.h"
#include "api/places.h"
#include "api/report_days.h"
#include "api/report_devices.h"
#include "api/report_kinds.h"
#include "api/report_pages.h"
#include "api/report_subjects.h"
#include "base/units.h"
#include "files/sheet.h"

enum { TITLES = 4, DEGREE_UNITS = 10000000, MEMBERS_MAX = 32 };

#define NONE_TEXT "None of its devices is there any more, or may be seen"
#define FULL_TEXT "The server's disk has no room for it: ask its operator, then make it again"
#define LONG_TEXT "It has too many rows for a file: choose a shorter period or fewer devices"

/* A report that is being made. */
struct made {
    const struct report_making *making;
    const struct report_job *job;
    const struct report_row *row;
    struct report_made *out;
    struct arena arena;
    struct caller caller;
    const struct shard *shard;
    struct report_subjects subjects;
    const struct json_value *options;
    bool is_chinese;
    char divider;
    struct sheet_column columns[SHEET_COLUMNS_MAX];
    size_t places[SHEET_COLUMNS_MAX]; /* of each column's member in the last row that had it */
    struct sheet *sheet;
    struct report_pages pages;
    struct report_pages day_pages; /* of a kind that adds days, as the next two */
    struct report_days days;
    struct arena day_arena;
};

static enum err tell(struct made *m, enum err e, const char *why)
{
    (void)snprintf(m->out->why, sizeof(m->out->why), "%s", why);
    return e;
}

/* Whether the disk of a directory has REPORT_SPARE_BYTES left. */
static bool has_room(const char *directory)
{
    struct statvfs disk;
    return statvfs(directory, &disk) != 0 ||
           (uint64_t)disk.f_bavail * disk.f_frsize >= REPORT_SPARE_BYTES;
}

/* Notes what the system says of a file that cannot be written, for the log. */
static enum err note_file(struct made *m, enum err e)
{
    if (e == ERR_IO || e == ERR_FULL) {
        m->out->system_error = errno;
    }
    return e;
}

/* Those that it is about and its account may see. */
static enum err list_subjects(struct made *m)
{
    enum err e = report_subjects(m->shard->directory, &m->caller, m->job, &m->arena, &m->subjects);
    m->out->of = (uint32_t)m->subjects.count;
    return e == ERR_NOT_FOUND ? tell(m, ERR_FORBIDDEN, NONE_TEXT) : e;
}

/* ---- titles ---- */

static const char *in_language(const struct made *m, const char *english, const char *chinese)
{
    return m->is_chinese ? chinese : english;
}

static const char *option_text(const struct made *m, const char *name)
{
    const struct json_value *v = json_read_member(m->options, name);
    return v != NULL && v->kind == JSON_KIND_STRING ? (const char *)v->text.at : "";
}

static void choose_manner(struct made *m, const struct enterprise *e)
{
    const char *language = option_text(m, "Language");
    bool is_of_enterprise =
        enterprise_language(e, m->making->api->gazetteer_language) == LANGUAGE_CHINESE;
    m->is_chinese = language[0] == '\0' ? is_of_enterprise : strcmp(language, "zh") == 0;
    m->divider = strcmp(option_text(m, "Separator"), ";") == 0 ? ';' : ',';
}

/* The clock of the enterprise, by the call that the pages are asked with. */
static struct zone_clock *clock_of(struct made *m)
{
    m->pages.call->caller = m->caller;
    m->pages.call->shard = m->shard;
    return call_clock(m->pages.call);
}

static const char *period(struct made *m)
{
    char from[ZONE_TEXT_SIZE];
    char to[ZONE_TEXT_SIZE];
    struct zone_clock *clock = clock_of(m);
    zone_format(clock, ZONE_TIME, m->row->is_of_now ? m->job->created_s : m->job->start_s, from);
    zone_format(clock, ZONE_TIME, m->job->end_s, to);
    return m->row->is_of_now ? arena_copy_text(&m->arena, from)
                             : arena_format(&m->arena, "%s – %s", from, to);
}

static enum err open_sheet(struct made *m)
{
    struct enterprise e;
    if (directory_enterprise(m->shard->directory, m->job->enterprise_id, &m->arena, &e) != ERR_OK) {
        return tell(m, ERR_FORBIDDEN, report_caller_why(ERR_FORBIDDEN));
    }
    choose_manner(m, &e);
    const char *title = in_language(m, m->row->title, m->row->title_zh);
    const char *titles[TITLES] = {e.name, title, period(m)};
    titles[TITLES - 1] = arena_format(&m->arena, "%s %s", in_language(m, "Time zone:", "时区："),
                                      zone_name(m->pages.call->zone));
    for (size_t i = 0; i < m->row->column_count; i++) {
        const struct report_column *c = &m->row->columns[i];
        m->columns[i] = (struct sheet_column){in_language(m, c->heading, c->heading_zh), c->type};
    }
    const struct sheet_options options = {
        .format = m->job->format == REPORT_XLSX ? SHEET_XLSX : SHEET_CSV,
        .path = m->making->path,
        .scratch = m->making->directory,
        .divider = m->divider,
        .name = title,
        .page_words = in_language(m, "Page", "页"),
        .titles = titles,
        .title_count = TITLES,
        .columns = m->columns,
        .column_count = m->row->column_count,
    };
    (void)unlink(m->making->path);
    return note_file(m, sheet_open(&options, &m->sheet));
}

/* ---- rows ---- */

static struct bytes yes_or_no(const struct made *m, bool yes)
{
    return bytes_of_text(yes ? in_language(m, "yes", "是") : in_language(m, "no", "否"));
}

/* The digits of a number have no NUL behind them. One in a column of texts is a flag. */
static struct bytes value_of(struct made *m, enum sheet_type type, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_KIND_STRING:
        return v->text;
    case JSON_KIND_NUMBER:
        return type == SHEET_TEXT ? yes_or_no(m, v->text.at[0] != '0')
                                  : arena_copy(&m->pages.arena, v->text);
    case JSON_KIND_TRUE:
    case JSON_KIND_FALSE:
        return yes_or_no(m, v->kind == JSON_KIND_TRUE);
    default:
        return bytes_of_text("");
    }
}

/* Degrees as rows have them, in units of 1e-7; false where they are unknown. */
static bool read_degrees(const struct json_value *row, const char *name, int32_t *out)
{
    const struct json_value *v = json_read_member(row, name);
    if (v == NULL || v->text.len == 0) {
        return false;
    }
    double degrees = g_ascii_strtod((const char *)v->text.at, NULL) * DEGREE_UNITS;
    *out = (int32_t)(degrees < 0 ? degrees - 0.5 : degrees + 0.5);
    return true;
}

/* The names of where a row is, of a method that does not tell them. */
static struct bytes place_of(struct made *m, const struct json_value *row)
{
    struct point at;
    if (!read_degrees(row, "Lon", &at.lon_e7) || !read_degrees(row, "Lat", &at.lat_e7)) {
        return bytes_of_text("");
    }
    struct places places = places_of(m->pages.call);
    places.language = m->is_chinese ? GAZETTEER_ZH : GAZETTEER_EN;
    const char *names = places_find(&places, at, &m->pages.arena).names;
    return bytes_of_text(names == NULL ? "" : names);
}

/* Fuel is unknown where no day tells any, though the row then counts none. */
static bool is_unknown(const struct made *m, const char *member)
{
    return m->row->adds_days && !m->days.has_fuel && strcmp(member, "OilNum") == 0;
}

/* A value that the row lacks. */
static struct bytes value_beside(struct made *m, const struct json_value *row, const char *member)
{
    if (strcmp(member, "DeviceID") == 0) {
        return bytes_of_text(m->pages.device_id);
    }
    if (m->row->adds_days) {
        return report_days_value(&m->days, member, &m->day_arena);
    }
    return strcmp(member, "Place") == 0 ? place_of(m, row) : bytes_of_text("");
}

/* The members of a row, by number. */
struct members {
    const struct json_value *row;
    const struct json_value *at[MEMBERS_MAX];
    size_t count;
};

static void list_members(const struct json_value *row, struct members *out)
{
    out->row = row;
    out->count = 0;
    for (const struct json_value *v = row->first; v != NULL && out->count < MEMBERS_MAX;
         v = v->next) {
        out->at[out->count++] = v;
    }
}

/* The member of a column: rows have theirs in one order, and each once, so it is mostly known. */
static const struct json_value *member_of(struct made *m, const struct members *members,
                                          size_t column)
{
    const char *name = m->row->columns[column].member;
    size_t place = m->places[column];
    if (place < members->count && bytes_eq(members->at[place]->name, name)) {
        return members->at[place];
    }
    const struct json_value *found = json_read_member(members->row, name);
    for (place = 0; place < members->count && members->at[place] != found; place++) {
    }
    m->places[column] = place;
    return found;
}

static enum err add_row(struct made *m, const struct json_value *row)
{
    struct bytes values[SHEET_COLUMNS_MAX];
    struct members members;
    list_members(row, &members);
    for (size_t i = 0; i < m->row->column_count; i++) {
        const char *member = m->row->columns[i].member;
        const struct json_value *v = member_of(m, &members, i);
        values[i] = is_unknown(m, member) ? bytes_of_text("")
                    : v == NULL           ? value_beside(m, row, member)
                                          : value_of(m, m->row->columns[i].type, v);
    }
    m->out->rows++;
    return note_file(m, sheet_add(m->sheet, values));
}

static enum err add_page(struct made *m, const struct json_value *rows)
{
    for (const struct json_value *row = rows->first; row != NULL; row = row->next) {
        if (m->out->rows >= REPORT_ROWS_MAX || sheet_size(m->sheet) >= REPORT_BYTES_MAX) {
            return tell(m, ERR_IO, LONG_TEXT);
        }
        enum err e = add_row(m, row);
        if (e != ERR_OK) {
            return e;
        }
    }
    return has_room(m->making->directory) ? ERR_OK : ERR_FULL;
}

static enum err add_days(struct made *m, const struct json_value *rows)
{
    report_days_add(&m->days, rows, &m->day_arena);
    return ERR_OK;
}

/* Has each page of a device taken. */
static enum err read_device(struct made *m, struct report_pages *pages,
                            const struct report_subject *subject,
                            enum err (*take)(struct made *m, const struct json_value *rows))
{
    const struct json_value *rows = NULL;
    enum err e = ERR_OK;
    report_pages_of(pages, subject->device_id);
    while (e == ERR_OK) {
        if (!m->making->goes_on(m->making->context, m->out)) {
            return ERR_END;
        }
        e = report_pages_next(pages, &rows, m->out->why);
        if (e == ERR_END) {
            return ERR_OK;
        }
        e = e == ERR_OK ? take(m, rows) : e;
    }
    return e;
}

static enum err add_device(struct made *m, const struct report_subject *subject)
{
    enum err e = ERR_OK;
    if (m->row->adds_days) {
        arena_clear(&m->day_arena);
        m->days = (struct report_days){0};
        e = read_device(m, &m->day_pages, subject, add_days);
    }
    e = e == ERR_OK ? read_device(m, &m->pages, subject, add_page) : e;
    m->out->done += e == ERR_OK;
    return e;
}

/* ---- the file ---- */

/* The last look whether it goes on comes before the packing of many rows, which has none. */
static enum err close_sheet(struct made *m, enum err e)
{
    if (m->sheet == NULL) {
        return e;
    }
    e = e == ERR_OK && !m->making->goes_on(m->making->context, m->out) ? ERR_END : e;
    if (e != ERR_OK) {
        sheet_abandon(m->sheet);
        return e;
    }
    return note_file(m, sheet_close(m->sheet));
}

static enum err make(struct made *m)
{
    enum err e = report_caller(m->making->api, m->job->user_id, m->job->enterprise_id, &m->caller);
    if (e != ERR_OK) {
        return tell(m, ERR_FORBIDDEN, report_caller_why(e));
    }
    if (!has_room(m->making->directory)) {
        return ERR_FULL;
    }
    e = list_subjects(m);
    e = e == ERR_OK ? note_file(m, report_devices_write(m->making->devices_path, &m->subjects)) : e;
    e = e == ERR_OK ? open_sheet(m) : e;
    for (size_t i = 0; i < m->out->of && e == ERR_OK; i++) {
        e = add_device(m, &m->subjects.at[i]);
    }
    return close_sheet(m, e);
}

enum err report_make(const struct report_making *making, struct report_made *out)
{
    struct made m = {.making = making,
                     .job = making->job,
                     .row = report_row_of(making->job->kind),
                     .out = out,
                     .shard =
                         shards_of_enterprise(making->api->shards, making->job->enterprise_id)};
    struct json_value *options = NULL;
    *out = (struct report_made){0};
    enum err e = json_read(bytes_of_text(making->job->options), &m.arena, &options);
    if (e == ERR_OK) {
        m.options = options;
        report_pages_init(&m.pages, making->api, making->job, m.row, options);
        report_pages_init(&m.day_pages, making->api, making->job, report_row_of(REPORT_DAYS),
                          options);
        e = make(&m);
        report_pages_clear(&m.day_pages);
        report_pages_clear(&m.pages);
        arena_free(&m.day_arena);
    }
    arena_free(&m.arena);
    if (e != ERR_OK && e != ERR_END && out->why[0] == '\0') {
        (void)snprintf(out->why, sizeof(out->why), "%s",
                       e == ERR_FULL ? FULL_TEXT : "System error");
    }
    return e;
}

const char *report_file_name(struct zone_clock *clock, const struct report_job *job,
                             struct arena *arena)
{
    char from[ZONE_TEXT_SIZE];
    char to[ZONE_TEXT_SIZE];
    bool is_of_now = report_row_of(job->kind)->is_of_now;
    zone_format(clock, ZONE_DATE, is_of_now ? job->created_s : job->start_s, from);
    zone_format(clock, ZONE_DATE, is_of_now ? job->created_s : job->end_s, to);
    return arena_format(arena, "%s_%s%s%s.%s", report_kind_name(job->kind), from,
                        is_of_now ? "" : "_", is_of_now ? "" : to, report_format_name(job->format));
}
