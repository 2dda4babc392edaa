//! Scenes of the distribution's C examples.

use super::Scene;
use super::cast::{Cast, parts, until};
use crate::Outcome;
use crate::demo::broker::{Server, free_address};
use crate::demo::process::Ended;
use crate::demo::scene::expect_lines;

pub(super) const SCENES: [Scene; 10] = [
    Scene { name: "send, broker, receive", play: by_broker },
    Scene { name: "receive waits, send", play: receiver_first },
    Scene { name: "send-abort, broker", play: aborted_by_broker },
    Scene { name: "large messages, broker", play: large },
    Scene { name: "send-ssl, broker, receive", play: secured },
    Scene { name: "send, direct", play: send_direct },
    Scene { name: "direct, receive", play: receive_direct },
    Scene { name: "send-abort, direct", play: aborted_direct },
    Scene { name: "raw_connect, raw_echo", play: raw },
    Scene { name: "refused connection", play: refused },
];

/// How many messages a scene exchanges.
const COUNT: usize = 200;

fn by_broker(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        send(client, address, "queue")?;
        received(&talk(client, "receive", address, "queue")?.output)
    })
    .map(drop)
}

/// The receiver's credit is there before the first message is.
fn receiver_first(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let (host, port) = parts(address);
        let receiver = client.start("receive", &[host, port, "queue", &COUNT.to_string()], "")?;
        send(client, address, "queue")?;
        received(&receiver.finish(&client.side)?.output)
    })
    .map(drop)
}

/// Of a message that is aborted half-way nothing arrives, and what follows is whole.
fn aborted_by_broker(client: &Cast, server: &Cast) -> Outcome {
    let arguments = |address: &str| vec![parts(address).0.into(), parts(address).1.into()];
    let play = |address: &str, broker: &Server| {
        abort(client, address, broker)?;
        send(client, address, "queue")?;
        received(&talk(client, "receive", address, "queue")?.output)
    };
    server.with_server("broker", arguments, play).map(drop)
}

/// The broker takes clients with TLS and without at the same address.
fn secured(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let ended = talk(client, "send-ssl", address, "queue")?;
        let connected = "secure connection: to OU=proton_test,CN=test_server using TLSv1.3";
        expect_lines("send-ssl", &ended.output, &[connected, &sent()])?;
        received(&talk(client, "receive", address, "queue")?.output)
    })
    .map(drop)
}

fn send_direct(client: &Cast, server: &Cast) -> Outcome {
    let (output, _) = direct(client, server, "send")?;
    received(output.lines().skip(1).collect::<Vec<_>>().join("\n").as_str())
}

fn receive_direct(client: &Cast, server: &Cast) -> Outcome {
    let (output, ended) = direct(client, server, "receive")?;
    expect_lines("direct", output.lines().last().unwrap_or_default(), &[sent()])?;
    received(&ended.output)
}

fn aborted_direct(client: &Cast, server: &Cast) -> Outcome {
    server.with_server("direct", direct_arguments, |address, direct| abort(client, address, direct)).map(drop)
}

/// Lines go there and back as they are, without AMQP. Few enough for the client to get them back before it hangs up,
/// which it does some time after the end of its input.
fn raw(client: &Cast, server: &Cast) -> Outcome {
    let lines: Vec<String> = (1..=40).map(|n| format!("line {n} of forty")).collect();
    let arguments = |address: &str| vec![parts(address).0.into(), parts(address).1.into()];
    let play = |address: &str, _: &Server| {
        let (host, port) = parts(address);
        let input = format!("{}\n", lines.join("\n"));
        client.start("raw_connect", &[host, port], &input)?.finish(&client.side)
    };
    let (ended, _) = server.with_server("raw_echo", arguments, play)?;
    let echoed: Vec<&str> = ended.output.lines().filter(|line| line.starts_with("line ")).collect();
    expect_lines("raw_connect", &echoed.join("\n"), &lines)
}

/// Nobody listens: the client says so, and ends.
fn refused(client: &Cast, _: &Cast) -> Outcome {
    let address = free_address()?;
    let (host, port) = parts(&address);
    match client.run("send", &[host, port, "queue", "1"]) {
        Err(said) if said.contains("Connection refused") && said.contains(&address) => Ok(()),
        Err(said) => Err(format!("not told that the connection was refused:\n{said}")),
        Ok(_) => Err("sent to nobody".into()),
    }
}

/// Plays with a broker; gives what the broker wrote.
fn broker(server: &Cast, play: impl FnOnce(&str) -> Outcome) -> Result<String, String> {
    let arguments = |address: &str| vec![parts(address).0.into(), parts(address).1.into()];
    server.with_server("broker", arguments, |address, _| play(address)).map(|((), said)| said)
}

/// Plays with `direct`, which serves one connection and ends; gives what it wrote, and the client's end.
fn direct(client: &Cast, server: &Cast, program: &str) -> Result<(String, Ended), String> {
    let address = free_address()?;
    let arguments = direct_arguments(&address);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let peer = server.serve("direct", &arguments, &address)?;
    let ended = talk(client, program, &address, "queue")?;
    if program == "send" {
        expect_lines(program, &ended.output, &[sent()])?;
    }
    Ok((peer.finish(&server.side)?.output, ended))
}

fn direct_arguments(address: &str) -> Vec<String> {
    let (host, port) = parts(address);
    [host, port, "queue", &COUNT.to_string()].map(str::to_owned).into()
}

/// Runs a client that takes host, port, queue and count.
fn talk(client: &Cast, program: &str, address: &str, queue: &str) -> Result<Ended, String> {
    let (host, port) = parts(address);
    client.run(program, &[host, port, queue, &COUNT.to_string()])
}

fn send(client: &Cast, address: &str, queue: &str) -> Outcome {
    expect_lines("send", &talk(client, "send", address, queue)?.output, &[sent()])
}

fn sent() -> String {
    format!("{COUNT} messages sent and acknowledged")
}

/// All messages, in order, and the count.
fn received(output: &str) -> Outcome {
    let mut lines: Vec<String> = (1..=COUNT).map(|n| format!("{{\"sequence\"={n}}}")).collect();
    lines.push(format!("{COUNT} messages received"));
    expect_lines("the receiver", output, &lines)
}

/// Of a message that is aborted before its first frame has gone the server learns nothing, so it may see fewer.
fn abort(client: &Cast, address: &str, server: &Server) -> Outcome {
    let ended = talk(client, "send-abort", address, "queue")?;
    expect_lines("send-abort", &ended.output, &[format!("{COUNT} messages started and aborted")])?;
    until(|| server.said(), "that messages were aborted", |said| said.contains("Message aborted"))
}

/// The broker keeps the bytes that the last event of a message brought: it has to get all at once.
fn large(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let sizes = ["65000", "65537", "100000", "1000000", "4000000"];
        let ended = client.run("large.py", &[&[address, "queue"], sizes.as_slice()].concat())?;
        expect_lines("large.py", &ended.output, &sizes.map(|size| format!("{size} bytes came whole")))
    })
    .map(drop)
}
