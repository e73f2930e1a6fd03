#ifndef PROTOCOLS_CASTEL_CASTEL_H
#define PROTOCOLS_CASTEL_CASTEL_H

#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * What the files of the Castel protocol share. castel.c finds the frame, answers it and writes
 * commands; report.c reads what trackers say, obd.c what adapters say beside that. Everything here
 * is pure.
 */

enum castel_kind { CASTEL_MPIP, CASTEL_TRACKER, CASTEL_ADAPTER };

/* A frame taken apart; borrowed. */
struct castel_frame {
    enum castel_kind kind;
    uint8_t version; /* not of CASTEL_MPIP */
    struct bytes id;
    unsigned type;
    struct bytes content;
};

/* What an answer says. */
struct castel_answer {
    uint16_t type;   /* 0: nothing is answered */
    uint32_t number; /* of an alarm */
};

/* What the reports of a frame have in common, and the one that is put together. */
struct castel_report {
    struct fix fix;
    struct extras extras;
    struct arena *arena;
};

/* Adds what a frame says. ERR_MALFORMED: it is cut off. */
MUST_USE enum err castel_read(const struct castel_frame *f, struct decoded *out,
                              struct castel_answer *answer);
/* The same of an adapter. */
MUST_USE enum err castel_read_adapter(const struct castel_frame *f, struct decoded *out,
                                      struct castel_answer *answer);
/* Reads a position, of 19 bytes, into a fix. */
void castel_read_position(struct reader *r, struct fix *f);

#endif
