/*
 * libFuzzer's driver of addresses. One that is read is one to bind(2) to, and reads the same when
 * it is written with brackets.
 */
#include "base/address.h"
#include "fuzzing.h"

enum { INPUT_MAX = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct address a;
    if (size > INPUT_MAX) {
        return 0;
    }
    char *text = fuzz_text((struct bytes){data, size});
    if (address_parse(text, &a) == ERR_OK) {
        struct sockaddr_storage at;
        socklen_t len = 0;
        check(address_to_socket(a.host, a.port, &at, &len) && len <= sizeof(at));
        char again_text[ADDRESS_HOST_SIZE + 16];
        struct address again;
        (void)snprintf(again_text, sizeof(again_text), "[%s]:%u", a.host, a.port);
        check(address_parse(again_text, &again) == ERR_OK);
        check(strcmp(again.host, a.host) == 0 && again.port == a.port);
    }
    free(text);
    return 0;
}
