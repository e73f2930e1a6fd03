#ifndef PROTOCOLS_JT808_JT808_H
#define PROTOCOLS_JT808_JT808_H

#include "base/clock.h"
#include "base/reader.h"
#include "protocols/items.h"
#include "protocols/profile.h"
#include "protocols/protocol.h"

/*
 * What the files of the JT/T 808 protocol share. jt808.c finds the frame, takes it apart, looks its
 * message up and calls one of the decoders below; the other files hold them, one subject each.
 * Everything here is pure and may be called from any thread.
 */

enum {
    JT808_BODY_MAX = 1023,
    JT808_ID_2019 = 10, /* bytes of a terminal's id, the longest */
    JT808_PLAIN_MAX = 2 + 2 + 1 + JT808_ID_2019 + 2 + 4 + JT808_BODY_MAX + 1,
    JT808_FRAME_MAX = 2 * JT808_PLAIN_MAX + 2, /* every byte escaped */
};

enum { JT808_DELIMITER = 0x7e };

/* Bits of the attributes that change the header. */
enum { JT808_FRAGMENT = 1 << 13, JT808_VERSION = 1 << 14 };

/* The messages that more than one file names. */
enum jt808_id {
    JT808_HEARTBEAT = 0x0002,
    JT808_REGISTER = 0x0100,
    JT808_AUTHENTICATE = 0x0102,
    JT808_LOCATION = 0x0200,
    JT808_LOCATION_BATCH = 0x0704,
    JT808_JOINTECH_REPLY = 0x4401,
    JT808_JOINTECH = 0x5501,
    JT808_JOINTECH_BLIND = 0x5502,
    JT808_GENERAL_REPLY = 0x8001,
    JT808_REGISTER_REPLY = 0x8100,
    JT808_ATTRIBUTES_QUERY = 0x8107,
    JT808_TEXT = 0x8300,
    JT808_DOORS = 0x8500,
    JT808_RECORDER = 0x8700,
};

/* A message taken apart; `body` is borrowed. */
struct jt808_message {
    uint16_t id; /* 0200, ... */
    uint16_t attributes;
    uint16_t serial; /* one byte of 5501 and 5502 */
    uint16_t total;  /* fragments that the message is divided into; 0: it is whole */
    uint16_t number; /* of this fragment, from 1 */
    uint8_t delimiter;
    uint8_t version;           /* behind the attributes, where bit 14 of these is set */
    uint8_t id_len;            /* of the terminal */
    uint8_t at[JT808_ID_2019]; /* the terminal's id as it was sent */
    bool is_joined; /* put together of fragments, which have been answered: what is readable of
                       it counts, the rest is counted as unreadable */
    struct bytes body;
};

/* A decoder of one or more messages: ERR_OK, ERR_MALFORMED or ERR_TOO_LONG. */
typedef enum err jt808_decoder(const struct session *s, const struct jt808_message *m,
                               struct decoded *out);

/* frame.c */

/* Whether `first` begins with a delimiter, behind "$$" from some modems, or with a sentence. */
enum protocol_claim jt808_claims(struct bytes first);
/* Finds the first frame of `in`, as split() of struct protocol. */
MUST_USE enum err jt808_split(struct bytes in, struct bytes *frame, size_t *used);
/* Looks for the next whole frame, as resync() of struct protocol. */
MUST_USE enum err jt808_resync(struct bytes in, size_t *skip);
/*
 * Takes a frame apart: ERR_MALFORMED, ERR_CHECKSUM. The body is in the frame, or in `arena` where
 * something in the frame was escaped.
 */
MUST_USE enum err jt808_parse(struct arena *arena, struct bytes frame, struct jt808_message *m);
/* Writes the frame of a whole message, escaped; attributes and length come from `m`. */
void jt808_write(struct writer *out, const struct jt808_message *m);
/* Whether a message is one of Jointech's: another header, another body. */
bool jt808_is_jointech(uint16_t id);
/* The terminal as a DeviceID: digits, an IMEI, or else its bytes in hexadecimal. */
void jt808_id_text(const struct jt808_message *m, char out[DEVICE_ID_SIZE]);

/* device.c: the device's side. */
extern const struct protocol_device jt808_device;

/* location.c */

/* What the bits of the alarm word of a location stand for. */
extern const struct alarm_table jt808_alarms;
/* BCD YYMMDDhhmmss in the zone of the session. No time is set where the digits are no date. */
void jt808_read_time(struct reader *r, const struct session *s, struct fix *f);
/* Status u32, latitude u32, longitude u32. */
void jt808_read_place(struct reader *r, struct fix *f);
/* Altitude i16 in m, speed u16 in 0.1 km/h, course u16 in degrees. */
void jt808_read_motion(struct reader *r, struct fix *f);
/* Says where the position comes from, once everything else of the fix is known. */
void jt808_set_source(struct fix *f);
jt808_decoder jt808_decode_location;    /* 0200 */
jt808_decoder jt808_decode_answer;      /* 0201, 0500: a serial and a location */
jt808_decoder jt808_decode_batch;       /* 0704 */
jt808_decoder jt808_decode_batch_short; /* 0210 */
jt808_decoder jt808_decode_heartbeat;   /* 0002, 0506 */
jt808_decoder jt808_decode_attributes;  /* 0107 */

/* items.c */

/* Items of an id u8, a length u8 and a value, up to the end or to one that is cut off. */
void jt808_read_items(struct reader *r, struct fix *f, struct extras *x);
/*
 * The alarms of driving and of the tracker's own fences, which only items tell: a location without
 * such an item tells that there is none.
 */
alarm_set jt808_item_alarms(void);
/* HDOP in tenths; ignored where the value cannot be one. */
void jt808_set_hdop_e1(struct fix *f, unsigned hdop_e1);
/*
 * Takes a voltage where the frame does not say whose it is: too high for a battery cell, it is the
 * supply's.
 */
void jt808_set_voltage(struct fix *f, uint32_t voltage_mv);

/* "$OBD-RT,12.3,...": the first field is the supply in V, perhaps empty. */
void jt808_set_obd_text(struct bytes text, struct fix *f);
/*
 * The extra values of that text: its second field is the engine's speed, its twelfth the fuel used
 * in l.
 */
void jt808_extra_obd_text(struct bytes text, struct extras *x);

/* radio.c: cells and Wi-Fi access points. */
item_reader jt808_item_cells_counted; /* 53, 5D */
item_reader jt808_item_cells_e1;      /* E1 of 12 bytes and more, from its MCC on */
item_reader jt808_item_cells_f0;
item_reader jt808_item_cell_ff;
item_reader jt808_item_wifi; /* EC, F4 */
/* EB (a): MCC u16, MNC u8, {LAC u16, CID u16, rssi u8}. */
item_reader jt808_item_cells_eb;
/* EB 00D8: MCC u16, MNC u8, LAC u16, CID u32. */
item_reader jt808_item_cell_d8;
/* FD: MCC u16, MNC u8 or u16 by the length, CID u32, LAC u16. */
item_reader jt808_item_cell_fd;
/* EB 00B9: a count u8, then "mac,rssi,mac,rssi" as text. */
item_reader jt808_item_wifi_text;

/* lock.c */
item_reader jt808_item_lock_event; /* 0B */
item_reader jt808_item_lock_text;  /* 33 */
item_reader jt808_item_sublocks;   /* 63 */
item_reader jt808_item_lock_list;  /* D5 of more than two bytes */
item_reader jt808_item_lock_rope;  /* DA */
/* Of each lock its identity, its event and its battery, from lock 1 on. */
item_extra_reader jt808_extra_sublocks;
item_extra_reader jt808_extra_lock_list;
item_extra_reader jt808_extra_lock_report; /* 60 */
item_extra_reader jt808_extra_lock_event;  /* 0B */

/* eb.c */
item_reader jt808_item_eb;
item_extra_reader jt808_extra_eb;

/* jimi.c */
item_reader jt808_item_jimi; /* E8 */

/* aovx.c */

/* The bit of the status that some makers set where the location comes from memory. */
#define JT808_FROM_MEMORY (UINT32_C(1) << 31)
/* The profile of the series of AOVX that the `items` of a location name; NULL: they do not. */
const struct profile *jt808_aovx_of(struct bytes items);
/*
 * What a maker means by an alarm word and a status; false where `profile`, which may be NULL, says
 * nothing of them.
 */
bool jt808_set_profile_bits(struct fix *f, const struct profile *profile, uint32_t alarm,
                            uint32_t status);
/* The alarms that the alarm word of one series of AOVX or another can tell. */
alarm_set jt808_aovx_alarms(void);
/* The temperature of the probe on the cable. */
void jt808_set_probe_c_e1(struct fix *f, int temperature_c_e1);
item_reader jt808_item_f6;
item_extra_reader jt808_extra_f6;
enum { JT808_F7_PARTS = 4 };
extern const struct item jt808_f7_parts[JT808_F7_PARTS];
item_reader jt808_item_f8;
item_reader jt808_item_f9;

/* uplink.c */
jt808_decoder jt808_decode_uplink; /* 0900 */

/* jointech.c */
jt808_decoder jt808_decode_jointech; /* 5501, 5502 */

/* text.c */
jt808_decoder jt808_decode_result;     /* 0001 */
jt808_decoder jt808_decode_parameters; /* 0104 */
jt808_decoder jt808_decode_recorder;   /* 0700 */
jt808_decoder jt808_decode_text;       /* 0701 */
jt808_decoder jt808_decode_text_gbk;   /* 6006 */
jt808_decoder jt808_decode_text_utf16; /* 1300 */

/* command.c */

/* Notes in the slot how frames to the terminal of `m` have to look. */
void jt808_set_slot(const struct jt808_message *m, struct device_slot *slot);
/* Writes a command, as command() of struct protocol. */
enum command_fate jt808_command(struct session *s, const struct device_slot *slot,
                                const struct command_request *what, struct command_note *note,
                                struct writer *out);

/* The number of a SIM card in ten bytes of BCD. Zeros mean that the tracker has not read it yet. */
void jt808_set_iccid_bcd(struct bytes bcd, struct fix *f);

#endif
