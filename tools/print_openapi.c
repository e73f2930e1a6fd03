/*
 * Prints /api/openapi.json without a server, for tools/make_api_types.py.
 */
#include <stdio.h>

#include "api/pages.h"
#include "base/mem.h"

int main(void)
{
    mem_configure();
    struct json_out out = {0};
    openapi_write(&out);
    struct bytes text = json_text(&out);
    bool is_written = fwrite(text.at, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
    json_free(&out);
    return is_written ? 0 : 1;
}
