//! A server program, ready when it accepts connections, and the ports servers listen on.

use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::process::{GLANCE, Process};
use super::side::Side;

/// How long a server may take before it listens.
const START: Duration = Duration::from_secs(20);

/// A program that serves others until it is stopped.
pub(crate) struct Server {
    process: Process,
    pub(crate) address: String,
}

impl Server {
    /// Starts a program that listens on `address`, and waits until it does.
    pub(crate) fn start(
        side: &Side,
        program: &Path,
        arguments: &[&str],
        address: &str,
        folder: &Path,
    ) -> Result<Self, String> {
        if answers(address) {
            return Err(format!(
                "{address} is taken by another program; the example has no way to use another"
            ));
        }
        let mut process = Process::start(side, program, arguments, "", folder)?;
        let deadline = Instant::now() + START;
        while !answers(address) {
            if process.is_over() || Instant::now() > deadline {
                let reason = process.stop(side).err().unwrap_or_default();
                return Err(format!("nothing listens on {address}\n{reason}"));
            }
            thread::sleep(GLANCE);
        }
        Ok(Self { process, address: address.into() })
    }

    /// Stops the server; it must still have been running. Gives the library it used.
    pub(crate) fn stop(self, side: &Side) -> Result<PathBuf, String> {
        self.process.stop(side).map(|ended| ended.library)
    }

    /// Waits for a server that ends by itself.
    pub(crate) fn finish(self, side: &Side) -> Result<super::process::Ended, String> {
        self.process.finish(side)
    }
}

/// True if somebody accepts connections there.
pub(crate) fn answers(address: &str) -> bool {
    let Ok(addresses) = address.to_socket_addrs() else { return false };
    addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}

/// An address nobody listens on. The kernel does not hand out its port again soon.
pub(crate) fn free_address() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("no free port: {error}"))?;
    Ok(address.to_string())
}
