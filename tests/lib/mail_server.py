"""A stand-in for a server of mail (RFC 5321), which may be slow, unwilling or gone."""
import email
import email.policy
import socket
import threading

GOOD, LATER, NEVER = "250 2.0.0 fine", "450 4.2.0 greylisted, come back", "550 5.1.1 no such user"


class MailServer:
    """It takes what it is sent, unless told otherwise:

    rcpt    address -> its answer to RCPT; LATER and NEVER are such
    cut     addresses whose connection is closed behind the message, unanswered
    held    addresses whose message is answered once release() was called

    `taken` holds the messages that were answered with 250, `offered` those of `cut`, too.
    """

    def __init__(self, port=0):
        self.lock = threading.Lock()
        self.rcpt, self.cut, self.held = {}, set(), set()
        self.taken, self.offered, self.asked = [], [], []
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def config(self):
        return f"[providers]\nsmtp_url = smtp://127.0.0.1:{self.port}\n" \
            "smtp_from = reports@fleet.example\n"

    def to(self, address):
        """The messages that were taken for it."""
        with self.lock:
            return [m for m in self.taken if m["To"] == address]

    def release(self):
        self.released.set()

    def close(self):
        self.release()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                self._answer(connection, lines)
            except OSError:
                pass

    def _answer(self, connection, lines):
        def say(text):
            connection.sendall(text.encode() + b"\r\n")

        say("220 mail.example")
        to = None
        for line in lines:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"RCPT":
                to = line.split(b"<")[1].split(b">")[0].decode()
                with self.lock:
                    self.asked.append(to)
                say(self.rcpt.get(to, GOOD))
            elif verb == b"DATA":
                say("354 go on")
                if not self._take(say, lines, to):
                    return
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")

    def _take(self, say, lines, to):
        """Whether the connection goes on."""
        raw = []
        for line in lines:
            if line == b".\r\n":
                break
            raw.append(line[1:] if line.startswith(b"..") else line)
        else:
            return False
        message = email.message_from_bytes(b"".join(raw), policy=email.policy.default)
        with self.lock:
            self.offered.append(message)
        if to in self.cut:
            return False
        if to in self.held:
            self.released.wait()
        with self.lock:
            self.taken.append(message)
        say(GOOD)
        return True
