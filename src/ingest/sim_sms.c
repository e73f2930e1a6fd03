/*
 * SMS that came from cards, and what became of SMS to them.
 *
 *     hook, polling ──► the card ──► a row of sim_sms, REPLY                    (section 36)
 *                         │     ──► a record of its device, RESPOND            (section 29)
 *                         └──────► by the profile of its model: a fix          (sms_text.h)
 *
 * All of it is one batch, which is committed at once. Who brings an SMS brings it again until it is
 * told that it is stored, and others bring the same one: it is known by its operator_id.
 *
 * A part waits as a row of its own (PART). The last one makes a whole text of them in one more row,
 * and they become JOINED, which shows them no more. Phones count references up from 0 to 255 and
 * begin again, so parts go together only within a day; what is left of one then is shown as it
 * came.
 */
#include <string.h>

#include "base/clock.h"
#include "fleet/directory_sims.h"
#include "ingest/events.h"
#include "ingest/sims.h"
#include "protocols/profile.h"
#include "protocols/secrets.h"
#include "protocols/sms_text.h"

enum { PARTS_WAIT_S = 86400, OPEN_MAX = 1000, MS_PER_S = 1000 };

/* An SMS on its way into the batch. */
struct arrival_of_sms {
    struct ingest *in;
    const struct sim_card *card;
    const struct sms_incoming *sms;
    struct store_sms open;    /* SMS of the card that are not over */
    struct device_ref device; /* that the card is in; empty: in none */
    struct bytes text;        /* as it is kept: masked, and not too long */
    int64_t time_s;           /* when it was sent, as far as that can be */
    int64_t now_s;
};

static enum err read_sms(struct ingest *in, const struct sms_query *query, struct store_sms *out)
{
    return store_read_sms(in->options.store, query, &in->batch.arena, out);
}

/* Those of a card; the caller narrows them. */
static struct sms_query query_of(const struct sim_card *card)
{
    return (struct sms_query){.enterprise_id = card->enterprise_id,
                              .sim_id = card->id,
                              .from_s = INT64_MIN,
                              .to_s = INT64_MAX,
                              .limit = 1};
}

/* The first SMS_CHARS_MAX characters. */
static struct bytes cut(struct bytes text)
{
    size_t chars = 0;
    for (size_t i = 0; i < text.len; i++) {
        chars += (text.at[i] & 0xC0U) != 0x80U;
        if (chars > SMS_CHARS_MAX) {
            return bytes_slice(text, 0, i);
        }
    }
    return text;
}

/* ---- the device ---- */

static void find_device(struct arrival_of_sms *a)
{
    struct directory *dir = a->in->options.directory;
    if (a->card->device_id == 0 || directory_find(dir, a->card->device_id, &a->device) != ERR_OK) {
        a->device = (struct device_ref){0};
    } else if (a->device.info->enterprise_id != a->card->enterprise_id) {
        device_ref_release(dir, &a->device);
        a->device = (struct device_ref){0};
    }
}

/* Without passwords. */
static struct bytes masked(const struct arrival_of_sms *a, struct bytes text)
{
    const struct device *d = a->device.info;
    const struct secret_of own = {a->in->options.vault, d == NULL ? "" : d->password_hash};
    return secrets_masked_of(&a->in->batch.arena, text, &own);
}

struct bytes sims_masked(struct job_context *job, const struct sim_card *card, struct bytes text)
{
    struct device_ref ref;
    struct secret_of own = {job->commands->in->options.vault, ""};
    bool is_in_device =
        card->device_id != 0 && directory_find(job->directory, card->device_id, &ref) == ERR_OK;
    own.hash = is_in_device ? ref.info->password_hash : "";
    struct bytes out = secrets_masked_sent(job->changes.arena, text, &own);
    if (is_in_device) {
        device_ref_release(job->directory, &ref);
    }
    return out;
}

/* The record of section 29. */
static void add_record(const struct arrival_of_sms *a, struct bytes text)
{
    const struct device_text record = {
        .device_id = a->device.info->id, .time_s = a->time_s, .kind = TEXT_RESPOND};
    if (text.len > 0) {
        (void)commands_add_record(a->in, &record, text);
    }
}

/* What the text tells, as messages. `p` is the protocol of the device; NULL: nobody knows it. */
static void decode_text(const struct arrival_of_sms *a, const struct device *d,
                        const struct protocol *p, struct bytes text, struct decoded *out)
{
    const struct profiles *profiles = directory_profiles(a->in->options.directory);
    const struct profile *row = dialect_of(profiles, d).profile;
    struct session session = p == NULL ? (struct session){0} : protocol_session(p);
    if (row == NULL || !sms_text_read(row, p == NULL ? NULL : &session, text, a->time_s, out) ||
        decoded_finish(out) != ERR_OK) {
        out->len = 0;
    }
}

/* The protocol that the device spoke in this run; NULL: it said nothing yet. */
static const struct protocol *spoken(const struct live *live)
{
    bool is_known = live->heard_monotonic_ms != 0 && live->protocol < PROTOCOL_COUNT;
    return is_known ? protocol_at(live->protocol) : NULL;
}

/* The report that the text is, where it is one; the device is not heard by it: its link is not. */
static void add_fix(struct arrival_of_sms *a, struct bytes text)
{
    struct ingest *in = a->in;
    struct decoded out = {.arena = &in->batch.arena};
    struct intake_head head = {.rcv_time_ms = a->now_s * MS_PER_S};
    struct stage *s = batch_stage(in, a->device);
    const struct protocol *p = spoken(&s->live);
    a->device = (struct device_ref){0}; /* it is the stage's */
    decode_text(a, s->ref.info, p, text, &out);
    if (p != NULL) { /* else no local time is read */
        head.protocol = s->live.protocol;
        head.utc_offset_min = p->utc_offset_min;
    }
    (void)g_strlcpy(head.device_id, s->ref.info->device_id, sizeof(head.device_id));
    size_t place = (size_t)(s - in->batch.stages);
    for (size_t i = 0; i < out.len; i++) {
        const struct message *m = &out.at[i];
        const struct intake_message message = {.kind = m->kind,
                                               .is_local_time = m->is_local_time,
                                               .fix = &m->fix,
                                               .extras = m->extras};
        if (m->kind == MESSAGE_HEARTBEAT) {
            stage_heartbeat(in, place, &head, &message);
        } else {
            stage_fix(in, place, &head, &message);
        }
    }
}

/* What the whole text is to the device. */
static void tell_device(struct arrival_of_sms *a, struct bytes text)
{
    if (a->device.info != NULL) {
        add_record(a, text);
        add_fix(a, text);
    }
}

/* ---- rows ---- */

/* A row of the SMS with that text, whole or a part. */
static struct sim_sms *add_row(const struct arrival_of_sms *a, struct bytes text,
                               enum sms_status status)
{
    struct batch *b = &a->in->batch;
    struct sim_sms *row = &change_add(&b->changes, CHANGE_PUT_SMS)->sms;
    *row = (struct sim_sms){
        .enterprise_id = a->card->enterprise_id,
        .sim_id = a->card->id,
        .id = ids_next(&a->in->ids, ID_OF_SMS),
        .time_s = a->time_s,
        .content = (const char *)arena_copy(&b->arena, text).at,
        .source_address = arena_copy_text(&b->arena, a->card->sim),
        .status = status,
        .operator_id = arena_copy_text(&b->arena, a->sms->operator_id),
        .over_s = a->now_s,
    };
    return row;
}

static void put_row(const struct arrival_of_sms *a, const struct sim_sms *row,
                    enum sms_status status)
{
    struct sim_sms *put = &change_add(&a->in->batch.changes, CHANGE_PUT_SMS)->sms;
    *put = *row;
    put->status = status;
    put->over_s = a->now_s;
}

/* What the card has left; of an operator's card until it tells itself. */
static void count_sms(const struct arrival_of_sms *a)
{
    struct sim_card card = *a->card;
    sim_count_sms(&card);
    if (card.sms_data != a->card->sms_data) {
        change_add(&a->in->batch.changes, CHANGE_PUT_SIM)->sim = card;
    }
}

/* ---- parts ---- */

/* Whether the row is a part that has waited too long. */
static bool is_left(const struct arrival_of_sms *a, const struct sim_sms *row)
{
    return row->status == SMS_PART && row->time_s < a->time_s - PARTS_WAIT_S;
}

static bool is_sibling(const struct arrival_of_sms *a, const struct sim_sms *row)
{
    return row->status == SMS_PART && !is_left(a, row) && row->time_s <= a->time_s + PARTS_WAIT_S &&
           row->reference == a->sms->reference && row->parts == a->sms->parts &&
           row->part != a->sms->part;
}

/* The other parts by their number, of each the newest; false: some are missing. */
static bool find_siblings(const struct arrival_of_sms *a,
                          const struct sim_sms *out[SMS_PARTS_MAX + 1])
{
    size_t found = 1;
    for (size_t i = 0; i < a->open.count; i++) { /* oldest first */
        const struct sim_sms *row = &a->open.at[i];
        if (is_sibling(a, row)) {
            found += out[row->part] == NULL ? 1 : 0;
            out[row->part] = row;
        }
    }
    return found == a->sms->parts;
}

/* The text of all parts, of which `text` is the one that has come now. */
static struct bytes join(const struct arrival_of_sms *a,
                         const struct sim_sms *const siblings[SMS_PARTS_MAX + 1], struct bytes text)
{
    size_t size = text.len;
    for (size_t i = 1; i <= a->sms->parts; i++) {
        size += siblings[i] == NULL ? 0 : strlen(siblings[i]->content);
    }
    uint8_t *at = arena_new(&a->in->batch.arena, size + 1);
    struct writer w = writer_init(at, size);
    for (size_t i = 1; i <= a->sms->parts; i++) {
        write_bytes(&w, siblings[i] == NULL ? text : bytes_of_text(siblings[i]->content));
    }
    return cut(masked(a, writer_bytes(&w)));
}

static enum sms_taken take_part(struct arrival_of_sms *a, struct bytes text)
{
    const struct sim_sms *siblings[SMS_PARTS_MAX + 1] = {NULL};
    bool is_whole = find_siblings(a, siblings);
    struct sim_sms *row = add_row(a, text, is_whole ? SMS_JOINED : SMS_PART);
    row->over_s = is_whole ? a->now_s : 0;
    row->reference = a->sms->reference;
    row->part = a->sms->part;
    row->parts = a->sms->parts;
    if (!is_whole) {
        return SMS_IS_PART;
    }
    for (size_t i = 1; i <= a->sms->parts; i++) {
        if (siblings[i] != NULL) {
            put_row(a, siblings[i], SMS_JOINED);
        }
    }
    struct bytes whole = join(a, siblings, text);
    add_row(a, whole, SMS_REPLY)->operator_id = "";
    tell_device(a, whole);
    return SMS_IS_NEW;
}

/* Parts that wait no more are shown as they came. */
static void end_left_parts(const struct arrival_of_sms *a)
{
    for (size_t i = 0; i < a->open.count; i++) {
        if (is_left(a, &a->open.at[i])) {
            put_row(a, &a->open.at[i], SMS_PART);
        }
    }
}

/* ---- taking ---- */

/* One from before what is kept would go at once, and come again. */
static int64_t sent_s(const struct sms_incoming *sms, int64_t now_s)
{
    bool is_sound = sms->time_s <= now_s && sms->time_s > now_s - SMS_KEPT_S;
    return is_sound ? sms->time_s : now_s;
}

static bool is_sound(const struct sms_incoming *sms)
{
    size_t id_len = strlen(sms->operator_id);
    bool is_whole = sms->parts <= 1;
    bool is_part = sms->parts <= SMS_PARTS_MAX && sms->part >= 1 && sms->part <= sms->parts;
    return id_len > 0 && id_len <= SMS_OPERATOR_ID_MAX && (is_whole || is_part);
}

static enum err find_known(struct ingest *in, const struct sim_card *card, const char *operator_id,
                           struct store_sms *out)
{
    struct sms_query query = query_of(card);
    query.operator_id = operator_id;
    return read_sms(in, &query, out);
}

static enum err find_open(struct arrival_of_sms *a)
{
    struct sms_query query = query_of(a->card);
    query.is_open = true;
    query.limit = OPEN_MAX;
    return read_sms(a->in, &query, &a->open);
}

enum err sims_take_sms(struct job_context *job, const struct sim_card *card,
                       const struct sms_incoming *sms, enum sms_taken *taken)
{
    struct arrival_of_sms a = {
        .in = job->commands->in, .card = card, .sms = sms, .now_s = job->now_s};
    struct store_sms known;
    if (!is_sound(sms)) {
        return ERR_INVALID;
    }
    enum err e = find_known(a.in, card, sms->operator_id, &known);
    e = e == ERR_OK ? find_open(&a) : e;
    if (e != ERR_OK || known.count > 0) {
        *taken = SMS_IS_KNOWN;
        return e;
    }
    a.time_s = sent_s(sms, a.now_s);
    find_device(&a);
    struct bytes text = cut(masked(&a, bytes_of_text(sms->content)));
    end_left_parts(&a);
    count_sms(&a);
    if (sms->parts > 1) {
        *taken = take_part(&a, text);
    } else {
        *taken = SMS_IS_NEW;
        (void)add_row(&a, text, SMS_REPLY);
        tell_device(&a, text);
    }
    device_ref_release(a.in->options.directory, &a.device);
    return batch_finish(a.in);
}

enum err sims_note_status(struct job_context *job, const struct sim_card *card,
                          const char *operator_id, enum sms_status status)
{
    struct ingest *in = job->commands->in;
    struct store_sms known;
    struct sms_query query = query_of(card);
    query.operator_id = operator_id;
    enum err e = store_read_sms(in->options.store, &query, job->changes.arena, &known);
    if (e == ERR_OK && known.count > 0 && known.at[0].over_s == 0 &&
        known.at[0].status == SMS_PENDING) {
        struct sim_sms *put = &change_add(&job->changes, CHANGE_PUT_SMS)->sms;
        *put = known.at[0];
        put->status = status;
        put->over_s = job->now_s;
    }
    return e;
}
