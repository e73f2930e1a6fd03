/* SIM cards in the directory: by ICCID, by enterprise, by device; and how they go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_sims.h"

#define FIRST  "8988228055509013601"
#define SECOND "8988228055509013602"

static void put_sim(struct fixture *f, struct sim_card card)
{
    entity_init(ENTITY_SIM, &card);
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_SIM, .sim = card});
}

static bool is_known(struct fixture *f, const char *iccid)
{
    struct sim_card found;
    return directory_sim(f->dir, iccid, &f->arena, &found) == ERR_OK;
}

static void found_however_it_is_written(void **state)
{
    struct fixture *f = *state;
    struct sim_card found;
    put_sim(f, (struct sim_card){
                   .enterprise_id = ACME, .id = 7, .iccid = FIRST, .sim = "882", .end_day = 9});
    assert_int_equal(directory_sim(f->dir, FIRST "ff", &f->arena, &found), ERR_OK);
    assert_int_equal(found.id, 7);
    assert_int_equal(found.end_day, 9);
    assert_string_equal(found.iccid, FIRST);
    assert_string_equal(found.sim, "882");
    assert_string_equal(found.tag, "");
    assert_int_equal(directory_sim(f->dir, SECOND, &f->arena, &found), ERR_NOT_FOUND);
    assert_int_equal(directory_sim(f->dir, "8988", &f->arena, &found), ERR_NOT_FOUND);
    assert_int_equal(directory_sim(f->dir, "", &f->arena, &found), ERR_NOT_FOUND);
}

/* What a put replaces is found by nothing any more. */
static void a_put_replaces(void **state)
{
    struct fixture *f = *state;
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 7, .iccid = FIRST, .device_id = 3});
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 8, .iccid = SECOND, .device_id = 3});
    assert_int_equal(directory_sims_in(f->dir, 3), 2);
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 7, .iccid = FIRST, .device_id = 4});
    assert_int_equal(directory_sims_in(f->dir, 3), 1);
    assert_int_equal(directory_sims_in(f->dir, 4), 1);
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 7, .iccid = FIRST});
    assert_int_equal(directory_sims_in(f->dir, 4), 0);
    assert_int_equal(directory_sims_in(f->dir, 5), 0);
    assert_true(is_known(f, FIRST));
}

static void listed_by_enterprise(void **state)
{
    struct fixture *f = *state;
    size_t count = 9;
    (void)directory_list_sims(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, 0);
    put_sim(f, (struct sim_card){.enterprise_id = OTHER, .id = 1, .iccid = "898822805550901369"});
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 9, .iccid = FIRST});
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 2, .iccid = SECOND});
    const struct sim_card *all = directory_list_sims(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, 2);
    assert_string_equal(all[0].iccid, SECOND);
    assert_string_equal(all[1].iccid, FIRST);
    (void)directory_list_sims(f->dir, OTHER, &f->arena, &count);
    assert_int_equal(count, 1);
    (void)directory_list_sims(f->dir, OTHER + 1, &f->arena, &count);
    assert_int_equal(count, 0);
}

static void gone_when_deleted_and_with_the_enterprise(void **state)
{
    struct fixture *f = *state;
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 1, .iccid = FIRST, .device_id = 3});
    put_sim(f, (struct sim_card){.enterprise_id = OTHER, .id = 1, .iccid = SECOND, .device_id = 4});
    const struct change gone = {.kind = CHANGE_DELETE_SIM, .sim = {.enterprise_id = ACME, .id = 1}};
    directory_apply(f->dir, &gone);
    directory_apply(f->dir, &gone);
    assert_false(is_known(f, FIRST));
    assert_int_equal(directory_sims_in(f->dir, 3), 0);
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 2, .iccid = FIRST});
    put_enterprise(f->dir, (struct enterprise){.id = OTHER, .deleted = true});
    assert_false(is_known(f, SECOND));
    assert_int_equal(directory_sims_in(f->dir, 4), 0);
    assert_true(is_known(f, FIRST));
}

static int64_t matched(struct fixture *f, int64_t enterprise_id, struct sim_names names)
{
    struct sim_card found;
    enum err e = directory_match_sim(f->dir, enterprise_id, &names, &f->arena, &found);
    assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
    return e == ERR_OK ? found.id : 0;
}

/* The ICCID goes before the IMSI, that before the phone number; another's card is none. */
static void matched_by_what_is_told_of_it(void **state)
{
    struct fixture *f = *state;
    put_sim(f, (struct sim_card){.enterprise_id = ACME,
                                 .id = 1,
                                 .iccid = FIRST,
                                 .imsi = "901405109066932",
                                 .sim = "+882 28 51"});
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 2, .iccid = SECOND, .sim = "882-29"});
    put_sim(f, (struct sim_card){.enterprise_id = OTHER,
                                 .id = 3,
                                 .iccid = "898822805550901369",
                                 .imsi = "901405109066932"});
    assert_int_equal(matched(f, ACME, (struct sim_names){SECOND "f", "901405109066932", ""}), 2);
    assert_int_equal(matched(f, ACME, (struct sim_names){"", "901405109066932", "88229"}), 1);
    assert_int_equal(matched(f, ACME, (struct sim_names){"", "", "88229"}), 2);
    assert_int_equal(matched(f, ACME, (struct sim_names){"x", "9", "+8822851"}), 1);
    assert_int_equal(matched(f, OTHER, (struct sim_names){FIRST, "901405109066932", ""}), 3);
    assert_int_equal(matched(f, OTHER, (struct sim_names){FIRST, "", "8822851"}), 0);
    assert_int_equal(matched(f, ACME, (struct sim_names){"", "", ""}), 0);
    assert_int_equal(matched(f, ACME, (struct sim_names){"", "+", "8822"}), 0);
    put_sim(f, (struct sim_card){
                   .enterprise_id = ACME, .id = 4, .iccid = "898822805550901379", .sim = "88229"});
    assert_int_equal(matched(f, ACME, (struct sim_names){"", "", "88229"}), 0);
}

static void those_of_a_device_and_all_in_order(void **state)
{
    struct fixture *f = *state;
    struct sim_card at = {.enterprise_id = ACME};
    size_t count = 9;
    (void)directory_list_sims_in(f->dir, 3, &f->arena, &count);
    assert_int_equal(count, 0);
    put_sim(f, (struct sim_card){.enterprise_id = OTHER, .id = 1, .iccid = "898822805550901369"});
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 9, .iccid = FIRST, .device_id = 3});
    put_sim(f, (struct sim_card){.enterprise_id = ACME, .id = 2, .iccid = SECOND, .device_id = 3});
    const struct sim_card *in = directory_list_sims_in(f->dir, 3, &f->arena, &count);
    assert_int_equal(count, 2);
    assert_string_equal(in[0].iccid, SECOND);
    assert_string_equal(in[1].iccid, FIRST);
    static const int64_t ids[] = {2, 9, 1};
    for (size_t i = 0; i < 3; i++) {
        int64_t device = 9;
        assert_true(directory_next_sim(f->dir, &at, &device));
        assert_int_equal(at.id, ids[i]);
        assert_int_equal(device, at.enterprise_id == ACME ? 3 : 0);
        assert_int_equal(directory_device_of_sim(f->dir, &at), device);
    }
    assert_false(directory_next_sim(f->dir, &at, &(int64_t){0}));
    assert_int_equal(directory_device_of_sim(f->dir, &(struct sim_card){.enterprise_id = ACME}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(found_however_it_is_written),
        WITH_DIRECTORY(a_put_replaces),
        WITH_DIRECTORY(listed_by_enterprise),
        WITH_DIRECTORY(gone_when_deleted_and_with_the_enterprise),
        WITH_DIRECTORY(matched_by_what_is_told_of_it),
        WITH_DIRECTORY(those_of_a_device_and_all_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
