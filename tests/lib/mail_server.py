"""A stand-in for a server of mail (RFC 5321), which may be slow, unwilling or gone."""
import email
import email.policy
import socket
import ssl
import threading

GOOD, LATER, NEVER = "250 2.0.0 fine", "450 4.2.0 greylisted, come back", "550 5.1.1 no such user"


class MailServer:
    """It takes what it is sent, unless told otherwise:

    rcpt    address -> its answer to RCPT; LATER and NEVER are such
    cut     addresses whose connection is closed behind the message, unanswered
    held    addresses whose message is answered once release() was called
    mute    addresses whose RCPT is never answered
    silent  true: it takes connections, and says nothing

    `taken` holds the messages that were answered with 250, `offered` those of `cut`, too. With a
    certificate (lib.certificates) it talks TLS: from the beginning, or from STARTTLS on.
    """

    def __init__(self, port=0, certificate=None, starttls=False):
        self.lock = threading.Lock()
        self.rcpt, self.cut, self.held, self.mute = {}, set(), set(), set()
        self.silent = False
        self.certificate, self.starttls = certificate, starttls
        self.taken, self.offered, self.asked = [], [], []
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def config(self):
        scheme = "smtp"
        if self.certificate:
            scheme = "smtp+starttls" if self.starttls else "smtps"
        host = "localhost" if self.certificate else "127.0.0.1"
        return f"[providers]\nsmtp_url = {scheme}://{host}:{self.port}\n" \
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
        with connection:
            try:
                if self.certificate and not self.starttls:
                    connection = self._secured(connection)
                self._greet(connection)
            except OSError:  # of TLS, too
                pass

    def _secured(self, connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(connection, server_side=True)

    def _greet(self, connection):
        with connection, connection.makefile("rb") as lines:
            if self.silent:
                self.released.wait()
                return
            connection.sendall(b"220 mail.example\r\n")
            if self._answer(connection, lines):
                secured = self._secured(connection)
                with secured, secured.makefile("rb") as more:
                    self._answer(secured, more)

    def _answer(self, connection, lines):
        """True: the client wants TLS from here on."""
        def say(text):
            connection.sendall(text.encode() + b"\r\n")

        can_secure = self.starttls and not isinstance(connection, ssl.SSLSocket)
        to = None
        for line in lines:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO" and can_secure:
                say("250-mail.example\r\n250 STARTTLS")
            elif verb == b"STARTTLS" and can_secure:
                say("220 go on")
                return True
            elif verb == b"RCPT":
                to = line.split(b"<")[1].split(b">")[0].decode()
                with self.lock:
                    self.asked.append(to)
                if to in self.mute:
                    self.released.wait()
                    return False
                say(self.rcpt.get(to, GOOD))
            elif verb == b"DATA":
                say("354 go on")
                if not self._take(say, lines, to):
                    return False
            elif verb == b"QUIT":
                say("221 bye")
                return False
            else:
                say("250 fine")
        return False

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
