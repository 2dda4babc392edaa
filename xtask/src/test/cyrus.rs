//! Cyrus SASL: users, configurations and a Kerberos realm of our own, and two processes that authenticate one another.
//!
//! The other side is the core that binding 0.40.0 carries, built with libsasl2; the distribution's library has none of
//! it. `tests/python/cyrus` has the scenarios. Each pair of libraries has to tell the same story as two of the others
//! do, but for the differences in `tests/differences/cyrus`.

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Bench;
use super::binding;
use super::ring::{compare, ours, theirs};
use super::tally::Tally;
use crate::{Outcome, packages};

const PACKAGES: [&str; 7] = [
    "libsasl2-dev",
    "libsasl2-modules",
    "libsasl2-modules-gssapi-mit",
    "sasl2-bin",
    "krb5-kdc",
    "krb5-admin-server",
    "krb5-user",
];

/// Who runs the scenarios with whom; first the client.
const PAIRS: [(&str, Peer, Peer); 4] = [
    ("cyrus/ours-ours", Peer::Ours, Peer::Ours),
    ("cyrus/ours-theirs", Peer::Ours, Peer::Theirs),
    ("cyrus/theirs-ours", Peer::Theirs, Peer::Ours),
    ("cyrus/distribution-ours", Peer::Distribution, Peer::Ours),
];

/// Whose library a process runs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Ours,
    Theirs,
    /// The distribution's, which has no Cyrus SASL.
    Distribution,
}

/// The interpreters that have the libraries.
struct Interpreters {
    linked: PathBuf,
    carried: PathBuf,
}

impl Interpreters {
    fn of(&self, peer: Peer) -> &Path {
        match peer {
            Peer::Ours => &self.linked,
            Peer::Theirs => &self.carried,
            Peer::Distribution => Path::new("/usr/bin/python3"),
        }
    }

    fn command(&self, bench: &Bench<'_>, world: &World, client: Peer, server: Peer) -> Command {
        let interpreter = self.of(client);
        let mut command = if client == Peer::Ours { ours(bench, interpreter) } else { theirs(interpreter) };
        command.arg("-B").arg(bench.root.join("tests/python/cyrus/exchange.py"));
        command.arg(if world.realm.is_some() { "kerberos" } else { "no kerberos" }).arg(self.of(server));
        if server == Peer::Ours {
            command.arg(bench.prefix.join("lib"));
        }
        world.enter(&mut command);
        command
    }
}

/// The scenarios with every pair of libraries.
pub(crate) fn exchanges(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    packages::ensure(&PACKAGES)?;
    let interpreters = match binding::with_sasl(bench) {
        Ok((linked, carried)) => Interpreters { linked, carried },
        Err(error) => {
            tally.skip(&format!("the newer binding cannot be had: {error}"));
            return Ok(());
        }
    };
    let world = World::make(&bench.root.join("build/cyrus"))?;
    for (name, client, server) in PAIRS {
        let with_ours = interpreters.command(bench, &world, client, server);
        let client = if client == Peer::Ours { Peer::Theirs } else { client };
        compare(bench, tally, name, with_ours, interpreters.command(bench, &world, client, Peer::Theirs));
    }
    Ok(())
}

/// Users, a server's configuration, and a realm if one can be made.
struct World {
    folder: PathBuf,
    realm: Option<Realm>,
}

impl World {
    fn make(folder: &Path) -> Result<Self, String> {
        // What an earlier run left, if anything.
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let users = folder.join("users");
        let mut command = Command::new("/usr/sbin/saslpasswd2");
        told(command.args(["-p", "-c", "-f"]).arg(&users).arg("alice"), "secret\n")?;
        let realm = Realm::make(folder).inspect_err(|error| println!("without Kerberos: {error}")).ok();
        let configuration = format!(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {}\nkeytab: {}\n\
             mech_list: EXTERNAL GSSAPI DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 CRAM-MD5 PLAIN ANONYMOUS\n",
            users.display(),
            folder.join("keytab").display(),
        );
        write(&folder.join("proton-server.conf"), &configuration)?;
        Ok(Self { folder: folder.to_owned(), realm })
    }

    fn enter(&self, command: &mut Command) {
        command.env("PN_SASL_CONFIG_PATH", &self.folder);
        kerberos(command, &self.folder);
    }
}

/// A Kerberos realm that lives as long as this value: a key distribution centre on loopback, the service and a ticket.
struct Realm(Child);

impl Realm {
    fn make(folder: &Path) -> Result<Self, String> {
        let port = free_port()?;
        let at = folder.display();
        write(
            &folder.join("krb5.conf"),
            &format!(
                "[libdefaults]\n default_realm = PROTIUM.TEST\n dns_lookup_kdc = false\n dns_lookup_realm = false\n \
                 dns_canonicalize_hostname = false\n rdns = false\n ignore_acceptor_hostname = true\n \
                 udp_preference_limit = 1\n[realms]\n PROTIUM.TEST = {{\n  kdc = 127.0.0.1:{port}\n }}\n"
            ),
        )?;
        write(
            &folder.join("kdc.conf"),
            &format!(
                "[kdcdefaults]\n kdc_listen = \"\"\n kdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n PROTIUM.TEST = {{\n  \
                 database_name = {at}/principals\n  key_stash_file = {at}/stash\n }}\n[logging]\n kdc = FILE:{at}/kdc.log\n"
            ),
        )?;
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            kerberos(command.args(["-r", "PROTIUM.TEST"]).args(arguments), folder);
            told(&mut command, "")
        };
        run("/usr/sbin/kdb5_util", &["create", "-s", "-P", "master"])?;
        let keytab = format!("ktadd -k {at}/keytab amqp/localhost");
        for query in ["addprinc -pw secret alice", "addprinc -randkey amqp/localhost", &keytab] {
            run("/usr/sbin/kadmin.local", &["-q", query])?;
        }
        let mut centre = Command::new("/usr/sbin/krb5kdc");
        kerberos(centre.args(["-n", "-r", "PROTIUM.TEST"]), folder);
        centre.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let realm = Self(centre.spawn().map_err(|error| format!("krb5kdc: {error}"))?);
        until_it_listens(port)?;
        let mut ticket = Command::new("kinit");
        kerberos(ticket.arg("alice"), folder);
        told(&mut ticket, "secret\n")?;
        Ok(realm)
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        // It fails only if the process has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Leads a program to the realm in `folder`.
fn kerberos(command: &mut Command, folder: &Path) {
    command.env("KRB5_CONFIG", folder.join("krb5.conf")).env("KRB5_KDC_PROFILE", folder.join("kdc.conf"));
    command.env("KRB5CCNAME", format!("FILE:{}", folder.join("tickets").display()));
}

fn free_port() -> Result<u16, String> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("loopback: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("loopback: {error}"))
}

fn until_it_listens(port: u16) -> Outcome {
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if Instant::now() > deadline {
            return Err("krb5kdc does not listen".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Runs a program that reads `words`; what it says is part of the error only.
fn told(command: &mut Command, words: &str) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(words.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
