/*
 * The log: a line is put together in a buffer of its own and written by one call, so that lines of
 * different threads never mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 1024 };

/* The threshold is process-wide by nature: every thread writes to one standard error. */
static _Atomic int threshold = LOG_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&threshold, (int)level);
}

static void blank_controls(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            text[i] = '?';
        }
    }
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load(&threshold)) {
        return;
    }
    char line[LINE_MAX_BYTES + 1];
    char when[CLOCK_ISO_SIZE];
    int64_t now_ms = clock_wall_ms();
    clock_format_iso(now_ms / 1000, when);
    when[19] = '\0';
    int head = snprintf(line, LINE_MAX_BYTES, "%s.%03dZ level=%s event=%s ", when,
                        (int)(now_ms % 1000), names[level], event);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line + head, LINE_MAX_BYTES - (size_t)head, format, args);
    va_end(args);
    size_t len = strlen(line);
    blank_controls(line, len);
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    line[len++] = '\n';
    /* A failed write to standard error has nowhere to be told. */
    ssize_t ignored = write(STDERR_FILENO, line, len);
    (void)ignored;
}
