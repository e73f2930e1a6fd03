/*
 * libFuzzer's driver of the API's paths. A path finds the same whatever the case of its letters and
 * with a slash behind it.
 */
#include <ctype.h>

#include "api/route.h"
#include "fuzzing.h"

enum { INPUT_MAX = 512 };

static struct route find(const struct routes *routes, const char *text, int (*change)(int),
                         const char *behind)
{
    size_t len = strlen(text);
    char *path = malloc(len + strlen(behind) + 1);
    check(path != NULL);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        path[i] = (char)(c < 0x80 ? change(c) : c);
    }
    memcpy(path + len, behind, strlen(behind) + 1);
    struct route found = routes_find(routes, path);
    free(path);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct api_alias aliases[] = {{"GetAllDevices", "GetDeviceList"}};
    static struct routes *routes;
    if (routes == NULL) {
        check(routes_new(aliases, 1, &routes) == ERR_OK);
    }
    if (size > INPUT_MAX) {
        return 0;
    }
    char *path = fuzz_text((struct bytes){data, size});
    struct route found = routes_find(routes, path);
    check((found.kind == ROUTE_METHOD) == (found.method != NULL));
    const struct route others[] = {find(routes, path, toupper, ""),
                                   find(routes, path, tolower, "")};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        check(others[i].kind == found.kind && others[i].method == found.method);
    }
    struct route slashed = find(routes, path, tolower, "/");
    bool has_slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
    check(found.kind != ROUTE_METHOD || has_slash || slashed.method == found.method);
    free(path);
    return 0;
}
