/*
 * MiniFinder: personal trackers of MiniFinder and Eview (Pico, Atto, EV-07 and the first EV-04 to
 * EV-06), over TCP. A text begins with '!', its type and a comma, and ends with ';':
 *
 *     !1,123456789012345,V07S.5701.1621,100;         login: IMEI, and of some firmware and battery
 * % !5,17,A,50;                                    alive: CSQ, whether there is a fix, battery %
 *     !D,3/7/26,6:35:30,52.5,-13.25,36.0,225.8,1f0001,121.3,98,5,12,1.2;
 *        day/month/year  degrees    km/h deg   flags  m     % satellites used, seen, HDOP
 *     !B,...;  !C,...;                               the same of before, and of another positioning
 *     !A,3/7/26,6:35:30,52.5,-13.25,...;             of old ones: a place alone
 *     !3,ok;  !4,...;                                answers: to a setting, to a question for them
 *
 * What stands behind the battery of C, and behind the place of A, is not known. Nothing is
 * answered, and only the login names the tracker. Flags, in hexadecimal, from bit 0 on:
 *
 *     0 by GPS   1 by something else   2 the receiver is at fault   6 SOS   7 overspeed   8 a fall
 *     9, 10, 11 its own fences 1 to 3  12 low battery   14, 15 moved   16 to 20 CSQ   22 charging
 *
 * A fall and the fences have no alarm of ours: they are kept as an event, the flags of these bits.
 *
 *     a text   as it is: "123456LOC", with the password 123456 unless somebody changed it
 *
 * Answers do not tell what they answer. That times are UTC nobody documents: a zone can be set.
 *
 * Source: the maker's GPRS protocol V1.26 (traccar.org/protocol/5062-minifinder); the flags that it
 * leaves open, as Traccar has them.
 */
#include <string.h>

#include "base/clock.h"
#include "protocols/alarm_table.h"
#include "protocols/framing.h"
#include "protocols/heads.h"
#include "protocols/layouts.h"

enum { FRAME_MAX = 1024, NOISE_MAX = 64, HEAD_LEN = 3, IMEI_LEN = 15, TEXT_MAX = 160 };

static const struct alarm_row alarm_rows[] = {
    {2, ALARM_BIT(GPS_ANTENNA)},  {6, ALARM_BIT(SOS)},           {7, ALARM_BIT(OVERSPEED)},
    {12, ALARM_BIT(LOW_BATTERY)}, {14, ALARM_BIT(DISPLACEMENT)}, {15, ALARM_BIT(DISPLACEMENT)},
};
static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);

/* ---- frames ---- */

static enum err begins(struct bytes in)
{
    return head_begins(in, 0, "!%[1345ABCD],");
}

static enum protocol_claim minifinder_claims(struct bytes first)
{
    return claim_of(begins(first));
}

static enum err len_of(struct bytes in, size_t *len)
{
    enum err e = begins(in);
    size_t end = bytes_find(bytes_slice(in, 0, FRAME_MAX), ';');
    if (e != ERR_OK) {
        return e;
    }
    *len = end + 1;
    return end < in.len && end < FRAME_MAX ? ERR_OK : in.len < FRAME_MAX ? ERR_MORE : ERR_TOO_LONG;
}

static const struct framing_rule rule = {
    .first = '!', .noise_max = NOISE_MAX, .len_max = FRAME_MAX, .len_of = len_of, .begins = begins};

/* ---- what a text says ---- */

/* The two words of a time, "3/7/26" and "6:35:30". */
static void set_time(struct fix *f, struct bytes date, struct bytes time)
{
    enum { PARTS = 3, CENTURY = 2000, YEARS = 100, WRONG = 9999 };
    struct words d;
    struct words t;
    words_cut(date, '/', &d);
    words_cut(time, ':', &t);
    if (d.count != PARTS || t.count != PARTS) {
        return;
    }
    struct civil c = {.day = (int)(word_number(d.at[0], WRONG) % (WRONG + 1)),
                      .month = (int)(word_number(d.at[1], WRONG) % (WRONG + 1)),
                      .year = CENTURY + (int)(word_number(d.at[2], WRONG) % (WRONG + 1)),
                      .hour = (int)(word_number(t.at[0], WRONG) % (WRONG + 1)),
                      .minute = (int)(word_number(t.at[1], WRONG) % (WRONG + 1)),
                      .second = (int)(word_number(t.at[2], WRONG) % (WRONG + 1))};
    if (c.year < CENTURY + YEARS && civil_is_valid(&c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

static bool is_by_gps(struct bytes flags)
{
    return (word_hex(flags, 0) & 1) != 0;
}

static bool is_always(struct bytes word)
{
    (void)word;
    return true;
}

static void set_hdop(struct fix *f, struct bytes word)
{
    word_set_hdop(f, bytes_eq(word, "0") ? (struct bytes){0} : word);
}

static void set_flags(struct fix *f, uint32_t flags, struct extras *x)
{
    enum { CSQ_AT = 16, CSQ = 0x1f, CHARGING_AT = 22, EVENTS = 0x0f00 };
    fix_set_gsm(f, flags >> CSQ_AT & CSQ);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (flags >> CHARGING_AT & 1) != 0);
    f->alarms |= alarm_table_of_bits(&alarms, flags);
    fix_set_alarms_told(f, alarm_table_all(&alarms));
    if ((flags & EVENTS) != 0) {
        extras_set(x, EXTRA_EVENT, 0, flags & EVENTS);
    }
}

static enum err read_place(uint8_t type, const struct words *w, struct decoded *out)
{
    enum { DATE = 1, TIME, LAT, FLAGS = 7 };
    static const struct layout old = {.where = {LAT, FLAGS, layout_place_degrees},
                                      .is_valid = is_always};
    static const struct layout place = {.where = {LAT, FLAGS, layout_place_degrees},
                                        .is_valid = is_by_gps,
                                        .rows = {{5, word_set_kmh},
                                                 {6, word_set_course},
                                                 {8, word_set_altitude},
                                                 {9, word_set_percent}}};
    static const struct layout quality = {.rows = {{10, word_set_satellites}, {12, set_hdop}}};
    struct report r;
    report_begin(&r, out);
    if (!layout_read(type == 'A' ? &old : &place, w, 0, &r)) {
        return ERR_MALFORMED;
    }
    set_time(&r.fix, word_at(w, DATE), word_at(w, TIME));
    if (type != 'A') {
        set_flags(&r.fix, (uint32_t)(word_hex(word_at(w, FLAGS), 0) & UINT32_MAX), &r.extras);
    }
    if (type == 'B' || type == 'D') {
        (void)layout_read(&quality, w, 0, &r);
    }
    r.fix.flags |= type == 'B' ? (uint32_t)FIX_REUPLOAD : 0;
    report_add(&r, MESSAGE_FIX, out);
    return ERR_OK;
}

static void read_alive(const struct words *w, struct decoded *out)
{
    static const struct layout alive = {.rows = {{1, word_set_csq}, {3, word_set_percent}}};
    struct report r;
    report_begin(&r, out);
    (void)layout_read(&alive, w, 0, &r);
    report_add(&r, MESSAGE_HEARTBEAT, out);
}

static enum err read_login(const struct words *w, struct decoded *out)
{
    struct bytes imei = word_at(w, 1);
    if (imei.len != IMEI_LEN || !word_is_digits(imei)) {
        return ERR_MALFORMED;
    }
    bytes_to_text(imei, out->device_id, sizeof(out->device_id));
    decoded_add(out, MESSAGE_LOGIN);
    return ERR_OK;
}

static void read_answer(uint8_t type, struct bytes text, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    bool is_setting = type == '3';
    bool is_done = !is_setting || bytes_eq(bytes_slice(text, HEAD_LEN, SIZE_MAX), "ok");
    m->answer.result = is_done ? ANSWER_DONE : ANSWER_REFUSED;
    m->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
}

static enum err minifinder_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct words w;
    if (!field_is_printable(frame)) {
        return ERR_MALFORMED;
    }
    struct bytes text = bytes_slice(frame, 0, frame.len - 1);
    uint8_t type = frame.at[1];
    enum err e = ERR_OK;
    words_cut(text, ',', &w);
    if (type == '1') {
        e = read_login(&w, out);
    } else if (type == '5') {
        read_alive(&w, out);
    } else if (type < 'A') {
        read_answer(type, text, out);
    } else {
        e = read_place(type, &w, out);
    }
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    return e;
}

static enum command_fate minifinder_command(struct session *s, const struct device_slot *slot,
                                            const struct command_request *asked,
                                            struct command_note *note, struct writer *out)
{
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .claims = minifinder_claims, .form = "%1", .is_unaddressed = true};
    (void)s;
    (void)slot;
    return word_command_write(asked, &known, (struct bytes){0}, note, out);
}

const struct protocol protocol_minifinder = {
    .name = "minifinder",
    .doc = "MiniFinder and Eview personal trackers: texts from '!' to ';'; nothing is answered",
    .port = 5062,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = minifinder_claims,
    .rule = &rule,
    .decode = minifinder_decode,
    .command = minifinder_command,
};
