//! Compiling the examples, unchanged: in the ways that this library offers, and as the distribution's users do.
//!
//! The installed sources are copied below `build`, because their makefile builds where they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::shell;
use crate::test::Bench;

const EXAMPLES: &str = "/usr/share/proton/examples";

/// The folder of a language's examples, unpacked if the system keeps large documentation packed.
pub(super) fn sources(bench: &Bench<'_>, language: &str) -> Result<PathBuf, String> {
    let installed = Path::new(EXAMPLES).join(language);
    let folder = folder(bench, &format!("{language}-sources"))?;
    copy(&installed, &folder)?;
    if listed(&folder, language)?.is_empty() {
        return Err(format!("no examples in {}", installed.display()));
    }
    Ok(folder)
}

/// Against the distribution's headers and libraries, one by one; what is newer than its source stays.
pub(super) fn by_distribution(
    bench: &Bench<'_>,
    sources: &Path,
    language: &str,
    compiler: &str,
    libraries: &[&str],
) -> Result<PathBuf, String> {
    let folder = folder(bench, &format!("{language}-distribution"))?;
    let mut waiting = Vec::new();
    for source in listed(sources, language)? {
        let program = folder.join(source.file_stem().unwrap_or_default());
        if newer(&program, &source) {
            continue;
        }
        let mut command = Command::new(compiler);
        command.args(["-g", "-o"]).arg(&program).arg(&source).args(libraries).arg("-lpthread");
        waiting.push(command);
    }
    side_by_side(waiting)?;
    Ok(folder)
}

/// As `gcc x.c $(pkg-config --cflags --libs libqpid-proton)`.
pub(super) fn by_pkg_config(bench: &Bench<'_>, sources: &Path) -> Result<PathBuf, String> {
    let folder = folder(bench, "c-pkg-config")?;
    let mut command = with_descriptions(bench, Command::new("pkg-config"));
    let flags = shell::output(command.args(["--cflags", "--libs", "libqpid-proton"]))?;
    for source in listed(sources, "c")? {
        let program = folder.join(source.file_stem().unwrap_or_default());
        let mut command = Command::new("gcc");
        command.args(["-g", "-o"]).arg(program).arg(source).args(flags.split_whitespace()).arg("-lpthread");
        shell::run(&mut command)?;
    }
    Ok(folder)
}

/// With the examples' own makefile. It names the libraries before the source, where a compiler that is set up to leave
/// out what nobody has asked for so far would leave out both; and its warnings are about the examples.
pub(super) fn by_makefile(bench: &Bench<'_>, sources: &Path) -> Result<PathBuf, String> {
    let folder = folder(bench, "c-makefile")?;
    copy(sources, &folder)?;
    let mut command = with_descriptions(bench, Command::new("make"));
    command.args([
        "--silent",
        "--always-make",
        "--file",
        "Makefile.pkgconfig",
        "CC=gcc -w -Wl,--no-as-needed",
    ]);
    command.current_dir(&folder);
    shell::run(&mut command)?;
    Ok(folder)
}

/// With the examples' own `CMakeLists.txt`, which asks for the package Proton.
pub(super) fn by_cmake(bench: &Bench<'_>, sources: &Path) -> Result<PathBuf, String> {
    let folder = folder(bench, "c-cmake")?;
    // A folder of an earlier run would remember where it found the package.
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut command = Command::new("cmake");
    command.arg("-S").arg(sources).arg("-B").arg(&folder);
    shell::output(command.arg(format!("-DCMAKE_PREFIX_PATH={}", bench.prefix.display())))?;
    shell::output(Command::new("cmake").arg("--build").arg(&folder))?;
    Ok(folder)
}

/// Lets a command find this library's descriptions before all others.
fn with_descriptions(bench: &Bench<'_>, mut command: Command) -> Command {
    command.env("PKG_CONFIG_PATH", bench.prefix.join("lib/pkgconfig"));
    command
}

/// Runs compilers, as many at a time as there are processors.
fn side_by_side(commands: Vec<Command>) -> Outcome {
    let width = std::thread::available_parallelism().map_or(1, usize::from);
    let mut waiting = commands.into_iter();
    loop {
        let some: Vec<Command> = waiting.by_ref().take(width).collect();
        if some.is_empty() {
            return Ok(());
        }
        let threads: Vec<_> = some
            .into_iter()
            .map(|mut command| std::thread::spawn(move || shell::run(&mut command)))
            .collect();
        for thread in threads {
            thread.join().map_err(|_| "a compiler's thread died")??;
        }
    }
}

/// A folder for programs, made if it is not there.
pub(super) fn folder(bench: &Bench<'_>, name: &str) -> Result<PathBuf, String> {
    let folder = bench.root.join("build/programs").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Copies a folder with the times of its files, and unpacks what is packed.
fn copy(from: &Path, to: &Path) -> Outcome {
    let script =
        "cp -r --preserve=timestamps \"$1\"/. \"$2\" && find \"$2\" -name '*.gz' -exec gunzip --force {} +";
    shell::run(Command::new("sh").args(["-c", script, "sh"]).arg(from).arg(to))
}

/// The sources of a language in a folder, in the order of their names.
fn listed(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|of| of == extension))
        .collect();
    files.sort();
    Ok(files)
}

fn newer(program: &Path, source: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    matches!((time(program), time(source)), (Ok(program), Ok(source)) if program > source)
}
