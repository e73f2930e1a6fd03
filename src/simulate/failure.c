/*
 * Why simulated devices cannot connect, in one line for the person who typed the address, however
 * often they try.
 */
#include "simulate/failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void sim_failure_tell(const struct sim_options *options, int number)
{
    bool is_closed = number == ECONNRESET || number == EPIPE;
    bool is_said = number == ECONNREFUSED || is_closed;
    const char *what = number == ECONNREFUSED ? "connection refused by"
                       : is_closed            ? "connection closed by"
                                              : "no connection to";
    bool is_v6 = strchr(options->host, ':') != NULL;
    (void)fprintf(stderr, "odograph simulate: %s %s%s%s:%u%s%s\n", what, is_v6 ? "[" : "",
                  options->host, is_v6 ? "]" : "", options->port, is_said ? "" : ": ",
                  is_said ? "" : strerror(number));
}

void sim_failure_note(const struct sim_options *options, struct sim_result *result, int number)
{
    if (result->failure != 0) {
        return;
    }
    result->failure = number;
    if (options->progress) {
        sim_failure_tell(options, number);
    }
}
