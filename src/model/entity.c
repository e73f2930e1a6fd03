/*
 * The rows of the entities, in the order in which they refer to each other and are loaded. Each
 * column names its member, so that offset and size come from the struct:
 *
 *     {.since = 3, WHOLE(device, speed_unit, 0, SPEED_UNIT_KMH)},
 */
#include "model/entity.h"

#include "model/message.h"

/* ---- the rows ---- */

#define MEMBER(tag, member)                                                                        \
    .offset = offsetof(struct tag, member), .size = sizeof(((struct tag *)0)->member)
#define NUMBER(tag, member, low, high) MEMBER(tag, member), .min = (low), .max = (high)
#define WHOLE(tag, member, low, high)                                                              \
    .name = #member, .type = ENTITY_COLUMN_INT, NUMBER(tag, member, low, high)
#define ID(tag, member)   WHOLE(tag, member, 1, INT64_MAX)
#define LINK(tag, member) WHOLE(tag, member, 0, INT64_MAX) /* an id, or 0 for none */
#define TIME(tag, member) WHOLE(tag, member, INT64_MIN, INT64_MAX)
#define FLAG(tag, member) WHOLE(tag, member, 0, 1)
#define TEXT(tag, member) .name = #member, .type = ENTITY_COLUMN_TEXT, MEMBER(tag, member)
#define COLUMNS(tag, array)                                                                        \
    .size = sizeof(struct tag), .columns = (array),                                                \
    .column_count = sizeof(array) / sizeof((array)[0])

static const struct entity_column enterprise_columns[] = {
    {ID(enterprise, id)},
    {TEXT(enterprise, name)},
    {TEXT(enterprise, zone)},
    {TIME(enterprise, service_end_s)},
    {WHOLE(enterprise, retention_days, INT32_MIN, INT32_MAX)},
    {TIME(enterprise, created_s)},
    {FLAG(enterprise, deleted)},
    {.since = 8, LINK(enterprise, parent_id)},
    {.since = 8, FLAG(enterprise, can_subdivide)},
    {.since = 8, WHOLE(enterprise, language, 0, LANGUAGE_CHINESE)},
    {.since = 8, WHOLE(enterprise, units, 0, UNITS_MI)},
#define X(NAME, column, field)                                                                     \
    {.since = 8,                                                                                   \
     .name = #column,                                                                              \
     .type = ENTITY_COLUMN_INT,                                                                    \
     NUMBER(enterprise, limits[LIMIT_##NAME], 0, INT32_MAX)},
    LIMIT_MAP(X)
#undef X
};

static const struct entity_column user_columns[] = {
    {ID(user, id)},
    {LINK(user, enterprise_id)},
    {TEXT(user, login_name)},
    {TEXT(user, password_hash)},
    {WHOLE(user, role, 0, ROLE_ROOT)},
    {TIME(user, expire_s)},
    {.name = "group_ids",
     .type = ENTITY_COLUMN_IDS,
     MEMBER(user, group_ids),
     .beside = offsetof(struct user, group_count),
     .max = USER_GROUPS_MAX},
    {WHOLE(user, token_generation, INT32_MIN, INT32_MAX)},
    {TIME(user, created_s)},
    {FLAG(user, deleted)},
};

static const struct entity_column group_columns[] = {
    {ID(group, id)},
    {LINK(group, enterprise_id)},
    {TEXT(group, name)},
    {FLAG(group, deleted)},
};

static const struct entity_column device_columns[] = {
    {ID(device, id)},
    {LINK(device, enterprise_id)},
    {LINK(device, group_id)},
    {.name = "device_id", .type = ENTITY_COLUMN_DEVICE_ID, MEMBER(device, device_id)},
    {TEXT(device, plate)},
    {TEXT(device, object_code)},
    {TEXT(device, sim)},
    {TEXT(device, iccid)},
    {TEXT(device, model)},
    {WHOLE(device, type, 0, DEVICE_ASSET)},
    {WHOLE(device, tank_ml, 0, UINT32_MAX)},
    {TIME(device, created_s)},
    {FLAG(device, deleted)},
    {.since = 3,
     .name = "utc_offset_min",
     .type = ENTITY_COLUMN_OPTIONAL,
     NUMBER(device, utc_offset_min, UTC_OFFSET_MIN_MIN, UTC_OFFSET_MIN_MAX),
     .beside = offsetof(struct device, has_utc_offset)},
    {.since = 3, WHOLE(device, speed_unit, 0, SPEED_UNIT_KMH)},
    {.since = 4, TEXT(device, note)},
    {.since = 8, TEXT(device, password_hash)},
    {.since = 8, FLAG(device, is_former)},
};

static const struct entity_column token_columns[] = {
    {.name = "hash", .type = ENTITY_COLUMN_HASH, MEMBER(token, hash)},
    {ID(token, user_id)},
    {WHOLE(token, generation, INT32_MIN, INT32_MAX)},
    {TIME(token, created_s)},
    {TIME(token, expires_s)},
    {.since = 8, TIME(token, last_s)},
    {.since = 8, TEXT(token, last_address)},
};

static const struct entity_column login_address_columns[] = {
    {ID(login_address, user_id)},
    {TEXT(login_address, address)},
    {TIME(login_address, last_s)},
};

static const struct entity_column focus_columns[] = {
    {ID(focus, user_id)},
    {ID(focus, device_id)},
};

static const struct entity_column fragment_columns[] = {
    {ID(waiting_fragment, device_id)},
    {WHOLE(waiting_fragment, key, 0, UINT32_MAX)},
    {WHOLE(waiting_fragment, number, 1, MESSAGE_FRAGMENTS_MAX)},
    {WHOLE(waiting_fragment, total, 2, MESSAGE_FRAGMENTS_MAX)},
    {.name = "protocol", .type = ENTITY_COLUMN_PROTOCOL, MEMBER(waiting_fragment, protocol)},
    {TIME(waiting_fragment, rcv_time_s)},
    {.name = "data",
     .type = ENTITY_COLUMN_BYTES,
     MEMBER(waiting_fragment, at),
     .beside = offsetof(struct waiting_fragment, len)},
};

static const struct entity_column clock_columns[] = {
    {.name = "device", .type = ENTITY_COLUMN_INT, NUMBER(device_clock, device_id, 1, INT64_MAX)},
    {.name = "zone",
     .type = ENTITY_COLUMN_CLOCK,
     MEMBER(device_clock, at),
     .beside = offsetof(struct device_clock, len)},
};

static const struct entity_column text_columns[] = {
    {ID(device_text, device_id)},
    {ID(device_text, id)},
    {TIME(device_text, time_s)},
    {TEXT(device_text, text)},
    {.since = 7, WHOLE(device_text, kind, 0, TEXT_SEND)},
};

static const struct entity_column ids_columns[] = {
    {WHOLE(id_range, kind, 1, ID_KINDS - 1)},
    {WHOLE(id_range, upto, 0, (INT64_C(1) << ID_BITS) - 1)},
};

static const struct entity_column name_columns[] = {
    {WHOLE(reserved_name, kind, 1, NAME_KINDS - 1)},
    {TEXT(reserved_name, text)},
    {WHOLE(reserved_name, shard, 0, SHARDS_MAX - 1)},
};

#define PACKED(tag, member, how, length)                                                           \
    .name = #member, .type = (how), MEMBER(tag, member), .beside = offsetof(struct tag, length)

static const struct entity_column geofence_columns[] = {
    {ID(geofence, enterprise_id)},
    {WHOLE(geofence, id, 1, INT32_MAX)},
    {TIME(geofence, from_s)},
    {TIME(geofence, until_s)},
    {TEXT(geofence, name)},
    {WHOLE(geofence, shape, 0, SHAPE_CORRIDOR)},
    {WHOLE(geofence, drawn_in, 0, COORDSYS_GCJ02)},
    {WHOLE(geofence, alarm_on, 0, UINT8_MAX)},
    {WHOLE(geofence, radius_m_e2, 0, UINT32_MAX)},
    {WHOLE(geofence, dwell_s, 0, UINT32_MAX)},
    {WHOLE(geofence, hysteresis_m, 0, UINT32_MAX)},
    {PACKED(geofence, rings, ENTITY_COLUMN_RINGS, rings_len)},
    {PACKED(geofence, devices, ENTITY_COLUMN_ID_BYTES, devices_len)},
    {PACKED(geofence, groups, ENTITY_COLUMN_ID_BYTES, groups_len)},
};

static const struct entity_column alarm_rule_columns[] = {
    {ID(alarm_rule, enterprise_id)},
    {WHOLE(alarm_rule, scope, 0, RULE_SCOPES - 1)},
    {LINK(alarm_rule, subject_id)},
    {TIME(alarm_rule, from_s)},
    {TIME(alarm_rule, until_s)},
#define X(FIELD, column, version)                                                                  \
    {.since = (version),                                                                           \
     .name = #column,                                                                              \
     .type = ENTITY_COLUMN_OPTIONAL,                                                               \
     NUMBER(alarm_rule, values[RULE_##FIELD], INT32_MIN, INT32_MAX),                               \
     .beside = offsetof(struct alarm_rule, has[RULE_##FIELD])},
    RULE_FIELD_MAP(X)
#undef X
        {FLAG(alarm_rule, has_temperatures)},
    {PACKED(alarm_rule, temperatures, ENTITY_COLUMN_BYTES, temperatures_len)},
};

static const struct entity_column term_columns[] = {
    {ID(device_term, device_id)},
    {TIME(device_term, until_s)},
    {LINK(device_term, group_id)},
    {WHOLE(device_term, tank_ml, 0, UINT32_MAX)},
    {.since = 8, LINK(device_term, enterprise_id)},
};

static const struct entity_column past_columns[] = {
    {ID(device_past, device_id)},
    {TIME(device_past, until_s)},
    {ID(device_past, former_id)},
};

static const struct entity_column event_columns[] = {
    {ID(event, device_id)},
    {ID(event, id)},
    {WHOLE(event, kind, 0, EVENT_KINDS_MAX - 1)},
    {FLAG(event, is_alarm)},
    {WHOLE(event, origin, 0, EVENT_BY_TIMER)},
    {FLAG(event, withdrawn)},
    {WHOLE(event, subject, 0, UINT32_MAX)},
    {TIME(event, gps_time_s)},
    {TIME(event, rcv_time_s)},
    {TIME(event, decided_s)},
    {TIME(event, before_s)},
    {TIME(event, ended_s)},
    {TIME(event, end_decided_s)},
    {WHOLE(event, count, 0, UINT16_MAX)},
    {WHOLE(event, lat_e7, INT32_MIN, INT32_MAX)},
    {WHOLE(event, lon_e7, INT32_MIN, INT32_MAX)},
    {TIME(event, value)},
    {TEXT(event, name)},
    {.name = "state",
     .type = ENTITY_COLUMN_BYTES,
     MEMBER(event, state),
     .beside = offsetof(struct event, state_len)},
    {LINK(event, acknowledged_by)},
    {TIME(event, acknowledged_s)},
    {TEXT(event, note)},
};

static const struct entity_column command_columns[] = {
    {ID(command, device_id)},
    {ID(command, id)},
    {WHOLE(command, kind, 0, COMMAND_KINDS - 1)},
    {WHOLE(command, state, 0, COMMAND_STATES - 1)},
    {LINK(command, created_by)},
    {TIME(command, created_s)},
    {TIME(command, deadline_s)},
    {TIME(command, sent_s)},
    {TIME(command, answered_s)},
    {TIME(command, over_s)},
    {WHOLE(command, hazard, 0, COMMAND_UNLOCKS)},
    {WHOLE(command, tie, 0, UINT32_MAX)},
    {WHOLE(command, message_id, 0, UINT16_MAX)},
    {TEXT(command, text)},
    {TEXT(command, answer)},
    {PACKED(command, secret, ENTITY_COLUMN_BYTES, secret_len)},
    {.since = 8, TIME(command, due_s)},
};

static const struct entity_column audit_columns[] = {
    {LINK(audit, enterprise_id)}, {ID(audit, number)},    {TIME(audit, time_s)},
    {TEXT(audit, login_name)},    {TEXT(audit, address)}, {TEXT(audit, action)},
    {TEXT(audit, object)},        {TEXT(audit, detail)},
};

static const struct entity_column preference_columns[] = {
    {ID(preference, user_id)},
    {TEXT(preference, key)},
    {TEXT(preference, value)},
};

static const struct entity_column sim_columns[] = {
    {ID(sim_card, enterprise_id)},
    {ID(sim_card, id)},
    {TEXT(sim_card, iccid)},
    {TEXT(sim_card, sim)},
    {TEXT(sim_card, imsi)},
    {TEXT(sim_card, tag)},
    {TEXT(sim_card, package_name)},
    {TEXT(sim_card, remark)},
    {LINK(sim_card, device_id)},
    {FLAG(sim_card, is_active)},
    {TIME(sim_card, status_s)},
    {LINK(sim_card, status_by)},
    {TIME(sim_card, actived_day)},
    {TIME(sim_card, end_day)},
    {TIME(sim_card, created_s)},
    {WHOLE(sim_card, usage_amount_mb_e2, 0, UINT32_MAX)},
    {WHOLE(sim_card, usage_data_mb_e2, 0, UINT32_MAX)},
    {WHOLE(sim_card, sms_amount, 0, UINT32_MAX)},
    {WHOLE(sim_card, sms_data, 0, UINT32_MAX)},
    {TIME(sim_card, sms_day)},
    {WHOLE(sim_card, sms_count, 0, UINT16_MAX)},
    {.since = 8, TIME(sim_card, bound_s)},
    {.since = 8, TEXT(sim_card, provider)},
    {.since = 8, TEXT(sim_card, imei)},
    {.since = 8, TEXT(sim_card, ip_address)},
    {.since = 8, TEXT(sim_card, network)},
    {.since = 8, TEXT(sim_card, technology)},
    {.since = 8, FLAG(sim_card, is_online)},
    {.since = 8, TIME(sim_card, state_s)},
    {.since = 8, TIME(sim_card, session_s)},
};

static const struct entity_column sms_columns[] = {
    {ID(sim_sms, enterprise_id)},
    {ID(sim_sms, sim_id)},
    {ID(sim_sms, id)},
    {TIME(sim_sms, time_s)},
    {TEXT(sim_sms, content)},
    {TEXT(sim_sms, source_address)},
    {WHOLE(sim_sms, status, 0, SMS_STATUSES - 1)},
    {.since = 8, TEXT(sim_sms, operator_id)},
    {.since = 8, TIME(sim_sms, over_s)},
    {.since = 8, WHOLE(sim_sms, reference, 0, UINT32_MAX)},
    {.since = 8, WHOLE(sim_sms, part, 0, SMS_PARTS_MAX)},
    {.since = 8, WHOLE(sim_sms, parts, 0, SMS_PARTS_MAX)},
    {.since = 8, TIME(sim_sms, expiry_s)},
};

static const struct entity_column report_columns[] = {
    {ID(report_job, enterprise_id)},
    {ID(report_job, id)},
    {ID(report_job, user_id)},
    {LINK(report_job, schedule_id)},
    {WHOLE(report_job, kind, 0, REPORT_KINDS - 1)},
    {WHOLE(report_job, format, 0, REPORT_FORMATS - 1)},
    {PACKED(report_job, devices, ENTITY_COLUMN_ID_BYTES, devices_len)},
    {PACKED(report_job, groups, ENTITY_COLUMN_ID_BYTES, groups_len)},
    {TIME(report_job, start_s)},
    {TIME(report_job, end_s)},
    {TEXT(report_job, options)},
    {TIME(report_job, created_s)},
    {WHOLE(report_job, state, 0, REPORT_STATES - 1)},
    {TIME(report_job, finished_s)},
    {TIME(report_job, expires_s)},
    {WHOLE(report_job, done, 0, UINT32_MAX)},
    {WHOLE(report_job, of, 0, UINT32_MAX)},
    {WHOLE(report_job, rows, 0, UINT32_MAX)},
    {WHOLE(report_job, size, 0, INT64_MAX)},
    {TEXT(report_job, error)},
};

static const struct entity_column schedule_columns[] = {
    {ID(report_schedule, enterprise_id)},
    {ID(report_schedule, id)},
    {ID(report_schedule, user_id)},
    {TEXT(report_schedule, name)},
    {WHOLE(report_schedule, kind, 0, REPORT_KINDS - 1)},
    {WHOLE(report_schedule, format, 0, REPORT_FORMATS - 1)},
    {PACKED(report_schedule, devices, ENTITY_COLUMN_ID_BYTES, devices_len)},
    {PACKED(report_schedule, groups, ENTITY_COLUMN_ID_BYTES, groups_len)},
    {TEXT(report_schedule, options)},
    {WHOLE(report_schedule, every, 0, REPORT_EVERIES - 1)},
    {WHOLE(report_schedule, at_min, 0, MINUTES_OF_DAY - 1)},
    {WHOLE(report_schedule, at_day, 0, DAYS_OF_MONTH)},
    {TEXT(report_schedule, mail_to)},
    {FLAG(report_schedule, is_on)},
    {TEXT(report_schedule, off_reason)},
    {TIME(report_schedule, created_s)},
    {TIME(report_schedule, next_s)},
    {TIME(report_schedule, last_due_s)},
    {TIME(report_schedule, last_run_s)},
    {LINK(report_schedule, last_report_id)},
    {TEXT(report_schedule, last_error)},
    {WHOLE(report_schedule, tries, 0, UINT32_MAX)},
    {TIME(report_schedule, retry_s)},
    {WHOLE(report_schedule, mail_state, 0, MAIL_STATES - 1)},
    {TIME(report_schedule, mail_due_s)},
    {WHOLE(report_schedule, mail_tries, 0, UINT32_MAX)},
    {TIME(report_schedule, mail_retry_s)},
    {TEXT(report_schedule, mail_error)},
};

static const struct entity_column share_columns[] = {
    {ID(share_link, enterprise_id)},
    {ID(share_link, id)},
    {.name = "hash", .type = ENTITY_COLUMN_HASH, MEMBER(share_link, hash)},
    {ID(share_link, user_id)},
    {PACKED(share_link, devices, ENTITY_COLUMN_ID_BYTES, devices_len)},
    {TIME(share_link, created_s)},
    {TIME(share_link, until_s)},
    {FLAG(share_link, has_history)},
    {TIME(share_link, ended_s)},
    {TEXT(share_link, note)},
};

const struct entity entity_rows[ENTITY_COUNT] = {
    [ENTITY_ENTERPRISE] = {.table = "enterprise",
                           .since = 1,
                           COLUMNS(enterprise, enterprise_columns),
                           .key_count = 1,
                           .deleted = offsetof(struct enterprise, deleted)},
    [ENTITY_USER] = {.table = "user",
                     .since = 1,
                     COLUMNS(user, user_columns),
                     .key_count = 1,
                     .deleted = offsetof(struct user, deleted)},
    [ENTITY_GROUP] = {.table = "device_group",
                      .since = 1,
                      COLUMNS(group, group_columns),
                      .key_count = 1,
                      .deleted = offsetof(struct group, deleted)},
    [ENTITY_DEVICE] = {.table = "device",
                       .since = 1,
                       COLUMNS(device, device_columns),
                       .key_count = 1,
                       .deleted = offsetof(struct device, deleted)},
    [ENTITY_TOKEN] = {.table = "token",
                      .since = 1,
                      COLUMNS(token, token_columns),
                      .key_count = 1,
                      .delete_count = 1,
                      .expires = "expires_s"},
    [ENTITY_LOGIN_ADDRESS] = {.table = "login_address",
                              .since = 3,
                              COLUMNS(login_address, login_address_columns),
                              .key_count = 2,
                              .delete_count = 2,
                              .owner = ENTITY_USER,
                              .expires = "last_s",
                              .expires_after_s = LOGIN_ADDRESS_KNOWN_S + LOGIN_ADDRESS_STALE_S},
    [ENTITY_FOCUS] = {.table = "focus",
                      .since = 1,
                      COLUMNS(focus, focus_columns),
                      .key_count = 2,
                      .delete_count = 2,
                      .owner = ENTITY_USER},
    [ENTITY_FRAGMENT] = {.table = "waiting_part",
                         .since = 1,
                         COLUMNS(waiting_fragment, fragment_columns),
                         .key_count = 3,
                         .delete_count = 2,       /* all fragments of a message */
                         .may_be_left_out = true, /* of a protocol that this program lacks */
                         .owner = ENTITY_DEVICE},
    [ENTITY_CLOCK] = {.table = "device_clock",
                      .since = 3,
                      COLUMNS(device_clock, clock_columns),
                      .key_count = 1,
                      .delete_count = 1,
                      .owner = ENTITY_DEVICE},
    [ENTITY_TEXT] = {.table = "device_text",
                     .since = 1,
                     COLUMNS(device_text, text_columns),
                     .key_count = 2,
                     .is_log = true,
                     .owner = ENTITY_DEVICE,
                     .retained_by = "time_s"},
    [ENTITY_IDS] = {.table = "ids", .since = 5, COLUMNS(id_range, ids_columns), .key_count = 1},
    [ENTITY_NAME] = {.table = "reserved_name",
                     .since = 5,
                     COLUMNS(reserved_name, name_columns),
                     .key_count = 2,
                     .delete_count = 2},
    [ENTITY_GEOFENCE] = {.table = "geofence",
                         .since = 6,
                         COLUMNS(geofence, geofence_columns),
                         .key_count = 3,
                         .delete_count = 3,
                         .owner = ENTITY_ENTERPRISE},
    [ENTITY_ALARM_RULE] = {.table = "alarm_rule",
                           .since = 6,
                           COLUMNS(alarm_rule, alarm_rule_columns),
                           .key_count = 4,
                           .delete_count = 4,
                           .owner = ENTITY_ENTERPRISE},
    [ENTITY_TERM] = {.table = "device_term",
                     .since = 6,
                     COLUMNS(device_term, term_columns),
                     .key_count = 2,
                     .delete_count = 2,
                     .owner = ENTITY_DEVICE},
    [ENTITY_PAST] = {.table = "device_past",
                     .since = 8,
                     COLUMNS(device_past, past_columns),
                     .key_count = 2,
                     .delete_count = 2,
                     .owner = ENTITY_DEVICE},
    [ENTITY_EVENT] = {.table = "event",
                      .since = 6,
                      COLUMNS(event, event_columns),
                      .key_count = 2,
                      .delete_count = 2,
                      .loaded_at_0 = "ended_s",
                      .owner = ENTITY_DEVICE,
                      .retained_by = "gps_time_s",
                      .retained_at_0 = "rcv_time_s"},
    [ENTITY_COMMAND] = {.table = "command",
                        .since = 7,
                        COLUMNS(command, command_columns),
                        .key_count = 2,
                        .delete_count = 2,
                        .loaded_at_0 = "over_s",
                        .owner = ENTITY_DEVICE,
                        .retained_by = "deadline_s"},
    [ENTITY_AUDIT] = {.table = "audit",
                      .since = 7,
                      COLUMNS(audit, audit_columns),
                      .key_count = 2,
                      .delete_count = 2,
                      .is_log = true,
                      .expires = "time_s",
                      .expires_after_s = AUDIT_KEPT_S},
    [ENTITY_PREFERENCE] = {.table = "preference",
                           .since = 7,
                           COLUMNS(preference, preference_columns),
                           .key_count = 2,
                           .delete_count = 2,
                           .owner = ENTITY_USER},
    [ENTITY_SIM] = {.table = "sim_card",
                    .since = 7,
                    COLUMNS(sim_card, sim_columns),
                    .key_count = 2,
                    .delete_count = 2,
                    .owner = ENTITY_ENTERPRISE},
    [ENTITY_SMS] = {.table = "sim_sms",
                    .since = 7,
                    COLUMNS(sim_sms, sms_columns),
                    .key_count = 3,
                    .delete_count = 2, /* all SMS of a card */
                    .loaded_at_0 = "over_s",
                    .owner = ENTITY_ENTERPRISE,
                    .expires = "time_s",
                    .expires_after_s = SMS_KEPT_S},
    [ENTITY_REPORT] = {.table = "report",
                       .since = 9,
                       COLUMNS(report_job, report_columns),
                       .key_count = 2,
                       .delete_count = 2,
                       .owner = ENTITY_ENTERPRISE},
    [ENTITY_SCHEDULE] = {.table = "report_schedule",
                         .since = 9,
                         COLUMNS(report_schedule, schedule_columns),
                         .key_count = 2,
                         .delete_count = 2,
                         .owner = ENTITY_ENTERPRISE},
    [ENTITY_SHARE] = {.table = "share",
                      .since = 9,
                      COLUMNS(share_link, share_columns),
                      .key_count = 2,
                      .delete_count = 2,
                      .owner = ENTITY_ENTERPRISE},
};
