//! Python bindings other than the one the distribution pairs with its library, and what else the distribution links.
//!
//! Release 0.40.0 comes from the package index as source, twice: built against this library, and with the C core that it
//! carries, which is the reference. Both are built once, below `build/binding`; the first again when the headers
//! change. The scripts of the differential ring run on both; their differences are in `tests/differences/0.40`.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Bench;
use super::ring::{SCRIPTS, compare, ours, python, sources, stem, theirs};
use super::tally::Tally;
use crate::tls::OPENSSL_PACKAGES;
use crate::{Outcome, packages};

const RELEASE: &str = "0.40.0";

/// What a binding is built and run with; fixed, so that the same is built tomorrow.
const TOOLS: [&str; 3] = ["setuptools==66.1.1", "wheel==0.48.0", "cffi==2.1.1"];

const PACKAGES: [&str; 6] = ["python3-venv", "python3-dev", "gcc", "libc6-dev", "pkg-config", "binutils"];

/// The library's name that a binding built against this library has to record.
const CORE: &str = "libqpid-proton-core.so.10";

/// The scripts on the newer binding.
pub(crate) fn newer(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    packages::ensure(&PACKAGES)?;
    packages::ensure(&OPENSSL_PACKAGES)?;
    let folder = bench.root.join("build/binding");
    let (carried, linked) = (Venv::at(&folder, "carried"), Venv::at(&folder, "linked"));
    if let Err(error) = carried.prepare().and(linked.prepare()).and(fetch(&carried, &folder)) {
        tally.skip(&format!("binding {RELEASE} cannot be had from the package index: {error}"));
        return Ok(());
    }
    build_carried(&carried, &folder)?;
    build_linked(bench, &linked, &folder)?;
    tally.record("what the binding is linked to", links(&linked, true).and(links(&carried, false)));
    for script in sources(bench, SCRIPTS, "py")? {
        let with_ours = ours(bench, &linked.python());
        let with_theirs = theirs(&carried.python());
        let name = format!("0.40/{}", stem(&script));
        let with_ours = python(bench, with_ours, &script, &bench.prefix.join("lib"));
        compare(bench, tally, &name, with_ours, python(bench, with_theirs, &script, &carried.folder));
    }
    Ok(())
}

/// The interpreters of the newer binding on this library, and with the core it carries built with OpenSSL and libsasl2.
pub(super) fn with_sasl(bench: &Bench<'_>) -> Result<(PathBuf, PathBuf), String> {
    packages::ensure(&PACKAGES)?;
    let folder = bench.root.join("build/binding");
    let (carried, linked) = (Venv::at(&folder, "sasl"), Venv::at(&folder, "linked"));
    carried.prepare().and(linked.prepare()).and(fetch(&carried, &folder))?;
    build_linked(bench, &linked, &folder)?;
    let mark = format!("{RELEASE} with OpenSSL and libsasl2");
    if !carried.has("binding", &mark) {
        println!("Building binding {RELEASE} with the core it carries, with libsasl2.");
        let packages = ["libsasl2", "openssl", "libssl", "libcrypto"];
        let descriptions = found_alone(&folder.join("with-sasl"), &packages)?;
        carried.install(&folder, &[("PKG_CONFIG_LIBDIR", &descriptions)])?;
        carried.note("binding", &mark)?;
    }
    Ok((linked.python(), carried.python()))
}

/// A virtual environment of the distribution's Python.
struct Venv {
    folder: PathBuf,
}

impl Venv {
    fn at(folder: &Path, name: &str) -> Self {
        Self { folder: folder.join(name) }
    }

    fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    fn pip(&self, action: &str) -> Command {
        let mut command = Command::new(self.python());
        command.args(["-m", "pip", "--quiet", "--disable-pip-version-check", action]);
        command
    }

    /// Makes the environment with its tools, unless it is there.
    fn prepare(&self) -> Outcome {
        let wanted = TOOLS.join(" ");
        if self.has("tools", &wanted) {
            return Ok(());
        }
        run(Command::new("/usr/bin/python3").args(["-m", "venv", "--clear"]).arg(&self.folder))?;
        run(self.pip("install").args(TOOLS))?;
        self.note("tools", &wanted)
    }

    /// Installs the fetched binding with what `settings` says about where its core comes from.
    fn install(&self, folder: &Path, settings: &[(&str, &Path)]) -> Outcome {
        let mut command = self.pip("install");
        command.args([
            "--no-index",
            "--no-cache-dir",
            "--no-build-isolation",
            "--no-deps",
            "--force-reinstall",
        ]);
        command.arg(archive(folder)).env_remove("LD_LIBRARY_PATH");
        for (name, value) in settings {
            command.env(name, value);
        }
        run(&mut command)
    }

    /// Whether a note of an earlier run says the same.
    fn has(&self, note: &str, text: &str) -> bool {
        fs::read_to_string(self.folder.join(note)).is_ok_and(|noted| noted == text)
    }

    fn note(&self, note: &str, text: &str) -> Outcome {
        let path = self.folder.join(note);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The compiled part of the binding.
    fn module(&self) -> Result<PathBuf, String> {
        let lib = self.folder.join("lib");
        let versions = files(&lib)?;
        let packages = versions.iter().map(|version| version.join("site-packages"));
        let found = packages.filter_map(|folder| files(&folder).ok()).flatten().find(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("cproton_ffi") && name.ends_with(".so")
        });
        found.ok_or_else(|| format!("no compiled module below {}", lib.display()))
    }
}

/// Where the source of the binding is once it is fetched.
fn archive(folder: &Path) -> PathBuf {
    folder.join(format!("fetched/python_qpid_proton-{RELEASE}.tar.gz"))
}

/// Fetches the source of the binding, unless it is there.
fn fetch(venv: &Venv, folder: &Path) -> Outcome {
    if archive(folder).exists() {
        return Ok(());
    }
    let mut command = venv.pip("download");
    command.args(["--no-deps", "--no-build-isolation", "--no-binary", "python-qpid-proton", "--dest"]);
    run(command.arg(folder.join("fetched")).arg(format!("python-qpid-proton=={RELEASE}")))
}

/// The reference. pkg-config finds OpenSSL and nothing else, so that its core has TLS and no SASL of other libraries.
fn build_carried(venv: &Venv, folder: &Path) -> Outcome {
    let mark = format!("{RELEASE} with OpenSSL");
    if venv.has("binding", &mark) {
        return Ok(());
    }
    println!("Building binding {RELEASE} with the core it carries.");
    let found = found_alone(&folder.join("packages"), &["openssl", "libssl", "libcrypto"])?;
    venv.install(folder, &[("PKG_CONFIG_LIBDIR", &found)])?;
    venv.note("binding", &mark)
}

/// Makes `folder` one in which pkg-config finds these packages and no others.
fn found_alone(folder: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for package in packages {
        let variable = ["--variable=pcfiledir", package];
        let installed = crate::shell::output(Command::new("pkg-config").args(variable))?;
        let file = format!("{package}.pc");
        let (from, to) = (Path::new(installed.trim()).join(&file), folder.join(&file));
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(folder.to_owned())
}

fn build_linked(bench: &Bench<'_>, venv: &Venv, folder: &Path) -> Outcome {
    let mark = format!("{RELEASE} {:x}", headers_mark(&bench.prefix.join("include/proton"))?);
    if venv.has("binding", &mark) {
        return Ok(());
    }
    println!("Building binding {RELEASE} against this library.");
    let descriptions = bench.prefix.join("lib/pkgconfig");
    let settings =
        [("QPID_PYTHON_UNBUNDLING", Path::new("unbundled")), ("PKG_CONFIG_PATH", descriptions.as_path())];
    venv.install(folder, &settings)?;
    venv.note("binding", &mark)
}

/// A number that changes with the headers a binding is compiled against.
fn headers_mark(folder: &Path) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    for file in files(folder)? {
        fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Checks whether the binding's module records this library as one it needs.
fn links(venv: &Venv, wanted: bool) -> Outcome {
    let module = venv.module()?;
    let section = crate::shell::output(Command::new("readelf").arg("--dynamic").arg(&module))?;
    let needs = section.lines().any(|line| line.contains("(NEEDED)") && line.contains(&format!("[{CORE}]")));
    if needs == wanted { Ok(()) } else { Err(format!("{} needs:\n{section}", module.display())) }
}

/// The distribution's own libraries that are linked to Proton's find every symbol here.
pub(crate) fn loading(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    packages::ensure(&["libqpid-proton-cpp12", "python3-qpid-proton"])?;
    let cases = [("libqpid-proton-cpp12", "libqpid-proton-cpp.so.12"), ("python3-qpid-proton", "_cproton")];
    for (package, start) in cases {
        tally.record(start, package_file(package, start).and_then(|file| resolved(bench, &file)));
    }
    let mut import = ours(bench, Path::new("/usr/bin/python3"));
    import.env("LD_BIND_NOW", "1").args(["-B", "-c", "import proton, proton.reactor, proton.utils"]);
    tally.record("import of the binding, everything bound at once", run(&mut import));
    Ok(())
}

/// The file of an installed package whose name starts so.
fn package_file(package: &str, start: &str) -> Result<PathBuf, String> {
    let list = crate::shell::output(Command::new("dpkg-query").args(["--listfiles", package]))?;
    let mut names =
        list.lines().filter(|line| line.rsplit('/').next().is_some_and(|name| name.starts_with(start)));
    names.next().map(PathBuf::from).ok_or_else(|| format!("{package} has no {start}"))
}

/// Checks that a file finds every symbol of Proton's.
fn resolved(bench: &Bench<'_>, file: &Path) -> Outcome {
    let mut command = ours(bench, Path::new("ldd"));
    let output = command.arg("-r").arg(file).output().map_err(|error| format!("ldd: {error}"))?;
    let (told, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lib = fs::canonicalize(bench.prefix.join("lib")).map_err(|error| format!("{error}"))?;
    if !told
        .lines()
        .any(|line| line.contains(CORE) && line.contains(&*bench.prefix.join("lib").to_string_lossy()))
    {
        return Err(format!("{} does not find {}:\n{told}", file.display(), lib.display()));
    }
    let lines = told.lines().chain(warned.lines());
    let names = lines.filter_map(|line| line.strip_prefix("undefined symbol: ")?.split_whitespace().next());
    let absent: BTreeSet<&str> =
        names.filter(|name| name.starts_with("pn") || name.starts_with("PN")).collect();
    if absent.is_empty() { Ok(()) } else { Err(format!("{}: not found: {absent:?}", file.display())) }
}

/// What lies in a folder, in the order of the names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.sort();
    Ok(files)
}

/// Runs a program; what it says is part of the error only.
fn run(command: &mut Command) -> Outcome {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = errors.lines().collect();
    Err(lines[lines.len().saturating_sub(15)..].join("\n"))
}
