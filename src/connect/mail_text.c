/*
 * The lines above a message (RFC 5322). Nothing of a text gets into them but characters of a line:
 * addresses are checked, and a subject that is not plain is encoded (RFC 2047):
 *
 *     Subject: =?utf-8?B?5pel5oqlIC4uLg==?=
 *      =?utf-8?B?Li4u?=
 *
 * Each such word has at most 45 bytes of whole characters, which are 75 characters of ASCII.
 */
#include <glib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "connect/mail_private.h"

enum {
    WORD_BYTES = 45,
    PLAIN_MAX = 60,
    WEEK_DAYS = 7,
    DAY_S = 86400,
    THURSDAY = 4, /* 1970-01-01 */
    LOCAL_MAX = 64,
    LABEL_MAX = 63,
};

/* ---- addresses ---- */

/* Words of the characters in `set` with a dot between them; none of a part is longer than that. */
static bool is_dotted(struct bytes text, const char *set, size_t part_max)
{
    size_t part = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = (char)text.at[i];
        bool is_dot = c == '.';
        if (is_dot ? part == 0 : c == '\0' || (!g_ascii_isalnum(c) && strchr(set, c) == NULL)) {
            return false;
        }
        part = is_dot ? 0 : part + 1;
        if (part > part_max) {
            return false;
        }
    }
    return part > 0;
}

static bool has_edge_dash(struct bytes host)
{
    for (size_t i = 0; i < host.len; i++) {
        bool begins = i == 0 || host.at[i - 1] == '.';
        bool ends = i + 1 == host.len || host.at[i + 1] == '.';
        if (host.at[i] == '-' && (begins || ends)) {
            return true;
        }
    }
    return false;
}

bool mail_is_address(struct bytes text)
{
    size_t at = bytes_find(text, '@');
    if (at >= text.len || at > LOCAL_MAX || text.len > MAIL_ADDRESS_MAX) {
        return false;
    }
    struct bytes local = {text.at, at};
    struct bytes host = {text.at + at + 1, text.len - at - 1};
    return is_dotted(local, "!#$%&'*+-/=?^_`{|}~", LOCAL_MAX) && is_dotted(host, "-", LABEL_MAX) &&
           !has_edge_dash(host);
}

/* ---- the subject ---- */

/* Without what is no character of a line. */
static GString *clean(const char *text)
{
    GString *out = g_string_new(NULL);
    char *valid = g_utf8_make_valid(text, -1);
    for (char *at = valid; *at != '\0' && out->len < MAIL_SUBJECT_MAX; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(out, g_unichar_isprint(c) ? c : ' ');
    }
    g_free(valid);
    return out;
}

static bool is_plain(const GString *text)
{
    for (size_t i = 0; i < text->len; i++) {
        if (text->str[i] < ' ' || text->str[i] > '~') {
            return false;
        }
    }
    return text->len <= PLAIN_MAX && strstr(text->str, "=?") == NULL;
}

static void append_word(GString *out, const char *from, size_t len)
{
    char *word = g_base64_encode((const guchar *)from, len);
    g_string_append_printf(out, "%s=?utf-8?B?%s?=", out->len == 0 ? "" : "\r\n ", word);
    g_free(word);
}

static char *encoded(const char *text)
{
    GString *plain = clean(text);
    if (is_plain(plain)) {
        return g_string_free(plain, FALSE);
    }
    GString *out = g_string_new(NULL);
    char *from = plain->str;
    for (char *at = from; *at != '\0'; at = g_utf8_next_char(at)) {
        if (g_utf8_next_char(at) - from > WORD_BYTES) {
            append_word(out, from, (size_t)(at - from));
            from = at;
        }
    }
    append_word(out, from, strlen(from));
    (void)g_string_free(plain, TRUE);
    return g_string_free(out, FALSE);
}

/* ---- all of them ---- */

static void add(struct curl_slist **headers, const char *name, const char *value)
{
    char *line = g_strconcat(name, ": ", value, NULL);
    struct curl_slist *longer = curl_slist_append(*headers, line);
    check(longer != NULL);
    *headers = longer;
    g_free(line);
}

static void add_date(struct curl_slist **headers, int64_t time_s)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const struct civil c = civil_from_s(time_s);
    char *text = g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000",
                                 days[(time_s / DAY_S + THURSDAY) % WEEK_DAYS], c.day,
                                 months[c.month - 1], c.year, c.hour, c.minute, c.second);
    add(headers, "Date", text);
    g_free(text);
}

static bool is_message_id(const char *id)
{
    return id[0] != '\0' && id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789.-")] == '\0';
}

struct curl_slist *mail_headers(const char *from, const struct mail *mail)
{
    struct curl_slist *headers = NULL;
    if (!is_message_id(mail->message_id) || !mail_is_address(bytes_of_text(mail->to)) ||
        mail->time_s < 0) {
        return NULL;
    }
    char *subject = encoded(mail->subject);
    char *id = g_strdup_printf("<%s%s>", mail->message_id, strchr(from, '@'));
    add_date(&headers, mail->time_s);
    add(&headers, "From", from);
    add(&headers, "To", mail->to);
    add(&headers, "Subject", subject);
    add(&headers, "Message-ID", id);
    add(&headers, "Auto-Submitted", "auto-generated"); /* RFC 3834: nobody's robot answers */
    g_free(subject);
    g_free(id);
    return headers;
}
