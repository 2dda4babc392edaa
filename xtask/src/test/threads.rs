//! ThreadSanitizer: this library and Rust's own compiled for it, and C programs that are linked with them.
//!
//! Only a nightly compiler can do that, and it needs the sources of Rust's library, because a hand-over between threads
//! that the sanitizer does not see looks to it like a race. The programs are compiled by gcc, whose calls into the
//! sanitizer are those of LLVM; they are linked with the part that comes with Rust, so that there is one of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Bench, certificates};
use crate::library;
use crate::shell;
use crate::tls::Tls;

/// How programs with threads are compiled.
pub(super) const STRICT: [&str; 5] =
    ["-Wall", "-Wextra", "-Werror", "-Wno-deprecated-declarations", "-pthread"];

/// The toolchain that can do it.
const TOOLCHAIN: &str = "nightly";

/// Where its work goes, below the project.
const FOLDER: &str = "build/threads";

/// What is needed, and where it is.
pub(super) struct Kit {
    host: String,
    runtime: PathBuf,
}

impl Kit {
    /// Looks for the toolchain; the inner error says what is missing.
    pub(super) fn find(bench: &Bench<'_>) -> Result<Result<Self, String>, String> {
        let ask = |arguments: &[&str]| {
            let output = nightly(bench, "rustc").args(arguments).output().ok()?;
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let (Some(version), Some(home)) = (ask(&["-vV"]), ask(&["--print", "sysroot"])) else {
            return Ok(Err("there is no nightly compiler (rustup toolchain install nightly)".into()));
        };
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("rustc names no host")?.to_owned();
        let rustlib = Path::new(home.trim()).join("lib/rustlib");
        if !rustlib.join("src/rust/library/std").exists() {
            let how = "rustup component add --toolchain nightly rust-src";
            return Ok(Err(format!("the sources of Rust's library are not installed ({how})")));
        }
        let runtime = rustlib.join(&host).join("lib/librustc-nightly_rt.tsan.a");
        if !runtime.exists() {
            return Ok(Err(format!("the nightly compiler has no ThreadSanitizer for {host}")));
        }
        Ok(Ok(Self { host, runtime }))
    }

    /// Compiles the library.
    pub(super) fn archive(&self, bench: &Bench<'_>) -> Result<PathBuf, String> {
        let mut command = nightly(bench, "cargo");
        command.args(["rustc", "--quiet", "--package", "protium", "--lib", "--release", "-Zbuild-std"]);
        command.args(["--target", &self.host, "--target-dir", FOLDER, "--crate-type", "staticlib"]);
        command.args([
            "--config",
            "profile.release.lto=\"off\"",
            "--config",
            "profile.release.codegen-units=16",
        ]);
        // The sanitizer knows nothing of what happens in a library that is not compiled for it.
        command.args(Tls::Without.features()).args(["--message-format", "json-render-diagnostics"]);
        command.env("RUSTFLAGS", "-Zsanitizer=thread").env("CFLAGS", "-fsanitize=thread");
        let messages = shell::output(&mut command)?;
        library::archive_in(&messages).ok_or_else(|| "cargo did not say where the archive is".to_owned())
    }

    /// Compiles a program and links it.
    pub(super) fn link(&self, bench: &Bench<'_>, source: &Path, archive: &Path) -> Result<PathBuf, String> {
        let name = source.file_stem().unwrap_or_default();
        let program = bench.root.join(FOLDER).join(name);
        let object = program.with_extension("o");
        let mut command = Command::new("gcc");
        command.args(["-std=c11", "-g", "-O1", "-fsanitize=thread", "-c"]).args(STRICT);
        // It is linked with the library itself, which has all that older releases may lack.
        command.arg("-Wno-address");
        command.arg(certificates::definition(bench.root));
        command.arg("-I").arg(bench.prefix.join("include")).arg("-I").arg(bench.root.join("tests/c"));
        shell::run(command.arg(source).arg("-o").arg(&object))?;
        let mut command = Command::new("gcc");
        command.arg("-rdynamic").arg(&object).arg(archive).arg("-Wl,--whole-archive").arg(&self.runtime);
        command.arg("-Wl,--no-whole-archive").args(Tls::Without.libraries()).args(["-lrt", "-lresolv"]);
        shell::run(command.arg("-o").arg(&program))?;
        Ok(program)
    }

    /// A command that ends at the first report.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1:history_size=4");
        command
    }
}

/// A tool of the toolchain, whatever toolchain runs this task.
fn nightly(bench: &Bench<'_>, tool: &str) -> Command {
    let mut command = Command::new("rustup");
    command.current_dir(bench.root).args(["run", TOOLCHAIN, tool]);
    for name in ["RUSTC", "CARGO", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    command
}
