//! Which library a process is to use, how it is told, and whether it obeyed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// This project's library or the distribution's.
pub(crate) struct Side {
    /// The folder of this project's library; nothing for the distribution's.
    lib: Option<PathBuf>,
    preload: bool,
}

/// The library that the Python binding is linked to.
const CORE: &str = "libqpid-proton-core.so.10";

impl Side {
    /// This project's library, installed below `prefix`.
    pub(crate) fn ours(prefix: &Path, preload: bool) -> Result<Self, String> {
        let lib = prefix.join("lib");
        let lib = fs::canonicalize(&lib).map_err(|error| format!("{}: {error}", lib.display()))?;
        if !lib.join(CORE).exists() {
            return Err(format!("{} has no {CORE}", lib.display()));
        }
        Ok(Self { lib: Some(lib), preload })
    }

    /// The library that the system's loader finds by itself.
    pub(crate) fn distribution() -> Self {
        Self { lib: None, preload: false }
    }

    /// A word for file names and messages.
    pub(crate) fn name(&self) -> &'static str {
        if self.lib.is_some() { "ours" } else { "distribution" }
    }

    /// A line that says what follows.
    pub(crate) fn story(&self) -> String {
        match &self.lib {
            Some(lib) if self.preload => {
                format!("Over this library (LD_PRELOAD={}):", lib.join(CORE).display())
            }
            Some(lib) => format!("Over this library (LD_LIBRARY_PATH={}):", lib.display()),
            None => "Over the distribution's library:".into(),
        }
    }

    /// Tells a process which library to take.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env_remove("LD_LIBRARY_PATH").env_remove("LD_PRELOAD");
        match &self.lib {
            Some(lib) if self.preload => command.env("LD_PRELOAD", lib.join(CORE)),
            Some(lib) => command.env("LD_LIBRARY_PATH", lib),
            None => command,
        };
    }

    /// Judges the Proton libraries that a process has mapped; gives the one it uses.
    pub(crate) fn judge(&self, mapped: &[PathBuf]) -> Result<PathBuf, String> {
        let Some(first) = mapped.first() else {
            return Err("it never mapped a Proton library".into());
        };
        let wrong = mapped.iter().find(|file| match &self.lib {
            Some(lib) => !file.starts_with(lib),
            None => !file.starts_with("/usr/lib") && !file.starts_with("/lib"),
        });
        match wrong {
            Some(file) => Err(format!("it mapped the wrong library: {}", file.display())),
            None => Ok(first.clone()),
        }
    }
}

/// The Proton libraries that the loader would take for a compiled program.
pub(crate) fn loaded_libraries(side: &Side, program: &Path) -> Vec<PathBuf> {
    let mut command = Command::new(program);
    side.apply(&mut command);
    // The loader answers in place of starting the program. No answer reads as no library, which is a failure too.
    let answer = command.env("LD_TRACE_LOADED_OBJECTS", "1").output();
    proton_libraries(
        &answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned()).unwrap_or_default(),
    )
    .into_iter()
    .filter_map(|file| fs::canonicalize(file).ok())
    .collect()
}

/// The Proton libraries in the text of a `/proc/PID/maps`, or of the loader's answer. The Python module and the C++
/// library, which use them, are left out.
pub(crate) fn proton_libraries(maps: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for line in maps.lines() {
        let Some(start) = line.find('/') else { continue };
        let file = Path::new(line[start..].split(" (0x").next().unwrap_or_default());
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let is_proton = name.starts_with("libqpid-proton") && !name.starts_with("libqpid-proton-cpp");
        if is_proton && !files.iter().any(|known| known == file) {
            files.push(file.into());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
7f00-7f01 r--p 00000000 08:01 77 /opt/p/lib/libqpid-proton-core.so.10.16.0
7f01-7f02 r-xp 00001000 08:01 77 /opt/p/lib/libqpid-proton-core.so.10.16.0
7f02-7f03 r-xp 00001000 08:01 78 /usr/lib/python3/dist-packages/_cproton.so
7f03-7f04 rw-p 00000000 00:00 0
";

    #[test]
    fn a_library_is_named_once_however_many_parts_are_mapped() {
        assert_eq!(proton_libraries(MAPS), [PathBuf::from("/opt/p/lib/libqpid-proton-core.so.10.16.0")]);
    }

    #[test]
    fn the_loaders_answer_is_understood_and_the_cpp_library_is_not_taken_for_the_c_one() {
        let answer = "\tlibqpid-proton-cpp.so.12 => /lib/libqpid-proton-cpp.so.12 (0x00007f01)\n\
            \tlibqpid-proton-core.so.10 => /opt/p/lib/libqpid-proton-core.so.10 (0x00007f02)\n";
        assert_eq!(proton_libraries(answer), [PathBuf::from("/opt/p/lib/libqpid-proton-core.so.10")]);
    }

    #[test]
    fn the_distributions_library_in_one_of_our_processes_is_a_failure() {
        let ours = Side { lib: Some("/opt/p/lib".into()), preload: false };
        let theirs = PathBuf::from("/usr/lib/x86_64-linux-gnu/libqpid-proton-core.so.10.13.0");
        assert!(ours.judge(&proton_libraries(MAPS)).is_ok());
        assert!(ours.judge(std::slice::from_ref(&theirs)).is_err());
        assert!(ours.judge(&[]).is_err());
        assert!(Side::distribution().judge(&[theirs]).is_ok());
    }
}
