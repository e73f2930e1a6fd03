/*
 * The texts of the errors, for logs and for people. They are made of the list in err.h, so that no
 * error is without one.
 */
#include "base/err.h"

const char *err_text(enum err e)
{
    static const char *const texts[] = {
#define X(name, text) [ERR_##name] = (text),
        ERR_MAP(X)
#undef X
    };
    return texts[e];
}
