//! The project's tasks, started as `cargo xtask TASK`. One module a task; the table below is all there is to know.

mod declaration;
mod demo;
mod exports;
mod fuzz;
mod headers;
mod library;
mod packages;
mod prefix;
mod shell;
mod test;
mod tls;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a task ends with: nothing, or what went wrong in words.
pub(crate) type Outcome = Result<(), String>;

/// A task: its name, what it does in a line, and the function that gets the project's folder and the arguments.
struct Task {
    name: &'static str,
    story: &'static str,
    run: fn(&Path, &[String]) -> Outcome,
}

const TASKS: [Task; 8] = [
    Task {
        name: "headers",
        story: "write include/proton/*.h, or compare them with --check",
        run: headers::run,
    },
    Task { name: "exports", story: "write cmake/exports.txt, or compare it with --check", run: exports::run },
    Task {
        name: "demo",
        story: "run the distribution's Python examples over this library and over theirs",
        run: demo::run,
    },
    Task { name: "prefix", story: "build the library and install it below build/prefix", run: prefix::run },
    Task {
        name: "sequences",
        story: "make random sequences of calls on this library and on the distribution's, and compare",
        run: test::sequences::run,
    },
    Task { name: "soak", story: "stress the proactor for as long as you like", run: test::soak::run },
    Task { name: "fuzz", story: "feed damaged input to the parsers, learning from coverage", run: fuzz::run },
    Task { name: "test", story: "run every test there is and count", run: test::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = arguments.split_first().map_or(("", &[][..]), |(name, rest)| (name.as_str(), rest));
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("usage: cargo xtask TASK [OPTIONS]\n");
        for task in TASKS {
            eprintln!("  {:<10} {}", task.name, task.story);
        }
        return ExitCode::from(2);
    };
    match (task.run)(&root(), rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the project: the one above this crate, wherever it stands today.
fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}
