/*
 * The mail of a report, in the language of its enterprise or else of the server: what it is, and
 * where it is if not in the mail. Times are those of the enterprise's zone.
 */
#include <string.h>

#include "api/enterprise_fields.h"
#include "api/report_kinds.h"
#include "api/report_make.h"
#include "api/reports.h"
#include "api/schedule_mail.h"
#include "api/schedules_private.h"
#include "base/clock.h"

enum { MINUTE_CHARS = 16, DATE_CHARS = 10, MB = 1000000, TENTHS = 10, MS_PER_S = 1000 };

static const char XLSX_TYPE[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/* ---- texts ---- */

/* Of a mail; {1} and so on stand for values, whose order each text says. */
struct words {
    const char *title;    /* kind, period, enterprise */
    const char *opening;  /* kind, period, enterprise, zone */
    const char *attached; /* name of the file */
    const char *too_long; /* megabytes */
    const char *waits;    /* until when */
    const char *empty;
    const char *closing; /* login name */
};

static const struct words english = {
    .title = "{1}, {2}, {3}",
    .opening = "{1}, {2} ({4}), {3}\n\n",
    .attached = "The report is attached: {1}\n",
    .too_long = "The report is not attached, since its file of {1} MB is too long for a mail.\n",
    .waits = "It can be downloaded on the page Reports until {1}.\n",
    .empty = "It has no rows: there was nothing of that kind.\n",
    .closing = "\nThis mail comes from a schedule of {1}. On the page Reports it can be changed, "
               "switched off or deleted.\n",
};
static const struct words chinese = {
    .title = "{1},{2},{3}",
    .opening = "{1},{2}({4}),{3}\n\n",
    .attached = "报表见附件:{1}\n",
    .too_long = "报表文件有 {1} MB,超出邮件限制,因此未附上。\n",
    .waits = "在 {1} 之前可以在“报表”页面下载。\n",
    .empty = "报表没有任何行:这段时间内没有此类数据。\n",
    .closing = "\n此邮件由 {1} 的定时报表发送。可以在“报表”页面修改、停用或删除。\n",
};

enum { VALUES_MAX = 4 };

/* The text with its values, which may be fewer than VALUES_MAX. */
static const char *fill(struct arena *arena, const char *text, const char *const values[VALUES_MAX])
{
    GString *out = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at++) {
        bool is_value = at[0] == '{' && at[1] >= '1' && at[1] <= '0' + VALUES_MAX && at[2] == '}';
        if (is_value) {
            g_string_append(out, values[at[1] - '1']);
            at += 2;
        } else {
            g_string_append_c(out, *at);
        }
    }
    const char *copy = arena_copy_text(arena, out->str);
    (void)g_string_free(out, TRUE);
    return copy;
}

static const char *fill_one(struct arena *arena, const char *text, const char *value)
{
    return fill(arena, text, (const char *const[VALUES_MAX]){value, "", "", ""});
}

/* ---- what they tell ---- */

/* What the message tells of. */
struct about {
    const struct report_job *report;
    const struct words *words;
    const char *title;
    const char *period;
    const char *zone;
    const char *hold;
    const char *owner;
    const char *waits_until;
};

/* The first characters of a local time: a date, or date and minute. */
static const char *local_text(struct zone_clock *clock, int64_t time_s, size_t chars,
                              struct arena *arena)
{
    char text[ZONE_TEXT_SIZE];
    zone_format(clock, ZONE_TIME, time_s, text);
    return arena_format(arena, "%.*s", (int)chars, text);
}

static const char *period_text(const struct report_job *r, struct zone_clock *clock,
                               struct arena *arena)
{
    if (report_row_of(r->kind)->is_of_now) {
        return local_text(clock, r->start_s, MINUTE_CHARS, arena);
    }
    const char *from = local_text(clock, r->start_s, DATE_CHARS, arena);
    const char *to = local_text(clock, r->end_s, DATE_CHARS, arena);
    return strcmp(from, to) == 0 ? from : arena_format(arena, "%s – %s", from, to);
}

static struct about about_of(const struct schedules *all, const struct schedule_found *found,
                             struct directory *dir, struct arena *arena)
{
    struct enterprise enterprise;
    struct user owner;
    struct zone_clock clock = found->clock;
    const struct report_schedule *s = &found->schedule;
    const struct report_job *r = &found->report;
    const struct report_row *row = report_row_of(r->kind);
    bool has_hold = directory_enterprise(dir, s->enterprise_id, arena, &enterprise) == ERR_OK;
    bool has_owner = directory_user(dir, s->user_id, arena, &owner) == ERR_OK;
    bool is_chinese =
        has_hold && enterprise_language(&enterprise, all->options.language) == LANGUAGE_CHINESE;
    return (struct about){
        .report = r,
        .words = is_chinese ? &chinese : &english,
        .title = s->name[0] != '\0' ? s->name
                 : is_chinese       ? row->title_zh
                                    : row->title,
        .period = period_text(r, &clock, arena),
        .zone = zone_name(clock.zone),
        .hold = has_hold ? enterprise.name : "",
        .owner = has_owner ? owner.login_name : "root",
        .waits_until = local_text(&clock, r->expires_s, MINUTE_CHARS, arena),
    };
}

static const char *text_of(const struct about *a, bool is_attached, const char *file_name,
                           struct arena *arena)
{
    const struct words *w = a->words;
    const char *const values[VALUES_MAX] = {a->title, a->period, a->hold, a->zone};
    int64_t tenths = (a->report->size + MB / TENTHS - 1) / (MB / TENTHS);
    const char *size = arena_format(arena, "%lld.%lld", (long long)(tenths / TENTHS),
                                    (long long)(tenths % TENTHS));
    const char *where =
        is_attached ? fill_one(arena, w->attached, file_name) : fill_one(arena, w->too_long, size);
    return arena_format(arena, "%s%s%s%s%s", fill(arena, w->opening, values), where,
                        fill_one(arena, w->waits, a->waits_until),
                        a->report->rows == 0 ? w->empty : "",
                        fill_one(arena, w->closing, a->owner));
}

/* Of a schedule, the time that it was due at, and an address: the same for ever. */
static const char *message_id(const struct report_schedule *s, const char *to, struct arena *arena)
{
    return arena_format(arena, "report-%lld-%lld-%08x", (long long)s->id, (long long)s->last_due_s,
                        g_str_hash(to));
}

struct mail schedule_letter(const struct schedules *s, const struct schedule_found *found,
                            struct directory *dir, struct arena *arena)
{
    const struct report_schedule *schedule = &found->schedule;
    const struct report_job *r = &found->report;
    struct about a = about_of(s, found, dir, arena);
    char *to = arena_new(arena, MAIL_ADDRESS_MAX + 1);
    schedule_mail_next(schedule, to);
    bool is_attached = r->size <= MAIL_FILE_MAX;
    struct zone_clock clock = found->clock;
    const char *file_name = report_file_name(&clock, r, arena);
    const char *const values[VALUES_MAX] = {a.title, a.period, a.hold, a.zone};
    return (struct mail){
        .to = to,
        .subject = fill(arena, a.words->title, values),
        .text = text_of(&a, is_attached, file_name, arena),
        .message_id = message_id(schedule, to, arena),
        .time_s = clock_wall_ms() / MS_PER_S,
        .file_path = is_attached ? reports_path(s->options.reports, r, arena) : "",
        .file_name = file_name,
        .file_type = r->format == REPORT_XLSX ? XLSX_TYPE : "text/csv; charset=utf-8",
        .deadline_ms = clock_monotonic_ms() + MAIL_TIMEOUT_MS,
    };
}
