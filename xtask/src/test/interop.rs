//! Other implementations of AMQP 1.0 against this library: brokers, clients in other languages, a daemon with a plug-in.
//!
//! The checks themselves lie beside the project, in `../shared/interop`. The peers are installed once, below
//! `build/peers`, from Debian, npm, the Python package index and crates.io. What cannot pass yet is listed here with its
//! reason; a listed check that passes fails the step, so that the list never says too much.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Bench;
use super::ring::{last_lines, run};
use super::tally::{Tally, figure};
use crate::{Outcome, packages};

/// Checks that cannot pass yet, and what they wait for: none at present.
const EXPECTED: [(&str, &str); 0] = [];

/// The peers, as `setup-peers` calls them.
const PEERS: [&str; 4] = ["debian", "rhea", "uamqp", "fe2o3"];

/// What the set-up itself needs; it installs more.
const PACKAGES: [&str; 6] =
    ["rabbitmq-server", "collectd-core", "openssl", "python3-venv", "iproute2", "util-linux"];

/// Runs all checks.
pub(crate) fn interop(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let scripts = bench.root.parent().map(|parent| parent.join("shared/interop"));
    let Some(scripts) = scripts.filter(|scripts| scripts.join("run-all").exists()) else {
        tally.skip("the checks with other implementations (../shared/interop) are not here");
        return Ok(());
    };
    if !quiet(Command::new("unshare").args(["--net", "true"])) {
        tally.skip("the checks need a network namespace of their own, which only root can make");
        return Ok(());
    }
    let peers = match set_up(bench, &scripts) {
        Ok(peers) => peers,
        Err(error) => {
            tally.skip(&format!("the other implementations cannot be installed: {error}"));
            return Ok(());
        }
    };
    let mut command = Command::new(scripts.join("run-all"));
    let logs = bench.root.join("build/interop").join(bench.again.unwrap_or_default());
    command.arg(peers).arg(bench.prefix.join("lib")).env("OUT", logs);
    command.env_remove("LD_LIBRARY_PATH").env_remove("LD_PRELOAD");
    // It fails for listed checks as well; what counts is in its output.
    let (output, _) = run(&mut command)?;
    print!("{output}");
    let verdict = Verdict::of(&output, &EXPECTED)?;
    tally.passed += verdict.passed;
    for failure in verdict.failures {
        tally.fail(&failure);
    }
    Ok(())
}

/// Installs what is missing; says so, because it takes its time.
fn set_up(bench: &Bench<'_>, scripts: &Path) -> Result<PathBuf, String> {
    let folder = bench.root.join("build/peers");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for peer in PEERS {
        let done = folder.join(format!("{peer}.done"));
        if done.exists() {
            continue;
        }
        if peer == "debian" {
            packages::ensure(&PACKAGES)?;
        }
        if peer == "rhea" && !quiet(Command::new("npm").arg("--version")) {
            packages::ensure(&["nodejs", "npm"])?;
        }
        println!("Installing peer {peer} below {}.", folder.display());
        let mut command = Command::new(scripts.join("setup-peers"));
        let (output, status) = run(command.arg(&folder).arg(peer))?;
        status.map_err(|error| format!("{peer}: {error}\n{}", last_lines(&output, 20)))?;
        fs::write(&done, "").map_err(|error| format!("{}: {error}", done.display()))?;
    }
    Ok(folder)
}

/// Whether a program ends well; nothing of what it says is shown.
fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What the checks' output comes to.
struct Verdict {
    passed: u64,
    failures: Vec<String>,
}

impl Verdict {
    /// Reads lines like `FAIL python-broker/rhea` and `FAIL rhea-mirror/value/null: why`, and the closing figures.
    fn of(output: &str, expected: &[(&str, &str)]) -> Result<Self, String> {
        let last = output.lines().last().unwrap_or_default();
        if !last.ends_with(" failed") {
            return Err(format!("the checks broke off:\n{}", last_lines(output, 20)));
        }
        let failed: Vec<&str> = output.lines().filter_map(|line| line.strip_prefix("FAIL ")).collect();
        let name = |line: &str| line.split(": ").next().unwrap_or_default().to_owned();
        let mut passed = figure(last, "passed");
        let mut failures = Vec::new();
        for (check, reason) in expected {
            if failed.iter().any(|line| name(line) == *check) {
                passed += 1;
            } else {
                failures.push(format!("{check} is listed as waiting for {reason}, but did not fail"));
            }
        }
        let listed = |line: &str| expected.iter().any(|(check, _)| name(line) == *check);
        let unlisted: Vec<String> =
            failed.iter().filter(|line| !listed(line)).map(|line| (*line).to_owned()).collect();
        // A check that got nowhere counts all its cases but names only one.
        let named = failed.len() as u64;
        let counted = figure(last, "failed");
        if counted > named {
            failures.push(format!("{} cases failed without a name", counted - named));
        }
        failures.extend(unlisted);
        Ok(Self { passed, failures })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: [(&str, &str); 1] = [("broker-tls/uamqp", "TLS")];

    #[test]
    fn a_listed_failure_passes_and_one_that_is_not_listed_fails() {
        let output =
            "ok   a/b\nFAIL broker-tls/uamqp\nFAIL rhea/value/null: came back as x\n7 passed, 2 failed\n";
        let verdict = Verdict::of(output, &LISTED).unwrap();
        assert_eq!(verdict.passed, 8);
        assert_eq!(verdict.failures, ["rhea/value/null: came back as x"]);
    }

    #[test]
    fn a_listed_check_that_passes_fails() {
        let verdict = Verdict::of("ok   broker-tls/uamqp\n7 passed, 0 failed\n", &LISTED).unwrap();
        assert_eq!((verdict.passed, verdict.failures.len()), (7, 1));
    }

    #[test]
    fn output_without_closing_figures_is_no_verdict() {
        assert!(Verdict::of("ok   a/b\n", &LISTED).is_err());
    }
}
