//! Scenes of the distribution's C++ examples.

use super::Scene;
use super::cast::{Cast, until};
use crate::Outcome;
use crate::demo::broker::free_address;
use crate::demo::scene::{RHYME, expect_lines};

pub(super) const SCENES: [Scene; 22] = [
    Scene { name: "encode_decode", play: encode_decode },
    Scene { name: "message_properties", play: message_properties },
    Scene { name: "flow_control", play: flow_control },
    Scene { name: "helloworld, broker", play: hello },
    Scene { name: "simple_connect, broker", play: |client, server| silent(client, server, "simple_connect") },
    Scene { name: "connection_options, broker", play: connection_options },
    Scene { name: "simple_send, broker, simple_recv", play: by_broker },
    Scene { name: "simple_recv waits, simple_send", play: receiver_first },
    Scene { name: "simple_send, direct_recv", play: send_direct },
    Scene { name: "direct_send, simple_recv", play: receive_direct },
    Scene { name: "client, broker, server", play: request_response },
    Scene { name: "client, server_direct", play: request_direct },
    Scene { name: "queue_browser", play: queue_browser },
    Scene { name: "colour_send, selected_recv", play: selected },
    Scene { name: "scheduled_send", play: |client, server| scheduled(client, server, "scheduled_send") },
    Scene {
        name: "scheduled_send_03",
        play: |client, server| scheduled(client, server, "scheduled_send_03"),
    },
    Scene { name: "multithreaded_client", play: multithreaded },
    Scene { name: "multithreaded_client_flow_control", play: multithreaded_flow_control },
    Scene { name: "reconnect_client", play: reconnect },
    Scene { name: "ssl", play: secured },
    Scene { name: "ssl, another name", play: other_name },
    Scene { name: "ssl_client_cert", play: both_certified },
];

/// How many messages a scene exchanges.
const COUNT: usize = 100;

fn encode_decode(client: &Cast, _: &Cast) -> Outcome {
    let ended = client.run("encode_decode", &[])?;
    has_lines(
        &ended.output,
        &["map{string(one):int(1), string(two):int(2)}", "map{int(4):string(four), string(five):int(5)}"],
    )
}

fn message_properties(client: &Cast, _: &Cast) -> Outcome {
    let ended = client.run("message_properties", &[])?;
    let lines = [
        "using put/get: short=123 string=foo symbol=sym",
        "using coerce: short(as long)=123",
        "props[short]=123",
        "short=42 string=bar",
        "expected conversion_error: \"unexpected type, want: uint got: int\"",
        "expected conversion_error: \"unexpected type, want: uint got: string\"",
    ];
    has_lines(&ended.output, &lines)
}

/// Client and server in one process, as in the two that follow.
fn secured(client: &Cast, _: &Cast) -> Outcome {
    let lines = [
        "Inbound server connection connected via SSL.  Protocol: TLSv1.3",
        "Outgoing client connection connected via SSL.  Server certificate identity CN=test_server",
        "Hello World!",
    ];
    expect_lines("ssl", &client.run("ssl", &["-v", "full"])?.output, &lines)
}

fn other_name(client: &Cast, _: &Cast) -> Outcome {
    let output = client.run("ssl", &["-v", "fail"])?.output;
    if output.starts_with(
        "Expected failure of connection with wrong peer name: amqp:connection:framing-error: SSL",
    ) {
        return Ok(());
    }
    Err(format!("the wrong name was not refused: {output}"))
}

fn both_certified(client: &Cast, _: &Cast) -> Outcome {
    let lines = [
        "Inbound server connection connected via SSL.  Protocol: TLSv1.3",
        "Inbound client certificate identity CN=test_client",
        "Outgoing client connection connected via SSL.  Server certificate identity CN=test_server",
        "Hello World!",
    ];
    expect_lines("ssl_client_cert", &client.run("ssl_client_cert", &[])?.output, &lines)
}

/// Sender and receiver in one process, which listens on a port that it gets from the system.
fn flow_control(client: &Cast, _: &Cast) -> Outcome {
    let ended = client.run("flow_control", &[])?;
    let lines = [
        "success: Example 1: simple credit",
        "success: Example 2: basic drain",
        "success: Example 3: drain without credit",
        "success: Example 4: high/low watermark",
    ];
    has_lines(&ended.output, &lines)
}

fn hello(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        expect_lines("helloworld", &client.run("helloworld", &[address, "queue"])?.output, &["Hello World!"])
    })
}

fn silent(client: &Cast, server: &Cast, program: &str) -> Outcome {
    broker(server, |address| client.run(program, &["-a", address]).map(drop))
}

/// What the peer said of its frames is its own affair.
fn connection_options(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let ended = client.run("connection_options", &[address])?;
        let mut lines = ended.output.lines();
        let begins = |line: Option<&str>, start: &str| line.is_some_and(|line| line.starts_with(start));
        if begins(lines.next(), "connection events going to handler_2")
            && begins(lines.next(), "connection max_frame_size: 4")
            && lines.next().is_none()
        {
            return Ok(());
        }
        Err(format!("connection_options said:\n{}", ended.output))
    })
}

fn by_broker(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        send(client, "simple_send", &format!("{address}/queue"))?;
        let ended = talk(client, "simple_recv", &format!("{address}/queue"))?;
        expect_lines("simple_recv", &ended, &sequence())
    })
}

fn receiver_first(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let queue = format!("{address}/queue");
        let receiver = client.start("simple_recv", &["-a", &queue, "-m", &COUNT.to_string()], "")?;
        send(client, "simple_send", &queue)?;
        expect_lines("simple_recv", &receiver.finish(&client.side)?.output, &sequence())
    })
}

fn send_direct(client: &Cast, server: &Cast) -> Outcome {
    let address = free_address()?;
    let queue = format!("{address}/queue");
    let receiver = server.serve("direct_recv", &["-a", &queue, "-m", &COUNT.to_string()], &address)?;
    send(client, "simple_send", &queue)?;
    has_lines(&receiver.finish(&server.side)?.output, &sequence())
}

fn receive_direct(client: &Cast, server: &Cast) -> Outcome {
    let address = free_address()?;
    let queue = format!("{address}/queue");
    let sender = server.serve("direct_send", &["-a", &queue, "-m", &COUNT.to_string()], &address)?;
    expect_lines("simple_recv", &talk(client, "simple_recv", &queue)?, &sequence())?;
    has_lines(&sender.finish(&server.side)?.output, &["all messages confirmed"])
}

/// The client gets the address for its answers from the broker. The program that answers is a client of the broker too.
fn request_response(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let helper = client.start("server", &[address, "requests"], "")?;
        let ended = client.run("client", &["-a", &format!("{address}/requests")]);
        let stopped = helper.stop(&client.side);
        expect_lines("client", &ended?.output, &RHYME)?;
        stopped.map(drop)
    })
}

fn request_direct(client: &Cast, server: &Cast) -> Outcome {
    let arguments = |address: &str| vec!["-a".into(), format!("{address}/requests")];
    let play = |address: &str, _: &_| client.run("client", &["-a", &format!("{address}/requests")]);
    let (ended, _) = server.with_server("server_direct", arguments, play)?;
    expect_lines("client", &ended.output, &RHYME)
}

/// The example broker gives away what is browsed as if it were taken.
fn queue_browser(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let queue = format!("{address}/queue");
        send(client, "simple_send", &queue)?;
        endless(client, "queue_browser", address, &sequence())
    })
}

/// The example broker does not filter, so every colour arrives; that the selector crosses the wire is what counts.
fn selected(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        send(client, "colour_send", &format!("{address}/queue"))?;
        let lines: Vec<String> =
            (1..=COUNT).map(|n| format!("{} {n}", if n % 2 == 1 { "green" } else { "red" })).collect();
        endless(client, "selected_recv", address, &lines)
    })
}

/// Runs a receiver that never ends until it has written as many lines as it has to.
fn endless(client: &Cast, program: &str, address: &str, lines: &[String]) -> Outcome {
    let receiver = client.start(program, &[address, "queue"], "")?;
    let enough =
        until(|| receiver.said(), "a line for each message", |said| said.lines().count() >= lines.len());
    let ended = receiver.stop(&client.side)?;
    enough?;
    expect_lines(program, &ended.output, lines)
}

/// A message every tenth of a second for one second: how many they are is the timer's affair.
fn scheduled(client: &Cast, server: &Cast, program: &str) -> Outcome {
    broker(server, |address| {
        let ended = client.run(program, &["-a", &format!("{address}/queue"), "-i", "0.1", "-t", "1"])?;
        let sent = ended.output.lines().filter(|line| *line == "send").count();
        if (1..=11).contains(&sent) { Ok(()) } else { Err(format!("{program} sent {sent} messages")) }
    })
}

fn multithreaded(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let url = format!("amqp://{address}");
        let ended = client.run("multithreaded_client", &[&url, "queue", &COUNT.to_string()])?;
        let lines = (1..=COUNT).map(|n| format!("received \"{n}\""));
        let last = format!("{COUNT} messages sent and received");
        has_lines(&ended.output, &lines.chain([last]).collect::<Vec<_>>())
    })
}

fn multithreaded_flow_control(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let url = format!("amqp://{address}");
        let arguments = [&url, "queue", &COUNT.to_string(), "2"];
        let ended = client.run("multithreaded_client_flow_control", &arguments)?;
        has_lines(&ended.output, &[format!("{} messages sent and received", 2 * COUNT)])
    })
}

/// Without an interruption; those are another step's.
fn reconnect(client: &Cast, server: &Cast) -> Outcome {
    broker(server, |address| {
        let ended =
            client.run("reconnect_client", &[&format!("amqp://{address}"), "queue", &COUNT.to_string()])?;
        has_lines(&ended.output, &sequence())
    })
}

fn broker(server: &Cast, play: impl FnOnce(&str) -> Outcome) -> Outcome {
    let arguments = |address: &str| vec!["-a".into(), address.into()];
    server.with_server("broker", arguments, |address, _| play(address)).map(drop)
}

fn talk(client: &Cast, program: &str, queue: &str) -> Result<String, String> {
    client.run(program, &["-a", queue, "-m", &COUNT.to_string()]).map(|ended| ended.output)
}

fn send(client: &Cast, program: &str, queue: &str) -> Outcome {
    expect_lines(program, &talk(client, program, queue)?, &["all messages confirmed"])
}

fn sequence() -> Vec<String> {
    (1..=COUNT).map(|n| format!("{{\"sequence\"={n}}}")).collect()
}

/// Checks that these lines occur in this order; threads may write others between them.
fn has_lines<T: AsRef<str>>(output: &str, expected: &[T]) -> Outcome {
    let mut lines = output.lines();
    match expected.iter().find(|expected| !lines.any(|line| line == expected.as_ref())) {
        Some(missing) => Err(format!("not said, or too early: {}\n{output}", missing.as_ref())),
        None => Ok(()),
    }
}
