//! One program in one process: started with the right library, watched, read to its end, and stopped if it lingers.
//!
//! Output is read by a thread each, so a full pipe never blocks the program. Which library a script took is seen in the
//! process's memory map: another thread looks until the library shows up in it, because a short program is gone before
//! anybody could look later. A compiled program may be gone before that thread has had a turn, but the loader tells
//! beforehand what it will take, unless it is a plug-in that takes it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Outcome, shell};

use super::side::{Side, loaded_libraries, proton_libraries};

/// How long any one program may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How often a thread looks again for what the kernel cannot tell it to wait for.
pub(crate) const GLANCE: Duration = Duration::from_millis(2);

/// A running program.
pub(crate) struct Process {
    name: String,
    child: Child,
    started: Instant,
    output: Reader,
    errors: Reader,
    map: JoinHandle<Vec<PathBuf>>,
}

/// A thread that reads a pipe, and what it has read so far.
struct Reader {
    thread: JoinHandle<()>,
    text: Arc<Mutex<Vec<u8>>>,
}

/// What a program left behind.
pub(crate) struct Ended {
    pub(crate) output: String,
    pub(crate) took: Duration,
    /// The Proton library it used.
    pub(crate) library: PathBuf,
}

impl Process {
    /// Starts a program with `arguments` in `folder`: a Python script, or a compiled one. `input` is all it gets to read.
    pub(crate) fn start(
        side: &Side,
        program: &Path,
        arguments: &[&str],
        input: &str,
        folder: &Path,
    ) -> Result<Self, String> {
        let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_script = program.extension().is_some_and(|extension| extension == "py");
        let mut command = if is_script { Command::new("/usr/bin/python3") } else { Command::new(program) };
        if is_script {
            command.arg(program).env("PYTHONDONTWRITEBYTECODE", "1");
        }
        command.args(arguments).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        side.apply(&mut command);
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let started = Instant::now();
        if let Some(mut pipe) = child.stdin.take() {
            // A program that does not read its input may have gone already; its output tells.
            let _ = pipe.write_all(input.as_bytes());
        }
        let output = Reader::start(child.stdout.take());
        let errors = Reader::start(child.stderr.take());
        let loaded = if is_script { Vec::new() } else { loaded_libraries(side, program) };
        let map = if loaded.is_empty() { watch(child.id()) } else { thread::spawn(|| loaded) };
        Ok(Self { name, child, started, output, errors, map })
    }

    /// True once the program has ended by itself.
    pub(crate) fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for the program to end well. `side` judges the library it used.
    pub(crate) fn finish(mut self, side: &Side) -> Result<Ended, String> {
        let deadline = self.started + PATIENCE;
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Ok(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(GLANCE),
                Ok(None) => break Err(format!("still running after {} s", PATIENCE.as_secs())),
                Err(error) => break Err(error.to_string()),
            }
        };
        self.close(status, side)
    }

    /// What the program has written so far, errors behind the rest.
    pub(crate) fn said(&self) -> String {
        self.output.so_far() + &self.errors.so_far()
    }

    /// Asks the program to end, as `kill` does.
    pub(crate) fn ask_to_end(&self) -> Outcome {
        shell::run(Command::new("kill").arg("-TERM").arg(self.child.id().to_string()))
    }

    /// Stops a program that would run for ever.
    pub(crate) fn stop(mut self, side: &Side) -> Result<Ended, String> {
        if self.is_over() {
            let status = self.child.wait().map_err(|error| error.to_string());
            let status = status.and_then(|status| Err(format!("ended by itself: {status}")));
            return self.close(status, side);
        }
        self.close(Ok(ExitStatus::default()), side)
    }

    fn close(mut self, status: Result<ExitStatus, String>, side: &Side) -> Result<Ended, String> {
        let took = self.started.elapsed();
        // Fails only for a process that is gone, which is what it is for.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let (output, errors) = (self.output.rest(), self.errors.rest());
        let mapped = self.map.join().unwrap_or_default();
        let verdict = match status {
            Ok(status) if status.success() => side.judge(&mapped),
            Ok(status) => Err(status.to_string()),
            Err(error) => Err(error),
        };
        match verdict {
            Ok(library) => Ok(Ended { output, took, library }),
            Err(error) => {
                Err(format!("{}: {error}\n{}{}", self.name, tail("output", &output), tail("errors", &errors)))
            }
        }
    }
}

impl Reader {
    /// Reads a pipe to its end.
    fn start(pipe: Option<impl Read + Send + 'static>) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&text);
        let thread = thread::spawn(move || {
            let Some(mut pipe) = pipe else { return };
            let mut bytes = [0; 8192];
            // What could be read before an error is still worth showing.
            while let Ok(count @ 1..) = pipe.read(&mut bytes) {
                lock(&written).extend_from_slice(&bytes[..count]);
            }
        });
        Self { thread, text }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&lock(&self.text)).into_owned()
    }

    /// Everything, once the other end is closed.
    fn rest(self) -> String {
        // A reader cannot panic; what it read is there in any case.
        let _ = self.thread.join();
        String::from_utf8_lossy(&lock(&self.text)).into_owned()
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at a process until it has mapped a Proton library or is gone.
fn watch(process: u32) -> JoinHandle<Vec<PathBuf>> {
    let file = format!("/proc/{process}/maps");
    thread::spawn(move || {
        while let Ok(maps) = std::fs::read_to_string(&file) {
            let found = proton_libraries(&maps);
            if !found.is_empty() {
                // A library may be mapped before those it needs: look once more when the loader is through.
                thread::sleep(GLANCE);
                let again = std::fs::read_to_string(&file).unwrap_or_default();
                let again = proton_libraries(&again);
                return if again.len() > found.len() { again } else { found };
            }
            thread::sleep(GLANCE);
        }
        Vec::new()
    })
}

/// The last lines of what a program said.
fn tail(what: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(20);
    if lines.is_empty() { String::new() } else { format!("{what}:\n{}\n", lines[skipped..].join("\n")) }
}
