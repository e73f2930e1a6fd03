/* The steps of a mail to several addresses. */
#include "api/schedule_mail.h"

#include <glib.h>
#include <string.h>

/* Behind each round of tries; the last one is repeated. */
static const int64_t waits_s[] = {60, 300, 900, 1800, 3600, 7200};
enum { WAITS = sizeof(waits_s) / sizeof(waits_s[0]) };

static const char UNKNOWN[] = "it may have arrived, and is not sent again";

/* ---- lists of addresses ---- */

static bool is_listed(char *const *addresses, size_t count, const char *address)
{
    for (size_t i = 0; i < count; i++) {
        if (g_ascii_strcasecmp(addresses[i], address) == 0) {
            return true;
        }
    }
    return false;
}

/* The same of a list as it is kept. */
static bool has_address(const char *list, const char *address)
{
    char **items = g_strsplit(list, ",", -1);
    bool has = is_listed(items, g_strv_length(items), address);
    g_strfreev(items);
    return has;
}

/* Moves each address once to the front; how many they are, or -1: one is none. */
static int keep_addresses(char **items)
{
    size_t count = 0;
    for (size_t i = 0; items[i] != NULL; i++) {
        char *address = g_strstrip(items[i]);
        if (!mail_is_address(bytes_of_text(address))) {
            return -1;
        }
        if (!is_listed(items, count, address)) {
            char *other = items[count];
            items[count++] = items[i];
            items[i] = other;
        }
    }
    return (int)count;
}

static const char *joined(struct arena *arena, char *const *addresses, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ",", g_strstrip(addresses[i]));
    }
    return text;
}

const char *schedule_mail_read(struct arena *arena, const char *text, const char **why)
{
    if (text[0] == '\0') {
        return "";
    }
    char **items = g_strsplit(text, ",", SCHEDULE_MAIL_TO_MAX * 2);
    int count = keep_addresses(items);
    const char *kept = NULL;
    if (count < 0) {
        *why = "wants addresses as anna@example.com, separated by commas";
    } else if (count > SCHEDULE_MAIL_TO_MAX) {
        *why = "wants at most 10 addresses";
    } else {
        kept = joined(arena, items, (size_t)count);
    }
    g_strfreev(items);
    return kept;
}

void schedule_mail_next(const struct report_schedule *s, char out[MAIL_ADDRESS_MAX + 1])
{
    size_t len = strcspn(s->mail_left, ",");
    bytes_to_text((struct bytes){(const uint8_t *)s->mail_left, len}, out, MAIL_ADDRESS_MAX + 1);
}

static const char *behind_first(const char *addresses)
{
    const char *comma = strchr(addresses, ',');
    return comma == NULL ? "" : comma + 1;
}

/* ---- what is wrong with an address ---- */

/* Of an entry of mail_error. */
static bool is_about(const char *entry, const char *address)
{
    size_t len = strlen(address);
    return strncmp(entry, address, len) == 0 && entry[len] == ':';
}

static bool has_entry(const char *errors, const char *address)
{
    bool has = false;
    char **entries = g_strsplit(errors, "; ", -1);
    for (size_t i = 0; entries[i] != NULL; i++) {
        has = has || is_about(entries[i], address);
    }
    g_strfreev(entries);
    return has;
}

/* mail_error without the entry of the address. */
static const char *without(struct arena *arena, const char *errors, const char *address)
{
    const char *kept = "";
    char **entries = g_strsplit(errors, "; ", -1);
    for (size_t i = 0; entries[i] != NULL; i++) {
        if (!is_about(entries[i], address) && entries[i][0] != '\0') {
            kept = arena_format(arena, "%s%s%s", kept, kept[0] == '\0' ? "" : "; ", entries[i]);
        }
    }
    g_strfreev(entries);
    return kept;
}

/* The reason is cut to what has room, so that there is room for each address. */
static const char *with(struct arena *arena, const char *errors, const char *address,
                        const char *reason)
{
    char plain[MAIL_REASON_SIZE];
    const char *end = NULL;
    (void)g_strlcpy(plain, reason, sizeof(plain));
    if (!g_utf8_validate(plain, -1, &end)) {
        plain[end - plain] = '\0'; /* it was cut amid a character */
    }
    (void)g_strdelimit(plain, ";", ',');
    const char *kept = without(arena, errors, address);
    return arena_format(arena, "%s%s%s: %s", kept, kept[0] == '\0' ? "" : "; ", address, plain);
}

/* ---- steps ---- */

void schedule_mail_begin(struct report_schedule *s)
{
    s->mail_state = s->mail_to[0] == '\0' ? MAIL_NONE : MAIL_WAITING;
    s->mail_left = s->mail_to;
    s->mail_tries = 0;
    s->mail_retry_s = 0;
    s->mail_error = "";
}

/* The first address is done with; what follows it is next, at once. */
static void go_on(struct report_schedule *s)
{
    s->mail_left = behind_first(s->mail_left);
    s->mail_retry_s = 0;
    s->mail_state = s->mail_left[0] != '\0'    ? MAIL_WAITING
                    : s->mail_error[0] == '\0' ? MAIL_SENT
                                               : MAIL_FAILED;
}

/* The first address goes behind the others, unless it was tried for long enough. */
static void put_off(struct report_schedule *s, struct arena *arena, const char *address,
                    int64_t now_s)
{
    if (now_s - s->last_run_s >= SCHEDULE_MAIL_FOR_S) {
        go_on(s);
        return;
    }
    const char *others = behind_first(s->mail_left);
    s->mail_left = arena_format(arena, "%s%s%s", others, others[0] == '\0' ? "" : ",", address);
    s->mail_retry_s = 0;
    s->mail_state = MAIL_WAITING;
}

/*
 * A round tries all that are left, as mail_to has them, and who is put off goes behind the others.
 * So it is over when nobody who is left stands behind the one that was tried last, or was never
 * tried.
 */
static bool is_round_over(const struct report_schedule *s, const char *tried)
{
    bool is_behind = false;
    bool is_over = true;
    char **wanted = g_strsplit(s->mail_to, ",", -1);
    for (size_t i = 0; wanted[i] != NULL; i++) {
        bool is_next = is_behind || !has_entry(s->mail_error, wanted[i]);
        is_over = is_over && !(is_next && has_address(s->mail_left, wanted[i]));
        is_behind = is_behind || g_ascii_strcasecmp(wanted[i], tried) == 0;
    }
    g_strfreev(wanted);
    return is_over;
}

/* Behind a round there is a pause, which grows. */
static void pause_behind_round(struct report_schedule *s, const char *tried, int64_t now_s)
{
    if (s->mail_left[0] != '\0' && is_round_over(s, tried)) {
        s->mail_retry_s = now_s + waits_s[s->mail_tries < WAITS ? s->mail_tries : WAITS - 1];
        s->mail_tries++;
    }
}

void schedule_mail_note(struct report_schedule *s, struct arena *arena, enum mail_outcome outcome,
                        const char *reason, int64_t now_s)
{
    char address[MAIL_ADDRESS_MAX + 1];
    schedule_mail_next(s, address);
    if (outcome == MAIL_TAKEN || !has_address(s->mail_to, address)) {
        s->mail_error = without(arena, s->mail_error, address);
        go_on(s);
        pause_behind_round(s, address, now_s);
        return;
    }
    const char *text = outcome != MAIL_UNKNOWN ? reason
                       : reason[0] == '\0'     ? UNKNOWN
                                               : arena_format(arena, "%s, %s", reason, UNKNOWN);
    s->mail_error = with(arena, s->mail_error, address, text);
    if (outcome == MAIL_PUT_OFF) {
        put_off(s, arena, address, now_s);
    } else {
        go_on(s);
    }
    pause_behind_round(s, address, now_s);
}

void schedule_mail_take_back(struct report_schedule *s)
{
    if (schedule_mail_is_to(s)) {
        s->mail_state = MAIL_WAITING;
    } else {
        go_on(s);
    }
}

void schedule_mail_give_up(struct report_schedule *s, struct arena *arena, const char *reason)
{
    char address[MAIL_ADDRESS_MAX + 1];
    while (s->mail_left[0] != '\0') {
        schedule_mail_next(s, address);
        s->mail_error = with(arena, s->mail_error, address, reason);
        s->mail_left = behind_first(s->mail_left);
    }
    s->mail_state = MAIL_FAILED;
}

/* ---- changes from outside ---- */

bool schedule_mail_is_to(const struct report_schedule *s)
{
    char address[MAIL_ADDRESS_MAX + 1];
    schedule_mail_next(s, address);
    return has_address(s->mail_to, address);
}

/* Of those that are wanted now, whom nothing was sent to yet; behind the one that is under way. */
static const char *left_of(const struct report_schedule *s, struct arena *arena,
                           const char *mail_to, const char *under_way)
{
    const char *left = under_way;
    char **wanted = g_strsplit(mail_to, ",", -1);
    for (size_t i = 0; wanted[i] != NULL; i++) {
        bool is_left = !has_address(s->mail_to, wanted[i]) || has_address(s->mail_left, wanted[i]);
        if (is_left && g_ascii_strcasecmp(wanted[i], under_way) != 0) {
            left = arena_format(arena, "%s%s%s", left, left[0] == '\0' ? "" : ",", wanted[i]);
        }
    }
    g_strfreev(wanted);
    return left;
}

/* mail_error without the entries of whoever is asked for no more. */
static const char *errors_of(const struct report_schedule *s, struct arena *arena,
                             const char *mail_to)
{
    const char *errors = s->mail_error;
    char **before = g_strsplit(s->mail_to, ",", -1);
    for (size_t i = 0; before[i] != NULL; i++) {
        errors = has_address(mail_to, before[i]) ? errors : without(arena, errors, before[i]);
    }
    g_strfreev(before);
    return errors;
}

void schedule_mail_readdress(struct report_schedule *s, struct arena *arena, const char *mail_to)
{
    bool is_under_way = s->mail_state == MAIL_WAITING || s->mail_state == MAIL_SENDING;
    if (is_under_way && strcmp(s->mail_to, mail_to) != 0) {
        char address[MAIL_ADDRESS_MAX + 1] = "";
        if (s->mail_state == MAIL_SENDING) {
            schedule_mail_next(s, address);
        }
        const char *left = left_of(s, arena, mail_to, arena_copy_text(arena, address));
        s->mail_error = errors_of(s, arena, mail_to);
        s->mail_left = left;
        s->mail_tries = 0;
        s->mail_retry_s = 0;
        if (left[0] == '\0') {
            s->mail_state = s->mail_error[0] != '\0' ? MAIL_FAILED
                            : mail_to[0] == '\0'     ? MAIL_NONE
                                                     : MAIL_SENT;
        }
    }
    s->mail_to = mail_to;
}

void schedule_mail_switch_off(struct report_schedule *s, struct arena *arena)
{
    static const char why[] = "its schedule was switched off";
    if (s->mail_state == MAIL_WAITING) {
        schedule_mail_give_up(s, arena, why);
    } else if (s->mail_state == MAIL_SENDING) {
        char address[MAIL_ADDRESS_MAX + 1];
        schedule_mail_next(s, address);
        s->mail_left = behind_first(s->mail_left);
        schedule_mail_give_up(s, arena, why);
        s->mail_left = arena_copy_text(arena, address);
        s->mail_state = MAIL_SENDING;
    }
}
