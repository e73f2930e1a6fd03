/*
 * Audit rows out of changes. A step of ModifyDevice has put one device; then its row is
 *
 *     LoginName anna   Action ModifyDevice   Object device 100
 *     Detail    VehiclePlate: B 2, Password: ******
 *
 * The object is that of the change, the detail are the fields of the request that the method's rows
 * name; of a command it is its text as it is shown. Changes of one object that follow one another,
 * such as the two of a geofence that is redrawn, are one row. What only follows from a change, such
 * as the devices of a group that is deleted, has no row.
 *
 * A row is the enterprise's to which its object belongs. What root does to an enterprise as a whole
 * is the platform's, too, and what an admin does to one below its own is that one's: a deleted
 * enterprise can be asked no more. A row names no enterprise that its own one may not see, such as
 * the one above, or that a device went to.
 */
#include "api/audit.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/elements.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_tree.h"
#include "protocols/secrets.h"
#include "store/store.h"

enum { E7 = 10000000, FAILED_JOB_MS = 10000, LOOKED_AT_MAX = 200 };

/* ---- the detail ---- */

/* Whether a field is never shown, whatever it holds. */
static bool is_secret(const struct param_row *row)
{
    char *name = g_ascii_strdown(row->name, -1);
    bool is_it = row->type == PARAM_SECRET || row->is_private || strstr(name, "password") != NULL;
    g_free(name);
    return is_it;
}

/* The fields of a request, or of one of its objects. */
struct fields {
    const struct param_row *rows;
    const struct value *values;
    size_t count;
    struct secret_of own; /* the device that is changed */
    struct arena *arena;  /* of the changes */
    int64_t reader_id;    /* the enterprise that reads it; 0: the platform */
    struct directory *directory;
};

/* Whether a field names an enterprise that the reader may not see. */
static bool is_hidden(const struct fields *fields, size_t i)
{
    int64_t id = fields->values[i].number;
    return g_str_has_suffix(fields->rows[i].name, "HoldID") && id != 0 && fields->reader_id != 0 &&
           id != fields->reader_id && !directory_is_below(fields->directory, id, fields->reader_id);
}

static void add_text(GString *out, const struct fields *fields, const char *text)
{
    struct bytes shown = secrets_masked_of(fields->arena, bytes_of_text(text), &fields->own);
    g_string_append_len(out, (const char *)shown.at, (gssize)shown.len);
}

static void add_value(GString *out, struct call *c, const struct fields *fields, size_t i)
{
    char time[ZONE_TEXT_SIZE];
    const struct value *v = &fields->values[i];
    switch (fields->rows[i].type) {
    case PARAM_INT:
        g_string_append_printf(out, "%" PRId64, v->number);
        break;
    case PARAM_DECIMAL:
        g_string_append_printf(out, "%.10g", (double)v->number / E7);
        break;
    case PARAM_BOOL:
        g_string_append(out, v->number != 0 ? "true" : "false");
        break;
    case PARAM_TIME:
        zone_format(call_clock(c), ZONE_TIME, v->number, time);
        g_string_append(out, v->text != NULL && v->text[0] == '\0' ? "" : time);
        break;
    case PARAM_LIST:
    case PARAM_IDS:
    case PARAM_OBJECTS:
    case PARAM_ARRAYS:
        g_string_append_printf(out, "%zu", v->count);
        break;
    default:
        add_text(out, fields, v->text);
        break;
    }
}

/* Cuts a text to what a row keeps, between two characters. */
static void cut_detail(GString *text)
{
    if (text->len > AUDIT_DETAIL_MAX) {
        const char *end = g_utf8_find_prev_char(text->str, text->str + AUDIT_DETAIL_MAX + 1);
        g_string_truncate(text, (gsize)(end - text->str));
    }
}

static const char *detail_of_fields(struct call *c, const struct fields *fields)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < fields->count && text->len <= AUDIT_DETAIL_MAX; i++) {
        const struct param_row *row = &fields->rows[i];
        const struct value *v = &fields->values[i];
        if (!v->present || is_hidden(fields, i)) {
            continue;
        }
        g_string_append_printf(text, "%s%s: ", text->len > 0 ? ", " : "", row->name);
        if (is_secret(row)) {
            g_string_append(text, SECRET_MASK);
        } else if (v->is_null) {
            g_string_append(text, "null");
        } else {
            add_value(text, c, fields, i);
        }
    }
    cut_detail(text);
    const char *copy = arena_copy_text(fields->arena, text->str);
    (void)g_string_free(text, TRUE);
    return copy;
}

static const char *detail_of_command(const struct command *command, struct arena *arena)
{
    enum command_kind kind = (enum command_kind)command->kind;
    const char *shown = command->text[0] != '\0' ? command->text : command_kind_text(kind);
    GString *text = g_string_new(command_kind_word(kind));
    g_string_append_printf(text, ": %s", shown);
    cut_detail(text);
    const char *copy = arena_copy_text(arena, text->str);
    (void)g_string_free(text, TRUE);
    return copy;
}

/* ---- the object ---- */

/* What a change is of. */
struct object {
    int64_t enterprise_id;
    const char *text; /* NULL: nothing that is told */
};

static struct object named(struct arena *arena, int64_t enterprise_id, const char *what,
                           const char *name)
{
    return (struct object){enterprise_id, arena_format(arena, "%s %s", what, name)};
}

static struct object device_of(struct job_context *job, int64_t id, const char *what)
{
    struct device_ref ref;
    struct object o = {0};
    if (directory_find(job->directory, id, &ref) == ERR_OK) {
        o = named(job->changes.arena, ref.info->enterprise_id, what, ref.info->device_id);
        device_ref_release(job->directory, &ref);
    }
    return o;
}

static struct object user_of(struct job_context *job, int64_t id)
{
    struct user u;
    struct arena *arena = job->changes.arena;
    bool is_known = directory_user(job->directory, id, arena, &u) == ERR_OK;
    return is_known ? named(arena, u.enterprise_id, "user", u.login_name) : (struct object){0};
}

static struct object rules_of(struct job_context *job, const struct alarm_rule *rule)
{
    struct group group;
    struct arena *arena = job->changes.arena;
    if (rule->scope == RULE_OF_DEVICE) {
        return device_of(job, rule->subject_id, "alarm rules of device");
    }
    if (rule->scope == RULE_OF_GROUP &&
        directory_group(job->directory, rule->subject_id, arena, &group) == ERR_OK) {
        return named(arena, rule->enterprise_id, "alarm rules of group", group.name);
    }
    return (struct object){rule->enterprise_id, "alarm rules"};
}

static struct object object_of(struct job_context *job, const struct change *change)
{
    struct arena *arena = job->changes.arena;
    switch (change_entity(change->kind)) {
    case ENTITY_ENTERPRISE:
        return named(arena, change->enterprise.id, "enterprise", change->enterprise.name);
    case ENTITY_USER:
        return named(arena, change->user.enterprise_id, "user", change->user.login_name);
    case ENTITY_GROUP:
        return named(arena, change->group.enterprise_id, "group", change->group.name);
    case ENTITY_DEVICE:
        return named(arena, change->device.enterprise_id, "device", change->device.device_id);
    case ENTITY_GEOFENCE:
        return named(arena, change->geofence.enterprise_id, "geofence", change->geofence.name);
    case ENTITY_ALARM_RULE:
        return rules_of(job, &change->alarm_rule);
    case ENTITY_COMMAND:
        return device_of(job, change->command.device_id, "device");
    case ENTITY_TOKEN:
        return user_of(job, change->token.user_id);
    case ENTITY_EVENT:
        return device_of(job, change->event.device_id, "alarms of device");
    case ENTITY_REPORT:
        return named(arena, change->report.enterprise_id, "report",
                     report_kind_name(change->report.kind));
    case ENTITY_SIM:
        return named(arena, change->sim.enterprise_id, "SIM card", change->sim.iccid);
    default:
        return (struct object){0};
    }
}

/* ---- rows ---- */

/* Who called: root's account is in the first shard alone. */
static const char *caller_name(const struct call *c, struct arena *arena)
{
    struct user u;
    const struct shard *first = shards_first(c->api->shards);
    bool is_known = directory_user(c->shard->directory, c->caller.user_id, arena, &u) == ERR_OK ||
                    directory_user(first->directory, c->caller.user_id, arena, &u) == ERR_OK;
    return is_known ? u.login_name : "";
}

/* The rows that a step makes. */
struct telling {
    struct call *c;
    struct job_context *job;
    const char *login_name;
    const char *fields; /* of the request; NULL: not asked for yet */
    int64_t reader_id;  /* who reads them */
    size_t element;     /* of a call that adds many: where the next one is looked for */
    struct object last; /* of the row before */
    int64_t gone;       /* the enterprise that is deleted; 0: none is */
};

static int64_t deleted_enterprise(const struct change_list *changes)
{
    for (size_t i = 0; i < changes->len; i++) {
        const struct change *c = &changes->at[i];
        if (c->kind == CHANGE_PUT_ENTERPRISE && c->enterprise.deleted) {
            return c->enterprise.id;
        }
    }
    return 0;
}

/* Whether the change has a row of its own. */
static bool is_told(const struct telling *t, const struct change *change, const struct object *o)
{
    bool is_whole = change_entity(change->kind) == ENTITY_ENTERPRISE;
    bool moves = change_entity(change->kind) == ENTITY_DEVICE &&
                 o->enterprise_id != t->last.enterprise_id; /* which both enterprises are told */
    bool is_same =
        o->text != NULL && t->last.text != NULL && strcmp(o->text, t->last.text) == 0 && !moves;
    return o->text != NULL && !is_same && (is_whole || t->gone == 0 || o->enterprise_id != t->gone);
}

/* The password of the device that a change is of. */
static struct secret_of own_of(const struct telling *t, const struct change *change)
{
    enum entity_kind kind = change_entity(change->kind);
    struct secret_of own = {t->c->shard->vault, ""};
    struct device_ref ref;
    if (kind == ENTITY_DEVICE) {
        own.hash = change->device.password_hash;
    } else if (kind == ENTITY_SIM &&
               directory_find(t->job->directory, change->sim.device_id, &ref) == ERR_OK) {
        own.hash = arena_copy_text(t->job->changes.arena, ref.info->password_hash);
        device_ref_release(t->job->directory, &ref);
    }
    return own;
}

/* Of one of many objects its own fields; else those of the request. */
static const char *detail_of_request(struct telling *t, const struct change *change, size_t number,
                                     int64_t reader_id)
{
    struct call *c = t->c;
    struct fields fields = {.rows = c->method->params,
                            .values = c->values,
                            .count = c->method->param_count,
                            .own = own_of(t, change),
                            .arena = t->job->changes.arena,
                            .reader_id = reader_id,
                            .directory = t->job->directory};
    if (c->method->weigh == elements_weigh) {
        const struct elements *all = c->own;
        fields.rows = all->kind->rows;
        fields.values = elements_of_change(all, number, &t->element);
        fields.count = all->kind->count;
        return fields.values == NULL ? "" : detail_of_fields(c, &fields);
    }
    bool is_known = t->fields != NULL && t->reader_id == reader_id;
    t->fields = is_known ? t->fields : detail_of_fields(c, &fields);
    t->reader_id = reader_id;
    return t->fields;
}

static const char *detail_of(struct telling *t, const struct change *change, size_t number,
                             int64_t reader_id)
{
    enum entity_kind kind = change_entity(change->kind);
    if (kind == ENTITY_COMMAND) {
        return detail_of_command(&change->command, t->job->changes.arena);
    }
    if (kind == ENTITY_TOKEN) {
        return "";
    }
    return detail_of_request(t, change, number, reader_id);
}

/* Whom else a row is for: the enterprise that a device leaves, or the caller's; 0: nobody. */
static int64_t also_told(const struct telling *t, const struct change *change)
{
    struct device_ref ref;
    enum entity_kind kind = change_entity(change->kind);
    int64_t id = kind == ENTITY_ENTERPRISE ? t->c->caller.home_id : 0;
    if (kind == ENTITY_DEVICE &&
        directory_find(t->job->directory, change->device.id, &ref) == ERR_OK) {
        id = ref.info->enterprise_id;
        device_ref_release(t->job->directory, &ref);
    }
    return id;
}

static enum err tell_change(struct telling *t, const struct change *change, size_t number)
{
    struct object o = object_of(t->job, change);
    if (!is_told(t, change, &o)) {
        return ERR_OK;
    }
    t->last = o;
    struct audit row = {
        .enterprise_id = o.enterprise_id,
        .time_s = t->job->now_s,
        .login_name = t->login_name,
        .address = t->c->address,
        .action = t->c->method->name,
        .object = o.text,
        .detail = detail_of(t, change, number, o.enterprise_id),
    };
    struct store *store = t->c->shard->store;
    bool is_whole = change_entity(change->kind) == ENTITY_ENTERPRISE;
    enum err e = ERR_OK;
    if (!is_whole || !change->enterprise.deleted) {
        e = store_add_audit(store, &t->job->changes, &row);
    }
    int64_t other = also_told(t, change);
    bool has_other = is_whole || change_entity(change->kind) == ENTITY_DEVICE;
    if (e == ERR_OK && has_other && row.enterprise_id != other && (is_whole || other != 0)) {
        row.enterprise_id = other;
        row.detail = detail_of(t, change, number, other);
        e = store_add_audit(store, &t->job->changes, &row);
    }
    return e;
}

enum err audit_tell(struct call *c, struct job_context *job)
{
    enum err e = ERR_OK;
    struct telling t = {.c = c, .job = job, .gone = deleted_enterprise(&job->changes)};
    size_t count = job->changes.len; /* rows are appended behind */
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        const struct change change = job->changes.at[i]; /* the list moves as it grows */
        t.login_name = t.login_name == NULL ? caller_name(c, job->changes.arena) : t.login_name;
        e = tell_change(&t, &change, i);
    }
    return e;
}

struct audit *audit_row_new(struct call *c, const struct device *d)
{
    const struct fields fields = {.rows = c->method->params,
                                  .values = c->values,
                                  .count = c->method->param_count,
                                  .own = {c->shard->vault, d->password_hash},
                                  .arena = &c->arena,
                                  .reader_id = d->enterprise_id,
                                  .directory = c->shard->directory};
    const struct audit row = {
        .enterprise_id = d->enterprise_id,
        .login_name = caller_name(c, &c->arena),
        .address = c->address,
        .action = c->method->name,
        .object = arena_format(&c->arena, "device %s", d->device_id),
        .detail = detail_of_fields(c, &fields),
    };
    struct audit *copy = mem_new(sizeof(*copy) + entity_borrowed(ENTITY_AUDIT, &row));
    entity_copy(ENTITY_AUDIT, &row, copy, copy + 1);
    return copy;
}

enum err audit_add(struct store *store, struct job_context *job, const struct audit *row)
{
    struct audit now = *row;
    now.time_s = job->now_s;
    return store_add_audit(store, &job->changes, &now);
}

/* ---- passwords that were refused ---- */

/* One try, on its way to the ingest thread. */
struct failed_try {
    struct store *store;
    int64_t enterprise_id;
    const char *action; /* the method */
    char *login_name;
    char *object;
    char *address;
    char *why;
};

static void free_failed(void *arg)
{
    struct failed_try *f = arg;
    g_free(f->login_name);
    g_free(f->object);
    g_free(f->address);
    g_free(f->why);
    free(f);
}

/* Counts failures of a method of late among the newest rows. */
struct counting {
    const char *action;
    int64_t since_s;
    size_t looked_at;
    size_t found;
};

#define FAILED_PREFIX "failed: "

static bool count_failed(void *context, const struct audit *a)
{
    struct counting *counting = context;
    bool is_one =
        strcmp(a->action, counting->action) == 0 && g_str_has_prefix(a->detail, FAILED_PREFIX);
    counting->found += is_one ? 1 : 0;
    counting->looked_at++;
    return a->time_s >= counting->since_s && counting->looked_at < LOOKED_AT_MAX;
}

/* Whether there is room for one more. */
static enum err judge_room(const struct failed_try *f, int64_t now_s, bool *has_room)
{
    struct counting counting = {.action = f->action, .since_s = now_s - AUDIT_FAILURES_S};
    const struct store_audit_query query = {f->enterprise_id, &counting, count_failed};
    enum err e = store_read_audit(f->store, &query);
    *has_room = counting.found < AUDIT_FAILURES_MAX;
    return e;
}

static enum err tell_failed(struct job_context *job, void *arg)
{
    const struct failed_try *f = arg;
    bool has_room = false;
    enum err e = judge_room(f, job->now_s, &has_room);
    if (e != ERR_OK || !has_room) {
        return e;
    }
    const struct audit row = {
        .enterprise_id = f->enterprise_id,
        .time_s = job->now_s,
        .login_name = f->login_name,
        .address = f->address,
        .action = f->action,
        .object = f->object,
        .detail = f->why,
    };
    return store_add_audit(f->store, &job->changes, &row);
}

static void end_failed(void *context, enum err e, void *arg)
{
    (void)context, (void)e;
    if (arg != NULL) {
        free_failed(arg);
    }
}

/* Who tried, at what, and why not. */
struct failure {
    int64_t enterprise_id;
    int64_t user_id;
    const char *login_name;
    const char *what; /* the kind of object ... */
    const char *name; /* ... and what it is called */
    const char *why;
};

static void tell_failure(const struct call *c, const struct failure *failure)
{
    struct failed_try *f = mem_new(sizeof(*f));
    *f = (struct failed_try){
        .store = c->shard->store,
        .enterprise_id = failure->enterprise_id,
        .action = c->method->name,
        .login_name = g_strdup(failure->login_name),
        .object = g_strdup_printf("%s %s", failure->what, failure->name),
        .address = g_strdup(c->address),
        .why = g_strdup_printf(FAILED_PREFIX "%s", failure->why),
    };
    const struct ingest_job job = {
        .place = {0, failure->enterprise_id, failure->user_id},
        .deadline_ms = clock_monotonic_ms() + FAILED_JOB_MS,
        .run = tell_failed,
        .arg = f,
        .free_arg = free_failed,
        .done = end_failed,
    };
    if (ingest_submit(c->shard->ingest, &job) != ERR_OK) {
        free_failed(f);
    }
}

void audit_tell_failed_login(const struct call *c, const struct user *user)
{
    tell_failure(c, &(struct failure){
                        .enterprise_id = user->enterprise_id,
                        .user_id = user->id,
                        .login_name = user->login_name,
                        .what = "user",
                        .name = user->login_name,
                        .why = c->message,
                    });
}

void audit_tell_wrong_password(struct call *c, const struct device *device, const char *why)
{
    tell_failure(c, &(struct failure){
                        .enterprise_id = device->enterprise_id,
                        .user_id = c->caller.user_id,
                        .login_name = caller_name(c, &c->arena),
                        .what = "device",
                        .name = device->device_id,
                        .why = why,
                    });
}
