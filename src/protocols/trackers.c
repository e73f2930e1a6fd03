/*
 * How trackers are pointed at a server. Makers change these texts between models and firmwares, so
 * a row holds what a family has in common, with the password that it leaves the factory with; what
 * no two models share is left to the maker's tool, and the note says what to set there.
 *
 * Where a document was read, `source` names it: of the maker, or of who sells the tracker. Texts
 * without one are what is commonly told of a family, which readers are asked to check.
 */
#include "protocols/trackers.h"

static const struct tracker_setup rows[] = {
    {
        .protocol = "jt808",
        .models = "JT/T 808 terminals of any maker; Jointech JT709 and JT705 locks; AOVX",
        .note = "Set server, port and terminal number in the maker's tool, or by the maker's SMS. "
                "The terminal number is the device's ID here.",
    },
    {
        .protocol = "gt06",
        .models = "Concox, Jimi and most relatives; MiCODUS",
        .texts = {"APN,{apn}#", "SERVER,1,{host},{port},0#", "GMT,E,0,0#"},
        .note = "For a numeric address send SERVER,0,{host},{port},0# instead. Its clock must be "
                "set to UTC, as the last text does, or the device's UtcOffsetMinutes be set.",
        .source = "COMMAND LIST VT08S, a seller's list for a tracker of this family",
    },
    {
        .protocol = "osmand",
        .models = "Traccar Client on Android and iOS",
        .texts = {"http://{host}:{port}"},
        .note = "Enter it as the server's address. The device identifier of the application is "
                "the device's ID here.",
        .source = "the application's own settings",
    },
    {
        .protocol = "osmand",
        .models = "OsmAnd",
        .texts = {"http://{host}:{port}/?id={id}&lat={0}&lon={1}&timestamp={2}&hdop={3}"
                  "&altitude={4}&speed={5}&bearing={6}"},
        .note = "Enter it as the web address of online tracking, with the device's ID in place of "
                "{id}.",
        .source = "the application's own settings",
    },
    {
        .protocol = "jt600",
        .models = "Jointech JT701 and JT701D locks, JT600",
        .texts = {"(P06,1,{host},{port},{apn},,)"},
        .note = "A lock sleeps: it obeys when it wakes up. P04 sets how often that is.",
    },
    {
        .protocol = "teltonika",
        .models = "Teltonika FMB, FMC, FMM, FMP, TAT and TMT",
        .texts = {"  setparam 2001:{apn};2004:{host};2005:{port};2006:0"},
        .note = "Two blanks stand before the command where no SMS login and password are set, "
                "otherwise both, with a blank behind each. 2006:1 reports over UDP. Codec 8 "
                "Extended tells most.",
        .source = "Teltonika's wiki: SMS/GPRS Commands, and its parameter list of GPRS",
    },
    {
        .protocol = "h02",
        .models = "SinoTrack ST-901, ST-902, ST-905, ST-906 and relatives",
        .texts = {"8030000 {apn}", "8040000 {host} {port}", "7100000", "8960000E00"},
        .note = "0000 is the password. 7100000 switches reports to the server on, 8960000E00 sets "
                "the clock to UTC. Older models want a numeric address.",
    },
    {
        .protocol = "gps103",
        .models = "Coban GPS102 to GPS306, TK103A and TK303",
        .texts = {"apn123456 {apn}", "adminip123456 {host} {port}", "gprs123456",
                  "fix030s***n123456"},
        .note = "123456 is the password. The last text asks for a report every 30 s. Where only "
                "numbers are taken for the server, use its numeric address, or "
                "dns123456 {host} {port}.",
    },
    {
        .protocol = "tk103",
        .models = "TK103-2B, TK102B and clones",
        .texts = {"apn123456 {apn}", "adminip123456 {host} {port}", "gprs123456"},
        .note = "123456 is the password. These want a numeric address.",
    },
    {
        .protocol = "wialon",
        .models = "whatever speaks Wialon IPS: WiaTag, ERM, BCE, Navtelecom and others",
        .note = "Set host, port and an identifier, which is the device's ID here. A password that "
                "the tracker sends is passed over.",
    },
    {
        .protocol = "watch",
        .models = "watches of SeTracker and Beesure: Q50, Q90, GW and others",
        .texts = {"pw,123456,ip,{host},{port}#", "pw,123456,upload,60#", "pw,123456,ts#"},
        .note = "123456 is the password; some models have 523681. The last text asks what is set. "
                "A watch that is moved here no longer talks to its maker's application.",
    },
    {
        .protocol = "meitrack",
        .models = "Meitrack MVT, MT, T1, T3, T366, T622 and others",
        .texts = {"0000,A21,1,{host},{port},{apn},,", "0000,A12,3"},
        .note = "0000 is the password. A12 counts in tens of seconds: 3 is a report every 30 s.",
        .source = "MEITRACK SMS Protocol V2.2; MEITRACK T622 GPRS Protocol",
    },
    {
        .protocol = "t55",
        .models = "cellular routers and modems with GPS: Sierra, Digi, Teltonika RUT, Robustel",
        .note = "Forward NMEA ($GPRMC, $GPGGA) to host and port over TCP or UDP. Let a line with "
                "the IMEI or serial number come first, or with each: it is the device's ID here.",
    },
    {
        .protocol = "suntech",
        .models = "Suntech ST300, ST310, ST340, ST600 and relatives",
        .texts = {"ST300NTW;{id};02;0;{apn};;;{host};{port};;;;"},
        .note = "ST600NTW for the ST600 series. Newer universal models are set by the maker's "
                "SyncTrak.",
        .source = "ST300/340 Operation Manual 1.41 of Suntech: the order of its NTW settings",
    },
    {
        .protocol = "gl200text",
        .models = "Queclink GL300",
        .texts = {"AT+GTBSI=gl300,{apn},,,,,,,0001$",
                  "AT+GTSRI=gl300,3,,1,{host},{port},,,,0,1,0,0,,,0002$"},
        .note =
            "gl300 is the password. Mode 3 keeps a TCP connection open, and SACK is on, so that "
            "the tracker keeps what did not arrive.",
        .source = "GL300 @Track Air Interface Protocol, TRACGL300AN001 1.02",
    },
    {
        .protocol = "gl200text",
        .models = "Queclink GL, GV, GB, GMT and CV",
        .note = "Set the server by AT+GTSRI (or AT+GTQSS) over SMS, or in the Manage Tool: report "
                "mode 3 (TCP, kept open), main server {host}, port {port}. The fields differ from "
                "model to model: take them of its @Track manual. Switch SACK on, so that the "
                "tracker keeps what did not arrive.",
    },
    {
        .protocol = "gl200binary",
        .models = "the same Queclink trackers, set to HEX reports",
        .note = "As for reports in text. Both kinds come in on the same port.",
    },
    {
        .protocol = "ruptela",
        .models = "Ruptela FM, HCV, LCV, Pro, Eco and Plug",
        .texts = {" setconnection {apn},,,TCP,{host},{port}"},
        .note = "A blank stands before the command where no SMS password is set, otherwise the "
                "password and a blank.",
        .source = "Ruptela's list of SMS commands for the FM-Eco",
    },
    {
        .protocol = "galileo",
        .models = "Galileosky 1.8 to 10",
        .texts = {"AddPhone 1000", "APN {apn},,", "ServerIp {host},{port}"},
        .note = "1000 is the password: it admits the number that the SMS comes from. Choose the "
                "Galileosky protocol, main packet, without compression.",
    },
    {
        .protocol = "eelink",
        .models = "Eelink TK115 to TK419, GPT, GOT and K9",
        .texts = {"APN,{apn}#", "SERVER,1,{host},{port},0#"},
        .note = "For a numeric address send SERVER,0,{host},{port},0# instead.",
    },
    {
        .protocol = "xexun",
        .models = "Xexun TK102-2, TK103-2, XT-107 and XT-009",
        .texts = {"apn123456 {apn}", "adminip123456 {host} {port}", "gprs123456"},
        .note = "123456 is the password. These want a numeric address.",
        .source = "Xexun GSM/GPRS/GPS Watch Tracker, user manual",
    },
    {
        .protocol = "gt02",
        .models = "Concox GT02, TR02 and early GT02A",
        .texts = {"APN,{apn}#", "SERVER,1,{host},{port},0#"},
        .note = "Older ones take a numeric address alone: SERVER,0,{host},{port},0#.",
    },
    {
        .protocol = "anytrek",
        .models = "Anytrek trackers of trailers and assets",
        .note = "The maker sets the server: ask for {host}, port {port}.",
    },
    {
        .protocol = "topin",
        .models = "Topin and ZhongXun: ZX303, ZX302, ZX612 and other pocket trackers",
        .texts = {"APN#{apn}#", "SERVER#{host}#{port}#"},
        .note =
            "DOMAIN#{host}#{port}# tries a server out: the tracker goes back to its maker's where "
            "it is not answered. Texts differ between sellers: the leaflet in the box has those "
            "of yours.",
        .source = "the maker's letter on servers of one's own (365GPS, Topin)",
    },
    {
        .protocol = "xexun2",
        .models = "Xexun trackers that report in binary, with Wi-Fi and cells",
        .note = "Set server and port in the maker's tool, or by the SMS of its manual.",
    },
    {
        .protocol = "xexun3",
        .models = "Xexun X05, P02 and relatives",
        .note = "Set server and port in the maker's tool, or by the SMS of its manual.",
    },
    {
        .protocol = "castel",
        .models = "Castel IDD-212 and IDD-213 for the OBD socket, PT-690, MPIP-620",
        .note = "Set server and port in the maker's tool.",
    },
    {
        .protocol = "totem",
        .models = "Totem AT03, AT05, AT06, AT07 and AT09",
        .note = "Set server and port in the maker's tool, or by the SMS of its manual.",
    },
    {
        .protocol = "owntracks",
        .models = "OwnTracks on Android and iOS",
        .texts = {"http://{host}:{port}"},
        .note = "Choose the mode HTTP and enter it as the URL.",
        .source = "the application's own settings",
    },
    {
        .protocol = "minifinder",
        .models = "MiniFinder Pico and Atto, Eview EV-04 to EV-07",
        .note = "Set server and port by the SMS of its manual. Its clock must be set to UTC, or "
                "the device's UtcOffsetMinutes be set.",
    },
};

const struct tracker_setup *tracker_setup_at(size_t index)
{
    return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}
