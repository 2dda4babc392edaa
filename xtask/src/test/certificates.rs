//! Certificates for the tests of TLS, made with the openssl program into `build/certificates`.
//!
//! They live for a few days only, and are made anew a day later or when this file has changed. The tests of C find the
//! folder by the macro `CERTIFICATES`; others go from the root of the project. Everything but the two keys that say so
//! is without a password; the password is "secret".

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Outcome;

/// A certificate and its key: `NAME.pem` and `NAME.key`.
struct Certificate {
    name: &'static str,
    /// What openssl takes for `-newkey`.
    key: &'static str,
    /// The name of the certificate that signs; itself if it is this one.
    issuer: &'static str,
    subject: &'static str,
    extensions: &'static [&'static str],
    valid: Valid,
}

/// When a certificate is valid.
#[derive(Clone, Copy, PartialEq)]
enum Valid {
    Now,
    Past,
    Future,
}

const EC: &str = "ec";
const RSA: &str = "rsa:2048";
const AUTHORITY: &[&str] = &[
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign",
    "subjectKeyIdentifier=hash",
];
const NO_AUTHORITY: &[&str] = &["basicConstraints=CA:FALSE"];
const FOR_CLIENTS: &[&str] = &["extendedKeyUsage=clientAuth", "subjectAltName=DNS:server.example.test"];
const SERVER: &[&str] = &["subjectAltName=DNS:server.example.test,DNS:localhost"];

const fn valid(
    name: &'static str,
    key: &'static str,
    issuer: &'static str,
    subject: &'static str,
    extensions: &'static [&'static str],
) -> Certificate {
    Certificate { name, key, issuer, subject, extensions, valid: Valid::Now }
}

/// A server's certificate by the root authority.
const fn server(
    name: &'static str,
    subject: &'static str,
    extensions: &'static [&'static str],
) -> Certificate {
    valid(name, EC, "ca", subject, extensions)
}

const fn dated(name: &'static str, subject: &'static str, valid: Valid) -> Certificate {
    Certificate { name, key: EC, issuer: "ca", subject, extensions: SERVER, valid }
}

/// An issuer comes before what it signs.
const TABLE: &[Certificate] = &[
    valid("ca", EC, "ca", "/O=Protium tests/CN=Root", AUTHORITY),
    valid("wrong-ca", EC, "wrong-ca", "/O=Protium tests/CN=Other root", AUTHORITY),
    // Says to be the root, and is another key.
    valid("false-ca", EC, "false-ca", "/O=Protium tests/CN=Root", AUTHORITY),
    valid("intermediate", EC, "ca", "/O=Protium tests/CN=Intermediate", AUTHORITY),
    server("server", "/CN=server.example.test", SERVER),
    valid("server-rsa", RSA, "ca", "/CN=server.example.test", SERVER),
    valid("server-ed25519", "ed25519", "ca", "/CN=server.example.test", SERVER),
    valid("leaf", EC, "intermediate", "/CN=server.example.test", SERVER),
    valid("wrong-server", EC, "wrong-ca", "/CN=server.example.test", SERVER),
    valid("false-server", EC, "false-ca", "/CN=server.example.test", SERVER),
    valid("self-signed", EC, "self-signed", "/CN=server.example.test", SERVER),
    dated("expired", "/CN=server.example.test", Valid::Past),
    dated("future", "/CN=server.example.test", Valid::Future),
    // Signed by a certificate that is no authority.
    valid("by-leaf", EC, "server", "/CN=server.example.test", SERVER),
    server("for-clients", "/CN=server.example.test", FOR_CLIENTS),
    valid("weak", "rsa:1024", "ca", "/CN=server.example.test", SERVER),
    // What names may be like.
    server("wrong-name", "/CN=other.example.test", &["subjectAltName=DNS:other.example.test"]),
    server("wildcard", "/CN=wildcard", &["subjectAltName=DNS:*.example.test"]),
    server("wildcard-cn", "/CN=*.example.test", &[]),
    server("wildcard-part", "/CN=part", &["subjectAltName=DNS:ser*.example.test"]),
    server("wildcard-inner", "/CN=inner", &["subjectAltName=DNS:server.*.test"]),
    server("wildcard-bare", "/CN=bare", &["subjectAltName=DNS:*"]),
    server("wildcard-overlap", "/CN=overlap", &["subjectAltName=DNS:serve*erver.example.test"]),
    server("ip", "/CN=addresses", &["subjectAltName=IP:127.0.0.1,IP:::1"]),
    server("ip-as-dns", "/CN=addresses", &["subjectAltName=DNS:127.0.0.1,DNS:::1"]),
    server("ip-as-cn", "/CN=127.0.0.1", &[]),
    server("cn", "/CN=server.example.test", &[]),
    server("cn-second", "/CN=first/CN=server.example.test", &[]),
    server("cn-besides-san", "/CN=server.example.test", &["subjectAltName=DNS:other.example.test"]),
    server("no-name", "/O=Nobody", &[]),
    // Clients.
    server("client", "/O=Protium tests/CN=client", &["extendedKeyUsage=clientAuth"]),
    valid("client-rsa", RSA, "ca", "/O=Protium tests/CN=client", &[]),
    valid("client-leaf", EC, "intermediate", "/O=Protium tests/CN=client", &[]),
    valid("wrong-client", EC, "wrong-ca", "/O=Protium tests/CN=client", &[]),
    dated("expired-client", "/O=Protium tests/CN=client", Valid::Past),
    server(
        "subject",
        "/C=US/ST=CA/L=SF/O=Acme, Inc./OU=Eng+OU=Dev/CN=client/CN=second/emailAddress=a@b.c",
        &[],
    ),
];

/// The password of keys that have one.
const PASSWORD: &str = "pass:secret";

/// What the certificates depend on: all of this file.
const MADE_BY: &str = include_str!("certificates.rs");

/// After this time the certificates are made again. They are valid for longer.
const FRESH: Duration = Duration::from_secs(24 * 3600);

/// Makes sure that there are certificates, and gives their folder.
pub(crate) fn ensure(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("build/certificates");
    let stamp = folder.join("made-by");
    if is_fresh(&stamp) && fs::read_to_string(&stamp).is_ok_and(|made| made == MADE_BY) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder.join("ca-directory"))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let maker = Maker { folder };
    maker.write("openssl.cnf", CONFIGURATION)?;
    maker.write("database", "")?;
    for certificate in TABLE {
        maker.make(certificate)?;
    }
    maker.files()?;
    maker.write("made-by", MADE_BY)?;
    Ok(maker.folder)
}

/// What tells a C program where the certificates are, for its compiler.
pub(crate) fn definition(root: &Path) -> String {
    format!("-DCERTIFICATES=\"{}\"", root.join("build/certificates").display())
}

/// Makes the certificates that the distribution's examples look for where they run: its own have expired. They are
/// made like those, as the text beside them says.
pub(crate) fn for_examples(stage: &Path) -> Outcome {
    let folder = stage.join("ssl-certs");
    let there = folder.join("made");
    if is_fresh(&there) {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let maker = Maker { folder };
    for who in ["server", "client"] {
        let (key, pem) = (format!("t{who}-private-key.pem"), format!("t{who}-certificate.pem"));
        let (subject, password) = (format!("/CN=test_{who}/OU=proton_test"), format!("pass:t{who}pw"));
        let names = ["-keyout", &key, "-out", &pem, "-subj", &subject, "-passout", &password];
        let how = ["req", "-x509", "-newkey", RSA, "-days", "10"];
        maker.openssl(&[&how[..], &names].concat())?;
    }
    maker.write("made", "")
}

/// Whether what a file stands for was made lately.
fn is_fresh(file: &Path) -> bool {
    let made = fs::metadata(file).and_then(|file| file.modified());
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < FRESH))
}

/// What openssl wants to be told; the second half is for certificates whose dates are given.
const CONFIGURATION: &str = "[req]
distinguished_name = name
[name]
[ca]
default_ca = dated
[dated]
database = database
new_certs_dir = .
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = optional
organizationName = optional
";

struct Maker {
    folder: PathBuf,
}

impl Maker {
    fn make(&self, certificate: &Certificate) -> Outcome {
        let Certificate { name, key, issuer, subject, extensions, valid } = certificate;
        let mut request: Vec<&str> =
            vec!["req", "-config", "openssl.cnf", "-newkey", key, "-nodes", "-subj", subject];
        if *key == EC {
            request.extend(["-pkeyopt", "ec_paramgen_curve:P-256"]);
        }
        let (pem, key, csr) = (format!("{name}.pem"), format!("{name}.key"), format!("{name}.csr"));
        let (ca, ca_key) = (format!("{issuer}.pem"), format!("{issuer}.key"));
        request.extend(["-keyout", &key]);
        if *valid != Valid::Now {
            request.extend(["-out", &csr]);
            self.openssl(&request)?;
            self.write("extensions", &extensions.join("\n"))?;
            let (from, to) = if *valid == Valid::Past {
                ("20200101000000Z", "20210101000000Z")
            } else {
                ("20400101000000Z", "20410101000000Z")
            };
            return self.openssl(&[
                "ca",
                "-config",
                "openssl.cnf",
                "-batch",
                "-notext",
                "-in",
                &csr,
                "-out",
                &pem,
                "-cert",
                &ca,
                "-keyfile",
                &ca_key,
                "-extfile",
                "extensions",
                "-startdate",
                from,
                "-enddate",
                to,
            ]);
        }
        request.extend(["-x509", "-days", "10", "-out", &pem]);
        if issuer != name {
            request.extend(["-CA", &ca, "-CAkey", &ca_key]);
        }
        // One without extensions is of version 1, which rustls does not take.
        let extensions = if extensions.is_empty() { NO_AUTHORITY } else { extensions };
        for extension in extensions {
            request.extend(["-addext", extension]);
        }
        self.openssl(&request)
    }

    /// Files made of certificates and keys, and such as are neither.
    fn files(&self) -> Outcome {
        for (to, from) in [
            ("chain.pem", &["leaf.pem", "intermediate.pem"][..]),
            ("client-chain.pem", &["client-leaf.pem", "intermediate.pem"]),
            ("combined.pem", &["server.pem", "server.key"]),
            ("combined-key-first.pem", &["server.key", "server.pem"]),
            ("bundle.pem", &["wrong-ca.pem", "ca.pem"]),
            ("ca-directory/root.pem", &["ca.pem"]),
        ] {
            let parts: Result<Vec<String>, String> = from.iter().map(|part| self.read(part)).collect();
            self.write(to, &parts?.concat())?;
        }
        self.openssl(&["rehash", "ca-directory"])?;
        for name in ["ca", "server", "client"] {
            let (pem, der) = (format!("{name}.pem"), format!("{name}.der"));
            self.openssl(&["x509", "-in", &pem, "-outform", "DER", "-out", &der])?;
        }
        let encrypt = ["-in", "server.key", "-passout", PASSWORD, "-out"];
        self.openssl(&[&["pkcs8", "-topk8", "-v2", "aes256"][..], &encrypt, &["server-pkcs8.key"]].concat())?;
        self.openssl(&[&["ec", "-aes256"][..], &encrypt, &["server-legacy.key"]].concat())?;
        for name in ["server", "client"] {
            for hash in ["md5", "sha1", "sha256", "sha512"] {
                self.openssl(&[
                    "dgst",
                    &format!("-{hash}"),
                    "-r",
                    "-out",
                    &format!("{name}.{hash}"),
                    &format!("{name}.der"),
                ])?;
            }
        }
        self.write("empty.pem", "")?;
        self.write("garbage.pem", "This is no certificate.\n")?;
        let server = self.read("server.pem")?;
        self.write("cut.pem", server.get(..server.len() / 2).unwrap_or_default())?;
        self.write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    }

    fn openssl(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new("openssl");
        command.current_dir(&self.folder).args(arguments).stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("openssl: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
    }

    fn read(&self, name: &str) -> Result<String, String> {
        fs::read_to_string(self.folder.join(name)).map_err(|error| format!("{name}: {error}"))
    }

    fn write(&self, name: &str, content: &str) -> Outcome {
        fs::write(self.folder.join(name), content).map_err(|error| format!("{name}: {error}"))
    }
}
