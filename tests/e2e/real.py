"""Real programs, each with a private configuration and unprivileged ports: rsyslog, sshd, nginx, clamd, exim."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

from harness import TOP, Failure, Skip, free_port, need, need_root, wait_until


# What apt-packages lists under [unpacked].
UNPACKED = TOP / "build" / "tools" / "root"


def private_copy(program, directory):
    """AppArmor confines some daemons by their path; a copy of the program may read a test's own files."""
    copy = pathlib.Path(directory) / pathlib.Path(program).name
    shutil.copy2(program, copy)
    return copy


def unpacked(program):
    path = UNPACKED / program
    if not path.exists():
        raise Skip(f"{path.name} is not unpacked")
    return path


def syslog_ng_environment():
    return dict(os.environ, LD_LIBRARY_PATH=str(UNPACKED / "usr/lib/syslog-ng"), SYSLOGNG_PREFIX=str(UNPACKED / "usr"))


class Rsyslog:
    """rsyslogd that takes messages from a Unix socket and forwards them. `actions` is RainerScript."""

    def __init__(self, test, actions, socket_path=None):
        self.directory = test.directory / f"rsyslog{len(test.processes)}"
        self.directory.mkdir()
        program = private_copy(need("rsyslogd"), self.directory)
        self.socket = pathlib.Path(socket_path) if socket_path else self.directory / "log"
        configuration = self.directory / "rsyslog.conf"
        configuration.write_text(
            f'global(workDirectory="{self.directory}" maxMessageSize="64k")\n'
            f'module(load="imuxsock" SysSock.Use="off")\n'
            f'input(type="imuxsock" Socket="{self.socket}" RateLimit.Interval="0" UseSpecialParser="off" '
            f'ParseTrusted="off")\n'
            f"{actions}\n")
        self.process = test.run([program, "-n", "-f", configuration, "-i", self.directory / "pid"],
                                f"rsyslog{len(test.processes)}.log")

        def up():
            if not self.process.alive():
                raise Failure(f"rsyslogd ended: {self.process.log()[-800:]}")
            return self.socket.exists()
        wait_until(up, 15, "rsyslogd listening")


def forward(protocol, port, framing="traditional", template=""):
    """An omfwd action. Framing: traditional (LF) or octet-counted."""
    more = f'TCP_Framing="{framing}" ' if protocol == "tcp" else ""
    more += f'template="{template}" ' if template else ""
    return (f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="{protocol}" {more}'
            f'action.resumeRetryCount="-1" action.resumeInterval="1")')


class DevLog:
    """/dev/log for programs that only know syslog(3): a private rsyslogd behind it that forwards to the daemon.

    Where nothing listens there (a container) rsyslogd makes /dev/log itself and it is removed afterwards. Where the
    system has its own, programs are started in a mount namespace in which our socket lies over it.
    """

    def __init__(self, test, port, protocol="tcp", framing="octet-counted"):
        need_root()
        self.made = not os.path.lexists("/dev/log")
        self.rsyslog = Rsyslog(test, forward(protocol, port, framing), "/dev/log" if self.made else None)

    def wrap(self, command):
        """The command, started so that its /dev/log is ours."""
        if self.made:
            return command
        target = os.path.realpath("/dev/log")
        script = f'mount --bind "{self.rsyslog.socket}" "{target}" && exec "$@"'
        return [need("unshare"), "--mount", "sh", "-c", script, "sh", *command]

    def close(self):
        self.rsyslog.process.stop()
        if self.made:
            with contextlib.suppress(FileNotFoundError):
                os.unlink("/dev/log")


class Sshd:
    """sshd with its own keys and port. It logs by syslog(3), as ever."""

    def __init__(self, test, devlog):
        need_root()
        sshd, self.ssh, keygen = need("sshd", "ssh", "ssh-keygen")
        self.directory = test.directory / "ssh"
        self.directory.mkdir(mode=0o700)
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # its privilege separation insists
        for name in ("host_key", "user_key"):
            subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", self.directory / name], check=True)
        shutil.copy(self.directory / "user_key.pub", self.directory / "authorized_keys")
        self.port = free_port()
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        (self.directory / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.directory}/host_key\nPidFile none\n"
            f"AuthorizedKeysFile {self.directory}/authorized_keys\nPasswordAuthentication yes\n"
            f"KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nUseDNS no\n"
            f"MaxAuthTries 6\nMaxStartups 100\nSyslogFacility AUTH\nLogLevel INFO\n")
        self.process = test.run(devlog.wrap([sshd, "-D", "-f", self.directory / "sshd_config"]), "sshd.log")
        wait_until(self._answers, 15, "sshd answering")

    def _answers(self):
        if not self.process.alive():
            raise Failure(f"sshd ended: {self.process.log()[-800:]}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                return probe.recv(4) == b"SSH-"
        except OSError:
            return False

    def _client(self, user, *options, env=None):
        return subprocess.run(
            [self.ssh, "-F", "none", "-p", str(self.port), "-o", "StrictHostKeyChecking=no", "-o",
             f"UserKnownHostsFile={self.directory}/known_hosts", "-o", "LogLevel=ERROR", *options, f"{user}@127.0.0.1",
             "true"],
            env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, start_new_session=True, check=False)

    def guess_passwords(self, user, guesses=3):
        """`guesses` wrong passwords in one connection."""
        ask = self.directory / "askpass"
        ask.write_text("#!/bin/sh\necho wrong-$$\n")
        ask.chmod(0o700)
        done = self._client(user, "-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password", "-o",
                            f"NumberOfPasswordPrompts={guesses}",
                            env=dict(os.environ, SSH_ASKPASS=str(ask), SSH_ASKPASS_REQUIRE="force", DISPLAY=":0"))
        if done.returncode == 0:
            raise Failure("a wrong password was accepted")

    def log_in(self):
        """A successful login with the key."""
        done = self._client(self.user, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i",
                            str(self.directory / "user_key"))
        if done.returncode != 0:
            raise Failure(f"the key was refused: {done.stderr.decode()[-400:]}")


class Nginx:
    """nginx that sends its access log by syslog (or where `access_log` says), with a site that has an upload form of the
    careless kind."""

    def __init__(self, test, syslog_port=None, access_log=None):
        access_log = access_log or f"syslog:server=127.0.0.1:{syslog_port},facility=local7,tag=nginx,severity=info combined"
        nginx = need("nginx")
        self.directory = test.directory / "nginx"
        for part in ("", "site", "site/uploads", "tmp"):
            (self.directory / part).mkdir()
        (self.directory / "site/index.html").write_text("<h1>甲國小</h1>\n")
        (self.directory / "site/uploads/shell.php").write_text("pretend output of a dropped shell\n")
        self.port = free_port()
        # Workers run as nobody when root starts nginx: the directories of its bodies must be theirs.
        (self.directory / "tmp").chmod(0o777)
        temporary = "".join(f"{kind}_temp_path {self.directory}/tmp/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.directory / "nginx.conf").write_text(f"""
daemon off;
pid {self.directory}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  {temporary}
  access_log {access_log};
  server {{
    listen 127.0.0.1:{self.port};
    root {self.directory}/site;
    location = /upload.php {{ return 200 "stored\\n"; }}
    location / {{ try_files $uri $uri/index.html =404; }}
  }}
}}
""")
        self.process = test.run([nginx, "-c", self.directory / "nginx.conf", "-e", "stderr"], "nginx.log")
        wait_until(self._answers, 15, "nginx answering")

    def _answers(self):
        if not self.process.alive():
            raise Failure(f"nginx ended: {self.process.log()[-800:]}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def reopen(self):
        """Its logs anew, as after a rotation."""
        self.process.popen.send_signal(signal.SIGUSR1)
        time.sleep(0.5)

    def curl(self, path, *options):
        """The request's status. The path is sent as written, with its dots."""
        done = subprocess.run([need("curl"), "-s", "-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", *options,
                               f"http://127.0.0.1:{self.port}{path}"], capture_output=True, timeout=30, check=False)
        return int(done.stdout or b"0")


class Clamd:
    """clamd with one signature of its own: no download, no network. It logs by syslog(3)."""

    # The EICAR test file (eicar.org), in two pieces so that no scanner takes this file for it.
    EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

    def __init__(self, test, devlog):
        self.directory = test.directory / "clamav"
        (self.directory / "db").mkdir(parents=True)
        program = private_copy(need("clamd"), self.directory)
        signature = self.EICAR.encode().hex()
        (self.directory / "db" / "test.ndb").write_text(f"Eicar-Test-Signature:0:0:{signature}\n")
        self.socket = self.directory / "clamd.sock"
        (self.directory / "clamd.conf").write_text(
            f"Foreground yes\nDatabaseDirectory {self.directory}/db\nLocalSocket {self.socket}\nLogSyslog yes\n"
            f"LogFacility LOG_LOCAL6\nLogTime no\nUser {pwd.getpwuid(os.geteuid()).pw_name}\n"
            f"OfficialDatabaseOnly no\nConcurrentDatabaseReload no\n")
        self.process = test.run(devlog.wrap([program, "--config-file", self.directory / "clamd.conf"]), "clamd.log")

        def up():
            if not self.process.alive():
                raise Failure(f"clamd ended: {self.process.log()[-800:]}")
            return self.socket.exists()
        wait_until(up, 60, "clamd listening")

    def scan(self, path):
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(60)
            asked.connect(str(self.socket))
            asked.sendall(f"nSCAN {path}\n".encode())
            return asked.recv(65536).decode().strip()


class Exim:
    """A mail server on a high port that keeps what comes for example.edu.tw in a maildir and refuses other domains."""

    def __init__(self, test):
        need_root()
        program = need("exim4")
        try:
            owner = pwd.getpwnam("Debian-exim")
        except KeyError:
            raise Skip("exim4 has no user") from None
        self.directory = test.directory / "exim"
        for part in ("", "spool", "log", "mail"):
            (self.directory / part).mkdir()
            os.chown(self.directory / part, owner.pw_uid, owner.pw_gid)
        self.port = free_port()
        configuration = self.directory / "exim.conf"
        configuration.write_text(f"""
primary_hostname = mail.example.edu.tw
domainlist local_domains = example.edu.tw
spool_directory = {self.directory}/spool
log_file_path = {self.directory}/log/%slog
pid_file_path = {self.directory}/spool/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.port}
host_lookup =
tls_advertise_hosts =
keep_environment =
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
begin acl
check_rcpt:
  accept domains = +local_domains
  deny message = relay not permitted
begin routers
box:
  driver = accept
  domains = +local_domains
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {self.directory}/mail
  maildir_format
  user = Debian-exim
  group = Debian-exim
""")
        configuration.chmod(0o644)
        self.command = [program, "-C", str(configuration), "-bdf", "-q1m"]
        self.test = test
        self.process = None

    def start(self):
        self.process = self.test.run(self.command, "exim.log")

        def up():
            if not self.process.alive():
                raise Failure(f"exim ended: {self.process.log()[-800:]}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                    return probe.recv(3) == b"220"
            except OSError:
                return False
        wait_until(up, 20, "exim answering")
        return self

    def mails(self):
        return [path.read_bytes() for path in sorted((self.directory / "mail" / "new").glob("*"))]
