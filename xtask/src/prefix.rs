//! `cargo xtask prefix`: builds the library and installs it, by default below `build/prefix`.
//!
//! One object carries everything, because classes are known by their address and a process must have one copy of them
//! whatever names it asks for. The other library names that Proton has are objects without content that need the one,
//! and the names without a number, which linkers look for, are links to it. pkg-config and CMake files come beside
//! them; those of a part of Proton that this library does not have yet are left out, and a part is there when its
//! header is.
//!
//! `--tls` says which TLS library is in it. CMake calls this task as well, so that both ways give the same files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use crate::library::{self, Profile, Symbols};
use crate::tls::Tls;
use crate::{Outcome, exports, packages};

/// Runs the task.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let options = Options::parse(root, arguments)?;
    if options.is_ours(root) && options.out.exists() {
        fs::remove_dir_all(&options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    }
    packages::ensure(&options.tls.packages())?;
    let listed = exports::listed(root)?;
    let archive = library::archive(root, options.profile, options.tls)?;
    exports::compare(&listed, &library::defined(&archive, false)?)?;
    install_headers(root, &options)?;
    install_library(&options, &archive, &listed)?;
    install_descriptions(root, &options)?;
    println!("installed to {}", options.out.display());
    Ok(())
}

/// Where things go and how they are built.
struct Options {
    profile: Profile,
    symbols: Symbols,
    tls: Tls,
    out: PathBuf,
    libdir: PathBuf,
    includedir: PathBuf,
}

impl Options {
    fn parse(root: &Path, arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            profile: Profile::Release,
            symbols: Symbols::Stripped,
            tls: Tls::OpenSsl,
            out: root.join(DEFAULT_OUT),
            libdir: "lib".into(),
            includedir: "include".into(),
        };
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            match flag.as_str() {
                "--debug" => (options.profile, options.symbols) = (Profile::Debug, Symbols::Kept),
                "--symbols" => options.symbols = Symbols::Kept,
                "--tls" => options.tls = rest.next().and_then(|name| Tls::named(name)).ok_or(USAGE)?,
                "--out" => options.out = root.join(rest.next().ok_or(USAGE)?),
                "--libdir" => options.libdir = relative(rest.next().ok_or(USAGE)?)?,
                "--includedir" => options.includedir = relative(rest.next().ok_or(USAGE)?)?,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }

    /// Whether nothing but this task writes there, so that what an earlier build left can go.
    fn is_ours(&self, root: &Path) -> bool {
        let name = self.out.file_name().unwrap_or_default().to_string_lossy();
        self.out.parent() == Some(&root.join("build")) && name.starts_with("prefix")
    }

    fn lib(&self) -> PathBuf {
        self.out.join(&self.libdir)
    }

    /// The way from a folder of the installation back to its top.
    fn up_from(folder: &Path) -> String {
        vec![".."; folder.components().count()].join("/")
    }
}

/// A part of Proton that programs ask for by a name of its own.
struct Part {
    /// The CMake target, and the component if it is written with a capital letter.
    target: &'static str,
    /// The library, without `lib`; the pkg-config file is called the same.
    library: &'static str,
    /// The number after `.so` that programs have recorded.
    number: &'static str,
    /// The rest of the file name: as in the release whose interface this is.
    revision: &'static str,
    story: &'static str,
    requires: &'static str,
    /// The header that shows that this part is there.
    header: &'static str,
}

const PARTS: [Part; 4] = [
    Part {
        target: "qpid-proton",
        library: "qpid-proton",
        number: "11",
        revision: "19.0",
        story: "AMQP 1.0: the whole library",
        requires: "",
        header: "engine.h",
    },
    Part {
        target: "core",
        library: "qpid-proton-core",
        number: "10",
        revision: "16.0",
        story: "AMQP 1.0: protocol engine, values and messages",
        requires: "",
        header: "engine.h",
    },
    Part {
        target: "proactor",
        library: "qpid-proton-proactor",
        number: "1",
        revision: "11.0",
        story: "AMQP 1.0: network input and output for the protocol engine",
        requires: "libqpid-proton-core",
        header: "proactor.h",
    },
    Part {
        target: "tls",
        library: "qpid-proton-tls",
        number: "0",
        revision: "1.3",
        story: "TLS for raw connections",
        requires: "",
        header: "tls.h",
    },
];

/// The shared object, the other names that lead to it, and the static archive.
fn install_library(options: &Options, archive: &Path, exports: &[String]) -> Outcome {
    let lib = options.lib();
    create(&lib)?;
    let fresh = lib.join("libqpid-proton-core.so.new");
    library::link(archive, exports, &fresh, options.symbols, &options.tls.libraries())?;
    exports::compare(exports, &library::defined(&fresh, true)?)?;
    fs::rename(&fresh, lib.join(FILE)).map_err(|error| format!("{}: {error}", fresh.display()))?;
    for part in PARTS.iter().filter(|part| part.target != "tls" || part.is_there(options)) {
        let soname = format!("lib{}.so.{}", part.library, part.number);
        let file = format!("{soname}.{}", part.revision);
        if file != FILE {
            library::link_name(&lib.join(FILE), &soname, &lib.join(&file))?;
        }
        link(&lib.join(soname), &file)?;
        link(&lib.join(format!("lib{}.so", part.library)), FILE)?;
    }
    library::link_static(archive, exports, &lib.join(STATIC), options.symbols)?;
    link(&lib.join("libqpid-proton-static.a"), STATIC)?;
    link(&lib.join("libqpid-proton-proactor-static.a"), STATIC)
}

fn install_headers(root: &Path, options: &Options) -> Outcome {
    let include = options.out.join(&options.includedir);
    let target = include.join("proton");
    create(&target)?;
    copy(&root.join("include/protium.h"), &include.join("protium.h"))?;
    let source = root.join("include/proton");
    let entries = fs::read_dir(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    for entry in
        entries.filter_map(Result::ok).filter(|entry| entry.path().extension().is_some_and(|e| e == "h"))
    {
        copy(&entry.path(), &target.join(entry.file_name()))?;
    }
    Ok(())
}

/// What pkg-config and CMake read, and the licence.
fn install_descriptions(root: &Path, options: &Options) -> Outcome {
    let version = version(root)?;
    let pkgconfig = options.libdir.join("pkgconfig");
    let cmake = options.libdir.join("cmake/Proton");
    let share = Path::new("share/proton");
    for folder in [pkgconfig.as_path(), cmake.as_path(), share] {
        create(&options.out.join(folder))?;
    }
    let fill = |template: &str, folder: &Path| -> Result<String, String> {
        let path = root.join("cmake").join(template);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(text
            .replace("@UP@", &Options::up_from(folder))
            .replace("@LIBDIR@", &options.libdir.display().to_string())
            .replace("@INCLUDEDIR@", &options.includedir.display().to_string())
            .replace("@NEEDED@", &options.tls.libraries().join(";"))
            .replace("@VERSION@", &version))
    };
    for part in PARTS.iter().filter(|part| part.is_there(options)) {
        let text = fill("libqpid-proton.pc.in", &pkgconfig)?
            .replace("@STORY@", part.story)
            .replace("@LIBRARY@", part.library)
            .replace("@REQUIRES@", part.requires)
            .replace("@PRIVATE@", &options.tls.libraries().join(" "));
        write(&options.out.join(&pkgconfig).join(format!("lib{}.pc", part.library)), &text)?;
    }
    for name in ["ProtonConfig.cmake", "ProtonConfigVersion.cmake"] {
        write(&options.out.join(&cmake).join(name), &fill(&format!("{name}.in"), &cmake)?)?;
    }
    copy(&root.join("LICENSE"), &options.out.join(share).join("LICENSE.txt"))
}

impl Part {
    fn is_there(&self, options: &Options) -> bool {
        options.out.join(&options.includedir).join("proton").join(self.header).exists()
    }
}

/// The version of the interface, as its header says it.
fn version(root: &Path) -> Result<String, String> {
    let path = root.join("include/proton/version.h");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let number = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("#define PN_VERSION_{name} ")));
        line.map(str::trim).ok_or_else(|| format!("{} has no PN_VERSION_{name}", path.display()))
    };
    Ok(format!("{}.{}.{}", number("MAJOR")?, number("MINOR")?, number("POINT")?))
}

/// Folders below the prefix have to be given from there on: what is installed finds its parts relative to itself.
fn relative(folder: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(folder);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain { Ok(path) } else { Err(format!("{folder} is not a plain folder below the prefix")) }
}

fn create(folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Makes `path` a link to its neighbour `target`, in the place of whatever has that name.
fn link(path: &Path, target: &str) -> Outcome {
    if path.is_symlink() || path.exists() {
        fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    symlink(target, path).map_err(|error| format!("{}: {error}", path.display()))
}

const DEFAULT_OUT: &str = "build/prefix";

/// The one object with content.
const FILE: &str = "libqpid-proton-core.so.10.16.0";
const STATIC: &str = "libqpid-proton-core-static.a";

const USAGE: &str =
    "usage: cargo xtask prefix [--tls openssl|rustls|none] [--debug] [--symbols] [--out DIR] [--libdir DIR] [--includedir DIR]

  --tls NAME        the TLS library: the system's OpenSSL (openssl, if nothing is said), one that comes inside
                    (rustls), or none
  --debug           build quickly, with overflow checks and debug assertions, and keep the symbols
  --symbols         keep the symbols for debuggers and profilers
  --out DIR         install there and not to build/prefix
  --libdir DIR      folder of the libraries below the prefix (lib)
  --includedir DIR  folder of the headers below the prefix (include)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_up_is_as_long_as_the_way_down() {
        assert_eq!(Options::up_from(Path::new("lib/x86_64-linux-gnu/pkgconfig")), "../../..");
    }

    #[test]
    fn folders_outside_the_prefix_are_refused() {
        assert!(relative("lib/x86_64-linux-gnu").is_ok());
        assert!(relative("/usr/lib").is_err());
        assert!(relative("../lib").is_err());
    }

    #[test]
    fn the_soname_is_the_start_of_the_file_name() {
        assert!(FILE.starts_with(library::SONAME));
    }
}
