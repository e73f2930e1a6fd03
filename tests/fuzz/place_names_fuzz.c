/*
 * libFuzzer's driver of an operator's file of names. What is read must be found again: every point
 * of the earth still has an answer, and a refusal names a line that the file has.
 */
#include "fuzzing.h"
#include "geo/gazetteer.h"
#include "geo/place_names.h"

enum { INPUT_MAX = 4096 };

static void ask(const struct place_names *names, enum gazetteer_language language)
{
    const struct gazetteer g = {names, language};
    const struct point points[] = {{250400000, 1027100000}, {449500000, 341000000}, {0, 0}};
    struct arena a = {0};
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        struct gazetteer_place place;
        struct gazetteer_entry entry;
        (void)gazetteer_find(&g, points[i], &place);
        struct bytes text = gazetteer_text(&a, &place);
        check(text.at[text.len] == '\0');
        (void)gazetteer_search(&g, place.place, &entry, 1);
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct place_names *names = NULL;
    struct place_names_fault fault = {0};
    if (size > INPUT_MAX) {
        return 0;
    }
    if (place_names_read((struct bytes){data, size}, &names, &fault) != ERR_OK) {
        check(names == NULL && fault.why != NULL && fault.line > 0 && fault.line <= size);
        return 0;
    }
    ask(names, GAZETTEER_EN);
    ask(names, GAZETTEER_ZH);
    place_names_free(names);
    return 0;
}
