//! `cargo xtask demo`: the distribution's own Python examples, unmodified, over this library and over theirs.
//!
//! Each program runs in a process of its own, told by `LD_LIBRARY_PATH` (or `LD_PRELOAD`) which library to take, and
//! `/proc/PID/maps` says which one it really took. A run counts only if the output is right *and* the file was the right
//! one. The same scenes then run over the distribution's library, and a table puts the two side by side.
//!
//! `demo/scene.rs` has the scenes, `demo/process.rs` the processes, `demo/side.rs` the choice of library.

pub(crate) mod broker;
pub(crate) mod process;
pub(crate) mod scene;
pub(crate) mod side;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, packages, prefix};

use scene::{SCENES, Stage};
use side::Side;
use table::Row;

/// What the examples need: they themselves, the binding they are written for, and its library.
const PACKAGES: [&str; 4] =
    ["python3", "python3-qpid-proton", "libqpid-proton11", "libqpid-proton11-dev-examples"];

const EXAMPLES: &str = "/usr/share/proton/examples/python";

const USAGE: &str = "usage: cargo xtask demo [--preload] [--prefix DIR] [--messages N]
  --preload     swap the library in with LD_PRELOAD instead of LD_LIBRARY_PATH
  --prefix DIR  take an installed library instead of building one
  --messages N  how many messages simple_send.py and simple_recv.py exchange (10000)";

/// Runs the task.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    match perform(root, arguments)? {
        (_, 0) => Ok(()),
        (passed, failed) => Err(format!("{failed} of {} programs failed", passed + failed)),
    }
}

/// Runs the task and counts the programs that worked and those that did not.
pub(crate) fn perform(root: &Path, arguments: &[String]) -> Result<(u64, u64), String> {
    let options = Options::parse(root, arguments)?;
    packages::ensure(&PACKAGES)?;
    let prefix = match &options.prefix {
        Some(prefix) => prefix.clone(),
        None => {
            prefix::run(root, &[])?;
            root.join("build/prefix")
        }
    };
    let examples = examples(root)?;
    let ours = Side::ours(&prefix, options.preload)?;
    let sides = [ours, Side::distribution()];
    let mut rows: Vec<Row> = SCENES.iter().map(|scene| Row::new(scene.program)).collect();
    for (column, side) in sides.iter().enumerate() {
        println!("\n{}", side.story());
        play(root, &examples, side, options.messages, column, &mut rows)?;
    }
    println!("\n{}", table::print(&rows));
    let failed = rows.iter().filter(|row| row.failed()).count() as u64;
    Ok((rows.len() as u64 - failed, failed))
}

/// Plays every scene on one side.
fn play(
    root: &Path,
    examples: &Path,
    side: &Side,
    messages: u32,
    column: usize,
    rows: &mut [Row],
) -> Outcome {
    let folder = root.join("build/demo").join(side.name());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let own = root.join("tests/python");
    let stage = Stage::open(side, examples, &own, &folder, messages)?;
    for (scene, row) in SCENES.iter().zip(rows) {
        let result = (scene.play)(&stage);
        match &result {
            Ok(measure) => println!("  {:<34} {}", scene.program, measure.story()),
            Err(error) => println!("  {:<34} FAILED\n{}", scene.program, indented(error)),
        }
        row.results[column] = Some(result);
    }
    stage.close()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}\n")).collect()
}

/// The folder of the examples. A minimal system packs large documentation; then they are unpacked first.
fn examples(root: &Path) -> Result<PathBuf, String> {
    let installed = Path::new(EXAMPLES);
    if installed.join("broker.py").exists() {
        return Ok(installed.into());
    }
    if !installed.join("broker.py.gz").exists() {
        return Err(format!("no examples in {EXAMPLES}"));
    }
    let unpacked = root.join("build/demo/examples");
    fs::create_dir_all(&unpacked).map_err(|error| format!("{}: {error}", unpacked.display()))?;
    let script = "cp \"$1\"/* \"$2\" && gunzip --force \"$2\"/*.gz";
    let mut command = std::process::Command::new("sh");
    crate::shell::run(command.args(["-c", script, "sh", EXAMPLES]).arg(&unpacked))?;
    Ok(unpacked)
}

struct Options {
    preload: bool,
    prefix: Option<PathBuf>,
    messages: u32,
}

impl Options {
    fn parse(root: &Path, arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { preload: false, prefix: None, messages: 10_000 };
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            match flag.as_str() {
                "--preload" => options.preload = true,
                "--prefix" => options.prefix = Some(root.join(rest.next().ok_or(USAGE)?)),
                "--messages" => {
                    options.messages =
                        rest.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0).ok_or(USAGE)?;
                }
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}
