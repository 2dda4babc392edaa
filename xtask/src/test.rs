//! `cargo xtask test`: everything that can fail, in one run, ending in one line of figures.
//!
//! The steps go from cheap to dear. A step that cannot run for want of an earlier one counts as failed; one whose means
//! are absent (the shared facts about the interface, valgrind) is skipped, and says so. `test/ring.rs` has the steps
//! that run C and Python programs, `test/rustls.rs` runs those about TLS again, `test/sequences.rs` random calls, `test/soak.rs` stress; `test/difference.rs` compares
//! transcripts, `test/tally.rs` counts.

mod binding;
pub(crate) mod certificates;
mod cyrus;
mod difference;
mod interop;
mod memory;
mod programs;
mod ring;
mod rustls;
pub(crate) mod sequences;
pub(crate) mod soak;
mod tally;
mod threads;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tls::{OPENSSL_PACKAGES, Tls};
use crate::{Outcome, demo, headers, packages, prefix};

use tally::{Tally, cargo_figures};

/// What the tests need: compilers, the checker's tools, and the other implementation with its binding.
const PACKAGES: [&str; 15] = [
    "gcc",
    "g++",
    "libc6-dev",
    "binutils",
    "cmake",
    "make",
    "openssl",
    "valgrind",
    "python3",
    "python3-qpid-proton",
    "libqpid-proton11",
    "libqpid-proton11-dev-examples",
    "libsasl2-2",
    "libsasl2-modules",
    "sasl2-bin",
];

/// The headers that the newest release has no more, with the last one recorded that had them.
const OLD_HEADERS: [(&str, &str); 1] = [("sasl-plugin", "0.32.0")];

/// The releases without a library for raw TLS.
const BEFORE_RAW_TLS: [&str; 2] = ["0.28.0", "0.32.0"];

/// The releases whose symbols the libraries have to have, each of them and all together.
const RELEASES: [&str; 6] = ["union", "0.28.0", "0.32.0", "0.37.0", "0.40.0", "main"];

const USAGE: &str = "usage: cargo xtask test [--prefix DIR] [STEP...]
  --prefix DIR  test an installed library instead of building one
  STEP          run only the steps whose names contain one of these words";

/// One thing to do.
struct Step {
    name: &'static str,
    run: fn(&Bench<'_>, &mut Tally) -> Outcome,
}

const STEPS: [Step; 31] = [
    Step { name: "format", run: format },
    Step { name: "lints", run: lints },
    Step { name: "unit tests", run: unit_tests },
    Step { name: "hand-overs (loom)", run: hand_overs },
    Step {
        name: "headers",
        run: |bench, tally| counted(tally, headers::run(bench.root, &["--check".into()])),
    },
    Step { name: "library", run: library },
    Step { name: "interface", run: interface },
    Step { name: "CMake", run: cmake },
    Step { name: "black box", run: ring::black_box },
    Step { name: "memory (valgrind)", run: memory::valgrind },
    Step { name: "memory (sanitizers)", run: memory::sanitizers },
    Step { name: "memory (Miri)", run: memory::miri },
    Step { name: "differential C", run: ring::differential_c },
    Step { name: "differential Python", run: ring::differential_python },
    Step { name: "rustls", run: rustls::again },
    Step { name: "newer binding", run: binding::newer },
    Step { name: "Cyrus SASL", run: cyrus::exchanges },
    Step { name: "loading", run: binding::loading },
    Step { name: "C examples", run: programs::c_examples },
    Step { name: "C++ examples", run: programs::cpp_examples },
    Step { name: "TLS over sockets", run: programs::over_tls },
    Step { name: "collectd", run: programs::collectd },
    Step { name: "recovery", run: programs::recovery },
    Step { name: "messengers and reactors", run: programs::legacy },
    Step { name: "secured brokers", run: programs::security },
    Step { name: "interop", run: interop::interop },
    Step { name: "stress", run: soak::step },
    Step { name: "stress (threads)", run: soak::threads_step },
    Step { name: "random sequences", run: sequences::smoke },
    Step { name: "fuzz smoke", run: fuzz_smoke },
    Step { name: "demonstration", run: demonstration },
];

/// What every step gets to know.
pub(crate) struct Bench<'a> {
    root: &'a Path,
    prefix: PathBuf,
    build: bool,
    /// Only what is about TLS runs, and has run before on another build: the name of this one.
    again: Option<&'static str>,
}

impl<'a> Bench<'a> {
    /// A bench for the library in `build/prefix`.
    pub(crate) fn new(root: &'a Path) -> Self {
        Self { root, prefix: root.join("build/prefix"), build: true, again: None }
    }
}

/// Runs the task.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let mut bench = Bench::new(root);
    let mut words: Vec<&str> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--prefix" => {
                bench.prefix = root.join(rest.next().ok_or(USAGE)?);
                bench.build = false;
            }
            flag if flag.starts_with('-') => return Err(USAGE.into()),
            word => words.push(word),
        }
    }
    packages::ensure(&PACKAGES)?;
    packages::ensure(&OPENSSL_PACKAGES)?;
    certificates::ensure(root)?;
    let mut tally = Tally::default();
    for step in STEPS.iter().filter(|step| words.is_empty() || words.iter().any(|w| step.name.contains(w))) {
        tally.begin(step.name);
        let result = (step.run)(&bench, &mut tally);
        tally.end(result);
    }
    tally.summary();
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        // Not by way of an error: its text would come after the closing line.
        std::process::exit(1);
    }
    Ok(())
}

/// A step that passes or fails as a whole.
fn counted(tally: &mut Tally, result: Outcome) -> Outcome {
    result.inspect(|()| tally.pass())
}

fn cargo(bench: &Bench<'_>, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(bench.root).args(arguments);
    command
}

/// Adds a part of the toolchain that a minimal installation lacks.
fn component(bench: &Bench<'_>, subcommand: &str, name: &str) {
    let there = cargo(bench, &[subcommand, "--version"]).output().is_ok_and(|output| output.status.success());
    if !there {
        // The step that needs it fails with a clear message if this did not help.
        let _ = Command::new("rustup").current_dir(bench.root).args(["component", "add", name]).status();
    }
}

fn format(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    component(bench, "fmt", "rustfmt");
    counted(tally, crate::shell::run(&mut cargo(bench, &["fmt", "--all", "--check"])))?;
    let mut fuzz = cargo(bench, &["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]);
    counted(tally, crate::shell::run(&mut fuzz))
}

fn lints(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    component(bench, "clippy", "clippy");
    let all = ["--workspace", "--all-targets", "--all-features"];
    // What is shipped; the tests are compiled with everything, and without anything for Miri.
    let shipped = [Tls::OpenSsl, Tls::Rustls].map(|tls| [&["--package", "protium"], tls.features()].concat());
    let bare = [&["--package", "protium", "--all-targets"], Tls::Without.features()].concat();
    for selection in [&all[..], &bare, &shipped[0], &shipped[1]] {
        let mut command = cargo(bench, &["clippy", "--quiet"]);
        let result = crate::shell::run(command.args(selection).args(["--", "-D", "warnings"]));
        tally.record(&selection.join(" "), result);
    }
    Ok(())
}

fn unit_tests(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    // With every TLS library, so that they talk to each other.
    cargo_test(cargo(bench, &["test", "--workspace", "--all-features", "--no-fail-fast"]), tally)
}

/// Has loom try every interleaving of the hand-overs between threads (`src/proactor/models.rs`).
fn hand_overs(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let mut command = cargo(bench, &["test", "--lib", "--target-dir", "build/loom", "models"]);
    command.args(Tls::Without.features()).env("RUSTFLAGS", "--cfg loom");
    cargo_test(command, tally)
}

fn cargo_test(mut command: Command, tally: &mut Tally) -> Outcome {
    let output = command.output().map_err(|error| format!("cargo test: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (passed, failed) = cargo_figures(&text);
    tally.passed += passed;
    tally.failed += failed;
    if output.status.success() && passed > 0 {
        println!("{passed} tests passed");
        return Ok(());
    }
    println!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    if failed > 0 { Ok(()) } else { Err("cargo test failed".into()) }
}

fn library(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    if !bench.build {
        tally.skip("an installed library is tested");
        return Ok(());
    }
    counted(tally, prefix::run(bench.root, &[]))
}

/// Compares the installed library with the recorded interface, if the record is at hand.
fn interface(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let checker = bench.root.parent().map(|parent| parent.join("shared/abi/check"));
    let Some(checker) = checker.filter(|checker| checker.exists()) else {
        tally.skip("the record of the interface (../shared/abi) is not here");
        return Ok(());
    };
    let mut check = |what: &str, arguments: &[&str]| {
        let mut command = Command::new("/usr/bin/python3");
        command.arg("-B").arg(&checker).arg("--prefix").arg(&bench.prefix).args(arguments);
        tally.record(what, crate::shell::run(&mut command));
    };
    check("every header", &["--headers-only", "--jobs", "2"]);
    for (header, release) in OLD_HEADERS {
        let name = format!("proton/{header}.h");
        check(&name, &["--headers-only", "--headers-release", release, "--header", &name]);
    }
    for release in RELEASES {
        let parts = ["--libs-only", "--release", release];
        let tls: &[&str] = if BEFORE_RAW_TLS.contains(&release) { &[] } else { &["--require-tls"] };
        check(&format!("every library of {release}"), &[&parts, tls].concat());
    }
    Ok(())
}

/// Builds and tests by way of CMake, as a distribution would.
fn cmake(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    if !bench.build {
        tally.skip("an installed library is tested");
        return Ok(());
    }
    let folder = bench.root.join("build/cmake");
    crate::shell::run(Command::new("cmake").arg("-S").arg(bench.root).arg("-B").arg(&folder))?;
    crate::shell::run(Command::new("cmake").arg("--build").arg(&folder))?;
    let mut ctest = Command::new("ctest");
    let output = ctest.arg("--output-on-failure").current_dir(&folder).output();
    let output = output.map_err(|error| format!("ctest: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let of = |word: &str| text.lines().filter(|line| line.contains(word)).count() as u64;
    tally.passed += of("   Passed ");
    tally.failed += of("***");
    if output.status.success() || of("***") > 0 { Ok(()) } else { Err("ctest failed".into()) }
}

/// How long each fuzz target runs here; a hunt is longer.
const SMOKE: &str = "5";

fn fuzz_smoke(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    for target in crate::fuzz::TARGETS {
        let result = crate::fuzz::run(bench.root, &["--seconds".into(), SMOKE.into(), target.into()]);
        tally.record(target, result);
    }
    Ok(())
}

fn demonstration(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let prefix = bench.prefix.display().to_string();
    let arguments = ["--prefix".into(), prefix, "--messages".into(), "2000".into()];
    let (passed, failed) = demo::perform(bench.root, &arguments)?;
    tally.passed += passed;
    tally.failed += failed;
    Ok(())
}
