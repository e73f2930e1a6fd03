#ifndef CONNECT_MAIL_PRIVATE_H
#define CONNECT_MAIL_PRIVATE_H

#include <stdio.h>

#include "connect/mail.h"
#include "connect/private.h"

/* What is between mail.c, mail_text.c and transfer.c. */

struct mailer {
    struct provider *provider;
    char *from;
    char *user;
    char *password;
    char *ca_file;
    long reply_s;
    bool needs_tls;
};

/* A message on its way; the texts are its own. */
struct letter {
    const struct mailer *mailer;
    char *text;
    size_t text_len;
    size_t text_read;
    struct curl_slist *headers;
    struct curl_slist *recipients;
    curl_mime *mime; /* of its transfer's handle */
    FILE *file;      /* NULL: there is none */
    char *file_name;
    char *file_type;
    size_t file_len;
    size_t file_read;
    bool is_named;                /* the server was told whom it is to */
    bool is_handed_over;          /* all of it was read by libcurl, and may have left */
    bool is_leaving;              /* QUIT was said */
    CURLcode code;                /* CURLE_OK, too, where it never began */
    int status;                   /* of the server's last reply; 0: there was none */
    size_t reply_len;             /* bytes of all its replies */
    char reply[MAIL_REASON_SIZE]; /* the last line, printable */
    mail_done *done;
    void *context;
};

/* ---- mail_text.c ---- */

/* The lines above the message; those of MIME are libcurl's. NULL: a text does not fit. */
struct curl_slist *mail_headers(const char *from, const struct mail *mail);

/* ---- mail.c, for transfer.c and connect.c ---- */

/* Sets up the handle of a transfer that has a letter. */
MUST_USE bool letter_prepare(struct letter *l, CURL *easy);
/* What came of it, as of any transfer: ERR_OK where the server replied to what it was told last. */
struct connect_answer letter_answer(struct letter *l, CURLcode code);
void letter_free(struct letter *l);

#endif
