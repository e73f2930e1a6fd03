/* Starting and stopping of what is called, by the options. */
#include "cli/providers.h"

#include <glib.h>

#include "base/log.h"
#include "connect/connect.h"

enum { S_PER_DAY = 86400 };

static enum err start_geocoder(const struct providers_options *o, const char *directory,
                               struct providers *out)
{
    if (o->geocoder_url[0] == '\0') {
        return ERR_OK;
    }
    char *path = g_build_filename(directory, "streets.cache", NULL);
    const struct geocoder_options options = {
        .kind = (enum geocoder_kind)o->geocoder,
        .url = o->geocoder_url,
        .per_s = o->geocoder_per_s,
        .cache = {path, o->geocoder_cache_bytes, (int64_t)o->geocoder_cache_days * S_PER_DAY},
    };
    enum err e = geocoder_new(out->connect, &options, &out->geocoder);
    g_free(path);
    return e;
}

static enum err start_matcher(const struct providers_options *o, struct providers *out)
{
    if (o->matcher_url[0] == '\0') {
        return ERR_OK;
    }
    return matcher_new(out->connect, (enum matcher_kind)o->matcher, o->matcher_url, &out->matcher);
}

static enum err start_sims(const struct sim_sections *accounts, const struct shards *shards,
                           struct providers *out)
{
    return accounts->count == 0
               ? ERR_OK
               : sims_new(out->connect, shards, accounts->at, accounts->count, &out->sims);
}

static enum err start_mailer(const struct providers_options *o, struct providers *out)
{
    const struct mail_options options = {
        .url = o->smtp_url,
        .from = o->smtp_from,
        .user = o->smtp_user,
        .password = o->smtp_password,
        .ca_file = o->smtp_ca_file,
        .reply_s = o->smtp_reply_s,
    };
    return o->smtp_url[0] == '\0' ? ERR_OK : mailer_new(out->connect, &options, &out->mailer);
}

enum err providers_start(const struct providers_options *options,
                         const struct sim_sections *accounts, const struct shards *shards,
                         const char *directory, struct providers *out)
{
    if (options->geocoder_url[0] == '\0' && options->matcher_url[0] == '\0' &&
        options->smtp_url[0] == '\0' && accounts->count == 0) {
        return ERR_OK;
    }
    enum err e = connect_start(&out->connect);
    e = e != ERR_OK ? e : start_geocoder(options, directory, out);
    e = e != ERR_OK ? e : start_matcher(options, out);
    e = e != ERR_OK ? e : start_sims(accounts, shards, out);
    e = e != ERR_OK ? e : start_mailer(options, out);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "providers_failed", "why=\"%s\"", err_text(e));
    }
    return e;
}

void providers_stop(struct providers *p)
{
    if (p->connect != NULL) {
        connect_stop(p->connect);
    }
}

void providers_free(struct providers *p)
{
    if (p->connect == NULL) {
        return;
    }
    connect_stop(p->connect);
    if (p->geocoder != NULL) {
        geocoder_free(p->geocoder);
    }
    if (p->matcher != NULL) {
        matcher_free(p->matcher);
    }
    if (p->sims != NULL) {
        sims_free(p->sims);
    }
    if (p->mailer != NULL) {
        mailer_free(p->mailer);
    }
    connect_free(p->connect);
    *p = (struct providers){0};
}
