"""Reports that are made each day, week or month, and mailed."""
import concurrent.futures
import csv
import datetime
import os
import time
import zoneinfo

import pytest

from lib.certificates import Authority
from lib.faults import UTC, bad_disk, env_of, wrong_clock
from lib.mail_server import LATER, NEVER, MailServer
from lib.server import Fleet, Server, wait_until
from lib.trackers import Jt808, jt808_location

ZONE = "Europe/Berlin"
BERLIN = zoneinfo.ZoneInfo(ZONE)
DEVICE, PLATE = "013912345678", "Köln 1"
FORM = "%Y-%m-%d %H:%M:%S"
DAILY = {"Report": "latest", "Format": "csv", "Every": "day", "At": "07:00"}
A_DAY = datetime.timedelta(days=1)


class Platform:
    """A server whose clock is set by the test, a server of mail, and an enterprise in Berlin."""

    def __init__(self, directory, faults=(), mail=True, config=""):
        self.clock = wrong_clock(directory)
        self.mail = MailServer() if mail is True else mail
        self.server = Server(directory, self.mail.config + config if mail else "",
                             env_of(self.clock, *faults)).start()
        self.fleet = Fleet(self.server, TimeZone=ZONE,
                           devices=[{"DeviceID": DEVICE, "VehiclePlate": PLATE}])
        self.api = self.fleet.api
        self.offset = datetime.timedelta()

    def now(self):
        """In the enterprise, as the server's clock has it."""
        return (datetime.datetime.now(UTC) + self.offset).astimezone(BERLIN)

    def set_clock(self, when):
        """To a time with a zone."""
        self.offset = when - datetime.datetime.now(UTC)
        self.clock.set(int(self.offset.total_seconds()))

    def to_local(self, days, hour, minute=0, second=30):
        """Sets the clock to that time of the day so many days ahead."""
        day = (self.now() + days * A_DAY).date()
        self.set_clock(datetime.datetime.combine(day, datetime.time(hour, minute, second), BERLIN))

    def login(self):
        """Again, since a clock that was set may be beyond the life of a token."""
        self.api = self.server.api.login(self.fleet.login_name, "secret-1")

    def add(self, **fields):
        return self.api.data("manage/AddReportSchedule", **{**DAILY, **fields})["ScheduleID"]

    def row(self, schedule):
        rows = self.api.data("manage/ListReportSchedules")["data"]
        return next(row for row in rows if row["ScheduleID"] == schedule)

    def wait(self, schedule, **wanted):
        """Until its row has these values."""
        def has_all():
            row = self.row(schedule)
            return row if all(row[name] == value for name, value in wanted.items()) else None
        return wait_until(has_all, what=f"{wanted} of {self.row(schedule)}")

    def reports(self, schedule):
        """Those that it had made, newest first."""
        return [row for row in self.api.data("manage/ListReports")["data"]
                if row["ScheduleID"] == schedule]

    def download(self, report):
        path = self.api.data("manage/AddDownload", ReportID=report)["Path"]
        answer = self.api.get(path)
        assert answer.status_code == 200
        return answer.content

    def report_position(self):
        terminal = Jt808(self.server.device, DEVICE)
        terminal.register()
        terminal.report(jt808_location(self.now().astimezone(UTC)))
        terminal.close()

    def change(self, schedule, **fields):
        self.api.data("manage/ModifyReportSchedule", ScheduleID=schedule, **fields)

    def close(self):
        self.server.close()
        if self.mail:
            self.mail.close()


@pytest.fixture
def platform(tmp_path):
    made = Platform(tmp_path)
    yield made
    made.close()


def at(text):
    return datetime.datetime.strptime(text, FORM).replace(tzinfo=BERLIN)


def test_a_report_is_made_and_mailed(platform):
    """To each address once: at once, later, or never; what was missed is made once."""
    platform.report_position()
    platform.mail.rcpt = {"b@fleet.example": LATER, "c@fleet.example": NEVER}
    schedule = platform.add(ScheduleName="Früh\u00fcbersicht", Format="csv",
                            MailTo="a@fleet.example, b@fleet.example,c@fleet.example")
    row = platform.row(schedule)
    assert at(row["NextRun"]).time() == datetime.time(7) and at(row["NextRun"]) > platform.now()
    assert row["LastRun"] is None and row["MailState"] == "none" and row["OffReason"] == ""

    platform.to_local(1, 7)
    first = platform.wait(schedule, MailState="waiting", MailLeft="b@fleet.example")
    assert "c@fleet.example: 550 5.1.1 no such user" in first["MailError"]
    assert "b@fleet.example: 450 4.2.0 greylisted" in first["MailError"]
    (mail,) = platform.mail.to("a@fleet.example")
    (report,) = platform.reports(schedule)
    assert report["ReportID"] == first["LastReportID"] and report["State"] == "done"
    (attachment,) = mail.iter_attachments()
    content = attachment.get_payload(decode=True)
    assert content == platform.download(report["ReportID"])
    assert attachment.get_content_type() == "text/csv"
    assert attachment.get_filename().endswith(".csv")
    assert any(PLATE in cells for cells in csv.reader(content.decode("utf-8-sig").splitlines()))
    assert mail["Subject"].startswith("Früh\u00fcbersicht, ") and "Fleet One" in mail["Subject"]
    assert mail["From"] == "reports@fleet.example" and mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    assert ZONE in text and attachment.get_filename() in text

    platform.mail.rcpt.clear()
    platform.to_local(0, 7, 30)
    last = platform.wait(schedule, MailState="failed", MailLeft="")
    assert last["MailError"] == "c@fleet.example: 550 5.1.1 no such user"
    assert len(platform.mail.to("a@fleet.example")) == len(platform.mail.to("b@fleet.example")) == 1
    assert not platform.mail.to("c@fleet.example")
    ids = {m["Message-ID"] for m in platform.mail.taken}
    assert len(ids) == 2 and all(i.endswith("@fleet.example>") for i in ids)

    platform.server.stop()
    platform.to_local(3, 6)
    platform.server.start()
    missed = platform.wait(schedule, MailState="sent")
    assert len(platform.reports(schedule)) == 2
    assert at(missed["NextRun"]).time() == datetime.time(7)
    assert at(missed["NextRun"]).date() == platform.now().date()


def test_nothing_is_mailed_twice(platform):
    """What was handed over, and not answered, is said to be unknown; so it is after a stop."""
    platform.mail.cut = {"a@fleet.example"}
    platform.mail.held = {"b@fleet.example", "c@fleet.example"}
    schedule = platform.add(MailTo="a@fleet.example,b@fleet.example,c@fleet.example")
    platform.to_local(1, 7)
    wait_until(lambda: len(platform.mail.offered) == 2, what="the message to b")
    assert platform.row(schedule)["MailLeft"].startswith("b@fleet.example")
    platform.server.kill()
    platform.server.start()
    wait_until(lambda: len(platform.mail.offered) == 3, what="the message to c")
    platform.server.stop()
    platform.server.start()
    row = platform.wait(schedule, MailState="failed", MailLeft="")
    for address in ("a", "b", "c"):
        assert f"{address}@fleet.example: " in row["MailError"]
    assert row["MailError"].count("it may have arrived, and is not sent again") == 3
    platform.to_local(0, 23)
    platform.wait(schedule, MailState="failed")
    assert sorted(m["To"] for m in platform.mail.offered) == \
        [f"{address}@fleet.example" for address in "abc"]


def test_server_of_mail_that_is_not_there(platform):
    """It is tried again, and a message that never left goes out when the server is back."""
    port = platform.mail.port
    platform.mail.close()
    schedule = platform.add(MailTo="a@fleet.example")
    platform.to_local(1, 7)
    row = platform.wait(schedule, MailError="a@fleet.example: the mail server cannot be reached")
    assert row["MailState"] == "waiting" and row["MailRetry"] is not None
    (figures,) = [p for p in platform.server.health()["providers"] if p["name"] == "mail"]
    assert figures["failed"] > 0 and figures["fault"]
    platform.mail = MailServer(port)
    platform.to_local(0, 7, 10)
    platform.wait(schedule, MailState="sent", MailError="")
    assert len(platform.mail.to("a@fleet.example")) == 1


def test_what_waits_is_sent_as_its_schedule_is_then(platform):
    """Behind a message that takes long: nothing goes out for what was deleted, switched off, or
    mailed to others meanwhile."""
    mail = platform.mail
    mail.held = {"slow@fleet.example"}
    slow = platform.add(MailTo="slow@fleet.example")
    platform.to_local(1, 7)
    wait_until(lambda: len(mail.offered) == 1, what="the message that takes long")
    names = ("deleted", "paused", "moved", "kept")
    waiting = {name: platform.add(At="07:05", MailTo=f"{name}@fleet.example") for name in names}
    two = platform.add(At="07:05", MailTo="first@fleet.example,second@fleet.example")
    platform.to_local(0, 7, 5)
    for schedule in (*waiting.values(), two):
        wait_until(lambda s=schedule: platform.row(s)["MailState"] == "waiting",
                   what="a mail that waits for its turn")
        wait_until(lambda s=schedule: [r["State"] for r in platform.reports(s)] == ["done"],
                   what="its report")
    assert len(mail.offered) == 1 and platform.row(slow)["MailState"] == "sending"

    platform.api.data("manage/DeleteReportSchedule", ScheduleID=waiting["deleted"])
    platform.change(waiting["paused"], Enabled=False)
    platform.change(waiting["moved"], MailTo="other@fleet.example")
    platform.change(two, MailTo="second@fleet.example,third@fleet.example")
    platform.change(slow, MailTo="late@fleet.example")
    mail.release()
    for schedule in (slow, waiting["moved"], waiting["kept"], two):
        platform.wait(schedule, MailState="sent", MailLeft="", MailError="")
    assert sorted(m["To"] for m in mail.offered) == [
        f"{name}@fleet.example" for name in ("kept", "late", "other", "second", "slow", "third")]
    paused = platform.row(waiting["paused"])
    assert paused["MailError"] == "paused@fleet.example: its schedule was switched off"
    assert paused["MailState"] == "failed"


def test_what_waits_is_not_sent_for_who_may_not_mail_any_more(platform):
    """Rights that end between the report and its mail end the mail, too."""
    mail, fleet, clock = platform.mail, platform.fleet, {"Every": "day", "At": "07:05"}
    mail.held = {"slow@fleet.example"}
    slow = platform.add(MailTo="slow@fleet.example")
    platform.to_local(1, 7)
    wait_until(lambda: len(mail.offered) == 1, what="the message that takes long")
    group = platform.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    names = ("demoted", "narrowed", "deleted", "kept")
    owners = {name: fleet.user("admin", name) for name in names}
    waiting = {name: owner.data("manage/AddReportSchedule", **{**DAILY, **clock},
                                MailTo=f"{name}@fleet.example")["ScheduleID"]
               for name, owner in owners.items()}
    platform.to_local(0, 7, 5)
    for name, schedule in waiting.items():
        platform.wait(schedule, MailState="waiting")
        wait_until(lambda n=name: [row["State"] for row in owners[n].data("manage/ListReports")[
            "data"]] == ["done"], what="its report")
    users = {row["LoginName"]: row["UserID"]
             for row in platform.api.data("manage/ListUsers")["data"]}
    platform.api.data("manage/ModifyUser", UserID=users["demoted"], Role="operator")
    platform.api.data("manage/ModifyUser", UserID=users["narrowed"], GroupIDs=[group])
    platform.api.data("manage/DeleteUser", UserID=users["deleted"])
    mail.release()
    for schedule in (slow, waiting["kept"]):
        platform.wait(schedule, MailState="sent", MailError="")
    assert sorted(m["To"] for m in mail.offered) == ["kept@fleet.example", "slow@fleet.example"]
    for name, why in (("demoted", "no admin"), ("narrowed", "no admin"), ("deleted", "deleted")):
        row = platform.wait(waiting[name], MailState="failed", MailLeft="")
        assert row["MailError"].startswith(f"{name}@fleet.example: its account") and \
            why in row["MailError"]


def test_switched_off_while_it_is_sent(platform):
    """The message that is under way is the last one."""
    platform.mail.held = {"a@fleet.example"}
    schedule = platform.add(MailTo="a@fleet.example,b@fleet.example")
    platform.to_local(1, 7)
    wait_until(lambda: platform.mail.offered, what="the message to a")
    platform.change(schedule, Enabled=False)
    platform.mail.release()
    row = platform.wait(schedule, MailState="failed", MailLeft="")
    assert row["MailError"] == "b@fleet.example: its schedule was switched off"
    other = platform.add(At="07:05", MailTo="c@fleet.example")
    platform.to_local(0, 7, 5)
    platform.wait(other, MailState="sent")
    assert [m["To"] for m in platform.mail.offered] == ["a@fleet.example", "c@fleet.example"]


@pytest.mark.parametrize("silence", ["greeting", "recipient"])
def test_a_server_that_says_nothing_holds_nobody_up(tmp_path, silence):
    """It is given its seconds; then it is the others' turn, and its own again later."""
    platform = Platform(tmp_path, config="smtp_reply_s = 2\n")
    mail = platform.mail
    mail.silent = silence == "greeting"
    mail.mute = {"mute@fleet.example"}
    mute = platform.add(MailTo="mute@fleet.example")
    platform.to_local(1, 7)
    row = platform.wait(mute, MailError="mute@fleet.example: the mail server takes too long")
    assert row["MailState"] == "waiting" and row["MailRetry"] is not None
    (figures,) = [p for p in platform.server.health()["providers"] if p["name"] == "mail"]
    assert figures["timed_out"] >= 1
    mail.silent = False
    other = platform.add(At="07:05", MailTo="a@fleet.example")
    platform.to_local(0, 7, 5)
    platform.wait(other, MailState="sent")
    assert platform.row(mute)["MailState"] in ("waiting", "sending", "sent")
    mail.mute = set()
    platform.to_local(0, 8)
    platform.wait(mute, MailState="sent", MailError="")
    assert len(mail.to("mute@fleet.example")) == 1
    platform.close()


@pytest.mark.parametrize("starttls", [False, True])
def test_mail_over_tls(tmp_path, starttls):
    """A certificate of an authority that the file names is good; another one gets nothing."""
    known, other = (Authority(tmp_path, name) for name in ("known", "other"))
    mail = MailServer(certificate=known.vouch("localhost"), starttls=starttls)
    platform = Platform(tmp_path, mail=mail, config=f"smtp_ca_file = {known.path}\n")
    schedule = platform.add(MailTo="a@fleet.example")
    untrusted = "a@fleet.example: the certificate of the mail server is not trusted"
    for run, wrong in enumerate((other.vouch("localhost"), known.vouch("elsewhere.example"))):
        mail.certificate = wrong
        platform.to_local(1, 7)
        wait_until(lambda n=run + 1: len(platform.reports(schedule)) == n, what="the next report")
        row = platform.wait(schedule, MailState="waiting", MailError=untrusted)
        assert row["MailRetry"] is not None
        assert not mail.asked and not mail.offered
    (figures,) = [p for p in platform.server.health()["providers"] if p["name"] == "mail"]
    assert figures["fault"] == "the certificate of the mail server is not trusted"
    mail.certificate = known.vouch("localhost")
    platform.to_local(0, 8)
    platform.wait(schedule, MailState="sent", MailError="")
    assert len(mail.to("a@fleet.example")) == 1
    platform.close()


def test_a_server_without_the_tls_that_is_wanted_gets_nothing(tmp_path):
    authority = Authority(tmp_path)
    mail = MailServer(certificate=authority.vouch("localhost"), starttls=True)
    platform = Platform(tmp_path, mail=mail, config=f"smtp_ca_file = {authority.path}\n")
    mail.starttls = False
    mail.certificate = None
    schedule = platform.add(MailTo="a@fleet.example")
    platform.to_local(1, 7)
    row = platform.wait(schedule, MailState="waiting", MailError="a@fleet.example: "
                        "the mail server offers no TLS, or none that is good enough")
    assert row["MailRetry"] is not None and not mail.asked and not mail.offered
    platform.close()


def next_change(now):
    """The date of the next day in Berlin that has 25 hours."""
    day = now.date()
    while True:
        midnights = [datetime.datetime.combine(day + i * A_DAY, datetime.time(), BERLIN)
                     for i in (0, 1)]
        if midnights[1].astimezone(UTC) - midnights[0].astimezone(UTC) > A_DAY:
            return day
        day += A_DAY


def test_change_of_the_clock(platform):
    """A time that comes twice is one time; a clock that is set back by hand repeats nothing."""
    day = next_change(platform.now())
    half_past = datetime.datetime.combine(day, datetime.time(2, 30), BERLIN).astimezone(UTC)
    minute = datetime.timedelta(minutes=1)
    platform.set_clock(half_past - minute)
    platform.login()
    schedule = platform.add(At="02:30")
    platform.set_clock(half_past + minute)
    wait_until(lambda: len(platform.reports(schedule)) == 1, what="the report of the first pass")
    for later in (90 * minute, -30 * minute):  # behind the second pass, and before the first
        platform.set_clock(half_past + later + minute)
        other = platform.add(At=f"{(platform.now() + minute):%H:%M}")
        platform.set_clock(half_past + later + 3 * minute)
        wait_until(lambda: platform.reports(other), what="the report of the other schedule")
        assert len(platform.reports(schedule)) == 1
        platform.api.data("manage/DeleteReportSchedule", ScheduleID=other)
    platform.set_clock(half_past + 25 * 60 * minute + minute)
    wait_until(lambda: len(platform.reports(schedule)) == 2, what="the report of the next day")


def test_store_that_is_full(tmp_path):
    """The list says why nothing is made; with room it is."""
    disk = bad_disk(tmp_path)
    platform = Platform(tmp_path, [disk])
    schedule = platform.add()
    disk.set("nospace")
    platform.to_local(1, 7)
    wait_until(lambda: platform.row(schedule)["LastError"].startswith("It waits"),
               what="a word of the full store")
    assert platform.row(schedule)["LastRun"] is None
    disk.set("none")
    platform.wait(schedule, LastError="", RetryTime=None)
    wait_until(lambda: [row["State"] for row in platform.reports(schedule)] == ["done"],
               what="the report")
    platform.close()


def test_a_time_that_changes_ends_the_tries_of_the_old_one(tmp_path):
    """A report that failed is not made again at the old time; the same time is no change."""
    disk = bad_disk(tmp_path)
    platform = Platform(tmp_path, [disk])
    schedule = platform.add(MailTo="a@fleet.example")
    disk.set("tight")
    platform.to_local(1, 7)
    wait_until(lambda: platform.row(schedule)["RetryTime"], what="a report that failed")
    disk.set("none")
    platform.change(schedule, Every="day", At="07:00")
    row = platform.row(schedule)
    assert row["RetryTime"] is not None and row["MailState"] == "waiting"
    platform.change(schedule, Every="day", At="08:00")
    row = platform.row(schedule)
    assert row["RetryTime"] is None and at(row["NextRun"]).time() == datetime.time(8)
    assert row["MailState"] == "failed"
    assert row["MailError"] == f"a@fleet.example: {row['LastError']}"
    other = platform.add(At="07:30")
    platform.to_local(0, 7, 30)
    wait_until(lambda: platform.reports(other), what="the report of the other schedule")
    assert [report["State"] for report in platform.reports(schedule)] == ["failed"]
    platform.to_local(0, 8)
    platform.wait(schedule, MailState="sent", LastError="")
    platform.close()


def test_mail_that_is_put_off_until_the_next_report(platform):
    """Its server is well; what the next report leaves unsent is in the log."""
    platform.mail.rcpt = {"a@fleet.example": LATER}
    schedule = platform.add(MailTo="a@fleet.example")
    platform.to_local(1, 7)
    platform.wait(schedule, MailState="waiting", MailError=f"a@fleet.example: {LATER}")
    (figures,) = [p for p in platform.server.health()["providers"] if p["name"] == "mail"]
    assert figures["fault"] is None and figures["failed"] == 0
    platform.to_local(1, 7)
    wait_until(lambda: len(platform.reports(schedule)) == 2, what="the next report")
    assert f'event=schedule_mail_dropped schedule={schedule} left="a@fleet.example"' in \
        platform.server.log()


def test_a_server_of_mail_that_rests_costs_no_try(platform):
    """It gets nothing for a while once it failed five times; what waits then is tried behind it."""
    port = platform.mail.port
    platform.mail.close()
    schedules = [platform.add(MailTo=f"a{i}@fleet.example") for i in range(6)]
    platform.to_local(1, 7)
    for i, schedule in enumerate(schedules):
        platform.wait(schedule, MailState="waiting",
                      MailError=f"a{i}@fleet.example: the mail server cannot be reached")
    platform.mail = MailServer(port)
    platform.to_local(0, 7, 10)
    for i, schedule in enumerate(schedules):
        platform.wait(schedule, MailState="sent", MailError="")
        assert len(platform.mail.to(f"a{i}@fleet.example")) == 1


def begin_stop(platform):
    """A stop that is under way, as a future."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    stop = pool.submit(platform.server.stop)
    wait_until(lambda: "event=stopping" in platform.server.log(), what="the stop")
    return stop


def test_a_full_store_at_the_stop_forgets_no_outcome(tmp_path):
    """What came of a message is noted once there is room, which a stop waits for, for a while."""
    disk = bad_disk(tmp_path)
    platform = Platform(tmp_path, [disk])
    platform.mail.held = {"a@fleet.example"}
    schedule = platform.add(MailTo="a@fleet.example")
    platform.to_local(1, 7)
    wait_until(lambda: platform.mail.offered, what="the message")
    disk.set("nospace")
    platform.mail.release()
    wait_until(lambda: platform.row(schedule)["LastError"].startswith("It waits"),
               what="a note that is not taken")
    stop = begin_stop(platform)
    disk.set("none")
    stop.result()
    platform.server.start()
    platform.wait(schedule, MailState="sent", MailError="")
    assert len(platform.mail.offered) == 1
    platform.close()


def cpu_seconds(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_stop_waits_without_work(tmp_path):
    """A note that a disk holds up is waited for, and not asked for in a circle."""
    disk = bad_disk(tmp_path)
    platform = Platform(tmp_path, [disk])
    platform.mail.held = {"a@fleet.example"}
    schedule = platform.add(MailTo="a@fleet.example")
    platform.to_local(1, 7)
    wait_until(lambda: platform.mail.offered, what="the message")
    disk.set("hold")
    platform.mail.release()
    wait_until(disk.is_holding, what="a note that the disk holds up")
    stop = begin_stop(platform)
    for _ in range(4):  # the first ones may have what else the stop has to do
        before = cpu_seconds(platform.server)
        time.sleep(1)
        used = cpu_seconds(platform.server) - before
    assert used < 0.5
    disk.set("none")
    stop.result()
    platform.server.start()
    platform.wait(schedule, MailState="sent", MailError="")
    platform.close()


def test_language_of_the_server(tmp_path):
    """An enterprise that says none has mail in the language of its file."""
    platform = Platform(tmp_path, config="[api]\ngazetteer_language = zh\n")
    schedule = platform.add(MailTo="a@fleet.example")
    platform.to_local(1, 7)
    platform.wait(schedule, MailState="sent")
    (mail,) = platform.mail.to("a@fleet.example")
    (attachment,) = mail.iter_attachments()
    for text in (attachment.get_payload(decode=True).decode("utf-8-sig"),
                 mail.get_body(("plain",)).get_content(), mail["Subject"]):
        assert any("\u4e00" <= character <= "\u9fff" for character in text), text
    platform.close()


def test_who_may(platform):
    """Whose schedules there are, what is refused, and an owner who is gone."""
    fleet, api = platform.fleet, platform.api
    operator, viewer = fleet.user("operator"), fleet.user("viewer")
    other = Fleet(platform.server, "Fleet Two")
    own = operator.data("manage/AddReportSchedule", **DAILY)["ScheduleID"]
    admins = platform.add(ScheduleName="Of the admin", MailTo="a@fleet.example")

    def code(caller, method, **fields):
        return caller.call(f"manage/{method}", **fields)["Code"]

    for method, fields in (("AddReportSchedule", DAILY), ("ListReportSchedules", {}),
                           ("ModifyReportSchedule", {"ScheduleID": own}),
                           ("DeleteReportSchedule", {"ScheduleID": own})):
        assert code(viewer, method, **fields) == 403, method
    for caller in (operator, other.api):
        for method in ("ModifyReportSchedule", "DeleteReportSchedule"):
            assert code(caller, method, ScheduleID=admins) == 404
    assert [row["ScheduleID"] for row in operator.data("manage/ListReportSchedules")["data"]] == \
        [own]
    assert other.api.data("manage/ListReportSchedules") == {"total": 0, "data": []}
    assert code(operator, "AddReportSchedule", **DAILY, MailTo="a@fleet.example") == 403
    assert code(api, "ModifyReportSchedule", ScheduleID=own, MailTo="a@fleet.example") == 403
    assert platform.row(own)["MailTo"] == ""
    demoted = fleet.user("admin", "demoted")
    theirs = demoted.data("manage/AddReportSchedule", **DAILY,
                          MailTo="b@fleet.example,c@fleet.example")["ScheduleID"]
    account = next(row["UserID"] for row in api.data("manage/ListUsers")["data"]
                   if row["LoginName"] == "demoted")
    api.data("manage/ModifyUser", UserID=account, Role="operator")
    for caller, name in ((api, "Of the admin"), (demoted, "Of its owner")):
        caller.data("manage/ModifyReportSchedule", ScheduleID=theirs, ScheduleName=name,
                    MailTo="b@fleet.example, c@fleet.example")
        assert platform.row(theirs)["ScheduleName"] == name
        assert code(caller, "ModifyReportSchedule", ScheduleID=theirs,
                    MailTo="c@fleet.example,d@fleet.example") == 403
    assert platform.row(theirs)["MailTo"] == "b@fleet.example,c@fleet.example"
    api.data("manage/DeleteReportSchedule", ScheduleID=theirs)
    api.data("manage/DeleteUser", UserID=account)
    for wrong in ({"At": "24:00"}, {"Every": "week"}, {"Every": "year"}, {"Report": "nothing"},
                  {"Format": "pdf"}, {"MailTo": "a@x\nBcc: b@x"}, {"MailTo": "a@x;b@x"},
                  {"MailTo": "Anna <a@x>"}, {"ScheduleName": "x" * 65}, {"Kmh": 80}):
        answer = api.call("manage/AddReportSchedule", **{**DAILY, **wrong})
        assert answer["Code"] == 500 and list(wrong)[0] in answer["ErrMsg"] or \
            ("At" in answer["ErrMsg"] and "Every" in wrong), (wrong, answer)
    assert code(api, "AddReportSchedule", **DAILY, DeviceIDs="nobody") == 404

    before = platform.row(own)
    api.data("manage/ModifyReportSchedule", ScheduleID=own, Every="month", At="31 6:00",
             Version=before["Version"])
    after = platform.row(own)
    assert (after["Every"], after["At"], after["Owner"]) == ("month", "31 06:00", before["Owner"])
    assert code(api, "ModifyReportSchedule", ScheduleID=own, Version=before["Version"],
                Enabled=False) == 409
    api.data("manage/ModifyReportSchedule", ScheduleID=own, Every="day", At="07:00",
             Report="trips", Format="xlsx", DeviceIDs=DEVICE, StopMinutes=7)
    changed = platform.row(own)
    assert (changed["Report"], changed["DeviceIDs"], changed["StopMinutes"]) == \
        ("trips", [DEVICE], 7)

    user = next(row["UserID"] for row in api.data("manage/ListUsers")["data"]
                if row["Role"] == "operator")
    api.data("manage/DeleteUser", UserID=user)
    platform.to_local(1, 7)
    gone = platform.wait(own, Enabled=False)
    assert "account" in gone["OffReason"] and gone["NextRun"] is None and gone["LastRun"] is None
    platform.wait(admins, MailState="sent")
    api.data("manage/ModifyReportSchedule", ScheduleID=own, Enabled=True)
    taken = platform.row(own)
    assert taken["Owner"] == fleet.login_name and taken["OffReason"] == ""
    for schedule in (own, admins):
        api.data("manage/DeleteReportSchedule", ScheduleID=schedule)
    for _ in range(50):
        platform.add()
    assert code(api, "AddReportSchedule", **DAILY) == 403


def test_without_a_server_of_mail(tmp_path):
    platform = Platform(tmp_path, mail=False)
    answer = platform.api.call("manage/AddReportSchedule", **DAILY, MailTo="a@fleet.example")
    assert answer["Code"] == 500 and "smtp_url" in answer["ErrMsg"]
    assert platform.row(platform.add())["MailTo"] == ""
    platform.close()
