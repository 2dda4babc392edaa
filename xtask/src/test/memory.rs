//! Steps that watch memory: the C programs under valgrind and under the compiler's sanitizers, the unit tests under Miri.
//!
//! Valgrind sees every access that the library itself makes. The sanitizers are compiled into the programs only, but take
//! the place of the allocator for both, so they see what a program does with memory that the library gave it, and what
//! either of them loses. Miri runs the library's own code as an abstract machine, which sees what no compiler promises.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ring::{compile, compile_with, last_lines, ours, programs, run, stem};
use super::tally::{Tally, cargo_figures};
use super::{Bench, cargo, soak};
use crate::Outcome;
use crate::tls::Tls;

/// All C programs under valgrind: no invalid access, nothing lost.
pub(crate) fn valgrind(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        tally.skip("there is no valgrind");
        return Ok(());
    }
    let mut jobs = Vec::new();
    for source in programs(bench)? {
        let name = stem(&source);
        let program = compile(bench, &source)?;
        let mut command = valgrind_command(bench);
        if let Some(file) = suppressions(bench, &name, "valgrind") {
            command.arg(format!("--suppressions={}", file.display()));
        }
        command.arg(&program).args(in_brief(&name));
        jobs.push((name, command));
    }
    jobs.extend(soak::under_valgrind(bench)?);
    watch(tally, jobs);
    Ok(())
}

/// A command for valgrind: no invalid access, nothing lost.
pub(super) fn valgrind_command(bench: &Bench<'_>) -> Command {
    let mut command = ours(bench, Path::new("valgrind"));
    command.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    command.args(["--errors-for-leak-kinds=definite,indirect", "--show-leak-kinds=definite,indirect"]);
    command
}

/// All C programs with AddressSanitizer and UndefinedBehaviorSanitizer: no error, nothing lost.
pub(crate) fn sanitizers(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    // Warnings are another step's business, and the sanitizers bring false ones.
    let options =
        ["-w", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
    let mut jobs = Vec::new();
    for source in programs(bench)? {
        let name = stem(&source);
        let program = compile_with(bench, &source, &format!("{name}.sanitized"), &options)?;
        let mut command = ours(bench, &program);
        command.env("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1");
        if let Some(file) = suppressions(bench, &name, "leaks") {
            command.env("LSAN_OPTIONS", format!("print_suppressions=0:suppressions={}", file.display()));
        }
        command.args(in_brief(&name));
        jobs.push((name, command));
    }
    watch(tally, jobs);
    Ok(())
}

/// What a program loses that is the fault of libraries which it makes use of.
fn suppressions(bench: &Bench<'_>, name: &str, tool: &str) -> Option<PathBuf> {
    Some(bench.root.join(format!("tests/c/suppressions/{name}.{tool}"))).filter(|file| file.exists())
}

/// What Miri runs: everything that is unsafe, and what untrusted bytes reach first. The scenarios above the engine have
/// nothing unsafe in them and take hours.
const UNDER_MIRI: [&str; 4] = ["codec::", "engine::", "object::", "ffi::"];

/// Tests of safe code with large inputs, which an interpreter would take hours for.
const NOT_UNDER_MIRI: [&str; 2] = ["tests::hostile::", "every_size_of_buffer"];

/// The unit tests as an abstract machine sees them, where the toolchain has Miri.
pub(crate) fn miri(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    let installed = |toolchain: &&str| {
        let mut command = cargo(bench, &["miri", "--version"]);
        command.env("RUSTUP_TOOLCHAIN", toolchain).output().is_ok_and(|output| output.status.success())
    };
    let Some(toolchain) = ["stable", "nightly"].into_iter().find(installed) else {
        tally.skip("Miri is not installed (rustup component add --toolchain nightly miri rust-src)");
        return Ok(());
    };
    let mut command = cargo(bench, &["miri", "test", "--lib", "--target-dir", "build/miri"]);
    // It cannot run what is not Rust.
    command.args(Tls::Without.features()).arg("--").args(UNDER_MIRI).env("RUSTUP_TOOLCHAIN", toolchain);
    command.args(NOT_UNDER_MIRI.iter().flat_map(|name| ["--skip", name]));
    // Addresses come from C as numbers and go back to it, and pointers lent to C reach the NUL behind their bytes.
    command.env("MIRIFLAGS", "-Zmiri-permissive-provenance -Zmiri-disable-isolation -Zmiri-tree-borrows");
    let (output, status) = run(&mut command)?;
    let (passed, failed) = cargo_figures(&output);
    println!("{passed} passed, {failed} failed");
    tally.passed += passed;
    tally.failed += failed;
    status.map_err(|error| format!("{error}\n{}", last_lines(&output, 60)))
}

/// What makes a long program finish in time although everything takes ten times as long, and one that runs out of
/// descriptors leave out what valgrind cannot follow.
fn in_brief(name: &str) -> &'static [&'static str] {
    match name {
        "sasl_cyrus" => &["brief"],
        "damage" => &["100"],
        "limits" => &["2000"],
        "messengers" => &["300"],
        "net_limits" => &["without accepting"],
        "reactors" => &["20"],
        "sequences" => &["digest", "0", "200", "--in-process"],
        _ => &[],
    }
}

/// Runs programs side by side, as many as there are processors, and counts how each ended.
fn watch(tally: &mut Tally, jobs: Vec<(String, Command)>) {
    let waiting = Mutex::new(jobs.into_iter());
    let done = Mutex::new(tally);
    // No panic can leave the locks poisoned in a way that matters: the run ends with it.
    let work = || {
        while let Some((name, mut command)) = lock(&waiting).next() {
            let result = run(&mut command).and_then(|(output, status)| {
                status.map_err(|error| format!("{error}\n{}", last_lines(&output, 40)))
            });
            println!("{name}: {}", if result.is_ok() { "clean" } else { "NOT CLEAN" });
            lock(&done).record(&name, result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
