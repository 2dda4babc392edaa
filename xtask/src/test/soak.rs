//! Stress: programs that use the proactor from many threads, against peers that do not behave, up to its limits.
//!
//! The programs are in `tests/c/soak`; they check themselves and end at the first fact that does not hold, with the
//! seed that made it. A test run gives them a fixed number of operations; `cargo xtask soak` gives them time, and runs
//! them with the library and the programs compiled for ThreadSanitizer, or under valgrind where there is no compiler
//! for that.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::memory::valgrind_command as valgrind;
use super::ring::{compile_with, confirm_library, last_lines, ours, run_for};
use super::tally::{Tally, figure};
use super::threads::{self, Kit};
use super::{Bench, certificates};
use crate::{Outcome, packages, prefix};

const FOLDER: &str = "tests/c/soak";

/// A program, and what it is told in a test run and in a long one.
struct Program {
    name: &'static str,
    short: &'static [&'static str],
    long: &'static [&'static str],
}

const PROGRAMS: [Program; 5] = [
    Program { name: "limit", short: &[], long: &[] },
    Program { name: "many", short: &["--connections", "5000"], long: &["--connections", "5000"] },
    Program { name: "peers", short: &["--operations", "8000"], long: &["--operations", "40000"] },
    Program {
        name: "random",
        short: &["--operations", "60000", "--threads", "4"],
        long: &["--threads", "4"],
    },
    Program { name: "tls", short: &["--operations", "2000"], long: &["--operations", "20000"] },
];

/// The program that gets all the time there is.
const HUNTER: &str = "random";

/// How long a program of a test run may take, and how long it may take longer than it was told in a long one.
const PATIENCE: Duration = Duration::from_secs(300);

const USAGE: &str = "usage: cargo xtask soak [--prefix DIR] [--seconds N] [--seed N] [--threads N] [--plain]
  --prefix DIR  run on an installed library instead of building one
  --seconds N   how long the random operations go on, 600 if not said
  --seed N      what they are made from, the time if not said
  --threads N   how many threads serve the proactor, 4 if not said
  --plain       without ThreadSanitizer or valgrind";

/// The step of a test run.
pub(crate) fn step(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    for program in &PROGRAMS {
        let path = plain(bench, program.name)?;
        let mut command = ours(bench, &path);
        command.args(program.short);
        watch(tally, program.name, command, PATIENCE);
    }
    Ok(())
}

/// The step with ThreadSanitizer.
pub(crate) fn threads_step(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let kit = match Kit::find(bench)? {
        Ok(kit) => kit,
        Err(reason) => {
            tally.skip(&reason);
            return Ok(());
        }
    };
    let archive = kit.archive(bench)?;
    for (name, arguments) in [("random", ["--operations", "16000"]), ("peers", ["--operations", "2000"])] {
        let mut command = kit.command(&kit.link(bench, &source(bench, name), &archive)?);
        command.args(arguments);
        watch(tally, &format!("{name} with ThreadSanitizer"), command, PATIENCE);
    }
    Ok(())
}

/// What a long run is told.
struct Wishes {
    seconds: u64,
    seed: u64,
    threads: u64,
    plain: bool,
}

/// The task: a run of any length.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let mut bench = Bench::new(root);
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = time.map_or(1, |time| time.as_secs());
    let mut wishes = Wishes { seconds: 600, seed, threads: 4, plain: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--plain" {
            wishes.plain = true;
            continue;
        }
        let value = rest.next().ok_or(USAGE)?;
        let number = || value.parse().map_err(|_| USAGE.to_owned());
        match argument.as_str() {
            "--prefix" => {
                bench.prefix = root.join(value);
                bench.build = false;
            }
            "--seconds" => wishes.seconds = number()?,
            "--seed" => wishes.seed = number()?,
            "--threads" => wishes.threads = number()?,
            _ => return Err(USAGE.into()),
        }
    }
    packages::ensure(&["gcc", "libc6-dev", "openssl", "valgrind"])?;
    certificates::ensure(root)?;
    if bench.build {
        prefix::run(root, &[])?;
    }
    soak(&bench, &wishes)
}

/// Runs every program, and the one that hunts for as long as was wished.
fn soak(bench: &Bench<'_>, wishes: &Wishes) -> Outcome {
    let mut tally = Tally::default();
    tally.begin("soak");
    let how = if wishes.plain { How::Plain } else { How::best(bench)? };
    println!("{}; seed {}", how.story(), wishes.seed);
    for program in PROGRAMS.iter().filter(|program| how.suits(program.name)) {
        let mut command = how.command(bench, program.name)?;
        command.args(program.long).args(["--seed", &wishes.seed.to_string()]);
        let mut patience = PATIENCE * how.slowness();
        if program.name == HUNTER {
            command.args([
                "--seconds",
                &wishes.seconds.to_string(),
                "--threads",
                &wishes.threads.to_string(),
            ]);
            patience += Duration::from_secs(wishes.seconds);
        }
        if let How::Valgrind = how {
            command.args(in_brief(program.name));
        }
        watch(&mut tally, program.name, command, patience);
    }
    if tally.failed == 0 { Ok(()) } else { Err(format!("{} of the programs failed", tally.failed)) }
}

/// What watches over a long run.
enum How {
    ThreadSanitizer(Kit, PathBuf),
    Valgrind,
    Plain,
}

impl How {
    fn best(bench: &Bench<'_>) -> Result<Self, String> {
        match Kit::find(bench)? {
            Ok(kit) => {
                let archive = kit.archive(bench)?;
                Ok(Self::ThreadSanitizer(kit, archive))
            }
            Err(reason) => {
                println!("No ThreadSanitizer: {reason}.");
                Ok(Self::Valgrind)
            }
        }
    }

    fn story(&self) -> &'static str {
        match self {
            Self::ThreadSanitizer(..) => "with ThreadSanitizer",
            Self::Valgrind => "under valgrind",
            Self::Plain => "on its own",
        }
    }

    /// Valgrind has descriptors of its own, which come and go at a limit.
    fn suits(&self, name: &str) -> bool {
        !matches!(self, Self::Valgrind) || name != "limit"
    }

    fn slowness(&self) -> u32 {
        match self {
            Self::ThreadSanitizer(..) => 2,
            Self::Valgrind => 6,
            Self::Plain => 1,
        }
    }

    fn command(&self, bench: &Bench<'_>, name: &str) -> Result<Command, String> {
        match self {
            Self::ThreadSanitizer(kit, archive) => {
                Ok(kit.command(&kit.link(bench, &source(bench, name), archive)?))
            }
            Self::Valgrind => {
                let mut command = valgrind(bench);
                // Threads run one at a time there: without this one of them might have all the time.
                command.arg("--fair-sched=yes").arg(plain(bench, name)?);
                Ok(command)
            }
            Self::Plain => plain(bench, name).map(|path| ours(bench, &path)),
        }
    }
}

/// What makes a program finish in time where everything takes fifty times as long.
fn in_brief(name: &str) -> &'static [&'static str] {
    match name {
        "many" => &["--connections", "200", "--patience", "600"],
        "peers" => &["--operations", "2000", "--patience", "600"],
        "tls" => &["--operations", "60"],
        _ => &["--operations", "3000", "--patience", "600"],
    }
}

/// The programs for a test run's look at memory.
pub(super) fn under_valgrind(bench: &Bench<'_>) -> Result<Vec<(String, Command)>, String> {
    let command = |name: &str| {
        let mut command = How::Valgrind.command(bench, name)?;
        command.args(in_brief(name));
        Ok((format!("stress: {name}"), command))
    };
    PROGRAMS
        .iter()
        .map(|program| program.name)
        .filter(|name| How::Valgrind.suits(name))
        .map(command)
        .collect()
}

fn source(bench: &Bench<'_>, name: &str) -> PathBuf {
    bench.root.join(FOLDER).join(format!("{name}.c"))
}

/// Compiles a program for the installed library.
fn plain(bench: &Bench<'_>, name: &str) -> Result<PathBuf, String> {
    let program = compile_with(bench, &source(bench, name), &format!("soak-{name}"), &threads::STRICT)?;
    confirm_library(bench, &program)?;
    Ok(program)
}

/// Runs a program and counts what it counted, or shows how it ended.
fn watch(tally: &mut Tally, name: &str, mut command: Command, patience: Duration) {
    let result = run_for(&mut command, patience);
    let (output, status) = match result {
        Ok(both) => both,
        Err(error) => return tally.fail(&error),
    };
    match status {
        Ok(()) => {
            // The last line has the number of facts that held, thousands of them a second: a program counts as one.
            let facts = output.lines().last().map_or(0, |line| figure(line, "passed"));
            for line in output.lines().filter(|line| !line.starts_with("checks: ")) {
                println!("{name}: {line}");
            }
            println!("{name}: clean, {facts} facts held");
            tally.pass();
        }
        Err(error) => tally.fail(&format!("{name}: {error}\n{}\n  {command:?}", last_lines(&output, 80))),
    }
}
