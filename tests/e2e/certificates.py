"""A certificate authority for one test, made by the openssl command: server, clients good and bad, revocation lists."""

import datetime
import pathlib
import subprocess

from harness import need


class Authority:
    """One CA with a directory of its own; files are NAME.pem and NAME.key in it."""

    def __init__(self, directory, name="Test CA"):
        self.openssl = need("openssl")
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        # rsyslog drops its privileges on some systems.
        self.directory.chmod(0o755)
        (self.directory / "index.txt").write_text("")
        (self.directory / "serial").write_text("1000\n")
        (self.directory / "crlnumber").write_text("01\n")
        (self.directory / "ca.cnf").write_text(f"""
[ca]
default_ca = own
[own]
dir = {self.directory}
database = {self.directory}/index.txt
serial = {self.directory}/serial
crlnumber = {self.directory}/crlnumber
new_certs_dir = {self.directory}
certificate = {self.directory}/ca.pem
private_key = {self.directory}/ca.key
default_md = sha256
default_crl_days = 30
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
""")
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                 f"/CN={name}", "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"), "-addext",
                 "keyUsage=critical,keyCertSign,cRLSign")

    def run(self, *arguments):
        subprocess.run([self.openssl, *map(str, arguments)], check=True, capture_output=True, timeout=60)

    def path(self, name):
        return self.directory / name

    def issue(self, name, *, san="", usage="clientAuth,serverAuth", days=(-1, 30)):
        """A key and a certificate signed by this CA, valid from and until so many days from now."""
        request, extensions = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        self.run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                 "-keyout", self.path(f"{name}.key"), "-out", request)
        text = "basicConstraints=CA:FALSE\n"
        text += f"extendedKeyUsage={usage}\n" if usage else ""
        text += f"subjectAltName={san}\n" if san else ""
        extensions.write_text(text)
        begin, end = ((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%SZ")
                      for day in days)
        self.run("ca", "-batch", "-config", self.path("ca.cnf"), "-in", request, "-out", self.path(f"{name}.pem"), "-notext",
                 "-startdate", begin, "-enddate", end, "-extfile", extensions)
        self.path(f"{name}.key").chmod(0o600)
        return name

    def self_signed(self, name):
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                 f"/CN={name}", "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"))
        return name

    def revoke(self, *names):
        """Writes crl.pem, with these revoked as well."""
        for name in names:
            self.run("ca", "-config", self.path("ca.cnf"), "-revoke", self.path(f"{name}.pem"))
        fresh = self.path("crl.new")
        self.run("ca", "-config", self.path("ca.cnf"), "-gencrl", "-out", fresh)
        fresh.rename(self.path("crl.pem"))
        return self.path("crl.pem")

    def fingerprint(self, name, kind="sha256"):
        done = subprocess.run([self.openssl, "x509", "-in", self.path(f"{name}.pem"), "-noout", "-fingerprint", f"-{kind}"],
                              capture_output=True, text=True, check=True, timeout=30)
        return f"{kind.upper()}:{done.stdout.strip().split('=', 1)[1]}"
