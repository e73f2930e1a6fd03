/*
 * How many SMS a card takes a day, since each may cost money. A card counts them itself, over
 * restarts too (sms_day, sms_count). Who deletes it and adds it again, or gives its phone number to
 * another card, would begin anew: so what went to an ICCID and to a phone number is also kept here.
 *
 *     card 8988...  SIM +49151...   10 of 10        deleted, and added again: still 10
 *     card 8988...7 SIM 0049151...   0 of 10        the number has had 10: none
 *
 * This is in memory, for the day. A restart forgets it, and what the cards that are there have
 * counted stays.
 */
#include <string.h>

#include "base/mem.h"
#include "ingest/ingest_private.h"
#include "ingest/sims.h"

enum {
    DAY_S = 86400,
    PHONE_DIGITS_MIN = 7, /* shorter ones stand for a number that nobody knows, such as 0 */
    KEPT_MAX = 100000,    /* ICCIDs and numbers */
    KEY_SIZE = 64,
};

void share_init(struct sms_shares *s)
{
    s->sent = g_hash_table_new_full(g_str_hash, g_str_equal, free, free);
}

void share_clear(struct sms_shares *s)
{
    g_hash_table_destroy(s->sent);
}

static void begin_day(struct sms_shares *s, int64_t day)
{
    if (s->day != day) {
        g_hash_table_remove_all(s->sent);
        s->day = day;
    }
}

/* The key of the card's phone number in its enterprise; "" where it has none that is one. */
static void phone_key(const struct sim_card *card, char out[KEY_SIZE])
{
    char digits[SIM_NUMBER_MAX_CHARS + 1];
    size_t len = 0;
    for (const char *at = card->sim; *at != '\0' && len < sizeof(digits) - 1; at++) {
        if (g_ascii_isdigit(*at) && (len > 0 || *at != '0')) {
            digits[len++] = *at; /* +49 is 0049 */
        }
    }
    digits[len] = '\0';
    out[0] = '\0';
    if (len >= PHONE_DIGITS_MIN) {
        (void)g_snprintf(out, KEY_SIZE, "%lld/%s", (long long)card->enterprise_id, digits);
    }
}

static unsigned sent_to(const struct sms_shares *s, const char *key)
{
    const unsigned *count = g_hash_table_lookup(s->sent, key);
    return count == NULL ? 0 : *count;
}

static void note_sent(struct sms_shares *s, const char *key, unsigned count)
{
    bool is_known = g_hash_table_contains(s->sent, key);
    if (key[0] != '\0' && (is_known || g_hash_table_size(s->sent) < KEPT_MAX)) {
        unsigned *kept = mem_new(sizeof(*kept));
        *kept = count;
        (void)g_hash_table_insert(s->sent, mem_copy_text(key), kept);
    }
}

bool sims_count_sent(struct job_context *job, struct sim_card *card, unsigned most)
{
    struct sms_shares *s = &job->commands->in->shares;
    char phone[KEY_SIZE];
    char iccid[ICCID_KEY_SIZE];
    int64_t today = job->now_s / DAY_S;
    begin_day(s, today);
    phone_key(card, phone);
    (void)iccid_key(card->iccid, iccid);
    unsigned by_card = MAX(card->sms_day == today ? card->sms_count : 0U, sent_to(s, iccid));
    unsigned by_phone = MAX(by_card, sent_to(s, phone));
    if (by_phone >= most) {
        return false;
    }
    card->sms_day = today;
    card->sms_count = (uint16_t)(by_card + 1);
    note_sent(s, iccid, by_card + 1);
    note_sent(s, phone, by_phone + 1);
    return true;
}
