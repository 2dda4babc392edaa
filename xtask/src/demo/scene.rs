//! The scenes: which examples play together, and what they must say when all went well.
//!
//! Everything goes through one example broker on a free port, except for the programs that name no address on their
//! command line: those have one of their own on the port they insist on, for as long as they play.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::broker::{Server, answers, free_address};
use super::process::{Ended, Process};
use super::side::Side;
use super::table::Measure;

/// A line of the table.
pub(crate) struct Scene {
    pub(crate) program: &'static str,
    pub(crate) play: fn(&Stage<'_>) -> Result<Measure, String>,
}

/// In this order.
pub(crate) const SCENES: [Scene; 17] = [
    Scene { program: "helloworld.py", play: |stage| hello_by_broker(stage, "helloworld.py") },
    Scene {
        program: "helloworld_blocking.py",
        play: |stage| hello_by_broker(stage, "helloworld_blocking.py"),
    },
    Scene { program: "helloworld_direct.py", play: hello_direct },
    Scene { program: "simple_send.py", play: simple_send },
    Scene { program: "simple_recv.py", play: simple_recv },
    Scene { program: "direct_send.py > simple_recv.py", play: direct_send },
    Scene { program: "simple_send.py > direct_recv.py", play: direct_recv },
    Scene { program: "client.py, server.py", play: |stage| request_response(stage, "client.py") },
    Scene { program: "sync_client.py, server.py", play: |stage| request_response(stage, "sync_client.py") },
    Scene { program: "client.py, server_direct.py", play: server_direct },
    Scene { program: "colour_send.py > selected_recv.py", play: selected_recv },
    Scene { program: "queue_browser.py", play: queue_browser },
    Scene { program: "db_send.py", play: db_send },
    Scene { program: "db_recv.py", play: db_recv },
    Scene { program: "tx_send.py", play: tx_send },
    Scene { program: "tx_recv.py", play: tx_recv },
    Scene { program: "client.py, server_tx.py", play: server_tx },
];

/// Where programs that name no address look for a broker.
const STANDARD: &str = "localhost:5672";

/// Where `helloworld_direct.py` and `server_direct.py` listen.
const DIRECT: &str = "localhost:8888";

/// How many messages the smaller scenes exchange.
const FEW: u32 = 100;

/// What `client.py` and `sync_client.py` ask and `server.py` answers.
pub(crate) const RHYME: [&str; 4] = [
    "Twas brillig, and the slithy toves => TWAS BRILLIG, AND THE SLITHY TOVES",
    "Did gire and gymble in the wabe. => DID GIRE AND GYMBLE IN THE WABE.",
    "All mimsy were the borogroves, => ALL MIMSY WERE THE BOROGROVES,",
    "And the mome raths outgrabe. => AND THE MOME RATHS OUTGRABE.",
];

/// One side's broker and everything a scene needs to know.
pub(crate) struct Stage<'a> {
    side: &'a Side,
    examples: &'a Path,
    own: &'a Path,
    folder: &'a Path,
    messages: u32,
    broker: Server,
    coordinator: Server,
}

impl<'a> Stage<'a> {
    /// Starts the brokers.
    pub(crate) fn open(
        side: &'a Side,
        examples: &'a Path,
        own: &'a Path,
        folder: &'a Path,
        messages: u32,
    ) -> Result<Self, String> {
        let (address, other) = (free_address()?, free_address()?);
        let broker = Server::start(side, &examples.join("broker.py"), &["-a", &address], &address, folder)?;
        let coordinator = Server::start(side, &own.join("coordinator.py"), &["-a", &other], &other, folder)?;
        Ok(Self { side, examples, own, folder, messages, broker, coordinator })
    }

    /// Stops the brokers, which must still be there and have used the right library.
    pub(crate) fn close(self) -> Result<(), String> {
        for (name, server) in
            [("broker.py", self.broker), ("(transactions) coordinator.py", self.coordinator)]
        {
            let library = server.stop(self.side)?;
            println!("  {name:<34} served all of the above    {}", library.display());
        }
        Ok(())
    }

    fn example(&self, name: &str) -> PathBuf {
        self.examples.join(name)
    }

    fn queue(&self, name: &str) -> String {
        format!("{}/{name}", self.broker.address)
    }

    /// Runs an example to its end.
    fn run(&self, name: &str, arguments: &[&str]) -> Result<Ended, String> {
        self.run_with_input(name, arguments, "")
    }

    fn run_with_input(&self, name: &str, arguments: &[&str], input: &str) -> Result<Ended, String> {
        self.start(name, arguments, input)?.finish(self.side)
    }

    fn start(&self, name: &str, arguments: &[&str], input: &str) -> Result<Process, String> {
        Process::start(self.side, &self.example(name), arguments, input, self.folder)
    }

    /// A broker at the standard address, for as long as `play` takes.
    fn at_standard_address<R>(
        &self,
        program: &Path,
        play: impl FnOnce() -> Result<R, String>,
    ) -> Result<R, String> {
        let server = Server::start(self.side, program, &["-a", STANDARD], STANDARD, self.folder)?;
        let result = play();
        let stopped = server.stop(self.side);
        let result = result?;
        stopped?;
        Ok(result)
    }
}

/// A measure of one process.
fn measure(messages: u32, ended: Ended) -> Measure {
    Measure { messages, took: ended.took, library: ended.library }
}

/// A measure of several that ran together: the time is the longer one's.
fn measure_both(messages: u32, first: &Ended, second: Ended) -> Measure {
    let took: Duration = first.took.max(second.took);
    Measure { messages, took, library: second.library }
}

/// Compares what a program wrote with what it has to write.
pub(crate) fn expect_lines<T: AsRef<str>>(what: &str, output: &str, expected: &[T]) -> Result<(), String> {
    let lines: Vec<&str> = output.lines().collect();
    let wrong = lines.iter().zip(expected).position(|(line, expected)| *line != expected.as_ref());
    match wrong {
        Some(at) => {
            Err(format!("{what}: line {} is {:?}, not {:?}", at + 1, lines[at], expected[at].as_ref()))
        }
        None if lines.len() != expected.len() => {
            Err(format!("{what}: {} lines of output, not {}", lines.len(), expected.len()))
        }
        None => Ok(()),
    }
}

fn sequence(messages: u32) -> Vec<String> {
    (1..=messages).map(|n| format!("{{'sequence': {n}}}")).collect()
}

fn hello_by_broker(stage: &Stage<'_>, program: &str) -> Result<Measure, String> {
    let ended = stage.at_standard_address(&stage.example("broker.py"), || stage.run(program, &[]))?;
    expect_lines(program, &ended.output, &["Hello World!"])?;
    Ok(measure(1, ended))
}

fn hello_direct(stage: &Stage<'_>) -> Result<Measure, String> {
    if answers(DIRECT) {
        return Err(format!("{DIRECT} is taken by another program; the example has no way to use another"));
    }
    let ended = stage.run("helloworld_direct.py", &[])?;
    expect_lines("helloworld_direct.py", &ended.output, &["Hello World!"])?;
    Ok(measure(1, ended))
}

fn simple_send(stage: &Stage<'_>) -> Result<Measure, String> {
    let count = stage.messages.to_string();
    let ended = stage.run("simple_send.py", &["-a", &stage.queue("simple"), "-m", &count])?;
    expect_lines("simple_send.py", &ended.output, &["all messages confirmed"])?;
    Ok(measure(stage.messages, ended))
}

/// Takes from the broker what `simple_send` left there.
fn simple_recv(stage: &Stage<'_>) -> Result<Measure, String> {
    let count = stage.messages.to_string();
    let ended = stage.run("simple_recv.py", &["-a", &stage.queue("simple"), "-m", &count])?;
    expect_lines("simple_recv.py", &ended.output, &sequence(stage.messages))?;
    Ok(measure(stage.messages, ended))
}

fn direct_send(stage: &Stage<'_>) -> Result<Measure, String> {
    let (address, count) = (free_address()?, FEW.to_string());
    let target = format!("{address}/direct");
    let program = stage.example("direct_send.py");
    let sender = Server::start(stage.side, &program, &["-a", &target, "-m", &count], &address, stage.folder)?;
    let received = stage.run("simple_recv.py", &["-a", &target, "-m", &count])?;
    let sent = sender.finish(stage.side)?;
    expect_lines("simple_recv.py", &received.output, &sequence(FEW))?;
    expect_lines("direct_send.py", &sent.output, &["all messages confirmed"])?;
    Ok(measure_both(FEW, &received, sent))
}

fn direct_recv(stage: &Stage<'_>) -> Result<Measure, String> {
    let (address, count) = (free_address()?, FEW.to_string());
    let target = format!("{address}/direct");
    let program = stage.example("direct_recv.py");
    let receiver =
        Server::start(stage.side, &program, &["-a", &target, "-m", &count], &address, stage.folder)?;
    let sent = stage.run("simple_send.py", &["-a", &target, "-m", &count])?;
    let received = receiver.finish(stage.side)?;
    expect_lines("simple_send.py", &sent.output, &["all messages confirmed"])?;
    expect_lines("direct_recv.py", &received.output, &sequence(FEW))?;
    Ok(measure_both(FEW, &sent, received))
}

/// The client gets the address for its answers from the broker.
fn request_response(stage: &Stage<'_>, client: &str) -> Result<Measure, String> {
    let queue = stage.queue(client);
    let server = stage.start("server.py", &["-a", &queue], "")?;
    let ended = stage.run(client, &["-a", &queue]);
    let stopped = server.stop(stage.side);
    let ended = ended?;
    stopped?;
    expect_lines(client, &ended.output, &RHYME)?;
    Ok(measure(4, ended))
}

fn server_direct(stage: &Stage<'_>) -> Result<Measure, String> {
    let server = Server::start(stage.side, &stage.example("server_direct.py"), &[], DIRECT, stage.folder)?;
    let ended = stage.run("client.py", &["-a", "localhost:8888/examples"]);
    let stopped = server.stop(stage.side);
    let ended = ended?;
    stopped?;
    expect_lines("client.py", &ended.output, &RHYME)?;
    Ok(measure(4, ended))
}

/// The example broker does not filter, so every colour arrives; that the selector crosses the wire is what counts.
fn selected_recv(stage: &Stage<'_>) -> Result<Measure, String> {
    let (queue, count) = (stage.queue("colours"), FEW.to_string());
    let sent = stage.run("colour_send.py", &["-a", &queue, "-m", &count])?;
    expect_lines("colour_send.py", &sent.output, &["all messages confirmed"])?;
    let ended = stage.run("selected_recv.py", &["-a", &queue, "-m", &count])?;
    let colours: Vec<String> =
        (1..=FEW).map(|n| format!("{} {n}", if n % 2 == 1 { "green" } else { "red" })).collect();
    expect_lines("selected_recv.py", &ended.output, &colours)?;
    Ok(measure(FEW, ended))
}

/// Leaves as soon as nothing is queued on its side, so it may see fewer than there are.
fn queue_browser(stage: &Stage<'_>) -> Result<Measure, String> {
    let ended = stage.at_standard_address(&stage.example("broker.py"), || {
        stage.run("simple_send.py", &["-a", "localhost:5672/examples", "-m", "10"])?;
        stage.run("queue_browser.py", &[])
    })?;
    let lines = ended.output.lines().count();
    let expected: Vec<String> = (1..=lines.clamp(1, 10))
        .map(|n| format!("Message(priority=4, id={n}, body={{'sequence': {n}}})"))
        .collect();
    expect_lines("queue_browser.py", &ended.output, &expected)?;
    Ok(measure(u32::try_from(lines).unwrap_or(0), ended))
}

fn db_send(stage: &Stage<'_>) -> Result<Measure, String> {
    // More records than it is to send: with none left it would wait five seconds for more.
    let records: String = (1..=2 * FEW).map(|n| format!("record {n}\n")).collect();
    let count = FEW.to_string();
    // `db_ctrl.py` uses no Proton library, so there is none to judge.
    for (arguments, input) in
        [(["init", "./src_db"], ""), (["insert", "./src_db"], records.as_str()), (["init", "./dst_db"], "")]
    {
        database(stage, &arguments, input)?;
    }
    let ended = stage.run("db_send.py", &["-a", &stage.queue("records"), "-m", &count])?;
    let sent = ended.output.lines().filter(|line| line.starts_with("sent message ")).count();
    let settled = ended.output.lines().filter(|line| line.starts_with("settled message ")).count();
    if (sent, settled) != (FEW as usize, FEW as usize) {
        return Err(format!("db_send.py: {sent} sent and {settled} settled, not {FEW} each"));
    }
    Ok(measure(FEW, ended))
}

fn db_recv(stage: &Stage<'_>) -> Result<Measure, String> {
    let count = FEW.to_string();
    let ended = stage.run("db_recv.py", &["-a", &stage.queue("records"), "-m", &count])?;
    let inserted: Vec<String> = (1..=FEW).map(|n| format!("inserted message {n}")).collect();
    expect_lines("db_recv.py", &ended.output, &inserted)?;
    let listed = database(stage, &["list", "./dst_db"], "")?;
    let rows: Vec<String> = (1..=FEW).map(|n| format!("({n}, 'record {n}')")).collect();
    expect_lines("db_ctrl.py", &listed, &rows)?;
    Ok(measure(FEW, ended))
}

/// Runs `db_ctrl.py`.
fn database(stage: &Stage<'_>, arguments: &[&str], input: &str) -> Result<String, String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut command = Command::new("/usr/bin/python3");
    command.arg(stage.example("db_ctrl.py")).args(arguments).current_dir(stage.folder);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("db_ctrl.py: {error}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).map_err(|error| format!("db_ctrl.py: {error}"))?;
    }
    let ended = child.wait_with_output().map_err(|error| format!("db_ctrl.py: {error}"))?;
    if !ended.status.success() {
        return Err(format!("db_ctrl.py: {}", ended.status));
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// The example broker knows no transactions, so these go to a broker of ours that does.
fn tx_send(stage: &Stage<'_>) -> Result<Measure, String> {
    let queue = format!("{}/batches", stage.coordinator.address);
    let ended = stage.run("tx_send.py", &["-a", &queue, "-m", "100", "-b", "10"])?;
    expect_lines("tx_send.py", &ended.output, &["all messages committed"])?;
    Ok(measure(FEW, ended))
}

/// Takes what `tx_send` committed.
fn tx_recv(stage: &Stage<'_>) -> Result<Measure, String> {
    let queue = format!("{}/batches", stage.coordinator.address);
    let ended = stage.run("tx_recv.py", &["-a", &queue, "-m", "100", "-b", "10"])?;
    expect_lines("tx_recv.py", &ended.output, &sequence(FEW))?;
    Ok(measure(FEW, ended))
}

fn server_tx(stage: &Stage<'_>) -> Result<Measure, String> {
    let ended = stage.at_standard_address(&stage.own.join("coordinator.py"), || {
        let server = stage.start("server_tx.py", &[], "")?;
        let ended = stage.run("client.py", &[]);
        let stopped = server.stop(stage.side);
        let ended = ended?;
        stopped?;
        Ok(ended)
    })?;
    expect_lines("client.py", &ended.output, &RHYME)?;
    Ok(measure(4, ended))
}
