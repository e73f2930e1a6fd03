#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "cli/options.h"
#include "gateway/gateway.h"
#include "model/account.h"

static enum err read_text(const char *text, struct options *o)
{
    char path[] = "/tmp/odograph-options-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    options_init(o);
    enum err e = options_read_file(o, path);
    assert_int_equal(unlink(path), 0);
    return e;
}

static void has_defaults(void **state)
{
    struct options o;
    (void)state;
    options_init(&o);
    assert_string_equal(o.http, "127.0.0.1:8080");
    assert_string_equal(o.device, "0.0.0.0:9881");
    assert_int_equal(o.api.token_days, 180);
    assert_int_equal(o.api.sms_per_day, 10);
    assert_int_equal(o.store.tail_bytes, 64 << 20);
    assert_int_equal(o.log_level, LOG_INFO);
    assert_false(o.ingest.registration_open);
    assert_string_equal(o.api.cors_origins, "");
    assert_string_equal(o.api.map.style, "");
    assert_false(o.api.map.is_gcj02);
    assert_int_equal(o.gateway.utc_offset_min[PROTOCOL_jt808], GATEWAY_OFFSET_UNSET);
    options_clear(&o);
}

static void reads_a_file_over_them(void **state)
{
    struct options o;
    (void)state;
    assert_int_equal(read_text("[server]\nhttp = 0.0.0.0:80\n[api]\ntoken_days=3650\n"
                               "sms_per_day = 0\n"
                               "cors_origins = https://a.example http://b.example:81\n"
                               "[protocol.jt808]\nutc_offset_min = -210\n"
                               "[protocol.osmand]\nspeed_unit = mps\n"
                               "[protocol.h02]\nport = 5013\n"
                               "[device]\nprotocols = h02 ,jt808\n"
                               "compatible_ports = traccar\n"
                               "compatible_ports_offset = 100\n"
                               "[aliases]\nAll = GetDeviceList\n",
                               &o),
                     ERR_OK);
    assert_string_equal(o.http, "0.0.0.0:80");
    assert_int_equal(o.api.token_days, 3650);
    assert_int_equal(o.api.sms_per_day, 0);
    assert_int_equal(o.gateway.utc_offset_min[PROTOCOL_jt808], -210);
    assert_int_equal(o.gateway.speed_unit[PROTOCOL_osmand], SPEED_UNIT_MPS);
    assert_int_equal(o.gateway.speed_unit[PROTOCOL_gt06], SPEED_UNIT_UNSET);
    assert_int_equal(o.gateway.own_port[PROTOCOL_h02], 5013);
    assert_int_equal(o.gateway.protocols, 1U << PROTOCOL_h02 | 1U << PROTOCOL_jt808);
    assert_int_equal(o.gateway.compatible, GATEWAY_COMPATIBLE_TRACCAR);
    assert_int_equal(o.gateway.compatible_offset, 100);
    assert_int_equal(o.api.alias_count, 1);
    assert_string_equal(o.api.aliases[0].name, "All");
    assert_string_equal(o.api.aliases[0].method, "GetDeviceList");
    options_clear(&o);
}

/* Each kind and width of a value lands where its room looks for it. */
static void puts_values_where_they_belong(void **state)
{
    struct options o;
    (void)state;
    assert_int_equal(read_text("[server]\nlog_level = warn\ndata = /srv/fleet\n"
                               "[device]\nregistration = open\nopen_enterprise = 4294967297\n"
                               "connections_max = 70000\n"
                               "[store]\ntail_mib = 65536\nretention_days = 36500\n"
                               "[api]\ntrusted_proxy = 2001:db8::1\n"
                               "cors_origins = https://a.example http://b.example:81\n",
                               &o),
                     ERR_OK);
    assert_int_equal(o.log_level, LOG_WARN);
    assert_string_equal(o.store.directory, "/srv/fleet");
    assert_true(o.ingest.registration_open);
    assert_int_equal(o.ingest.open_enterprise, INT64_C(4294967297));
    assert_int_equal(o.gateway.connections_max, 70000);
    assert_int_equal(o.store.tail_bytes, UINT64_C(65536) << 20);
    assert_int_equal(o.ingest.retention_days, 36500);
    assert_string_equal(o.api.trusted_proxy, "2001:db8::1");
    assert_string_equal(o.api.cors_origins, "https://a.example http://b.example:81");
    options_clear(&o);
}

static void takes_the_ends_of_the_zones(void **state)
{
    struct options o;
    (void)state;
    assert_int_equal(read_text("[protocol.jt808]\nutc_offset_min = -840\n"
                               "[protocol.gt06]\nutc_offset_min = 840\n",
                               &o),
                     ERR_OK);
    assert_int_equal(o.gateway.utc_offset_min[PROTOCOL_jt808], UTC_OFFSET_MIN_MIN);
    assert_int_equal(o.gateway.utc_offset_min[PROTOCOL_gt06], UTC_OFFSET_MIN_MAX);
    options_clear(&o);
}

static void refuses_what_it_does_not_know(void **state)
{
    static const char *const bad[] = {
        "[server]\nhttp = 8080\n",
        "[server]\ndevice = 0.0.0.0:65536\n",
        "[server]\nport = 1\n",
        "[nothing]\nhttp = x\n",
        "[server]\nlog_level = loud\n",
        "[server]\nlog_level = debug info\n",
        "[device]\nregistration =\n",
        "[api]\ntrusted_proxy = proxy.example\n",
        "[api]\ntoken_days = 0\n",
        "[api]\ntoken_days = 3651\n",
        "[api]\ntoken_days = many\n",
        "[api]\nsms_per_day = 1001\n",
        "[api]\ncors_origins = *\n",
        "[api]\ncors_origins = https://maps.example.com/path\n",
        "[api]\nmap_style = /style.json\n",
        "[api]\nmap_raster = https://maps.example.com/{z}.png\n",
        "[api]\nmap_origins = maps.example.com\n",
        "[api]\nmap_coordsys = bd09\n",
        "[api]\nmap_bounds = 1 2 3\n",
        "[protocol.jt808]\nutc_offset_min = 841\n",
        "[protocol.jt808]\nutc_offset_min = -841\n",
        "[protocol.jt808]\nutc_offset_min = 0.5\n",
        "[protocol.jt808]\nspeed_unit = kmh\n",
        "[protocol.osmand]\nspeed_unit = mph\n",
        "[protocol.jt808]\nzone = 1\n",
        "[protocol.jt808]\nport = 0\n",
        "[protocol.jt808]\nport = 65536\n",
        "[device]\nprotocols = gt06; h02\n",
        "[device]\nprotocols = gt06,,h02\n",
        "[device]\ncompatible_ports = orbcomm\n",
        "[device]\ncompatible_ports_offset = 60001\n",
        "[protocol.nothing]\nutc_offset_min = 1\n",
    };
    struct options o;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(read_text(bad[i], &o), ERR_INVALID);
        options_clear(&o);
    }
    assert_int_equal(read_text("no section", &o), ERR_IO);
    options_clear(&o);
    assert_int_equal(options_read_file(&o, "/nonexistent/odograph.conf"), ERR_IO);
    options_clear(&o);
}

/* One map is shown, and the built-in one is WGS-84. */
static void the_options_of_the_map_agree(void **state)
{
    static const struct {
        const char *text;
        enum err expected;
    } cases[] = {
        {"[api]\nmap_coordsys = gcj02\n", ERR_INVALID},
        {"[api]\nmap_coordsys = gcj02\nmap_style = https://a.example/s.json\n", ERR_OK},
        {"[api]\nmap_raster = https://a.example/{z}/{x}/{y}\nmap_coordsys = gcj02\n", ERR_OK},
        {"[api]\nmap_raster = https://a.example/{z}/{x}/{y}\nmap_style = https://a.example/s\n",
         ERR_INVALID},
        {"[api]\nmap_bounds = 73.5 18.1 134.8 53.6\nmap_attribution = Me\n", ERR_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct options o;
        assert_int_equal(read_text(cases[i].text, &o), ERR_OK);
        assert_int_equal(options_check(&o, "a file"), cases[i].expected);
        options_clear(&o);
    }
}

/* What mail needs is there, and no password is sent where others can read it. */
static void the_options_of_mail_agree(void **state)
{
    static const struct {
        const char *text;
        enum err expected;
    } cases[] = {
        {"smtp_url = smtps://mail.example.com\nsmtp_from = r@example.com", ERR_OK},
        {"smtp_url = smtps://mail.example.com", ERR_INVALID},
        {"smtp_url = smtp://mail.example.com\nsmtp_from = r@example.com", ERR_OK},
        {"smtp_url = smtp://mail.example.com\nsmtp_from = r@example.com\nsmtp_user = a\n"
         "smtp_password = b",
         ERR_INVALID},
        {"smtp_url = smtp://127.0.0.1\nsmtp_from = r@example.com\nsmtp_user = a\n"
         "smtp_password = b",
         ERR_OK},
        {"smtp_url = smtps://mail.example.com\nsmtp_from = r@example.com\nsmtp_user = a",
         ERR_INVALID},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct options o;
        char *text = g_strdup_printf("[providers]\n%s\n", cases[i].text);
        assert_int_equal(read_text(text, &o), ERR_OK);
        assert_int_equal(options_check(&o, "a file"), cases[i].expected);
        options_clear(&o);
        g_free(text);
    }
}

/* A secret may stand in a file of its own. */
static void a_password_is_read_from_a_file(void **state)
{
    struct options o;
    char path[] = "/tmp/odograph-secret-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "open sesame\n", 12), 12);
    char *text = g_strdup_printf("[providers]\nsmtp_password_file = %s\n", path);
    assert_int_equal(read_text(text, &o), ERR_OK);
    assert_string_equal(o.providers.smtp_password, "open sesame");
    options_clear(&o);
    assert_int_equal(write(fd, "and more\n", 9), 9);
    assert_int_equal(close(fd), 0);
    assert_int_equal(read_text(text, &o), ERR_INVALID);
    options_clear(&o);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(read_text(text, &o), ERR_INVALID);
    options_clear(&o);
    g_free(text);
}

static void open_registration_wants_an_enterprise(void **state)
{
    static const struct {
        const char *text;
        enum err expected;
    } cases[] = {
        {"[device]\nregistration = open\n", ERR_INVALID},
        {"[device]\nregistration = open\nopen_enterprise = 0\n", ERR_INVALID},
        {"[device]\nregistration = open\nopen_enterprise = 1\n", ERR_OK},
        {"[device]\nregistration = closed\nopen_enterprise = 0\n", ERR_OK},
        {"[device]\nopen_enterprise = 1\n", ERR_OK},
    };
    struct options o;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_text(cases[i].text, &o), ERR_OK);
        assert_int_equal(options_check(&o, "x.conf"), cases[i].expected);
        options_clear(&o);
    }
}

/* A port of its own beside the device port, which is all protocols'. */
static void a_port_of_its_own_is_another(void **state)
{
    static const struct {
        const char *text;
        enum err expected;
    } cases[] = {
        {"[protocol.h02]\nport = 9881\n", ERR_INVALID},
        {"[protocol.h02]\nport = 9882\n", ERR_OK},
        {"[server]\ndevice = 127.0.0.1:5013\n[protocol.h02]\nport = 5013\n", ERR_INVALID},
        {"[server]\ndevice = [::1]:5013\n[protocol.osmand]\nport = 5013\n", ERR_INVALID},
        {"[server]\ndevice = 127.0.0.1:0\n[protocol.h02]\nport = 5013\n", ERR_OK},
        {"[server]\ndevice = 127.0.0.1:0\n", ERR_OK},
        {"[protocol.h02]\nport = 5013\n[protocol.t55]\nport = 5013\n", ERR_OK},
    };
    struct options o;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_text(cases[i].text, &o), ERR_OK);
        assert_int_equal(options_check_ports(&o, "x.conf"), cases[i].expected);
        options_clear(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(reads_a_file_over_them),
        cmocka_unit_test(puts_values_where_they_belong),
        cmocka_unit_test(the_options_of_the_map_agree),
        cmocka_unit_test(the_options_of_mail_agree),
        cmocka_unit_test(a_password_is_read_from_a_file),
        cmocka_unit_test(open_registration_wants_an_enterprise),
        cmocka_unit_test(a_port_of_its_own_is_another),
        cmocka_unit_test(takes_the_ends_of_the_zones),
        cmocka_unit_test(refuses_what_it_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
