/* The rows of the kinds of reports. Units stand in the headings, so that cells hold numbers alone.
 */
#include "api/report_kinds.h"

#define COLUMNS(array) .columns = (array), .column_count = sizeof(array) / sizeof((array)[0])

#define VEHICLE                                                                                    \
    {"VehicleNum", "Vehicle", "车辆", SHEET_TEXT},                                                 \
    {                                                                                              \
        "DeviceID", "Device", "设备", SHEET_TEXT                                                   \
    }
#define ENDS                                                                                       \
    {"StartTime", "Start", "开始时间", SHEET_TIME},                                                \
    {                                                                                              \
        "EndTime", "End", "结束时间", SHEET_TIME                                                   \
    }
#define KILOMETRES                                                                                 \
    {                                                                                              \
        "Kilometres", "Distance (km)", "里程（公里）", SHEET_THOUSANDTHS                           \
    }
#define IDLE                                                                                       \
    {                                                                                              \
        "IdleSeconds", "Idling", "怠速时长", SHEET_DURATION                                        \
    }
#define DRIVING                                                                                    \
    {                                                                                              \
        "DrivingSeconds", "Driving", "行驶时长", SHEET_DURATION                                    \
    }
#define LASTED                                                                                     \
    {                                                                                              \
        "Seconds", "Duration", "时长", SHEET_DURATION                                              \
    }
#define TOP_SPEED                                                                                  \
    {                                                                                              \
        "MaxSpeed", "Highest speed (km/h)", "最高速度（公里/小时）", SHEET_TENTHS                  \
    }
#define FUEL                                                                                       \
    {                                                                                              \
        "FuelUsed", "Fuel used (l)", "油耗（升）", SHEET_TENTHS                                    \
    }
#define CLIPPED                                                                                    \
    {                                                                                              \
        "Clipped", "Goes beyond the period", "超出时段", SHEET_TEXT                                \
    }
#define PLACE                                                                                      \
    {"Place", "Place", "位置", SHEET_TEXT}, {"Lon", "Longitude", "经度", SHEET_DEGREES},           \
    {                                                                                              \
        "Lat", "Latitude", "纬度", SHEET_DEGREES                                                   \
    }

static const struct report_column mileage[] = {
    VEHICLE,
    {"ObjectCode", "Number", "编号", SHEET_TEXT},
    {"Mileage", "Distance (km)", "里程（公里）", SHEET_TENTHS},
    {"Trips", "Trips", "行程数", SHEET_WHOLE},
    DRIVING,
    IDLE,
    TOP_SPEED,
    {"OilNum", "Fuel used (l)", "油耗（升）", SHEET_TENTHS},
    PLACE,
};

static const struct report_column trips[] = {
    VEHICLE,
    ENDS,
    {"StartPlace", "From", "起点", SHEET_TEXT},
    {"StartLon", "Longitude of start", "起点经度", SHEET_DEGREES},
    {"StartLat", "Latitude of start", "起点纬度", SHEET_DEGREES},
    {"EndPlace", "To", "终点", SHEET_TEXT},
    {"EndLon", "Longitude of end", "终点经度", SHEET_DEGREES},
    {"EndLat", "Latitude of end", "终点纬度", SHEET_DEGREES},
    KILOMETRES,
    DRIVING,
    IDLE,
    {"MeanSpeed", "Mean speed (km/h)", "平均速度（公里/小时）", SHEET_TENTHS},
    TOP_SPEED,
    FUEL,
};

static const struct report_column stops[] = {VEHICLE,    ENDS,  LASTED, IDLE,
                                             KILOMETRES, PLACE, CLIPPED};

static const struct report_column days[] = {
    VEHICLE,
    {"Date", "Day", "日期", SHEET_DATE},
    KILOMETRES,
    {"Trips", "Trips", "行程数", SHEET_WHOLE},
    DRIVING,
    IDLE,
    {"StoppedSeconds", "Stopped", "停车时长", SHEET_DURATION},
    TOP_SPEED,
    FUEL,
    {"FirstTime", "First report", "首次上报", SHEET_TIME},
    {"LastTime", "Last report", "末次上报", SHEET_TIME},
    {"Fixes", "Positions", "定位数", SHEET_WHOLE},
    PLACE,
};

static const struct report_column alarms[] = {
    VEHICLE,
    {"AlarmType", "Alarm", "报警类型", SHEET_TEXT},
    {"GPSTime", "Start", "开始时间", SHEET_TIME},
    {"EndTime", "End", "结束时间", SHEET_TIME},
    {"Count", "Times", "次数", SHEET_WHOLE},
    {"Speed", "Speed (km/h)", "速度（公里/小时）", SHEET_TENTHS},
    PLACE,
    {"Detail", "Detail", "详情", SHEET_TEXT},
    {"AcknowledgedBy", "Acknowledged by", "处理人", SHEET_TEXT},
    {"AcknowledgedTime", "Acknowledged at", "处理时间", SHEET_TIME},
    {"Note", "Note", "备注", SHEET_TEXT},
};

static const struct report_column fences[] = {
    VEHICLE, {"RegionName", "Geofence", "围栏", SHEET_TEXT}, ENDS, LASTED, KILOMETRES, PLACE,
    CLIPPED,
};

static const struct report_column lapses[] = {
    VEHICLE, ENDS, LASTED, KILOMETRES, TOP_SPEED, PLACE, CLIPPED,
};

static const struct report_column absences[] = {VEHICLE, ENDS, LASTED, KILOMETRES, PLACE, CLIPPED};

static const struct report_column latest[] = {
    VEHICLE,
    {"ObjectCode", "Number", "编号", SHEET_TEXT},
    {"GPSTime", "Position of", "定位时间", SHEET_TIME},
    {"RcvTime", "Received", "接收时间", SHEET_TIME},
    {"IsOnline", "Online", "在线", SHEET_TEXT},
    {"Speed", "Speed (km/h)", "速度（公里/小时）", SHEET_TENTHS},
    {"Direct", "Course (°)", "方向（°）", SHEET_WHOLE},
    {"Mileage", "Odometer (km)", "总里程（公里）", SHEET_TENTHS},
    {"OilNum", "Fuel (l)", "油量（升）", SHEET_TENTHS},
    {"StatusDes", "Status", "状态", SHEET_TEXT},
    PLACE,
};

static const struct report_row rows[REPORT_KINDS] = {
    [REPORT_MILEAGE] = {.method = "GetMileageAndFuel",
                        .title = "Mileage and fuel",
                        .title_zh = "里程与油耗",
                        .naming = NAMING_PLATE,
                        .adds_days = true,
                        COLUMNS(mileage)},
    [REPORT_TRIPS] = {.method = "GetTrips",
                      .title = "Trips",
                      .title_zh = "行程",
                      .paging = PAGING_AFTER,
                      .options = OPTION_STOP_MINUTES,
                      COLUMNS(trips)},
    [REPORT_STOPS] = {.method = "GetStops",
                      .title = "Stops",
                      .title_zh = "停车",
                      .paging = PAGING_AFTER,
                      .options = OPTION_STOP_MINUTES,
                      COLUMNS(stops)},
    [REPORT_DAYS] = {.method = "GetDays",
                     .title = "Days",
                     .title_zh = "日报",
                     .paging = PAGING_AFTER,
                     COLUMNS(days)},
    [REPORT_ALARMS] = {.method = "ListAlarms",
                       .title = "Alarms",
                       .title_zh = "报警",
                       .paging = PAGING_INDEX,
                       .options = OPTION_ALARM_TYPE,
                       COLUMNS(alarms)},
    [REPORT_FENCES] = {.method = "GetFenceVisits",
                       .title = "Geofence visits",
                       .title_zh = "围栏进出",
                       .paging = PAGING_AFTER,
                       .options = OPTION_POLYGONS,
                       COLUMNS(fences)},
    [REPORT_OVERSPEED] = {.method = "GetOverspeed",
                          .title = "Overspeed",
                          .title_zh = "超速",
                          .paging = PAGING_AFTER,
                          .options = OPTION_KMH,
                          COLUMNS(lapses)},
    [REPORT_OFFLINE] = {.method = "GetOffline",
                        .title = "Offline times",
                        .title_zh = "离线",
                        .paging = PAGING_AFTER,
                        .options = OPTION_MINUTES,
                        COLUMNS(absences)},
    [REPORT_LATEST] = {.method = "GetCurrentVehicleInfoByDeviceIDs",
                       .title = "Latest positions",
                       .title_zh = "最新位置",
                       .is_of_now = true,
                       COLUMNS(latest)},
};

const struct report_row *report_row_of(enum report_kind kind)
{
    return &rows[kind];
}
