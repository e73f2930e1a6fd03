/* ListAudit: who changed what, and who logged in or tried to. The rows are made by audit.c. */
#include <glib.h>
#include <string.h>

#include "api/call.h"
#include "api/list_page.h"
#include "api/members.h"
#include "fleet/directory_tree.h"
#include "store/store.h"

enum { LIST_START = PAGE_PARAM_KEY + 1, LIST_END };
enum { LOOKED_AT_MAX = 2000000 }; /* rows of a whole tree: some seconds */

static bool check_list(struct call *c)
{
    return members_check_range(c, LIST_START, LIST_END);
}

/*
 * What is the platform's own stands in every shard, and what is of a tree with each of its
 * enterprises, numbered there, so that rows are merged:
 *
 *     shard 0    9:00 8:00 7:00          the first walk notes the place of each row that matches,
 *     shard 1    8:30 7:30          ──►  the merge says which of them are on the page,
 *     merged     9:00 8:30 8:00 ...      the second walk copies these alone
 *
 * Within one of them the order is that of the numbers, whatever the clock was set to.
 */
struct place {
    int64_t number;
    int64_t time_s;
    guint row; /* among those of the page, from 1; 0: it is on another */
};

/* The rows of one enterprise, or of the platform in one shard, that are asked for. */
struct finding {
    struct call *c;
    const char *key; /* folded */
    struct store *store;
    int64_t enterprise_id; /* 0: the platform */
    size_t *left;          /* rows that may still be looked at, of all together */
    GArray *places;        /* struct place, the newest first */
    guint next;            /* of them: the next to be merged, then to be copied */
    struct audit *page;    /* in the call's arena */
};

static bool holds_key(const struct audit *a, const char *key)
{
    char *all = g_strjoin("\n", a->login_name, a->address, a->action, a->object, a->detail, NULL);
    char *folded = g_utf8_casefold(all, -1);
    bool holds = strstr(folded, key) != NULL;
    g_free(folded);
    g_free(all);
    return holds;
}

/* Rows come in order of their number; a clock that is set back leaves the times out of order. */
static bool note_place(void *context, const struct audit *a)
{
    struct finding *f = context;
    if (*f->left == 0) {
        return false;
    }
    --*f->left;
    bool is_in = a->time_s >= call_number(f->c, LIST_START, INT64_MIN) &&
                 a->time_s <= call_number(f->c, LIST_END, INT64_MAX);
    if (is_in && (f->key[0] == '\0' || holds_key(a, f->key))) {
        const struct place place = {.number = a->number, .time_s = a->time_s};
        g_array_append_val(f->places, place);
    }
    return true;
}

static struct place *next_place(struct finding *f)
{
    return f->next < f->places->len ? &g_array_index(f->places, struct place, f->next) : NULL;
}

/* The newest of the next places of all. NULL: there is none left. */
static struct place *merge_next(struct finding *all, size_t count)
{
    struct finding *from = NULL;
    struct place *newest = NULL;
    for (size_t i = 0; i < count; i++) {
        struct place *place = next_place(&all[i]);
        if (place != NULL && (newest == NULL || place->time_s > newest->time_s)) {
            from = &all[i];
            newest = place;
        }
    }
    if (from != NULL) {
        from->next++;
    }
    return newest;
}

/* Numbers the rows of the page; answers how many they are. */
static guint choose_page(struct finding *all, size_t count, struct list_page page)
{
    guint kept = 0;
    struct place *place = NULL;
    while ((place = merge_next(all, count)) != NULL) {
        place->row = list_page_takes(&page) ? ++kept : 0;
    }
    return kept;
}

/* Rows come as in the first walk, but for newer ones in front and some that are gone. */
static bool copy_row(void *context, const struct audit *a)
{
    struct finding *f = context;
    const struct place *place = next_place(f);
    while (place != NULL && (place->row == 0 || place->number > a->number)) {
        f->next++;
        place = next_place(f);
    }
    if (place != NULL && place->number == a->number) {
        entity_copy(ENTITY_AUDIT, a, &f->page[place->row - 1],
                    arena_new(&f->c->arena, entity_borrowed(ENTITY_AUDIT, a)));
    }
    return place != NULL;
}

static enum err walk(struct finding *all, size_t count,
                     bool (*take)(void *context, const struct audit *a))
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        all[i].next = 0;
        const struct store_audit_query query = {all[i].enterprise_id, &all[i], take};
        e = store_read_audit(all[i].store, &query);
    }
    return e;
}

static void write_row(struct call *c, const struct audit *a)
{
    json_object_begin(&c->out);
    json_name(&c->out, "Time");
    call_write_time(c, &c->out, a->time_s);
    member_text(c, "LoginName", a->login_name);
    member_text(c, "Address", a->address);
    member_text(c, "Action", a->action);
    member_text(c, "Object", a->object);
    member_text(c, "Detail", a->detail);
    call_write_hold(c, &c->out, a->enterprise_id);
    json_object_end(&c->out);
}

/* One that expired between the two walks is left out. */
static void write_page(struct call *c, const struct audit *page, guint kept, size_t total)
{
    (void)list_page_begin(c, PAGE_PARAM_INDEX, total);
    for (guint i = 0; i < kept; i++) {
        if (page[i].action != NULL) {
            write_row(c, &page[i]);
        }
    }
    list_page_end(c);
}

static void answer_list(struct call *c, struct finding *all, size_t count)
{
    size_t total = 0;
    enum err e = walk(all, count, note_place);
    for (size_t i = 0; i < count; i++) {
        all[i].next = 0;
        total += all[i].places->len;
    }
    guint kept = choose_page(all, count, list_page_of(c, PAGE_PARAM_INDEX));
    struct audit *page = arena_new_array(&c->arena, kept, sizeof(*page));
    for (size_t i = 0; i < count; i++) {
        all[i].page = page;
    }
    e = e == ERR_OK ? walk(all, count, copy_row) : e;
    if (e != ERR_OK) {
        call_fail_unavailable(c, CALL_NO_STORE_TEXT);
    } else if (c->caller.includes_below && *all->left == 0) {
        call_fault(c, "IncludeBelow", "too many rows: name an enterprise by HoldID");
    } else {
        write_page(c, page, kept, total);
    }
}

/* The platform in each shard. */
static struct finding *find_platform(struct call *c, size_t *count)
{
    const struct shards *shards = c->api->shards;
    struct finding *all = arena_new_array(&c->arena, shards->count, sizeof(*all));
    *count = shards->count;
    for (size_t i = 0; i < shards->count; i++) {
        all[i] = (struct finding){.store = shards->at[i].store};
    }
    return all;
}

/* The enterprise, and those below it where they are asked for. */
static struct finding *find_enterprises(struct call *c, size_t *count)
{
    const int64_t own = c->caller.enterprise_id;
    const struct enterprise one = {.id = own};
    const struct enterprise *tree = &one;
    *count = 1;
    if (c->caller.includes_below) {
        tree = directory_list_tree(c->shard->directory, own, &c->arena, count);
    }
    struct finding *all = arena_new_array(&c->arena, *count, sizeof(*all));
    for (size_t i = 0; i < *count; i++) {
        all[i] = (struct finding){.store = c->shard->store, .enterprise_id = tree[i].id};
    }
    return all;
}

static void list_audit(struct call *c)
{
    size_t count = 0;
    size_t left = c->caller.includes_below ? LOOKED_AT_MAX : SIZE_MAX;
    struct finding *all =
        c->caller.enterprise_id == 0 ? find_platform(c, &count) : find_enterprises(c, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        all[i].c = c;
        all[i].key = key;
        all[i].left = &left;
        all[i].places = g_array_new(FALSE, FALSE, sizeof(struct place));
    }
    if (count > 0) {
        answer_list(c, all, count);
    } else {
        write_page(c, NULL, 0, 0); /* it was deleted this very moment */
    }
    for (size_t i = 0; i < count; i++) {
        (void)g_array_free(all[i].places, TRUE);
    }
}

static const struct param_row params[] = {
    LIST_PAGE_PARAMS,
    [LIST_START] = {.name = "StartTime",
                    .type = PARAM_TIME,
                    .doc = "It was done at this instant or later"},
    [LIST_END] = {.name = "EndTime",
                  .type = PARAM_TIME,
                  .ends_range = true,
                  .doc = "It was done at this instant or earlier"},
};

static const struct reply_member members[] = {
    {.name = "Time", .type = REPLY_TIME, .example = "\"2025-03-04 07:14:49\"", .doc = "When"},
    {.name = "LoginName",
     .type = REPLY_TEXT,
     .example = "\"anna\"",
     .doc = "Who did it, as the account was called then; \"\" on the server's command line"},
    {.name = "Address",
     .type = REPLY_TEXT,
     .example = "\"192.0.2.7\"",
     .doc = "Of the client; \"\" on the server's command line"},
    {.name = "Action",
     .type = REPLY_TEXT,
     .example = "\"ModifyDevice\"",
     .doc = "The method that was called, or the command"},
    {.name = "Object",
     .type = REPLY_TEXT,
     .example = "\"device 862306128008106\"",
     .doc = "What was changed, as it was called then"},
    {.name = "Detail",
     .type = REPLY_TEXT,
     .example = "\"VehiclePlate: 8020, Password: ******\"",
     .doc = "The fields of the request, or of the object that it added; of a list how many items "
            "it has; of a command its text; of "
            "a login or a lock command with a wrong password, why"},
};

static const struct api_method rows[] = {{
    .name = "ListAudit",
    .prefix = PREFIX_MANAGE,
    .whole_enterprise = true,
    .where = WHERE_STORE,
    .role = ROLE_ADMIN,
    .params = params,
    .param_count = COUNT_OF(params),
    .reply =
        {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members), .lists_below = true},
    .doc =
        "Changes to the enterprise, its accounts, devices, groups, geofences and rules, commands "
        "and logins, the newest first; kept for 400 days, and at most the newest 100,000. root "
        "without HoldID is told what is no enterprise's, with or without IncludeBelow. What an "
        "admin "
        "did in an enterprise below its own as a whole is a row of both.",
    .check = check_list,
    .run = list_audit,
}};

const struct method_group audit_methods = {.rows = rows, .count = COUNT_OF(rows)};
