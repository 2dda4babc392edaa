//! From the crate to the shared object and the static archive.
//!
//! Cargo makes an archive, and the C compiler links it. Cargo could link a `cdylib` by itself, but it would export
//! only what Rust defines: the variadic functions of the C shim would be lost, and so would control over the names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tls::Tls;
use crate::{Outcome, shell};

/// How the library is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Optimised over all crates: what is shipped.
    Release,
    /// Quick to build, with overflow checks and debug assertions.
    Debug,
}

/// Compiles the crate and returns the path of its archive, which also holds the C shim and Rust's own library.
pub(crate) fn archive(root: &Path, profile: Profile, tls: Tls) -> Result<PathBuf, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["rustc", "--quiet", "--package", "protium", "--lib"]);
    command.args(["--crate-type", "staticlib", "--message-format", "json-render-diagnostics"]);
    command.args(tls.features());
    if profile == Profile::Release {
        command.arg("--release");
    }
    let messages = shell::output(&mut command)?;
    archive_in(&messages).ok_or_else(|| "cargo did not say where the archive is".to_owned())
}

/// Links the shared object from the archive and what it needs with exactly the given exports.
pub(crate) fn link(
    archive: &Path,
    exports: &[String],
    output: &Path,
    symbols: Symbols,
    needed: &[&str],
) -> Outcome {
    let script = archive.with_extension("map");
    let names: String = exports.iter().map(|name| format!("    {name};\n")).collect();
    write(&script, &format!("{{\n  global:\n{names}  local:\n    *;\n}};\n"))?;
    let mut command = Command::new(compiler());
    command.args(["-shared", "-o"]).arg(output).arg(format!("-Wl,-soname,{SONAME}"));
    command.arg(format!("-Wl,--version-script={}", script.display()));
    command.args(["-Wl,-O1", "-Wl,--gc-sections", "-Wl,--as-needed", "-Wl,--no-undefined", "-Wl,--build-id"]);
    command.args(["-Wl,-z,relro,-z,now", "-Wl,-z,noexecstack", "-Wl,-Bsymbolic-functions"]);
    if symbols == Symbols::Stripped {
        command.arg("-Wl,--strip-all");
    }
    command.arg("-Wl,--whole-archive").arg(archive).arg("-Wl,--no-whole-archive");
    shell::run(command.args(needed))
}

/// Makes an object without content that answers to another library name and brings the library in.
///
/// A link to the library would do for most programs, but `ldconfig` lists a file only under the name that the file
/// itself bears, so that programs which rely on its list would not find the library by that link.
pub(crate) fn link_name(library: &Path, soname: &str, output: &Path) -> Outcome {
    let mut command = Command::new(compiler());
    command.args(["-shared", "-nostdlib", "-o"]).arg(output).arg(format!("-Wl,-soname,{soname}"));
    command.args(["-Wl,-rpath,$ORIGIN", "-Wl,--enable-new-dtags", "-Wl,--strip-all", "-Wl,-z,noexecstack"]);
    command.args(["-Wl,--no-as-needed"]).arg(library);
    shell::run(&mut command)
}

/// Makes a static archive of one object in which only the exports are visible, so that a program can also link other
/// archives that carry Rust's library.
pub(crate) fn link_static(archive: &Path, exports: &[String], output: &Path, symbols: Symbols) -> Outcome {
    let object = archive.with_file_name("libqpid-proton-static.o");
    let list = archive.with_extension("list");
    write(&list, &exports.join("\n"))?;
    let mut command = Command::new(compiler());
    command.args(["-r", "-nostdlib", "-Wl,--gc-sections", "-Wl,--force-group-allocation"]);
    command.args(exports.iter().map(|name| format!("-Wl,-u,{name}")));
    command.arg("-o").arg(&object).arg("-Wl,--whole-archive").arg(archive);
    shell::run(&mut command)?;
    let mut command = Command::new("objcopy");
    command.arg(format!("--keep-global-symbols={}", list.display()));
    command.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    if symbols == Symbols::Stripped {
        command.args(["--strip-debug", "--strip-unneeded"]);
    }
    shell::run(command.arg(&object))?;
    if output.exists() {
        fs::remove_file(output).map_err(|error| format!("{}: {error}", output.display()))?;
    }
    shell::run(Command::new("ar").arg("rcs").arg(output).arg(&object))
}

/// Whether the library keeps the names and lines that debuggers and profilers want.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbols {
    /// Only what the dynamic linker needs.
    Stripped,
    /// Everything the compiler knows.
    Kept,
}

/// The names of this interface that a shared object (`-D`) or an archive defines, in order.
pub(crate) fn defined(path: &Path, dynamic: bool) -> Result<Vec<String>, String> {
    let mut command = Command::new("nm");
    command.args(["--defined-only", "--extern-only", "--format=posix", "--quiet"]);
    if dynamic {
        command.arg("--dynamic");
    }
    let listing = shell::output(command.arg(path))?;
    let mut names: Vec<String> = listing
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| dynamic || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| dynamic || !name.starts_with(SHIM))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Finds the archive in cargo's messages, which are JSON objects, one a line.
pub(crate) fn archive_in(messages: &str) -> Option<PathBuf> {
    let end = messages.rfind("/libprotium.a\"")? + "/libprotium.a".len();
    let start = messages[..end].rfind('"')? + 1;
    Some(PathBuf::from(&messages[start..end]))
}

fn compiler() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".into())
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The name that programs record who link with any of the library names.
pub(crate) const SONAME: &str = "libqpid-proton-core.so.10";

/// How every name of the interface starts.
const PREFIXES: [&str; 6] = ["pn_", "PN_", "pni_", "pnx_", "pnp_", "protium_"];

/// What passes between Rust and the C shim, and is nobody else's business.
pub(crate) const SHIM: &str = "protium_shim_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_found_in_the_last_message() {
        let messages = "{\"filenames\":[\"/t/libother.rlib\"]}\n{\"filenames\":[\"/t/a b/libprotium.a\"]}\n";
        assert_eq!(archive_in(messages), Some(PathBuf::from("/t/a b/libprotium.a")));
    }
}
