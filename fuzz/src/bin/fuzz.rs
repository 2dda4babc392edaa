//! The driver: `fuzz [--seconds N] [--seed N] [--keep DIR] TARGET [CORPUS...]`, or `fuzz --replay FILE... TARGET`.
//!
//! It runs every input of the corpus folders, then mutations of them for the given time. Inputs that reach new code
//! join the corpus in memory, and with `--keep` go to a folder. The work is done in a child process that notes the
//! input it is about to try; when the child dies or hangs, that input is saved and its path printed.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use protium_fuzz::coverage::Coverage;
use protium_fuzz::memory;
use protium_fuzz::mutation::{Random, mutate};
use protium_fuzz::target::{TARGETS, Target};

const USAGE: &str = "usage: fuzz [--seconds N] [--seed N] [--keep DIR] TARGET [CORPUS...]
       fuzz --replay FILE TARGET";

/// How long one input may take before it counts as a hang.
const HANG: Duration = Duration::from_secs(20);

/// Tells the child that it is one, and where to note its input.
const NOTE: &str = "FUZZ_NOTE";

struct Options {
    seconds: u64,
    seed: u64,
    keep: Option<PathBuf>,
    replay: Option<PathBuf>,
    target: &'static Target,
    corpus: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let Some(options) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}\ntargets:");
        TARGETS.iter().for_each(|target| eprintln!("  {}", target.name));
        return ExitCode::from(2);
    };
    if let Some(file) = &options.replay {
        return match fs::read(file) {
            Ok(input) => {
                memory::bounded(|| (options.target.run)(&input));
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                ExitCode::FAILURE
            }
        };
    }
    match std::env::var_os(NOTE) {
        Some(note) => work(&options, Path::new(&note)),
        None => supervise(&options),
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let (mut seconds, mut seed, mut keep, mut replay) = (60, 1, None, None);
    let mut target = None;
    let mut corpus = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => seconds = arguments.next()?.parse().ok()?,
            "--seed" => seed = arguments.next()?.parse().ok()?,
            "--keep" => keep = Some(arguments.next()?.into()),
            "--replay" => replay = Some(arguments.next()?.into()),
            name if target.is_none() => target = Some(TARGETS.iter().find(|target| target.name == name)?),
            folder => corpus.push(folder.into()),
        }
    }
    Some(Options { seconds, seed, keep, replay, target: target?, corpus })
}

/// Runs the worker as a child and looks after it.
fn supervise(options: &Options) -> ExitCode {
    let note = std::env::temp_dir().join(format!("fuzz-{}-{}", options.target.name, std::process::id()));
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return complain(&format!("no program to start: {error}")),
    };
    let child = Command::new(program).args(std::env::args().skip(1)).env(NOTE, &note).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return complain(&format!("the worker does not start: {error}")),
    };
    let (mut last, mut since) = (0, Instant::now());
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => break Err(error.to_string()),
        }
        let count = noted(&note).map_or(0, |(count, _)| count);
        if count != last {
            (last, since) = (count, Instant::now());
        } else if since.elapsed() > HANG {
            // Fails only for a process that is gone, which is what it is for.
            let _ = child.kill();
            let _ = child.wait();
            break Err(format!("one input took more than {} s", HANG.as_secs()));
        }
    };
    let input = noted(&note).map(|(_, input)| input);
    // A note left in the temporary folder does no harm.
    let _ = fs::remove_file(&note);
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => found(options, &format!("the target died: {status}"), input),
        Err(error) => found(options, &error, input),
    }
}

fn complain(what: &str) -> ExitCode {
    eprintln!("{what}");
    ExitCode::FAILURE
}

/// Saves the input that did it and says where.
fn found(options: &Options, what: &str, input: Option<Vec<u8>>) -> ExitCode {
    let Some(input) = input else { return complain(what) };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(options.target.name);
    let path = folder.join(format!("crash-{}", name_of(&input)));
    let saved = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, &input));
    match saved {
        Ok(()) => complain(&format!("{what}\nthe input is {}", path.display())),
        Err(error) => complain(&format!("{what}\nthe input could not be saved: {error}\n{input:02x?}")),
    }
}

fn name_of(input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// What the worker noted last: how many inputs it has tried, and the present one.
fn noted(note: &Path) -> Option<(u64, Vec<u8>)> {
    let bytes = fs::read(note).ok()?;
    let count = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let size = u64::from_le_bytes(bytes.get(8..16)?.try_into().ok()?);
    Some((count, bytes.get(16..16 + usize::try_from(size).ok()?)?.to_vec()))
}

/// The worker.
struct Worker {
    run: fn(&[u8]),
    note: File,
    tried: u64,
    coverage: Coverage,
}

impl Worker {
    /// Tries an input; true if it reached new code.
    fn try_input(&mut self, input: &[u8]) -> bool {
        self.tried += 1;
        let mut note = Vec::with_capacity(16 + input.len());
        note.extend_from_slice(&self.tried.to_le_bytes());
        note.extend_from_slice(&(input.len() as u64).to_le_bytes());
        note.extend_from_slice(input);
        self.note.write_all_at(&note, 0).expect("the note can be written");
        Coverage::reset();
        memory::bounded(|| (self.run)(input));
        self.coverage.learn()
    }
}

fn work(options: &Options, note: &Path) -> ExitCode {
    let note = File::create(note).expect("the note can be made");
    let mut worker = Worker { run: options.target.run, note, tried: 0, coverage: Coverage::default() };
    let mut corpus = read_corpus(&options.corpus);
    for input in &corpus {
        worker.try_input(input);
    }
    let (reached, branches) = worker.coverage.figures();
    let name = options.target.name;
    println!("{name}: {} inputs in the corpus reach {reached} of {branches} branches", corpus.len());
    if corpus.is_empty() {
        corpus.push(Vec::new());
    }
    let started = Instant::now();
    let deadline = started + Duration::from_secs(options.seconds);
    let mut random = Random::new(options.seed);
    let given = corpus.len();
    while Instant::now() < deadline {
        // New inputs are worth more: half of the parents are among the last few.
        let parent = match random.below(2) {
            0 => corpus.len() - 1 - random.below(corpus.len().min(20)),
            _ => random.below(corpus.len()),
        };
        let other = random.below(corpus.len());
        let input = mutate(&mut random, &corpus[parent], &corpus[other]);
        if worker.try_input(&input) {
            if let Some(folder) = &options.keep {
                fs::create_dir_all(folder).expect("the folder can be made");
                fs::write(folder.join(name_of(&input)), &input).expect("the input can be kept");
            }
            corpus.push(input);
        }
    }
    let (reached, branches) = worker.coverage.figures();
    println!(
        "{name}: {} inputs tried in {} s, {} new, {reached} of {branches} branches",
        worker.tried,
        started.elapsed().as_secs(),
        corpus.len() - given
    );
    ExitCode::SUCCESS
}

/// The files of some folders, in the order of their names.
fn read_corpus(folders: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        match fs::read_dir(folder) {
            Ok(entries) => files.extend(entries.filter_map(Result::ok).map(|entry| entry.path())),
            Err(error) => eprintln!("{}: {error}", folder.display()),
        }
    }
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}
