#ifndef PROTOCOLS_GT06_GT06_H
#define PROTOCOLS_GT06_GT06_H

#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * What the files of the GT06 protocol share. gt06.c finds the frame, looks its type up and calls
 * one of the decoders below; the other files hold them, one subject each. Everything here is pure
 * and may be called from any thread.
 */

/* A frame taken apart; borrowed from its bytes. */
struct gt06_frame {
    uint8_t type;
    bool is_long;         /* begins with 7979: two bytes of length */
    bool is_bare;         /* a Wi-Fi frame without serial and CRC, its length byte a count */
    uint8_t wifi_count;   /* of a bare frame */
    uint16_t serial;      /* 0 of a bare frame */
    struct bytes content; /* between type and serial */
};

/* A decoder of one or more types: ERR_OK or ERR_MALFORMED. Only a login changes the session. */
typedef enum err gt06_decoder(struct session *s, const struct gt06_frame *f, struct decoded *out);

/* How a cell is written: the MCC (its bit 15 makes the MNC two bytes), the MNC, then these. */
enum gt06_cell {
    GT06_CELL_NONE,
    GT06_CELL_2G,      /* LAC u16, CID u24 */
    GT06_CELL_3G,      /* LAC u16, CID u32 */
    GT06_CELL_3G_WIDE, /* the same, the MNC always u16 */
    GT06_CELL_4G,      /* LAC u32, CID u64 */
};

/* gt06.c */

/* Takes a whole frame apart: ERR_MALFORMED, ERR_CHECKSUM. */
MUST_USE enum err gt06_frame_parse(struct bytes in, struct gt06_frame *f);
/* Finds the first frame of `in`, as split() of struct protocol. */
MUST_USE enum err gt06_split(struct bytes in, struct bytes *frame, size_t *used);
/* Writes a frame around `content`, at most 250 bytes of it in a short frame. */
void gt06_write_frame(struct writer *out, bool is_long, uint8_t type, struct bytes content,
                      uint16_t serial);
/* Six bytes YY MM DD hh mm ss of a time in the years 2000 to 2255, without a zone. */
void gt06_write_time(struct writer *w, int64_t time_s);

/* extras.c */

/* Adds the extra values of a frame that was decoded to its last message. */
void gt06_add_extras(const struct gt06_frame *f, struct decoded *out);

/* device.c: the device's side. */
extern const struct protocol_device gt06_device;

/* location.c */

/*
 * Six bytes YY MM DD hh mm ss in the zone of the session. No time is set where the bytes are no
 * date.
 */
void gt06_read_time(struct reader *r, const struct session *s, struct fix *f);
/* Satellites, latitude, longitude, speed, flags: the 12 bytes behind the time. */
void gt06_read_gps(struct reader *r, struct fix *f);
/* Latitude and longitude of the wire and the flags that give their signs, course, validity, ACC. */
void gt06_set_position(struct fix *f, uint32_t lat, uint32_t lon, uint16_t flags);
/* Every type with a GPS block: 10, 11, 12, 16, ... A0, A2 to A4; its table tells the layouts. */
gt06_decoder gt06_decode_location;

/* status.c */

/* The bits of a status byte: ACC, charging, alarm, cut off. */
void gt06_set_status(struct fix *f, uint8_t status);
/* A battery byte: a level 0 .. 6 or a percentage. */
void gt06_set_battery(struct fix *f, uint8_t battery);
/* A signal byte: bars 0 .. 4, else 0 .. 31, else a percentage. */
void gt06_set_signal(struct fix *f, uint8_t signal);
/* An alarm code, behind the status byte where there is one: an alarm, a lock event, an open door,
 * or nothing where we have no name for it. */
void gt06_set_alarm(struct fix *f, unsigned code);
/* The code of an alarm of `alarms`; 0 where no code says any of them. */
uint8_t gt06_alarm_code(alarm_set alarms);
/* Items of a type u16, a length u8 and a value, up to the end or to one that is cut off. */
void gt06_read_items(struct reader *r, struct fix *f);
/*
 * Whether two bytes, where a battery and a signal may stand, are a supply u16/100 V: no signal
 * looks like that.
 */
bool gt06_is_supply(uint8_t high, uint8_t low);
gt06_decoder gt06_decode_heartbeat;         /* 13, 36 */
gt06_decoder gt06_decode_heartbeat_a3;      /* A3 of 7 and of 19 bytes */
gt06_decoder gt06_decode_heartbeat_voltage; /* 23 */
gt06_decoder gt06_decode_camera_alarm;      /* 95 */

/* lbs.c */

/* Whether a network begins at `at`: a country code of those in use. */
bool gt06_is_network(struct bytes in, size_t at);
/* Network, LAC and CID in `form`; sets no cell where they are cut off. */
void gt06_read_cell(struct reader *r, struct fix *f, enum gt06_cell form);
/* `count` access points of a MAC and a signal strength, dBm with its sign or without. */
void gt06_read_wifi(struct reader *r, struct fix *f, unsigned count);
gt06_decoder gt06_decode_cells;      /* 18, 24, 28, 2C, 2E, 33, 34, A1, A2, A9 */
gt06_decoder gt06_decode_lbs;        /* short 11, and 17 with a telephone number: a cell */
gt06_decoder gt06_decode_lbs_status; /* 19, A5, A7: a cell, a status, no GPS */
gt06_decoder gt06_decode_wifi;       /* 17, 69, F3 */
/*
 * The length in bytes of the bare Wi-Fi frame that `in` begins with. 0: it begins with none. More
 * than in.len: the frame is not all there.
 */
size_t gt06_bare_len(struct bytes in);

/* command.c: 80. */
enum command_fate gt06_command(struct session *s, const struct device_slot *slot,
                               const struct command_request *what, struct command_note *note,
                               struct writer *out);

/* text.c */

gt06_decoder gt06_decode_string;      /* 15 */
gt06_decoder gt06_decode_string_long; /* 21 */
gt06_decoder gt06_decode_serial;      /* 9B */

/* info.c */

gt06_decoder gt06_decode_power;         /* 94 of a short frame */
gt06_decoder gt06_decode_info;          /* 94 of a long frame */
gt06_decoder gt06_decode_modular;       /* 70 */
gt06_decoder gt06_decode_obd;           /* 65, 66, 8C */
gt06_decoder gt06_decode_az735;         /* 32, 33 of a long frame */
gt06_decoder gt06_decode_bms;           /* 40 */
gt06_decoder gt06_decode_device_status; /* F1 */

#endif
