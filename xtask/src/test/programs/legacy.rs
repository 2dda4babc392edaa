//! Messengers and reactors over TCP: the programs of `tests/c/legacy/programs`, on either library at either end, and
//! with RabbitMQ between them.

use super::Scene;
use super::cast::{Cast, parts};
use crate::Outcome;
use crate::demo::scene::expect_lines;

/// How many messages go, and how many questions are asked.
const COUNT: usize = 500;
const QUESTIONS: usize = 20;

/// The clients are of one cast, the servers of the other.
pub(super) const SCENES: [Scene; 3] = [
    Scene { name: "messages to a messenger", play: messages },
    Scene { name: "a messenger that answers", play: answers },
    Scene { name: "messages to a reactor", play: reactors },
];

fn every(word: &str, count: usize, last: &[&str]) -> Vec<String> {
    (1..=count).map(|n| format!("{word} {n}")).chain(last.iter().map(|&line| line.to_owned())).collect()
}

/// What a messenger that listens at an address is told.
fn listens(what: &'static str) -> impl Fn(&str) -> Vec<String> {
    move |address| vec![what.to_owned(), format!("amqp://~{address}")]
}

fn messages(client: &Cast, server: &Cast) -> Outcome {
    let count = COUNT.to_string();
    let send = |address: &str, _: &_| {
        let address = format!("amqp://{address}/queue");
        expect_lines(
            "the sender",
            &client.run("mailbox", &["send", &address, &count])?.output,
            &every("accepted", COUNT, &["finished"]),
        )
    };
    let ((), said) = server.with_server("mailbox", listens("receive"), send)?;
    expect_lines("the receiver", &said, &every("got", COUNT, &[]))
}

fn answers(client: &Cast, server: &Cast) -> Outcome {
    let count = QUESTIONS.to_string();
    let ask = |address: &str, _: &_| {
        let address = format!("amqp://{address}/questions");
        expect_lines(
            "who asks",
            &client.run("mailbox", &["ask", &address, &count])?.output,
            &every("answer to", QUESTIONS, &["finished"]),
        )
    };
    server.with_server("mailbox", listens("answer"), ask).map(drop)
}

fn reactors(client: &Cast, server: &Cast) -> Outcome {
    let count = COUNT.to_string();
    let serve = |address: &str| {
        let (host, port) = parts(address);
        vec!["serve".to_owned(), host.to_owned(), port.to_owned()]
    };
    let send = |address: &str, _: &_| {
        let (host, port) = parts(address);
        expect_lines(
            "the sender",
            &client.run("echo", &["send", host, port, &count])?.output,
            &every("accepted", COUNT, &["finished"]),
        )
    };
    let ((), said) = server.with_server("echo", serve, send)?;
    expect_lines("the receiver", &said, &every("got", COUNT, &[]))
}

/// One messenger sends to a queue, another takes what is there.
pub(super) fn broker(sender: &Cast, receiver: &Cast, address: &str) -> Outcome {
    let queue = format!("amqp://guest:guest@{address}/legacy-{}-{}", sender.name, receiver.name);
    let count = COUNT.to_string();
    let sent = sender.run("mailbox", &["send", &queue, &count])?.output;
    expect_lines("the sender", &sent, &every("accepted", COUNT, &["finished"]))?;
    let got = receiver.run("mailbox", &["receive", &queue, &count])?.output;
    expect_lines("the receiver", &got, &every("got", COUNT, &["finished"]))
}
