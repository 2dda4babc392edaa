//! `cargo xtask fuzz`: feeds damaged input to everything that reads what a peer sent.
//!
//! The harness is the crate in `fuzz/`. It is built with LLVM's coverage counters, which stable Rust has, for the
//! same target as this machine but named, so that build scripts stay without. Without arguments every target runs for
//! a minute; an input that brings a target down is saved and named.

use std::path::Path;
use std::process::Command;

use crate::test::certificates;
use crate::tls::OPENSSL_PACKAGES;
use crate::{Outcome, packages, shell};

/// What can be fuzzed.
pub(crate) const TARGETS: [&str; 8] =
    ["transport", "sasl", "data_decode", "message_decode", "formats", "urls", "tls_records", "certificates"];

/// The compiler's flags for coverage: a counter at every branch.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters";

const USAGE: &str = "usage: cargo xtask fuzz [--seconds N] [--seed N] [--keep DIR] [TARGET [CORPUS...]]";

/// Runs the task.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    packages::ensure(&["gcc", "libc6-dev"])?;
    packages::ensure(&OPENSSL_PACKAGES)?;
    let (mut flags, mut words) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--seconds" | "--seed" | "--keep" => flags.extend([argument, rest.next().ok_or(USAGE)?]),
            flag if flag.starts_with('-') => return Err(USAGE.into()),
            _ => words.push(argument.as_str()),
        }
    }
    let (targets, more) = match words.split_first() {
        Some((target, more)) => (vec![*target], more),
        None => (TARGETS.to_vec(), &[][..]),
    };
    let folder = root.join("fuzz");
    let host = host()?;
    let certificates = certificates::ensure(root)?;
    for target in targets {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(root).env("RUSTFLAGS", COVERAGE).env("CERTIFICATES", &certificates);
        command.args(["run", "--quiet", "--release", "--bin", "fuzz", "--target", &host, "--manifest-path"]);
        command.arg(folder.join("Cargo.toml")).arg("--target-dir").arg(folder.join("target"));
        command.arg("--").args(&flags).arg(target).arg(folder.join("corpus").join(target)).args(more);
        shell::run(&mut command)?;
    }
    Ok(())
}

/// The compiler's name for this machine.
fn host() -> Result<String, String> {
    let text = shell::output(Command::new("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc names no host".into())
}
