/* The steps of a mail to several addresses. */
#include "api/schedule_mail.h"

#include <glib.h>
#include <string.h>

/* Between two tries of all addresses that are left; the last one is repeated. */
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

static size_t count_of(const char *addresses)
{
    size_t count = addresses[0] != '\0';
    for (const char *at = addresses; *at != '\0'; at++) {
        count += *at == ',';
    }
    return count;
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

/* mail_error without the entry of the address. */
static const char *without(struct arena *arena, const char *errors, const char *address)
{
    const char *kept = "";
    char **entries = g_strsplit(errors, "; ", -1);
    for (size_t i = 0; entries[i] != NULL; i++) {
        size_t len = strlen(address);
        bool is_its = strncmp(entries[i], address, len) == 0 && entries[i][len] == ':';
        if (!is_its && entries[i][0] != '\0') {
            kept = arena_format(arena, "%s%s%s", kept, kept[0] == '\0' ? "" : "; ", entries[i]);
        }
    }
    g_strfreev(entries);
    return kept;
}

static const char *with(struct arena *arena, const char *errors, const char *address,
                        const char *reason)
{
    char plain[MAIL_REASON_SIZE];
    (void)g_strlcpy(plain, reason, sizeof(plain));
    (void)g_strdelimit(plain, ";", ',');
    const char *kept = without(arena, errors, address);
    const char *text =
        arena_format(arena, "%s%s%s: %s", kept, kept[0] == '\0' ? "" : "; ", address, plain);
    return strlen(text) > SCHEDULE_MAIL_ERROR_MAX ? kept : text;
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

/* The first address goes behind the others; once all were tried, there is a pause. */
static void put_off(struct report_schedule *s, struct arena *arena, const char *address,
                    int64_t now_s)
{
    size_t count = count_of(s->mail_left);
    if (count == 0 || now_s - s->last_run_s >= SCHEDULE_MAIL_FOR_S) {
        go_on(s);
        return;
    }
    if (count > 1) {
        s->mail_left = arena_format(arena, "%s,%s", behind_first(s->mail_left), address);
    }
    s->mail_tries++;
    size_t round = s->mail_tries / count;
    bool is_round = s->mail_tries % count == 0;
    s->mail_retry_s = is_round ? now_s + waits_s[round > WAITS ? WAITS - 1 : round - 1] : 0;
    s->mail_state = MAIL_WAITING;
}

void schedule_mail_note(struct report_schedule *s, struct arena *arena, enum mail_outcome outcome,
                        const char *reason, int64_t now_s)
{
    char address[MAIL_ADDRESS_MAX + 1];
    schedule_mail_next(s, address);
    if (outcome == MAIL_TAKEN || !has_address(s->mail_to, address)) {
        s->mail_error = without(arena, s->mail_error, address);
        go_on(s);
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
