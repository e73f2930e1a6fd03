/* What trackers write in an SMS, by templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "protocols/sms_text.h"

enum { SENT_S = 1795000000 };

/* The report of a text; NULL: none. `zone_min` of the tracker's clock. */
static const struct message *read_as(struct arena *arena, const char *reports, const char *text)
{
    const struct profile row = {.name = "x", .reports = reports};
    const struct session s = {.utc_offset_min = 60};
    struct decoded out = {.arena = arena};
    bool is_one = sms_text_read(&row, &s, bytes_of_text(text), SENT_S, &out);
    assert_int_equal(out.len, is_one ? 1 : 0);
    assert_int_equal(decoded_finish(&out), ERR_OK);
    return is_one ? &out.at[0] : NULL;
}

static const char *reports_of(const char *model)
{
    return profile_of_model(NULL, bytes_of_text(model))->reports;
}

static void a_place_of_concox(void **state)
{
    struct arena arena = {0};
    (void)state;
    const struct message *m =
        read_as(&arena, reports_of("VL103"),
                "Current position! Lat:N48.10500,Lon:W11.500250,Course:125.30,Speed:54.00 km/h,"
                "DateTime:2026-11-20 08:05:09");
    assert_non_null(m);
    assert_int_equal(m->kind, MESSAGE_FIX);
    assert_int_equal(m->fix.lat_e7, 481050000);
    assert_int_equal(m->fix.lon_e7, -115002500);
    assert_int_equal(m->fix.course_cdeg, 12530);
    assert_int_equal(m->fix.speed_kmh_e2, 5400);
    assert_int_equal(m->fix.gps_time_s, 1795161909 - 3600);
    assert_true(m->is_local_time);
    assert_true((m->fix.flags & FIX_VALID) != 0);
    struct extras_reader x = extras_begin(m->extras);
    struct extra e;
    assert_true(extras_next(&x, &e));
    assert_int_equal(extra_key_of(&e), EXTRA_SOURCE);
    assert_true(bytes_eq(e.text, "SMS"));
    m = read_as(&arena, reports_of("VL103"),
                "Lat:S1.5,Lon:E2.5,Course:0.00,Speed:10,DateTime:26-11-20 08:05:09");
    assert_int_equal(m->fix.lat_e7, -15000000);
    assert_int_equal(m->fix.speed_kmh_e2, 1852);
    arena_free(&arena);
}

static void a_place_of_coban(void **state)
{
    struct arena arena = {0};
    (void)state;
    const struct message *m = read_as(
        &arena, reports_of("COBAN 303"),
        "lat: 22.566901\nlong: 114.051258\nspeed: 0.00\nT:26/11/20 08:05\nbat: F\nsignal: F");
    assert_non_null(m);
    assert_int_equal(m->fix.lat_e7, 225669010);
    assert_int_equal(m->fix.lon_e7, 1140512580);
    assert_int_equal(m->fix.gps_time_s, 1795161900 - 3600);
    m = read_as(&arena, reports_of("COBAN 303"), "Power: OFF\nBat: 73%\nGPRS: ON\nGPS: OK");
    assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
    assert_int_equal(m->fix.battery_percent, 73);
    assert_int_equal(m->fix.gps_time_s, SENT_S);
    assert_false(m->is_local_time);
    arena_free(&arena);
}

static void what_fits_and_what_does_not(void **state)
{
    static const struct {
        const char *reports;
        const char *text;
        bool fits;
    } rows[] = {
        {"at {lat} {lon}", "AT 1.5N 2.5W.", true},
        {"at {lat} {lon}", "at 1.5 N 2.5", false},
        {"at {lat} {lon}", "at 1.5Nine 2.5", false},
        {"at {lat} {lon}", "at +1.5 -2.5", true},
        {"at {lat} {lon}", "at 1.5", false},
        {"at {lat} {lon}", "at", false},
        {"at {lat} {lon}", "", false},
        {"at {lat} {lon}", "at 0 0", false},  /* is no place */
        {"at {lat} {lon}", "at 91 2", false}, /* nor is this */
        {"at {lat} {lon}", "at 1..5 2", false},
        {"at {lat} {lon}", "chat at 1 2 or so", true}, /* "at" stands there twice */
        {"lat{lat}*lon{lon}", "lat 1 and then lon 2", true},
        {"lat{lat}*lon{lon}", "lat 1 and then", false},
        {"bat {percent}%", "bat 73", false},
        {"bat {percent}%", "bat -73%", false},
        {"xx {lat},{lon}; at {lat},{lon}", "at 1,2", true},
        {"at {lat},{lon} on {time}", "at 1,2 on 2026-11-20", false},
        {"at {lat},{lon} on {time}", "at 1,2 on 2026-11-20 25:00", false},
        {"at {lat},{lon} on {time}", "at 1,2 on 2026-11-20T08:05:09Z", true},
        {NULL, "at 1,2", false},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("%s\n", rows[i].text);
        assert_int_equal(read_as(&arena, rows[i].reports, rows[i].text) != NULL, rows[i].fits);
    }
    arena_free(&arena);
}

/* Whose clock's zone nobody knows, the SMS tells when it was. */
static void without_a_zone_the_sms_s_time_counts(void **state)
{
    const struct profile row = {.reports = "at {lat} {lon} on {time}"};
    struct arena arena = {0};
    struct decoded out = {.arena = &arena};
    (void)state;
    assert_true(
        sms_text_read(&row, NULL, bytes_of_text("at 1 2 on 2026-11-20 08:05"), SENT_S, &out));
    assert_int_equal(out.at[0].fix.gps_time_s, SENT_S);
    assert_int_equal(out.at[0].fix.flags & FIX_TIME_LOCAL, 0);
    arena_free(&arena);
}

static void what_is_a_template(void **state)
{
    static const struct {
        const char *text;
        bool is_one;
    } rows[] = {
        {"at {lat} {lon}", true},
        {"bat {percent}%", true},
        {"", false},
        {"at", false},
        {"{percent}", false},
        {"b {percent}", false},
        {"at {lat}", false},
        {"at {lon} x", false},
        {"at {lat} {lon} {lat}", false},
        {"at {lat} {lon} {x}", false},
        {"at {lat} {lon} {", false},
        {"at } {percent}", false},
    };
    char long_one[SMS_TEMPLATE_MAX + 2] = "at {percent}";
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("%s\n", rows[i].text);
        assert_int_equal(sms_template_is_valid(bytes_of_text(rows[i].text)), rows[i].is_one);
    }
    memset(long_one + strlen(long_one), 'x', SMS_TEMPLATE_MAX - strlen(long_one));
    assert_true(sms_template_is_valid(bytes_of_text(long_one)));
    long_one[SMS_TEMPLATE_MAX] = 'x';
    assert_false(sms_template_is_valid(bytes_of_text(long_one)));
}

/* Every prefix of a text, and bytes that are none. */
static void hostile_texts_do_no_harm(void **state)
{
    static const char text[] =
        "lat:N1.5 long:E2.5 speed:999999999999999999 T:99/99/99 99:99:99 bat:";
    struct arena arena = {0};
    const struct profile row = {.reports = reports_of("COBAN")};
    const struct session s = {0};
    (void)state;
    for (size_t len = 0; len <= sizeof(text); len++) {
        struct decoded out = {.arena = &arena};
        struct bytes in = {(const uint8_t *)text, len}; /* the last one has the NUL */
        (void)sms_text_read(&row, &s, in, SENT_S, &out);
    }
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(255 - i);
    }
    struct decoded out = {.arena = &arena};
    assert_false(sms_text_read(&row, &s, (struct bytes){bytes, sizeof(bytes)}, SENT_S, &out));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_of_concox),
        cmocka_unit_test(a_place_of_coban),
        cmocka_unit_test(what_fits_and_what_does_not),
        cmocka_unit_test(without_a_zone_the_sms_s_time_counts),
        cmocka_unit_test(what_is_a_template),
        cmocka_unit_test(hostile_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
