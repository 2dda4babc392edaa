//! A cast: programs compiled in one way, and the library they run on.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::demo::broker::{Server, free_address};
use crate::demo::process::{Ended, GLANCE, Process};
use crate::demo::side::Side;
use crate::test::ring::last_lines;
use crate::test::{Bench, certificates};

/// How long a program may take to say something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Programs in a folder and the library they are to take.
pub(super) struct Cast {
    pub(super) name: String,
    pub(super) side: Side,
    programs: PathBuf,
    /// Python programs of this project's own.
    scripts: PathBuf,
    /// Where programs run; the examples look for certificates there.
    folder: PathBuf,
}

impl Cast {
    pub(super) fn new(name: &str, side: Side, programs: PathBuf, bench: &Bench<'_>) -> Result<Self, String> {
        let folder = bench.root.join("build/programs/stage");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        certificates::for_examples(&folder)?;
        let scripts = bench.root.join("tests/python/programs");
        Ok(Self { name: name.into(), side, programs, scripts, folder })
    }

    /// The same cast, whose programs run in another folder.
    pub(super) fn in_folder(self, folder: &Path) -> Self {
        Self { folder: folder.into(), ..self }
    }

    /// Where programs run.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a program.
    pub(super) fn start(&self, name: &str, arguments: &[&str], input: &str) -> Result<Process, String> {
        Process::start(&self.side, &self.program(name), arguments, input, &self.folder)
    }

    /// Runs a program to its end, which has to be a good one.
    pub(super) fn run(&self, name: &str, arguments: &[&str]) -> Result<Ended, String> {
        self.start(name, arguments, "")?.finish(&self.side)
    }

    /// Starts a program that listens on `address`, and waits until it does.
    pub(super) fn serve(&self, name: &str, arguments: &[&str], address: &str) -> Result<Server, String> {
        Server::start(&self.side, &self.program(name), arguments, address, &self.folder)
    }

    /// Has a server of this cast listen on a free port of 127.0.0.1 while `play` runs. `arguments` makes the command
    /// line from the address. Gives what `play` gives and what the server wrote.
    pub(super) fn with_server<R>(
        &self,
        name: &str,
        arguments: impl Fn(&str) -> Vec<String>,
        play: impl FnOnce(&str, &Server) -> Result<R, String>,
    ) -> Result<(R, String), String> {
        let address = free_address()?;
        let arguments = arguments(&address);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = self.serve(name, &arguments, &address)?;
        let result = play(&address, &server);
        let said = server.said();
        let stopped = server.stop(&self.side);
        // A client's failure is told together with what the server had to say.
        let result = result.map_err(|error| format!("{error}\n{name} said:\n{}", last_lines(&said, 20)))?;
        stopped?;
        Ok((result, said))
    }

    /// The path of a Python program of this project, or of a program of the cast; an absolute path stays.
    fn program(&self, name: &str) -> PathBuf {
        let is_script = Path::new(name).extension().is_some_and(|extension| extension == "py");
        if is_script { &self.scripts } else { &self.programs }.join(name)
    }
}

/// Waits until a running program, of which `said` gives the output so far, has written what it has to.
pub(super) fn until(said: impl Fn() -> String, what: &str, enough: impl Fn(&str) -> bool) -> Outcome {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = said();
        if enough(&text) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("not said after {} s: {what}", PATIENCE.as_secs()));
        }
        thread::sleep(GLANCE);
    }
}

/// The host and the port of an address.
pub(super) fn parts(address: &str) -> (&str, &str) {
    address.rsplit_once(':').unwrap_or((address, ""))
}
