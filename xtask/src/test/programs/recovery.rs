//! Clients that do not give up, and brokers that are killed under them: nothing is lost that was accepted.
//!
//! The clients say and do the same in C, C++ and Python (`tests/c/programs/exchange.c` and its like): a line for each
//! message and each outcome. The example brokers keep messages in memory, so they are killed while they have none.
//! RabbitMQ keeps what it has accepted, so it is killed in the middle.

use std::collections::BTreeSet;

use super::cast::{Cast, until};
use super::rabbit::Rabbit;
use crate::Outcome;
use crate::demo::broker::free_address;
use crate::demo::process::Process;
use crate::demo::scene::expect_lines;
use crate::test::tally::Tally;

/// How many messages go before and after an example broker is killed.
const COUNT: usize = 100;

/// How many messages go through RabbitMQ, and after how many it is killed.
const MANY: usize = 3000;
const ENOUGH: usize = 300;

/// A client program: what to call it, and its file.
pub(super) type Client = (&'static str, &'static str);

/// An example broker: its program, and how it is told where to listen.
pub(super) type Broker = (&'static str, fn(&str) -> Vec<String>);

/// The receiver is connected and all is quiet when the broker goes; another sender comes while it is away.
pub(super) fn example_broker(cast: &Cast, client: Client, brokers: &Cast, broker: Broker) -> Outcome {
    let address = free_address()?;
    let arguments = broker.1(&address);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = brokers.serve(broker.0, &arguments, &address)?;
    let both = (2 * COUNT).to_string();
    let receiver = cast.start(client.1, &["receive", &address, "queue", &both, "accept"], "")?;
    let sent = cast.run(client.1, &["send", &address, "queue", "1", &COUNT.to_string()]);
    let came = until(|| receiver.said(), "the first half", |said| numbers(said, "got").len() == COUNT);
    server.stop(&brokers.side)?;
    came?;
    let next = (COUNT + 1).to_string();
    let sender = cast.start(client.1, &["send", &address, "queue", &next, &COUNT.to_string()], "")?;
    let lost = [&receiver, &sender].map(|process| until(|| process.said(), "a lost connection", has_lost));
    let server = brokers.serve(broker.0, &arguments, &address)?;
    let again = sender.finish(&cast.side);
    let received = receiver.finish(&cast.side);
    server.stop(&brokers.side)?;
    lost.into_iter().collect::<Outcome>()?;
    let accepted = [sent?.output, again?.output].concat();
    nothing_lost(&accepted, &received?.output, 2 * COUNT)
}

/// Every client sends and receives when the broker goes.
pub(super) fn rabbit(tally: &mut Tally, cast: &Cast, clients: &[Client], rabbit: &mut Rabbit) -> Outcome {
    let address = rabbit.address.clone();
    let start = |client: &Client, arguments: &[&str]| cast.start(client.1, arguments, "");
    let mut pairs: Vec<(Process, Process)> = Vec::new();
    let many = MANY.to_string();
    for client in clients {
        let queue = format!("killed-{}", client.0);
        let sender = start(client, &["send", &address, &queue, "1", &many])?;
        pairs.push((sender, start(client, &["receive", &address, &queue, &many, "accept"])?));
    }
    let under_way = pairs.iter().try_for_each(|(sender, receiver)| {
        until(|| sender.said(), "some outcomes", |said| numbers(said, "accepted").len() >= ENOUGH)?;
        until(|| receiver.said(), "some messages", |said| !numbers(said, "got").is_empty())
    });
    rabbit.kill();
    rabbit.resume()?;
    under_way?;
    for (client, (sender, receiver)) in clients.iter().zip(pairs) {
        let (sent, received) = (sender.finish(&cast.side), receiver.finish(&cast.side));
        let result = sent.and_then(|sent| {
            let received = received?;
            if !has_lost(&sent.output) && !has_lost(&received.output) {
                return Err("the broker was killed too late to matter".into());
            }
            nothing_lost(&sent.output, &received.output, MANY)
        });
        println!("{}: {}", client.0, if result.is_ok() { "nothing lost" } else { "NOT AS IT SHOULD BE" });
        tally.record(&format!("{}, RabbitMQ killed", client.0), result);
    }
    Ok(())
}

/// What is released or modified comes again, what is rejected does not.
pub(super) fn outcomes(cast: &Cast, client: Client, address: &str, given_back: &[&str]) -> Outcome {
    let queue = format!("outcomes-{}", client.0);
    let run = |arguments: &[&str]| {
        cast.run(client.1, &[&[arguments[0], address, &queue], &arguments[1..]].concat())
    };
    let every = |word: &str| -> Vec<String> {
        (1..=10).map(|n| format!("{word} {n}")).chain(["finished".to_owned()]).collect()
    };
    expect_lines("the sender", &run(&["send", "1", "10"])?.output, &every("accepted"))?;
    for outcome in given_back.iter().chain(&["reject"]) {
        let mut lines: Vec<String> =
            run(&["receive", "10", outcome])?.output.lines().map(str::to_owned).collect();
        // What was given back has no order.
        lines.sort_by_key(|line| line.strip_prefix("got ").map_or(usize::MAX, |n| n.parse().unwrap_or(0)));
        expect_lines(outcome, &lines.join("\n"), &every("got"))?;
    }
    run(&["send", "11", "1"])?;
    expect_lines("accept", &run(&["receive", "1", "accept"])?.output, &["got 11", "finished"])
}

/// The same with a broker that knows every outcome, and a sender that gets every one.
pub(super) fn outcomes_of_a_broker(cast: &Cast, client: Client, brokers: &Cast) -> Outcome {
    let arguments = |address: &str| vec![address.to_owned()];
    let play = |address: &str, _: &_| {
        outcomes(cast, client, address, &["release", "modify"])?;
        outcomes_for_a_sender(&cast.run(client.1, &["send", address, "picky", "1", "40"])?.output, client)
    };
    brokers.with_server("outcomes.py", arguments, play).map(drop)
}

/// What was given back was sent again, what was rejected was not.
fn outcomes_for_a_sender(output: &str, client: Client) -> Outcome {
    let of = |word: &str| numbers(output, word);
    let every = |rests: &[usize]| (1..=40).filter(|n| rests.contains(&(n % 4))).collect::<BTreeSet<usize>>();
    // The C++ interface has no way to the reason.
    let mut reasons = output.lines().filter(|line| line.starts_with("rejected "));
    let told = client.0 == "C++" || reasons.all(|line| line.ends_with(" test:odd"));
    let wanted = [
        ("accepted", every(&[0, 2, 3])),
        ("rejected", every(&[1])),
        ("released", every(&[2])),
        ("modified", every(&[3])),
    ];
    match wanted.iter().find(|(word, wanted)| of(word) != *wanted) {
        Some((word, wanted)) => Err(format!("{word}: {:?}, not {wanted:?}", of(word))),
        None if !told => Err("the reason of a rejection was not told".into()),
        None => Ok(()),
    }
}

/// The numbers in lines that start with a word.
fn numbers(said: &str, word: &str) -> BTreeSet<usize> {
    let lines = said.lines().filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    lines.filter_map(|rest| rest.split(' ').next()?.parse().ok()).collect()
}

fn has_lost(said: &str) -> bool {
    said.lines().any(|line| line.starts_with("lost "))
}

/// All numbers were accepted and have come.
fn nothing_lost(sender: &str, receiver: &str, count: usize) -> Outcome {
    let (accepted, got) = (numbers(sender, "accepted"), numbers(receiver, "got"));
    let missing: Vec<&usize> = accepted.difference(&got).collect();
    if !missing.is_empty() {
        return Err(format!("accepted and lost: {missing:?}"));
    }
    if accepted.len() == count && got.len() == count {
        return Ok(());
    }
    Err(format!("{} accepted and {} received of {count}", accepted.len(), got.len()))
}
