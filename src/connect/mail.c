/*
 * One message and what came of it. libcurl reads the message while it sends it, so a file is never
 * in memory as a whole. The last part tells when all of it was read, from when on the server may
 * have it:
 *
 *     greeting, login, MAIL   refused or cut: put off, for it would be the same for all addresses
 *     RCPT (is_named), DATA   4xx / 5xx: put off / refused; cut: put off
 *     354, text, file ...     cut: the server does not have it, since its end has not left
 *     ... the last byte       is_handed_over
 *     250 / 4xx / 5xx         taken / put off / refused; cut or silent: nobody knows
 *     QUIT (is_leaving)       whatever it says, it is not about the message
 *
 * What is put off for our sake waits until somebody mends the configuration, and counts as a
 * failure of the server; what it says of one address does not.
 */
#include "connect/mail.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "connect/mail_private.h"

enum {
    WAITING_MAX = 64,
    CONNECT_TIMEOUT_S = 15, /* until it has greeted us, and knows us */
    URL_MAX = 1024,
    REPLY_BYTES_MAX = 64 << 10,
    CODE_DIGITS = 3,
    DECIMAL = 10,
    STATUS_TAKEN = 250,
    STATUS_PUT_OFF = 400,
    STATUS_CLOSES = 421,
    STATUS_REFUSED = 500,
    STATUS_NEEDS_TLS_OR_LOGIN = 530,
    STATUS_LOGIN_REFUSED = 535,
    STATUS_END = 600,
};

static const char STARTTLS[] = "smtp+starttls://";
static const char TLS[] = "smtps://";
static const char OPEN[] = "smtp://";
static const char PORT_SUBMISSION[] = "587";

/* ---- where the server is ---- */

/* What follows the scheme; NULL: it is none of ours. */
static const char *authority_of(const char *url)
{
    static const char *const schemes[] = {STARTTLS, TLS, OPEN};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (g_str_has_prefix(url, schemes[i])) {
            return url + strlen(schemes[i]);
        }
    }
    return NULL;
}

/* The URL as libcurl has it, in parts; NULL: it is none. */
static CURLU *parts_of(const char *url)
{
    const char *authority = authority_of(url);
    if (authority == NULL || strlen(url) > URL_MAX) {
        return NULL;
    }
    bool begins_with_tls = g_str_has_prefix(url, TLS);
    char *plain = g_strconcat(begins_with_tls ? TLS : OPEN, authority, NULL);
    CURLU *parts = curl_url();
    check(parts != NULL);
    bool is = curl_url_set(parts, CURLUPART_URL, plain, 0) == CURLUE_OK;
    g_free(plain);
    if (!is) {
        curl_url_cleanup(parts);
        return NULL;
    }
    return parts;
}

const char *mail_url_fault(const char *url)
{
    CURLU *parts = parts_of(url);
    const char *authority = authority_of(url);
    if (parts == NULL) {
        return "wants smtps://HOST, smtp+starttls://HOST, or smtp://HOST without TLS, with a port "
               "where needed";
    }
    curl_url_cleanup(parts);
    if (strchr(authority, '@') != NULL) {
        return "wants no user in the URL; smtp_user and smtp_password_file are for that";
    }
    return strpbrk(authority, "/?# ") != NULL ? "wants nothing behind the host and its port" : NULL;
}

bool mail_url_is_open(const char *url)
{
    static const char *const own[] = {"localhost", "127.0.0.1", "[::1]"};
    char *host = NULL;
    CURLU *parts = g_str_has_prefix(url, OPEN) ? parts_of(url) : NULL;
    bool is_open = parts != NULL && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        is_open = is_open && strcmp(host, own[i]) != 0;
    }
    curl_free(host);
    curl_url_cleanup(parts);
    return is_open;
}

/* As the provider is called: smtp(s)://HOST:PORT, where STARTTLS has the port of submission. */
static char *provider_url(const char *url)
{
    CURLU *parts = parts_of(url);
    char *port = NULL;
    char *text = NULL;
    check(parts != NULL);
    if (g_str_has_prefix(url, STARTTLS) &&
        curl_url_get(parts, CURLUPART_PORT, &port, 0) != CURLUE_OK) {
        check(curl_url_set(parts, CURLUPART_PORT, PORT_SUBMISSION, 0) == CURLUE_OK);
    }
    check(curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK);
    char *copy = mem_copy_text(text);
    curl_free(text);
    curl_free(port);
    curl_url_cleanup(parts);
    return copy;
}

enum err mailer_new(struct connect *connect, const struct mail_options *options,
                    struct mailer **out)
{
    if (mail_url_fault(options->url) != NULL || !mail_is_address(bytes_of_text(options->from))) {
        return ERR_INVALID;
    }
    char *url = provider_url(options->url);
    const struct provider_options provider = {
        .name = "mail",
        .url = url,
        .waiting_max = WAITING_MAX,
        .in_flight_max = 1,
        .is_mail = true,
    };
    struct mailer *m = mem_new(sizeof(*m));
    enum err e = connect_add(connect, &provider, &m->provider);
    free(url);
    if (e != ERR_OK) {
        free(m);
        return e;
    }
    m->from = mem_copy_text(options->from);
    m->user = mem_copy_text(options->user);
    m->password = mem_copy_text(options->password);
    m->ca_file = mem_copy_text(options->ca_file);
    m->reply_s = (long)options->reply_s;
    m->needs_tls = !g_str_has_prefix(options->url, OPEN);
    *out = m;
    return ERR_OK;
}

void mailer_free(struct mailer *m)
{
    free(m->from);
    free(m->user);
    free(m->password);
    free(m->ca_file);
    free(m);
}

/* ---- a message ---- */

static void note_read(struct letter *l)
{
    bool has_file = l->file != NULL;
    l->is_handed_over = has_file ? l->file_read == l->file_len : l->text_read == l->text_len;
}

/* The signatures of these are libcurl's. */
static size_t read_text(char *out, size_t size, size_t count, void *context)
{
    struct letter *l = context;
    size_t len = size * count;
    size_t left = l->text_len - l->text_read;
    len = len < left ? len : left;
    memcpy(out, l->text + l->text_read, len);
    l->text_read += len;
    note_read(l);
    return len;
}

/* A file that is shorter than it was makes the message break off, before its end. */
static size_t read_file(char *out, size_t size, size_t count, void *context)
{
    struct letter *l = context;
    size_t len = size * count;
    size_t left = l->file_len - l->file_read;
    size_t got = fread(out, 1, len < left ? len : left, l->file);
    if (got == 0 && left > 0) {
        return CURL_READFUNC_ABORT;
    }
    l->file_read += got;
    note_read(l);
    return got;
}

/* The line of a reply, "550 5.1.1 no such user"; but for the one to QUIT, which comes at last. */
static void note_line(struct letter *l, const char *at, size_t len)
{
    bool is_reply = len >= CODE_DIGITS;
    int status = 0;
    for (size_t i = 0; i < CODE_DIGITS && is_reply; i++) {
        is_reply = g_ascii_isdigit(at[i]);
        status = status * DECIMAL + (at[i] - '0');
    }
    if (!is_reply || l->is_leaving) {
        return;
    }
    size_t kept = len < sizeof(l->reply) - 1 ? len : sizeof(l->reply) - 1;
    while (kept > 0 && (at[kept - 1] == '\r' || at[kept - 1] == '\n')) {
        kept--;
    }
    for (size_t i = 0; i < kept; i++) {
        bool is_plain = at[i] >= ' ' && at[i] <= '~';
        l->reply[i] = (char)(is_plain ? at[i] : '?');
    }
    l->reply[kept] = '\0';
    l->status = status;
}

static size_t take_reply(char *at, size_t size, size_t count, void *context)
{
    struct letter *l = context;
    size_t len = size * count;
    if (len > REPLY_BYTES_MAX - l->reply_len) {
        return 0;
    }
    l->reply_len += len;
    note_line(l, at, len);
    return len;
}

/* How far the talk is, by what we say; libcurl tells that to whoever looks for faults alone. */
static int note_command(CURL *easy, curl_infotype type, const char *at, size_t len, void *context)
{
    struct letter *l = context;
    const struct bytes said = {(const uint8_t *)at, len};
    (void)easy;
    if (type == CURLINFO_HEADER_OUT) {
        l->is_named = l->is_named || bytes_begin(said, "RCPT ");
        l->is_leaving = l->is_leaving || bytes_begin(said, "QUIT");
    }
    return 0;
}

static bool set_talk(struct letter *l, CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_reply) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, l) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, note_command) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGDATA, l) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) == CURLE_OK;
}

static bool add_text(struct letter *l)
{
    curl_mimepart *part = curl_mime_addpart(l->mime);
    return part != NULL &&
           curl_mime_data_cb(part, (curl_off_t)l->text_len, read_text, NULL, NULL, l) == CURLE_OK &&
           curl_mime_type(part, "text/plain; charset=utf-8") == CURLE_OK &&
           curl_mime_encoder(part, "base64") == CURLE_OK;
}

static bool add_file(struct letter *l)
{
    if (l->file == NULL) {
        return true;
    }
    curl_mimepart *part = curl_mime_addpart(l->mime);
    return part != NULL &&
           curl_mime_data_cb(part, (curl_off_t)l->file_len, read_file, NULL, NULL, l) == CURLE_OK &&
           curl_mime_type(part, l->file_type) == CURLE_OK &&
           curl_mime_filename(part, l->file_name) == CURLE_OK &&
           curl_mime_encoder(part, "base64") == CURLE_OK;
}

static bool set_message(struct letter *l, CURL *easy)
{
    l->mime = curl_mime_init(easy);
    return l->mime != NULL && add_text(l) && add_file(l) &&
           curl_easy_setopt(easy, CURLOPT_MIMEPOST, l->mime) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, l->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_FROM, l->mailer->from) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, l->recipients) == CURLE_OK;
}

static bool set_login(const struct mailer *m, CURL *easy)
{
    return m->user[0] == '\0' ||
           (curl_easy_setopt(easy, CURLOPT_USERNAME, m->user) == CURLE_OK &&
            curl_easy_setopt(easy, CURLOPT_PASSWORD, m->password) == CURLE_OK);
}

static bool set_tls(const struct mailer *m, CURL *easy)
{
    long tls = m->needs_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE;
    return curl_easy_setopt(easy, CURLOPT_USE_SSL, tls) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (m->ca_file[0] == '\0' ||
            (curl_easy_setopt(easy, CURLOPT_CAINFO, m->ca_file) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

/* A server that takes the connection and then says, or takes, nothing is not waited for. */
static bool set_patience(const struct mailer *m, CURL *easy)
{
    long connect_s = m->reply_s < CONNECT_TIMEOUT_S ? m->reply_s : CONNECT_TIMEOUT_S;
    return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_s) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, m->reply_s) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, m->reply_s) == CURLE_OK;
}

/* Each message has a connection of its own: what is said of one is never of the one before. */
bool letter_prepare(struct letter *l, CURL *easy)
{
    return set_message(l, easy) && set_talk(l, easy) && set_login(l->mailer, easy) &&
           set_tls(l->mailer, easy) && set_patience(l->mailer, easy) &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK;
}

static const char *fault_of(const struct letter *l)
{
    if (l->code == CURLE_USE_SSL_FAILED || l->code == CURLE_SSL_CONNECT_ERROR) {
        return "the mail server offers no TLS, or none that is good enough";
    }
    if (l->code == CURLE_PEER_FAILED_VERIFICATION) {
        return "the certificate of the mail server is not trusted";
    }
    if (l->code == CURLE_SSL_CACERT_BADFILE) {
        return "smtp_ca_file cannot be read, or holds no certificates";
    }
    if (l->code == CURLE_LOGIN_DENIED) {
        return "the mail server refuses the login";
    }
    if (l->code == CURLE_COULDNT_RESOLVE_HOST || l->code == CURLE_COULDNT_CONNECT) {
        return "the mail server cannot be reached";
    }
    bool is_late = l->code == CURLE_OPERATION_TIMEDOUT || l->code == CURLE_ABORTED_BY_CALLBACK;
    return is_late ? "the mail server takes too long" : "the connection broke";
}

struct connect_answer letter_answer(struct letter *l, CURLcode code)
{
    l->code = code;
    bool is_refusal = l->status >= STATUS_PUT_OFF && l->status < STATUS_END;
    if (code == CURLE_OK) {
        return (struct connect_answer){.e = ERR_OK, .status = STATUS_TAKEN};
    }
    if (is_refusal) {
        return (struct connect_answer){
            .e = ERR_OK, .status = l->status, .body = bytes_of_text(l->reply)};
    }
    bool is_late = code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK;
    return (struct connect_answer){.e = is_late ? ERR_TIMEOUT : ERR_IO, .fault = fault_of(l)};
}

/* ---- what came of it ---- */

/* Whether what the server said last is about us, or about itself: all addresses would hear it. */
static bool is_about_all(const struct letter *l)
{
    return !l->is_named || l->code == CURLE_LOGIN_DENIED || l->status == STATUS_CLOSES ||
           l->status == STATUS_NEEDS_TLS_OR_LOGIN || l->status == STATUS_LOGIN_REFUSED;
}

/* Of a server that replied, and did not take it. */
static void take_refusal(struct letter *l)
{
    bool is_of_all = is_about_all(l);
    bool is_final = l->status >= STATUS_REFUSED;
    const char *fault = l->code == CURLE_LOGIN_DENIED ? fault_of(l)
                        : is_final                    ? "the mail server refuses all mail"
                                                      : "the mail server puts mail off";
    provider_judge(l->mailer->provider, is_of_all ? fault : NULL);
    l->done(l->context, is_final && !is_of_all ? MAIL_REFUSED : MAIL_PUT_OFF, l->reply);
}

/* Of a message that never began. */
static const char *fault_before(enum err e)
{
    return e == ERR_TIMEOUT    ? "its turn did not come in time"
           : e == ERR_STOPPING ? "the server was stopped before its turn"
                               : "the message could not be prepared";
}

static void take_answer(void *context, const struct connect_answer *a)
{
    struct letter *l = context;
    if (a->e == ERR_OK && a->status < STATUS_PUT_OFF) {
        provider_judge(l->mailer->provider, NULL);
        l->done(l->context, MAIL_TAKEN, "");
    } else if (a->e == ERR_OK) {
        take_refusal(l);
    } else if (l->is_handed_over) {
        l->done(l->context, MAIL_UNKNOWN, fault_of(l));
    } else {
        l->done(l->context, MAIL_PUT_OFF, l->code == CURLE_OK ? fault_before(a->e) : fault_of(l));
    }
}

void letter_free(struct letter *l)
{
    curl_mime_free(l->mime);
    curl_slist_free_all(l->headers);
    curl_slist_free_all(l->recipients);
    if (l->file != NULL) {
        (void)fclose(l->file);
    }
    free(l->text);
    free(l->file_name);
    free(l->file_type);
    free(l);
}

/* ---- from outside ---- */

static enum err open_file(struct letter *l, const struct mail *mail)
{
    struct stat about;
    if (mail->file_path[0] == '\0') {
        return ERR_OK;
    }
    l->file = fopen(mail->file_path, "re");
    if (l->file == NULL || fstat(fileno(l->file), &about) != 0 || !S_ISREG(about.st_mode)) {
        return ERR_NOT_FOUND;
    }
    l->file_name = mem_copy_text(mail->file_name);
    l->file_type = mem_copy_text(mail->file_type);
    l->file_len = (size_t)about.st_size;
    return about.st_size > MAIL_FILE_MAX ? ERR_TOO_LONG : ERR_OK;
}

static enum err letter_new(const struct mailer *m, const struct mail *mail, struct letter **out)
{
    struct letter *l = mem_new(sizeof(*l));
    *l = (struct letter){
        .mailer = m,
        .text = mem_copy_text(mail->text),
        .text_len = strlen(mail->text),
        .headers = mail_headers(m->from, mail),
        .done = mail->done,
        .context = mail->context,
    };
    enum err e = l->headers == NULL || l->text_len == 0 ? ERR_INVALID : open_file(l, mail);
    if (e != ERR_OK) {
        letter_free(l);
        return e;
    }
    l->recipients = curl_slist_append(NULL, mail->to);
    check(l->recipients != NULL);
    *out = l;
    return ERR_OK;
}

enum err mailer_send(struct mailer *m, const struct mail *mail)
{
    struct letter *l = NULL;
    enum err e = letter_new(m, mail, &l);
    return e != ERR_OK
               ? e
               : connect_enter(transfer_of_letter(m->provider, l, mail->deadline_ms, take_answer));
}

bool mailer_rests(const struct mailer *m)
{
    return connect_rests(m->provider);
}
