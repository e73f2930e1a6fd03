/*
 * Management of SIM cards. A card is named by its ICCID, which is unique on the platform and stays
 * as it is: another number is another card.
 */
#include <glib.h>
#include <string.h>

#include "api/call.h"
#include "api/elements.h"
#include "api/list_page.h"
#include "api/sim_fields.h"
#include "api/version.h"

enum { MANY_SIMS };
enum { SIMS_MAX = 10000 };

static const char ICCID_TAKEN[] = "ICCID is taken";
static const char NO_PROVIDER[] = "Provider: there is no such provider";
static const char DEVICE_FULL[] = "This device has two SIM cards";

/* ---- AddSIM and AddSIMs ---- */

/* How many cards of one step go into a device. */
struct filling {
    int64_t device_id;
    size_t count;
};

/* The cards that one step adds; the directory knows them only after the commit. */
struct addition {
    struct call *call;
    struct job_context *job;
    GHashTable *keys;    /* of their ICCIDs, in the arena */
    GHashTable *devices; /* internal id -> struct filling, in the arena */
};

static struct addition addition_begin(struct call *c, struct job_context *job)
{
    return (struct addition){.call = c,
                             .job = job,
                             .keys = g_hash_table_new(g_str_hash, g_str_equal),
                             .devices = g_hash_table_new(g_int64_hash, g_int64_equal)};
}

static void addition_end(struct addition *a)
{
    g_hash_table_destroy(a->devices);
    g_hash_table_destroy(a->keys);
}

/* A refusal of one card: code and text. */
struct refusal {
    int code; /* 0: none */
    const char *text;
};

/* Where the field names a device, finds it; *device_id is 0 for none. */
static struct refusal find_device(struct call *c, struct job_context *job, const char *name,
                                  int64_t *device_id)
{
    struct device_ref ref;
    *device_id = 0;
    if (name[0] == '\0') {
        return (struct refusal){0};
    }
    if (directory_find_in_enterprise(job->directory, c->caller.enterprise_id, name, &ref) !=
        ERR_OK) {
        return (struct refusal){404, CALL_NO_DEVICE_TEXT};
    }
    *device_id = ref.info->id;
    device_ref_release(job->directory, &ref);
    return (struct refusal){0};
}

static size_t cards_in(const struct addition *a, int64_t device_id)
{
    const struct filling *f = g_hash_table_lookup(a->devices, &device_id);
    return directory_sims_in(a->job->directory, device_id) + (f == NULL ? 0 : f->count);
}

static void note_device(struct addition *a, int64_t device_id)
{
    struct filling *f = g_hash_table_lookup(a->devices, &device_id);
    if (f == NULL) {
        f = arena_new(&a->call->arena, sizeof(*f));
        *f = (struct filling){.device_id = device_id};
        g_hash_table_insert(a->devices, &f->device_id, f);
    }
    f->count++;
}

/* `is_elsewhere`: another shard has the ICCID. */
static struct refusal check_new(const struct addition *a, const struct value *values,
                                bool is_elsewhere, struct sim_card *card)
{
    struct sim_card other;
    char key[ICCID_KEY_SIZE];
    (void)iccid_key(values[SIM_ICCID].text, key);
    if (is_elsewhere || g_hash_table_contains(a->keys, key) ||
        directory_sim(a->job->directory, key, &a->call->arena, &other) == ERR_OK) {
        return (struct refusal){409, ICCID_TAKEN};
    }
    if (sim_provider_fault(a->call, values, card) != NULL) {
        return (struct refusal){500, NO_PROVIDER};
    }
    const char *device = values[SIM_DEVICE].present ? values[SIM_DEVICE].text : "";
    struct refusal refusal = find_device(a->call, a->job, device, &card->device_id);
    if (refusal.code == 0 && card->device_id != 0 &&
        cards_in(a, card->device_id) >= SIM_CARDS_OF_DEVICE_MAX) {
        refusal = (struct refusal){409, DEVICE_FULL};
    }
    return refusal;
}

/* As it was entered, without fillers. */
static const char *without_fillers(struct call *c, const char *iccid)
{
    char *text = arena_copy_text(&c->arena, iccid);
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == 'f' || text[len - 1] == 'F')) {
        text[--len] = '\0';
    }
    return text;
}

/* The card of the name that the call reserved at `i`. */
static struct refusal add_one(struct addition *a, const struct value *values, size_t i)
{
    char key[ICCID_KEY_SIZE];
    struct sim_card card = {
        .enterprise_id = a->call->caller.enterprise_id,
        .iccid = without_fillers(a->call, values[SIM_ICCID].text),
        .is_active = true,
        .created_s = a->job->now_s,
    };
    entity_init(ENTITY_SIM, &card);
    struct refusal refusal = check_new(a, values, unique_is_taken(&a->call->names, i), &card);
    if (refusal.code != 0) {
        return refusal;
    }
    sim_fields_take(a->call, &card, values);
    card.id = ids_next(a->job->ids, ID_OF_SIM);
    change_add(&a->job->changes, CHANGE_PUT_SIM)->sim = card;
    (void)iccid_key(card.iccid, key);
    g_hash_table_add(a->keys, arena_copy_text(&a->call->arena, key));
    note_device(a, card.device_id);
    return refusal;
}

static bool check_fields(struct call *c)
{
    struct param_fault fault = {0};
    if (sim_fields_fault(c, c->values, &fault)) {
        call_fault(c, fault.name, fault.why);
        return false;
    }
    return true;
}

static void list_name(struct call *c)
{
    *call_want_names(c, 1) =
        (struct unique_name){.kind = NAME_ICCID, .text = call_text(c, SIM_ICCID)};
}

static enum err add_sim(struct call *c, struct job_context *job)
{
    struct addition a = addition_begin(c, job);
    struct refusal refusal = add_one(&a, c->values, 0);
    addition_end(&a);
    return refusal.code == 0 ? ERR_OK : call_refuse(c, refusal.code, refusal.text);
}

static bool prepare_sims(struct call *c)
{
    static const struct element_kind kind = {sim_add_params, SIM_PARAMS, sim_fields_fault};
    elements_read(c, MANY_SIMS, &kind);
    return true;
}

static void list_names(struct call *c)
{
    elements_want_names(c, NAME_ICCID, SIM_ICCID);
}

static const char *add_element(void *context, size_t i)
{
    struct addition *a = context;
    const struct elements *all = a->call->own;
    return add_one(a, all->at[i].values, i).text;
}

static enum err add_sims(struct call *c, struct job_context *job)
{
    struct addition a = addition_begin(c, job);
    enum err e = elements_step(c, job, add_element, &a);
    addition_end(&a);
    return e;
}

/* ---- ModifySIM and DeleteSIM ---- */

/* The card that the call names and may change. */
static enum err find_card(struct call *c, struct job_context *job, struct sim_card *out)
{
    if (sim_find(c, call_text(c, SIM_ICCID), job->changes.arena, out) != ERR_OK) {
        return call_refuse(c, 404, SIM_NONE_TEXT);
    }
    return call_allows(c) ? ERR_OK : ERR_FORBIDDEN;
}

/* Puts the card into the device that the call names. */
static struct refusal move_card(struct call *c, struct job_context *job, struct sim_card *card)
{
    int64_t device_id = 0;
    struct refusal refusal = find_device(c, job, call_text(c, SIM_DEVICE), &device_id);
    if (refusal.code == 0 && device_id != 0 && device_id != card->device_id &&
        directory_sims_in(job->directory, device_id) >= SIM_CARDS_OF_DEVICE_MAX) {
        refusal = (struct refusal){409, DEVICE_FULL};
    }
    if (device_id != card->device_id) {
        card->bound_s = job->now_s; /* reports from before do not know that */
    }
    card->device_id = device_id;
    return refusal;
}

static enum err modify_sim(struct call *c, struct job_context *job)
{
    struct sim_card card;
    enum err e = find_card(c, job, &card);
    e = e != ERR_OK ? e : version_check(c, sim_write_members, &card);
    if (e != ERR_OK) {
        return e;
    }
    const char *fault = sim_provider_fault(c, c->values, &card);
    if (fault != NULL) {
        return call_refuse_value(c, "Provider", fault);
    }
    if (call_has(c, SIM_DEVICE)) {
        struct refusal refusal = move_card(c, job, &card);
        if (refusal.code != 0) {
            return call_refuse(c, refusal.code, refusal.text);
        }
    }
    sim_fields_take(c, &card, c->values);
    change_add(&job->changes, CHANGE_PUT_SIM)->sim = card;
    return ERR_OK;
}

/* Its SMS go with it. */
static enum err delete_sim(struct call *c, struct job_context *job)
{
    struct sim_card card;
    enum err e = find_card(c, job, &card);
    if (e == ERR_OK) {
        change_add(&job->changes, CHANGE_DELETE_SIM)->sim = card;
        struct sim_sms *sms = &change_add(&job->changes, CHANGE_DELETE_SMS)->sms;
        sms->enterprise_id = card.enterprise_id;
        sms->sim_id = card.id;
    }
    return e;
}

/* ---- ListSIMs ---- */

static void list_sims(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct sim_card *all =
        directory_list_sims_seen(c->shard->directory, &c->caller, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        if (key[0] == '\0' || sim_has_key(c, &all[i], key)) {
            all[total++] = all[i];
        }
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            version_write_row(c, sim_write_members, &all[i], all[i].enterprise_id);
        }
    }
    list_page_end(c);
}

/* ---- the rows ---- */

static const struct param_row delete_params[] = {
    [SIM_ICCID] = {.name = "ICCID", .type = PARAM_TEXT, .required = true, .doc = "The card"},
};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct param_row many_params[] = {
    [MANY_SIMS] = {.name = "SIMs",
                   .type = PARAM_OBJECTS,
                   .required = true,
                   .max = SIMS_MAX,
                   .doc = "Objects with the fields of AddSIM"},
};

#define COMMON(name_)                                                                              \
    .name = (name_), .prefix = PREFIX_MANAGE, .needs_enterprise = true, .role = ROLE_ADMIN,        \
    .whole_enterprise = true

static const struct api_method rows[] = {
    {
        COMMON("AddSIM"),
        .where = WHERE_JOB,
        .params = sim_add_params,
        .param_count = SIM_PARAMS,
        .codes = {{404, CALL_NO_DEVICE_TEXT}, {409, ICCID_TAKEN}},
        .doc = "Adds a SIM card, Activated.",
        .check = check_fields,
        .names = list_name,
        .change = add_sim,
    },
    {
        COMMON("AddSIMs"),
        .where = WHERE_JOB,
        .params = many_params,
        .param_count = COUNT_OF(many_params),
        .reply = {.shape = REPLY_OBJECT, .members = elements_members, .count = ELEMENTS_MEMBERS},
        .doc = "Adds up to 10,000 SIM cards; those that cannot be are listed by index.",
        .weigh = elements_weigh,
        .prepare = prepare_sims,
        .names = list_names,
        .change = add_sims,
        .committed = elements_note_committed,
        .run = elements_answer,
    },
    {
        COMMON("ModifySIM"),
        .where = WHERE_JOB,
        .checks_role = true,
        .params = sim_change_params,
        .param_count = SIM_PARAMS,
        .codes = {{404, SIM_NONE_TEXT}, {409, DEVICE_FULL}},
        .doc = "Changes the fields of a SIM card that are given.",
        .check = check_fields,
        .change = modify_sim,
    },
    {
        COMMON("DeleteSIM"),
        .where = WHERE_JOB,
        .checks_role = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, SIM_NONE_TEXT}},
        .doc = "Deletes a SIM card and its SMS.",
        .change = delete_sim,
    },
    {
        COMMON("ListSIMs"),
        .where = WHERE_STORE,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = sim_list_members,
                  .count = SIM_LIST_MEMBERS,
                  .lists_below = true},
        .doc = "The SIM cards in the order in which they were added. Key is looked for in ICCID, "
               "SIM, IMSI, Tag, Remark and DeviceID.",
        .run = list_sims,
    },
};

const struct method_group manage_sim_methods = {.rows = rows, .count = COUNT_OF(rows)};
