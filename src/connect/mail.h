#ifndef CONNECT_MAIL_H
#define CONNECT_MAIL_H

#include "connect/connect.h"

/*
 * Mail to one address, with a file or without, handed to the server of the operator (RFC 5321). It
 * is a provider like all others, with figures of its own, but on a thread of its own (apart.c).
 *
 * A message counts as handed over from its last byte on. Where the server says nothing behind that,
 * nobody knows whether it has the message, and whoever sends it again may send it twice.
 */
struct mailer;

enum {
    MAIL_ADDRESS_MAX = 254,   /* characters (RFC 5321, section 4.5.3.1.3 without the brackets) */
    MAIL_SUBJECT_MAX = 400,   /* bytes */
    MAIL_FILE_MAX = 20 << 20, /* bytes of a file; many servers take no more */
    MAIL_REASON_SIZE = 160,   /* of what is told about a message that was not taken */
    MAIL_TIMEOUT_MS = 600000, /* what a slow server is given for one message */
};

struct mail_options {
    const char *url;      /* without a fault of mail_url_fault() */
    const char *from;     /* an address */
    const char *user;     /* "": no login */
    const char *password; /* of that user */
    const char *ca_file;  /* whose authorities are trusted, PEM; "": those of the system */
    unsigned reply_s;     /* what the server is given for each of its replies */
};

enum mail_outcome {
    MAIL_TAKEN,   /* the server has it */
    MAIL_REFUSED, /* the server says that it will never take it */
    MAIL_PUT_OFF, /* it does not have it now: to be sent again */
    MAIL_UNKNOWN, /* handed over, and not answered */
};

/* Hears the end of a message, once, on another thread; `reason` is for people, "" taken. */
typedef void mail_done(void *context, enum mail_outcome outcome, const char *reason);

struct mail {
    const char *to;         /* an address */
    const char *subject;    /* UTF-8; what is no character of a line is left out */
    const char *text;       /* UTF-8, of lines that end with \n */
    const char *message_id; /* letters, digits, dots and dashes, without @ and what follows it */
    int64_t time_s;
    const char *file_path; /* "": it has none; else a file of at most MAIL_FILE_MAX bytes */
    const char *file_name; /* for people, printable ASCII without quotes */
    const char *file_type; /* of MIME */
    int64_t deadline_ms;   /* on the monotonic clock */
    mail_done *done;
    void *context;
};

/*
 * NULL: a URL as smtps://HOST[:PORT] (TLS from the beginning), smtp+starttls://HOST[:PORT] (TLS, or
 * nothing is sent) or smtp://HOST[:PORT] (without TLS); else what is wrong with it, static.
 */
const char *mail_url_fault(const char *url);
/* Whether what is sent to that URL could be read on the way: it leaves this machine without TLS. */
bool mail_url_is_open(const char *url);
/* Whether that is an address of ASCII, as anna@example.com, without a name or brackets. */
bool mail_is_address(struct bytes text);

/* ERR_INVALID for a URL with a fault, ERR_FULL. To be freed when connect is stopped. */
MUST_USE enum err mailer_new(struct connect *connect, const struct mail_options *options,
                             struct mailer **out);
void mailer_free(struct mailer *m);
/*
 * Any thread: queues a copy of the message. ERR_OK: `done` will hear its end. Else nothing is sent:
 * ERR_NOT_FOUND where the file cannot be read, ERR_TOO_LONG, ERR_INVALID for what is no address,
 * and ERR_BUSY and ERR_STOPPING as connect_submit() has them.
 */
MUST_USE enum err mailer_send(struct mailer *m, const struct mail *mail);
/* Any thread: whether the server failed so often that it gets nothing now, which ends by itself. */
bool mailer_rests(const struct mailer *m);

#endif
