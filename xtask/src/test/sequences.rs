//! Random sequences of calls on both libraries, told apart by digests of what they did.
//!
//! `tests/c/random/sequences.c` makes the sequences. The seeds go out in slices, each to one process on either library
//! at the same time. A seed whose digests differ is run again as text, with fewer and fewer of its steps as long as a
//! difference remains, and the shortest of what is left is shown.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bench;
use super::ring::{compile, confirm_library, ours, run as finish, theirs};
use super::tally::Tally;
use crate::{Outcome, packages, prefix};

const SOURCE: &str = "tests/c/random/sequences.c";

/// How many sequences every test run makes; a hunt is longer.
const SMOKE: u64 = 3_000;

/// How many seeds a process gets.
const SLICE: u64 = 5_000;

/// How many differing seeds are shortened; they mostly have few causes.
const SHORTENED: usize = 5;

/// A sequence has fewer steps than this.
const MOST_STEPS: u32 = 64;

const USAGE: &str = "usage: cargo xtask sequences [--prefix DIR] [--from SEED] [--count N] [--without RULE]
  --prefix DIR    run on an installed library instead of building one
  --from SEED     the first seed, 0 if not said
  --count N       how many, 100000 if not said
  --without RULE  lift a rule of tests/c/random/rules.h";

/// The program and what it is told besides seeds.
struct Hunt<'a> {
    bench: &'a Bench<'a>,
    program: PathBuf,
    options: Vec<String>,
}

/// The task: a hunt of any length.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let mut bench = Bench::new(root);
    let (mut from, mut count, mut options) = (0, 100_000, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = rest.next().ok_or(USAGE)?;
        match argument.as_str() {
            "--prefix" => {
                bench.prefix = root.join(value);
                bench.build = false;
            }
            "--from" => from = value.parse().map_err(|_| USAGE)?,
            "--count" => count = value.parse().map_err(|_| USAGE)?,
            "--without" => options.extend([argument.clone(), value.clone()]),
            _ => return Err(USAGE.into()),
        }
    }
    packages::ensure(&["gcc", "libc6-dev", "libqpid-proton11"])?;
    if bench.build {
        prefix::run(root, &[])?;
    }
    hunt(&bench, options, from, count).map(|story| println!("{story}"))
}

/// The step of a test run.
pub(crate) fn smoke(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let result = hunt(bench, Vec::new(), 0, SMOKE).map(|story| println!("{story}"));
    tally.record("random sequences", result);
    Ok(())
}

/// Compares `count` seeds; says how many were equal, or shows the shortest that were not.
fn hunt(bench: &Bench<'_>, options: Vec<String>, from: u64, count: u64) -> Result<String, String> {
    let program = compile(bench, &bench.root.join(SOURCE))?;
    confirm_library(bench, &program)?;
    let hunt = Hunt { bench, program, options };
    let (mut differing, mut steps) = (Vec::new(), 0);
    for start in (from..from + count).step_by(SLICE as usize) {
        let (a, b) = hunt.digests(start, (start + SLICE).min(from + count))?;
        for (reference, ours) in a.lines().zip(b.lines()) {
            let mut words = ours.split_whitespace().map(|word| word.parse::<u64>().unwrap_or(0));
            let seed = words.next().unwrap_or(0);
            steps += words.next().unwrap_or(0);
            if reference != ours && !hunt.equal_alone(seed)? {
                differing.push(seed);
            }
        }
    }
    if differing.is_empty() {
        return Ok(format!("{count} random sequences of {steps} calls, all equal"));
    }
    let shown = differing.iter().take(SHORTENED).map(|&seed| hunt.shorten(seed));
    let shortest = shown.min_by_key(|(_, steps)| steps.len());
    let report = shortest.map_or_else(String::new, |(seed, steps)| hunt.report(seed, &steps));
    Err(format!("{} of {count} random sequences differ: {differing:?}\n{report}", differing.len()))
}

impl Hunt<'_> {
    fn both(&self, arguments: &[&str]) -> (Command, Command) {
        let with = |mut command: Command| {
            command.args(arguments).args(&self.options);
            command
        };
        (with(theirs(&self.program)), with(ours(self.bench, &self.program)))
    }

    /// A line a seed, of the reference and of this library.
    fn digests(&self, from: u64, to: u64) -> Result<(String, String), String> {
        let (mut with_theirs, mut with_ours) = self.both(&["digest", &from.to_string(), &to.to_string()]);
        let (reference, transcript) = std::thread::scope(|scope| {
            let other = scope.spawn(|| finish(&mut with_theirs));
            let mine = finish(&mut with_ours);
            (other.join().unwrap_or_else(|_| Err("the reference's reader is gone".into())), mine)
        });
        let ((reference, ended), (transcript, ended_too)) = (reference?, transcript?);
        ended.and(ended_too)?;
        let lines = (to - from) as usize;
        if reference.lines().count() != lines || transcript.lines().count() != lines {
            return Err(format!("seeds from {from} to {to}: not a line for each"));
        }
        Ok((reference, transcript))
    }

    /// Whether a seed is equal in a process of its own. The reference does not survive every sequence whatever was in
    /// its memory before; what it did to other seeds of the slice is no difference.
    fn equal_alone(&self, seed: u64) -> Result<bool, String> {
        let (reference, transcript) = self.digests(seed, seed + 1)?;
        Ok(reference == transcript)
    }

    /// What some steps of a seed do on both.
    fn texts(&self, seed: u64, steps: &[u32]) -> (String, String) {
        let list = if steps.is_empty() { "none".to_owned() } else { join(steps) };
        let (mut with_theirs, mut with_ours) = self.both(&["show", &seed.to_string(), &list]);
        // How a run ended is part of what it did: a crash is a difference.
        let text = |command: &mut Command| match finish(command) {
            Ok((text, Ok(()))) => text,
            Ok((text, Err(error))) => format!("{text}\n{error}"),
            Err(error) => error,
        };
        (text(&mut with_theirs), text(&mut with_ours))
    }

    /// The steps of a seed without those that its difference does not need.
    fn shorten(&self, seed: u64) -> (u64, Vec<u32>) {
        let mut steps: Vec<u32> = (0..MOST_STEPS).collect();
        let mut size = steps.len() / 2;
        while size > 0 {
            let mut at = 0;
            while at < steps.len() {
                let end = (at + size).min(steps.len());
                let fewer = [&steps[..at], &steps[end..]].concat();
                let (reference, transcript) = self.texts(seed, &fewer);
                if reference == transcript {
                    at = end;
                } else {
                    steps = fewer;
                }
            }
            size /= 2;
        }
        (seed, steps)
    }

    /// The story of a difference: what was done, the last common lines, and how the two go on.
    fn report(&self, seed: u64, steps: &[u32]) -> String {
        let (reference, transcript) = self.texts(seed, steps);
        let (a, b): (Vec<&str>, Vec<&str>) = (reference.lines().collect(), transcript.lines().collect());
        let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
        let told = a[..common].iter().filter(|line| !line.starts_with("    "));
        let mut lines: Vec<String> = told.map(|line| (*line).to_owned()).collect();
        lines.extend(a[common..].iter().take(8).map(|line| format!("- {line}")));
        lines.extend(b[common..].iter().take(8).map(|line| format!("+ {line}")));
        let list = join(steps);
        format!("{}\nthe shortest: {} show {seed} {list}", lines.join("\n"), self.program.display())
    }
}

fn join(steps: &[u32]) -> String {
    steps.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
