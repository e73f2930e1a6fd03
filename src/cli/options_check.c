/* Whether the options agree with one another, each of which is right for itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "cli/option_values.h"
#include "cli/protocol_sections.h"
#include "connect/mail.h"

enum err options_complain(const char *path, const char *section, const char *key, const char *why)
{
    (void)fprintf(stderr, "odograph: %s: [%s] %s: %s\n", path, section, key, why);
    return ERR_INVALID;
}

/* Whether a password would be sent so that others can read it, and what else mail misses. */
static enum err check_mail(const struct providers_options *p, const char *path)
{
    if (p->smtp_url[0] == '\0') {
        return ERR_OK;
    }
    if (p->smtp_from[0] == '\0') {
        return options_complain(path, "providers", "smtp_from", "smtp_url is set, and wants it");
    }
    if ((p->smtp_user[0] == '\0') != (p->smtp_password[0] == '\0')) {
        return options_complain(
            path, "providers", "smtp_user",
            "wants smtp_password or smtp_password_file beside it, and these want it");
    }
    if (p->smtp_ca_file[0] != '\0' && access(p->smtp_ca_file, R_OK) != 0) {
        return options_complain(path, "providers", "smtp_ca_file", strerror(errno));
    }
    if (p->smtp_user[0] != '\0' && mail_url_is_open(p->smtp_url)) {
        return options_complain(path, "providers", "smtp_url",
                                "would send smtp_password without TLS; wants smtps:// or "
                                "smtp+starttls:// for that");
    }
    return ERR_OK;
}

enum err options_check(struct options *o, const char *path)
{
    struct sim_section_fault fault;
    if (sim_sections_check(&o->sims, &o->texts, &fault) != ERR_OK) {
        return options_complain(path, fault.section, fault.key, fault.why);
    }
    enum err e = check_mail(&o->providers, path);
    if (e != ERR_OK) {
        return e;
    }
    const struct map_source *map = &o->api.map;
    if (map->is_gcj02 && map->style[0] == '\0' && map->raster[0] == '\0') {
        return options_complain(path, "api", "map_coordsys",
                                "the built-in map is wgs84; gcj02 wants map_style or map_raster");
    }
    if (map->style[0] != '\0' && map->raster[0] != '\0') {
        return options_complain(path, "api", "map_raster",
                                "map_style is set, too; set one of them");
    }
    const char *unspoken = protocol_sections_check(o);
    if (unspoken != NULL) {
        return options_complain(path, unspoken, "port",
                                "protocols of [device] does not name the protocol");
    }
    if (o->ingest.registration_open && o->ingest.open_enterprise == 0) {
        return options_complain(path, "device", "open_enterprise",
                                "registration = open wants the HoldID of an enterprise here; "
                                "/api/manage/ListEnterprises tells them");
    }
    return ERR_OK;
}

enum err options_check_ports(struct options *o, const char *path)
{
    struct address device;
    if (address_parse(o->device, &device) != ERR_OK) {
        return ERR_INVALID;
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (o->gateway.own_port[i] != 0 && o->gateway.own_port[i] == device.port) {
            return options_complain(
                path, arena_format(&o->texts, "protocol.%s", protocol_at(i)->name), "port",
                "is the device port, where every protocol is spoken; wants another one, or none");
        }
    }
    return ERR_OK;
}
