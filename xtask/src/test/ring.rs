//! The rings outside the library: C and Python programs that know nothing but the interface.
//!
//! A C program is compiled once against the installed headers and run with either library; which one it takes is a
//! matter of `LD_LIBRARY_PATH`, and the loader is asked before anything is believed.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::difference::{Lists, verdict};
use super::tally::{Tally, figure};
use super::{Bench, certificates};
use crate::Outcome;
use crate::tls::Tls;

/// Programs that check themselves; they run on this library alone. Those of the proactor stand by themselves.
const CHECKS: [&str; 3] = ["tests/c/check", "tests/c/proactor/check", "tests/c/legacy/check"];

/// Programs that print a transcript; they run on both.
const TRANSCRIPTS: [&str; 3] =
    ["tests/c/differential", "tests/c/proactor/differential", "tests/c/legacy/differential"];

/// A program that makes random sequences of calls.
const SEQUENCES: &str = "tests/c/random";

/// The same in Python, through the distribution's binding.
pub(super) const SCRIPTS: &str = "tests/python/differential";

/// How long a program may run. Under valgrind everything takes its time.
const PATIENCE: Duration = Duration::from_secs(600);

/// The self-checking programs.
pub(crate) fn black_box(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    for source in c_sources(bench, &CHECKS)? {
        let name = stem(&source);
        let program = compile(bench, &source)?;
        confirm_library(bench, &program)?;
        let mut command = ours(bench, &program);
        let (output, status) = run(&mut command)?;
        let (passed, failed) = (figure_of(&output, "passed"), figure_of(&output, "failed"));
        tally.passed += passed;
        tally.failed += failed;
        println!("{name}: {passed} passed, {failed} failed");
        if failed > 0 {
            print!("{output}");
        } else if let Err(error) = status {
            tally.fail(&format!("{name}: {error}\n{output}"));
        }
    }
    Ok(())
}

/// The C programs on both libraries.
pub(crate) fn differential_c(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    for source in c_sources(bench, &TRANSCRIPTS)? {
        let program = compile(bench, &source)?;
        confirm_library(bench, &program)?;
        compare(bench, tally, &stem(&source), ours(bench, &program), theirs(&program));
    }
    Ok(())
}

/// The Python scripts on both libraries.
pub(crate) fn differential_python(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let interpreter = Path::new("/usr/bin/python3");
    for script in sources(bench, SCRIPTS, "py")? {
        let with_ours = python(bench, ours(bench, interpreter), &script, &bench.prefix.join("lib"));
        let with_theirs = python(bench, theirs(interpreter), &script, Path::new("/usr/lib"));
        compare(bench, tally, &stem(&script), with_ours, with_theirs);
    }
    Ok(())
}

/// Lets an interpreter run a script, which makes sure that its library lies below `home`.
pub(super) fn python(bench: &Bench<'_>, mut interpreter: Command, script: &Path, home: &Path) -> Command {
    let shared = bench.root.join("tests/python");
    interpreter.env("PYTHONPATH", shared).arg("-B").arg(script).arg(home);
    interpreter
}

/// Runs a program both ways and compares what it printed, scenario by scenario.
pub(super) fn compare(
    bench: &Bench<'_>,
    tally: &mut Tally,
    name: &str,
    mut with_ours: Command,
    mut with_theirs: Command,
) {
    if bench.again.is_some() {
        // What another TLS library says of its errors is not compared.
        with_ours.env("BRIEF", "1");
        with_theirs.env("BRIEF", "1");
    }
    let list = |name: &str| {
        let path = bench.root.join("tests/differences").join(format!("{name}.txt"));
        fs::read_to_string(path).unwrap_or_default()
    };
    let (full, lists) = match bench.again {
        Some(build) => {
            let full = format!("{build}/{name}");
            let lists = Lists { expected: list(&full), allowed: list(name) };
            (full, lists)
        }
        None => (name.to_owned(), Lists { expected: list(name), allowed: String::new() }),
    };
    match transcripts(bench, &full, with_ours, with_theirs)
        .and_then(|(reference, ours)| verdict(&reference, &ours, &lists))
    {
        Ok(verdict) => {
            println!("{name}: {verdict}");
            tally.passed += verdict.scenarios.saturating_sub(verdict.wrong_scenarios);
            tally.failed += verdict.wrong_scenarios;
            if !verdict.wrong.is_empty() {
                println!("FAILED: {name}: not as the reference:\n{}", verdict.wrong.join("\n"));
            }
        }
        Err(error) => tally.fail(&format!("{name}: {error}")),
    }
}

/// What a program printed on the reference and on this library; both are kept for a reader.
fn transcripts(
    bench: &Bench<'_>,
    name: &str,
    mut with_ours: Command,
    mut with_theirs: Command,
) -> Result<(String, String), String> {
    let (reference, status) = run(&mut with_theirs)?;
    status.map_err(|error| format!("on the reference: {error}\n{}", last_lines(&reference, 20)))?;
    let (transcript, status) = run(&mut with_ours)?;
    for (side, text) in [("reference", &reference), ("ours", &transcript)] {
        let path = bench.root.join("build/tests").join(format!("{name}.{side}.txt"));
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    status.map_err(|error| format!("{error}\n{}", last_lines(&transcript, 20)))?;
    Ok((reference, transcript))
}

/// The sources in a folder of tests, in the order of their names. On a build that runs again, those about TLS: their
/// names say so.
pub(super) fn sources(bench: &Bench<'_>, folder: &str, extension: &str) -> Result<Vec<PathBuf>, String> {
    let folder = bench.root.join(folder);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|of| of == extension))
        .filter(|path| bench.again.is_none() || stem(path).contains("tls"))
        .collect();
    files.sort();
    Ok(files)
}

pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// All C programs.
pub(super) fn programs(bench: &Bench<'_>) -> Result<Vec<PathBuf>, String> {
    Ok([c_sources(bench, &CHECKS)?, c_sources(bench, &TRANSCRIPTS)?, c_sources(bench, &[SEQUENCES])?]
        .concat())
}

/// The C programs of some folders.
fn c_sources(bench: &Bench<'_>, folders: &[&str]) -> Result<Vec<PathBuf>, String> {
    let files: Result<Vec<_>, _> = folders.iter().map(|folder| sources(bench, folder, "c")).collect();
    Ok(files?.concat())
}

/// Compiles a program against the installed headers. Once is enough for a run.
pub(super) fn compile(bench: &Bench<'_>, source: &Path) -> Result<PathBuf, String> {
    let strict = ["-Wall", "-Wextra", "-Werror", "-Wno-deprecated-declarations"];
    compile_with(bench, source, &stem(source), &strict)
}

/// Compiles a program under a name of its own, with some more options.
pub(super) fn compile_with(
    bench: &Bench<'_>,
    source: &Path,
    name: &str,
    options: &[&str],
) -> Result<PathBuf, String> {
    let folder = bench.root.join("build/tests");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = folder.join(name);
    let mut command = Command::new("gcc");
    command.args(["-std=c11", "-g", "-O1"]).args(options);
    command.arg(certificates::definition(bench.root));
    command.arg("-I").arg(bench.prefix.join("include"));
    command.arg("-I").arg(bench.root.join("tests/c")).arg(source).arg("-o").arg(&program);
    if TRANSCRIPTS[1..].iter().any(|folder| source.starts_with(bench.root.join(folder))) {
        // Linked with this library a program asks for the core by name, which here is all there is, but in the
        // distribution is not everything. Linked with the distribution's whole library it asks for the whole one of either.
        command.arg("-l:libqpid-proton.so.11");
    } else {
        command.arg("-L").arg(bench.prefix.join("lib")).arg("-lqpid-proton");
    }
    crate::shell::run(&mut command)?;
    Ok(program)
}

/// A command that takes this library.
pub(super) fn ours(bench: &Bench<'_>, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("LD_PRELOAD").env("LD_LIBRARY_PATH", bench.prefix.join("lib"));
    command.env("PROTIUM_TLS", bench.again.unwrap_or(Tls::OpenSsl.name()));
    command
}

/// A command that takes the distribution's.
pub(super) fn theirs(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("LD_PRELOAD").env_remove("LD_LIBRARY_PATH").env_remove("PROTIUM_TLS");
    command
}

/// Asks the loader which library a program would get either way.
pub(super) fn confirm_library(bench: &Bench<'_>, program: &Path) -> Outcome {
    let lib = fs::canonicalize(bench.prefix.join("lib")).map_err(|error| format!("{error}"))?;
    for (mut command, is_ours) in [(ours(bench, program), true), (theirs(program), false)] {
        let listing = crate::shell::output(command.env("LD_TRACE_LOADED_OBJECTS", "1"))?;
        let mut files = listing
            .lines()
            .filter(|line| line.contains("libqpid-proton"))
            .filter_map(|l| l.split_whitespace().nth(2));
        let fitting = |file: &str| fs::canonicalize(file).is_ok_and(|file| file.starts_with(&lib) == is_ours);
        if !files.clone().any(fitting) || !files.all(fitting) {
            return Err(format!("{} would not run on the library it should:\n{listing}", program.display()));
        }
    }
    Ok(())
}

/// Runs a program and gives its whole output, whatever the exit code: that comes as the second part.
pub(super) fn run(command: &mut Command) -> Result<(String, Outcome), String> {
    run_for(command, PATIENCE)
}

/// The same for a program that may run for another time.
pub(super) fn run_for(command: &mut Command, patience: Duration) -> Result<(String, Outcome), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                // What came before an error is still worth comparing.
                let _ = pipe.read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let output = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let errors = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let deadline = Instant::now() + patience;
    let status = loop {
        match child.try_wait().map_err(|error| format!("{name}: {error}"))? {
            Some(status) => break Some(status),
            None if Instant::now() > deadline => break None,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    if status.is_none() {
        // The whole group, because what the program has started holds the pipes too. It fails only for processes that
        // are gone, which is what it is for.
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = child.wait();
    }
    let (output, errors) = (output.join().unwrap_or_default(), errors.join().unwrap_or_default());
    let outcome = match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("{status}\n{}", last_lines(&errors, 40))),
        None => Err(format!("still running after {} s\n{}", patience.as_secs(), last_lines(&errors, 40))),
    };
    Ok((output, outcome))
}

/// The figure in the line that a self-checking program ends with.
fn figure_of(output: &str, word: &str) -> u64 {
    output.lines().filter(|line| line.starts_with("checks: ")).map(|line| figure(line, word)).sum()
}

pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
