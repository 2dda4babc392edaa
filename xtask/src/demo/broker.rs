//! A server program, ready when it accepts connections, and the ports servers listen on.

use std::net::TcpListener;
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

    /// What the server has written so far.
    pub(crate) fn said(&self) -> String {
        self.process.said()
    }

    /// Waits for a server that ends by itself.
    pub(crate) fn finish(self, side: &Side) -> Result<super::process::Ended, String> {
        self.process.finish(side)
    }
}

/// True if somebody listens on that port. The kernel's list is asked: some programs serve one connection and end, so
/// that one made for a try would be the only one.
pub(crate) fn answers(address: &str) -> bool {
    let Some(port) = address.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()) else {
        return false;
    };
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|list| {
        std::fs::read_to_string(list).unwrap_or_default().lines().any(|line| is_listener(line, port))
    })
}

/// Whether a line of the kernel's list is of a socket that listens on `port`.
fn is_listener(line: &str, port: u16) -> bool {
    const LISTEN: &str = "0A";
    let mut fields = line.split_whitespace().skip(1);
    let local = fields.next().and_then(|local| local.rsplit(':').next());
    local.and_then(|local| u16::from_str_radix(local, 16).ok()) == Some(port) && fields.nth(1) == Some(LISTEN)
}

/// An address nobody listens on. The kernel does not hand out its port again soon.
pub(crate) fn free_address() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("no free port: {error}"))?;
    Ok(address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_known_by_its_port_and_state() {
        let listening = "   0: 0100007F:1628 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0";
        let connected = "   1: 0100007F:1628 0100007F:BC1E 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0";
        assert!(is_listener(listening, 0x1628));
        assert!(!is_listener(listening, 0x1629));
        assert!(!is_listener(connected, 0x1628));
    }
}
