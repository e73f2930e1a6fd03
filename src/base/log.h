#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below `level` are dropped from now on; LOG_INFO at the start. Any thread. */
void log_set_level(enum log_level level);

/*
 * Writes one line to standard error, as a whole, from any thread:
 *
 *     2026-11-23T01:12:00.123Z level=info event=device_connected device=8029999 protocol=jt808
 *
 * `event` is a fixed word; `format` gives the rest as name=value pairs, and may be "". Control
 * characters that come out of the arguments are written as '?', so that input cannot forge a line.
 */
void log_line(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
