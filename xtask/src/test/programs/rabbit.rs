//! A RabbitMQ of our own on loopback: a broker that keeps what it has accepted, even when it is killed.
//!
//! Nothing of it touches the system's: folders below `build`, free ports, and a port mapper of its own, which survives
//! so that the broker can come back under its name.

use std::fs::{self, File};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::demo::broker::{answers, free_address};
use crate::test::{Bench, certificates};

use super::cast::parts;

/// How long it may take before it serves.
const START: Duration = Duration::from_secs(120);

const GLANCE: Duration = Duration::from_millis(50);

const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// The broker, running or not.
pub(super) struct Rabbit {
    pub(super) address: String,
    folder: PathBuf,
    mapper: (Child, String),
    distribution: String,
    broker: Option<Child>,
}

impl Rabbit {
    /// Starts one without any queues, which lets everybody in.
    pub(super) fn start(bench: &Bench<'_>) -> Result<Self, String> {
        let settings = "auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = ANONYMOUS\n";
        Self::start_with(bench, settings, &["rabbitmq_amqp1_0"])
    }

    /// Starts one that listens with TLS as well, where it asks for certificates, and that knows the users `guest` and
    /// `client`: the second has no password. Gives it with its address for TLS.
    pub(super) fn start_secured(bench: &Bench<'_>) -> Result<(Self, String), String> {
        let certificates = certificates::ensure(bench.root)?;
        let file = |name: &str| certificates.join(name).display().to_string();
        let users = bench.root.join("tests/python/programs/rabbitmq-users.json");
        let address = free_address()?;
        let settings = format!(
            "auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = EXTERNAL\nlisteners.ssl.1 = {address}\n\
             ssl_options.cacertfile = {}\nssl_options.certfile = {}\nssl_options.keyfile = {}\n\
             ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = false\n\
             ssl_cert_login_from = common_name\nload_definitions = {}\n",
            file("ca.pem"),
            file("server.pem"),
            file("server.key"),
            users.display(),
        );
        let plugins = ["rabbitmq_amqp1_0", "rabbitmq_auth_mechanism_ssl"];
        Ok((Self::start_with(bench, &settings, &plugins)?, address))
    }

    fn start_with(bench: &Bench<'_>, settings: &str, plugins: &[&str]) -> Result<Self, String> {
        let folder = bench.root.join("build/programs/rabbitmq");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        fs::create_dir_all(folder.join("home")).map_err(|error| format!("{}: {error}", folder.display()))?;
        let [address, mapping, distribution] = [free_address()?, free_address()?, free_address()?];
        let port = |address: &str| parts(address).1.to_owned();
        let settings = format!(
            "listeners.tcp.1 = {address}\namqp1_0.default_user = guest\namqp1_0.default_vhost = /\n\
             log.file.level = warning\ndisk_free_limit.absolute = 10MB\n{settings}"
        );
        let plugins = format!("[{}].\n", plugins.join(","));
        for (name, text) in [("rabbitmq.conf", settings), ("plugins", plugins)] {
            fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
        let mut epmd = Command::new("epmd");
        epmd.env("ERL_EPMD_ADDRESS", "127.0.0.1").args(["-port", &port(&mapping)]);
        let child = epmd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| format!("epmd: {error}"))?;
        let mut rabbit = Self {
            address,
            folder,
            mapper: (child, port(&mapping)),
            distribution: port(&distribution),
            broker: None,
        };
        rabbit.resume()?;
        Ok(rabbit)
    }

    /// Starts it with the queues it had, and waits until it serves.
    pub(super) fn resume(&mut self) -> Outcome {
        let log = File::create(self.folder.join("out")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(SERVER);
        command
            .env_remove("LD_LIBRARY_PATH")
            .env("HOME", self.folder.join("home"))
            .env("RABBITMQ_NODENAME", format!("protium{}@localhost", parts(&self.address).1))
            .env("RABBITMQ_MNESIA_BASE", self.folder.join("mnesia"))
            .env("RABBITMQ_LOG_BASE", self.folder.join("log"))
            .env("RABBITMQ_CONFIG_FILE", self.folder.join("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", self.folder.join("plugins"))
            .env("RABBITMQ_DIST_PORT", &self.distribution)
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_EPMD_PORT", &self.mapper.1)
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .process_group(0);
        let mut child = command.spawn().map_err(|error| format!("{SERVER}: {error}"))?;
        let deadline = Instant::now() + START;
        while !self.serves() {
            if !matches!(child.try_wait(), Ok(None)) || Instant::now() > deadline {
                kill_group(&mut child);
                let said = fs::read_to_string(self.folder.join("out")).unwrap_or_default();
                return Err(format!("RabbitMQ does not serve:\n{said}"));
            }
            thread::sleep(GLANCE);
        }
        self.broker = Some(child);
        Ok(())
    }

    /// It is gone from one moment to the next.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.broker.take() {
            kill_group(&mut child);
        }
    }

    /// Whether it speaks AMQP: it listens some time before.
    fn serves(&self) -> bool {
        use std::io::{Read, Write};
        if !answers(&self.address) {
            return false;
        }
        let Ok(mut stream) = TcpStream::connect(&self.address) else { return false };
        let mut answer = [0; 4];
        let patient = stream.set_read_timeout(Some(Duration::from_secs(3)));
        let asked = patient.and_then(|()| stream.write_all(b"AMQP\x03\x01\x00\x00"));
        asked.and_then(|()| stream.read_exact(&mut answer)).is_ok() && &answer == b"AMQP"
    }
}

impl Drop for Rabbit {
    fn drop(&mut self) {
        self.kill();
        // Fails only if it is gone.
        let _ = self.mapper.0.kill();
        let _ = self.mapper.0.wait();
    }
}

/// Ends a process and what it has started.
fn kill_group(child: &mut Child) {
    let group = format!("-{}", child.id());
    // Fails only for processes that are gone, which is what it is for.
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = child.wait();
}
