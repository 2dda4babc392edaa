//! collectd with its plug-in amqp1, which nobody here wrote: a daemon that sends what it measures through the proactor.
//!
//! Its peer takes some messages and goes. Then another one comes, so that the plug-in has to connect again.

use std::fs;
use std::path::Path;

use super::cast::{Cast, parts};
use crate::Outcome;
use crate::demo::broker::free_address;
use crate::test::Bench;
use crate::test::ring::last_lines;

/// Where Debian's package has the daemon, and the types of what it measures.
const DAEMON: &str = "/usr/sbin/collectd";
const TYPES: &str = "/usr/share/collectd/types.db";

/// How many messages each receiver takes.
const COUNT: usize = 20;

/// Metrics reach a receiver, and the next one after it; then the daemon ends as it should when it is asked to.
pub(super) fn metrics(bench: &Bench<'_>, cast: &Cast, receivers: &Cast) -> Outcome {
    let address = free_address()?;
    let folder = bench.root.join("build/programs/collectd");
    let settings = folder.join("collectd.conf");
    let text = settings_for(&address, &folder);
    fs::create_dir_all(folder.join("var")).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::write(&settings, text).map_err(|error| format!("{}: {error}", settings.display()))?;
    let settings = settings.display().to_string();
    let mut daemon = None;
    let received = (1..=2).try_for_each(|_| {
        let sink = receivers.serve("sink.py", &[&address, &COUNT.to_string()], &address)?;
        if daemon.is_none() {
            daemon = Some(cast.start(DAEMON, &["-C", &settings, "-f"], "")?);
        }
        all_metrics(&sink.finish(&receivers.side)?.output)
    });
    let ended = daemon.map_or(Ok(()), |daemon| {
        let asked = daemon.ask_to_end();
        daemon.finish(&cast.side).and(asked)
    });
    received.and(ended).map_err(|error| {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        format!("{error}\ncollectd said:\n{}", last_lines(&log, 20))
    })
}

/// Two instances, as JSON and as commands, settled by the receiver and before.
fn settings_for(address: &str, folder: &Path) -> String {
    let ((host, port), folder) = (parts(address), folder.display());
    format!(
        r#"Hostname "metrics"
FQDNLookup false
Interval 1
BaseDir "{folder}/var"
PIDFile "{folder}/pid"
TypesDB "{TYPES}"
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{folder}/log"
</Plugin>
LoadPlugin load
LoadPlugin memory
LoadPlugin uptime
LoadPlugin amqp1
<Plugin amqp1>
  <Transport "peer">
    Host "{host}"
    Port "{port}"
    Address "metrics"
    RetryDelay 1
    <Instance "json">
      Format JSON
    </Instance>
    <Instance "commands">
      Format Command
      PreSettle true
    </Instance>
  </Transport>
</Plugin>
"#
    )
}

/// Every message is a metric of this host, in one form or the other. The receiver may take some more while it goes.
fn all_metrics(output: &str) -> Outcome {
    let told = |start: &str, what: &str| {
        output.lines().filter(|line| line.starts_with(start) && line.contains(what)).count()
    };
    let json = told("/metrics/json [{", "\"host\":\"metrics\"");
    let commands = told("/metrics/commands PUTVAL metrics/", " interval=1.000 ");
    if json > 0 && commands > 0 && json + commands == output.lines().count() && json + commands >= COUNT {
        return Ok(());
    }
    Err(format!("{json} metrics as JSON and {commands} as commands, of {COUNT}:\n{output}"))
}
