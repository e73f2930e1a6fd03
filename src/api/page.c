/*
 * GET / and section 42 of a server that was built without the pages: what it is and how to talk to
 * it. It is one page that loads nothing else.
 */
#include "api/pages.h"

#define STYLE                                                                                      \
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"     \
    "color:#222;background:#fff}"                                                                  \
    "pre{background:#f3f3f3;padding:.75rem;overflow-x:auto;border-radius:4px}"                     \
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}"                        \
    "pre{background:#2a2a2a}a{color:#8ab4f8}}"

#define HEAD                                                                                       \
    "<!doctype html>\n"                                                                            \
    "<html lang=\"en\"><head><meta charset=\"utf-8\">"                                             \
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"                     \
    "<title>odograph</title><style>" STYLE "</style></head><body>\n"                               \
    "<h1>odograph</h1>\n"                                                                          \
    "<p>This server was built without its pages. It answers programs.</p>\n"                       \
    "<p>GPS trackers report to the device port; this port answers the Open REST API.</p>\n"

#define DEMO                                                                                       \
    "<p>A demonstration fleet is running: log in as <b>demo</b> with the password "                \
    "<b>demo</b>.</p>\n"

#define STEPS(name, password)                                                                      \
    "<h2>Log in</h2>\n<pre>"                                                                       \
    "TOKEN=$(curl -s http://HOST:PORT/api/user/GetLoginToken \\\n"                                 \
    "  -d '{\"LoginName\": \"" name "\", \"PassWord\": \"" password "\"}' | jq -r .Data)</pre>\n"  \
    "<h2>Where are the vehicles?</h2>\n<pre>"                                                      \
    "curl -s http://HOST:PORT/api/vehicle/GetCurrentVehicleInfo \\\n"                              \
    "  -H \"Authorization: $TOKEN\" -d '{\"VehiclePlates\": \"\"}'</pre>\n"                        \
    "<h2>Where was one of them?</h2>\n<pre>"                                                       \
    "curl -s http://HOST:PORT/api/vehicle/GetHistoryVehicleInfoByDeviceID \\\n"                    \
    "  -H \"Authorization: $TOKEN\" \\\n"                                                          \
    "  -d '{\"DeviceID\": \"ID\", \"StartTime\": \"2026-01-01\", \"EndTime\": \"2026-01-02\"}'"    \
    "</pre>\n"                                                                                     \
    "<h2>Register a tracker</h2>\n<pre>"                                                           \
    "curl -s http://HOST:PORT/api/manage/AddDevice \\\n"                                           \
    "  -H \"Authorization: $TOKEN\" \\\n"                                                          \
    "  -d '{\"DeviceID\": \"ID\", \"VehiclePlate\": \"NAME\"}'</pre>\n"

#define FOOT                                                                                       \
    "<h2>More</h2>\n<ul>"                                                                          \
    "<li><a href=\"/api/openapi.json\">/api/openapi.json</a>: every method, with its fields, "     \
    "codes and an example</li>"                                                                    \
    "<li><a href=\"/health\">/health</a>: whether the server is well, and its counters</li>"       \
    "</ul>\n</body></html>\n"

const char *page_text(bool demo_runs)
{
    static const char plain[] = HEAD STEPS("NAME", "PASSWORD") FOOT;
    static const char demo[] = HEAD DEMO STEPS("demo", "demo") FOOT;
    return demo_runs ? demo : plain;
}

const char *page_style(void)
{
    return STYLE;
}
