#ifndef CLI_PASSWORD_INPUT_H
#define CLI_PASSWORD_INPUT_H

#include <stddef.h>

#include "base/err.h"

enum { PASSWORD_INPUT_SIZE = 1024 };

/*
 * Before any thread is started: signals that would end or stop the program wait from now on, until
 * password_input() asks a terminal, which they interrupt.
 */
void password_input_prepare(void);

/*
 * Reads a new password from standard input: from a terminal twice, with a prompt on standard error
 * and without echo; from anything else one line. `out` gets it without its line end,
 * NUL-terminated. ERR_INVALID: the two differ; ERR_UNSUPPORTED: it holds a NUL; ERR_TOO_LONG;
 * ERR_END: there is none, or a signal came; ERR_IO. The terminal is as it was before in any case.
 */
MUST_USE enum err password_input(char out[PASSWORD_INPUT_SIZE]);

#endif
