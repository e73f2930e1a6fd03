/* What operators say of cards: taken from outside, joined, and put into our own card. */
#include "connect/sim_report.h"

#include <glib.h>
#include <string.h>

/* ---- texts ---- */

/* Whether a character would do something instead of being shown. */
static bool is_shown(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT &&
           type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

void sim_report_text(struct bytes from, char *out, size_t size)
{
    size_t len = 0;
    size_t read = 0;
    while (read < from.len) {
        const char *at = (const char *)from.at + read;
        gunichar c = g_utf8_get_char_validated(at, (gssize)(from.len - read));
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            break;
        }
        size_t taken = (size_t)(g_utf8_find_next_char(at, NULL) - at);
        size_t bytes = is_shown(c) ? taken : 1;
        if (len + bytes >= size) {
            break;
        }
        memcpy(out + len, is_shown(c) ? at : " ", bytes);
        len += bytes;
        read += taken;
    }
    out[len] = '\0';
}

void sim_report_word(struct bytes from, char *out, size_t size)
{
    bool is_word = from.len < size;
    for (size_t i = 0; i < from.len && is_word; i++) {
        char c = (char)from.at[i];
        is_word = g_ascii_isalnum(c) || c == '.' || c == ':' || c == '-';
    }
    bytes_to_text(is_word ? from : (struct bytes){0}, out, size);
}

/* Names of radio access as networks write them (3GPP TS 29.274, section 8.17), and as people do. */
void sim_report_technology(struct bytes from, char *out)
{
    static const struct {
        const char *name;
        const char *shown;
    } rows[] = {
        {"NB-IoT", "NB-IoT"}, {"EUTRAN-NB-IoT", "NB-IoT"},
        {"GERAN", "2G"},      {"GSM", "2G"},
        {"GPRS", "2G"},       {"EDGE", "2G"},
        {"UTRAN", "3G"},      {"UMTS", "3G"},
        {"HSPA", "3G"},       {"EUTRAN", "4G"},
        {"E-UTRAN", "4G"},    {"LTE", "4G"},
        {"LTE-M", "4G"},      {"NR", "5G"},
    };
    sim_report_text(from, out, SIM_TECHNOLOGY_SIZE);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (bytes_eq_nocase(from, rows[i].name)) {
            (void)g_strlcpy(out, rows[i].shown, SIM_TECHNOLOGY_SIZE);
        }
    }
}

/* ---- joining ---- */

static void join_text(char *to, const char *from, size_t size)
{
    if (from[0] != '\0') {
        (void)g_strlcpy(to, from, size);
    }
}

void sim_report_join(struct sim_report *r, const struct sim_report *more)
{
    if (more->has_state) {
        r->has_state = true;
        r->is_active = more->is_active;
        r->imei_lock = more->imei_lock;
    }
    if (more->has_label) {
        r->has_label = true;
        (void)g_strlcpy(r->label, more->label, sizeof(r->label));
    }
    join_text(r->iccid, more->iccid, sizeof(r->iccid));
    join_text(r->imsi, more->imsi, sizeof(r->imsi));
    join_text(r->number, more->number, sizeof(r->number));
    join_text(r->imei, more->imei, sizeof(r->imei));
    join_text(r->ip_address, more->ip_address, sizeof(r->ip_address));
    r->actived_day = more->actived_day != 0 ? more->actived_day : r->actived_day;
    r->end_day = more->end_day != 0 ? more->end_day : r->end_day;
    r->data_mb_e2 = more->data_mb_e2 != 0 ? more->data_mb_e2 : r->data_mb_e2;
    r->sms = more->sms != 0 ? more->sms : r->sms;
    r->data_left_mb_e2 = more->has_data_left ? more->data_left_mb_e2 : r->data_left_mb_e2;
    r->has_data_left = r->has_data_left || more->has_data_left;
    r->sms_left = more->has_sms_left ? more->sms_left : r->sms_left;
    r->has_sms_left = r->has_sms_left || more->has_sms_left;
    if (more->has_session) {
        r->has_session = true;
        r->is_online = more->is_online;
        join_text(r->network, more->network, sizeof(r->network));
        join_text(r->technology, more->technology, sizeof(r->technology));
    }
}

/* ---- a card ---- */

static void put_text(const char **member, const char *told)
{
    *member = told[0] != '\0' ? told : *member;
}

static void put_day(int64_t *member, int64_t told)
{
    *member = told != 0 ? told : *member;
}

static void put_number(uint32_t *member, bool is_told, uint32_t told)
{
    *member = is_told ? told : *member;
}

static void put_state(const struct sim_report *r, int64_t now_s, struct sim_card *card)
{
    card->is_active = r->is_active;
    card->tag = r->has_label ? r->label : card->tag;
    card->state_s = now_s;
}

void sim_report_apply(const struct sim_report *r, int64_t now_s, struct sim_card *card)
{
    put_text(&card->imsi, r->imsi);
    put_text(&card->sim, r->number);
    put_text(&card->imei, r->imei);
    put_text(&card->ip_address, r->ip_address);
    put_day(&card->actived_day, r->actived_day);
    put_day(&card->end_day, r->end_day);
    put_number(&card->usage_amount_mb_e2, r->data_mb_e2 != 0, r->data_mb_e2);
    put_number(&card->sms_amount, r->sms != 0, r->sms);
    put_number(&card->usage_data_mb_e2, r->has_data_left, r->data_left_mb_e2);
    put_number(&card->sms_data, r->has_sms_left, r->sms_left);
    if (r->has_state) {
        put_state(r, now_s, card);
    }
    if (r->has_session) {
        put_text(&card->network, r->network);
        put_text(&card->technology, r->technology);
        card->is_online = r->is_online;
        card->session_s = now_s;
    }
}
