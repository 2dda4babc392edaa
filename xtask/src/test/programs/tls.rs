//! Scenes over TLS: peers of this project's own on either library, and openssl's client and server, which know nothing
//! of AMQP and say what they think of the stream.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

use super::Scene;
use super::cast::{Cast, until};
use crate::Outcome;
use crate::demo::broker::{answers, free_address};
use crate::demo::process::Process;

/// Two peers of this project.
pub(super) const PEERS: [Scene; 8] = [
    Scene { name: "TLS 1.2", play: |client, server| version(client, server, "TLSv1.2") },
    Scene { name: "TLS 1.3", play: |client, server| version(client, server, "TLSv1.3") },
    Scene { name: "a large message", play: large },
    Scene { name: "a client's certificate and EXTERNAL", play: external },
    Scene { name: "a session goes on", play: resumed },
    Scene { name: "a wrong authority", play: wrong_authority },
    Scene { name: "a wrong name", play: wrong_name },
    Scene { name: "no protocol in common", play: no_common_protocol },
];

/// A peer of this project and openssl's programs; only the first cast plays.
pub(super) const OPENSSL: [Scene; 10] = [
    Scene { name: "s_client, TLS 1.2", play: |peer, _| served(peer, "-tls1_2", "TLSv1.2") },
    Scene { name: "s_client, TLS 1.3", play: |peer, _| served(peer, "-tls1_3", "TLSv1.3") },
    Scene { name: "s_client with a certificate", play: |peer, _| client_certificate(peer) },
    Scene { name: "s_client with a wrong authority", play: |peer, _| distrusted(peer) },
    Scene { name: "s_client asks for another protocol above TLS", play: |peer, _| no_alpn(peer) },
    Scene { name: "s_client is killed", play: |peer, _| cut_by_client(peer) },
    Scene { name: "s_server, TLS 1.2", play: |peer, _| connected(peer, "-tls1_2", "TLSv1.2") },
    Scene { name: "s_server, TLS 1.3", play: |peer, _| connected(peer, "-tls1_3", "TLSv1.3") },
    Scene { name: "s_server that wants a certificate", play: |peer, _| asked(peer) },
    Scene { name: "s_server is killed", play: |peer, _| cut_by_server(peer) },
];

/// What releases up to 0.37 do not do: tell the peer why.
pub(super) const OPENSSL_TOLD: [Scene; 3] = [
    Scene { name: "s_client without a certificate is told", play: |peer, _| told_no_certificate(peer) },
    Scene { name: "s_client that breaks AMQP is told", play: |peer, _| told_of_amqp(peer) },
    Scene { name: "s_server that is not believed is told", play: |peer, _| told_unknown(peer) },
];

/// A header, an open and a close, in bytes.
const HEADER: &[u8] = b"AMQP\x00\x01\x00\x00";
const OPEN: &[u8] = b"\x00\x00\x00\x11\x02\x00\x00\x00\x00\x53\x10\xc0\x04\x01\xa1\x01x";
const CLOSE: &[u8] = b"\x00\x00\x00\x0c\x02\x00\x00\x00\x00\x53\x18\x45";

/// A transfer on a channel that nobody has begun.
const BROKEN: &[u8] = b"\x00\x00\x00\x0f\x02\x00\x00\x09\x00\x53\x14\xc0\x02\x01\x43";

const HOST: &str = "server.example.test";

/// A running peer that serves.
struct Serving<'a> {
    cast: &'a Cast,
    address: String,
    process: Process,
}

impl<'a> Serving<'a> {
    fn start(cast: &'a Cast, options: &[&str]) -> Result<Self, String> {
        let address = free_address()?;
        let process = cast.start("secure", &[&["serve", &address], options].concat(), "")?;
        until(|| process.said(), "that it listens", |said| said.contains("listening"))?;
        Ok(Self { cast, address, process })
    }

    /// What it said once its connections have ended.
    fn finish(self) -> Result<String, String> {
        self.process.finish(&self.cast.side).map(|ended| ended.output)
    }
}

/// Runs both peers; gives what client and server said.
fn meet(
    client: &Cast,
    server: &Cast,
    client_options: &[&str],
    server_options: &[&str],
) -> Result<(String, String), String> {
    let serving = Serving::start(server, server_options)?;
    let ended = client.run("secure", &[&["connect", &serving.address], client_options].concat());
    let server = serving.finish()?;
    Ok((ended?.output, server))
}

fn version(client: &Cast, server: &Cast, protocol: &str) -> Outcome {
    let protocols = format!("protocols={protocol}");
    let options = ["trust=ca.pem", "verify=name", "host=server.example.test", &protocols];
    let (client, server) = meet(client, server, &options, &["certificate=server"])?;
    let shown = format!("protocol={protocol}");
    expect(&client, &["open encrypted=1", &shown, "subject=CN=server.example.test", "closed"])?;
    expect(&server, &["open encrypted=1", &shown, "closed"])?;
    expect_not(&client, "error")?;
    expect_not(&server, "error")
}

fn large(client: &Cast, server: &Cast) -> Outcome {
    let options = ["trust=ca.pem", "verify=peer", "send=5000000", "count=3"];
    let (client, server) = meet(client, server, &options, &["certificate=server-rsa", "count=3"])?;
    expect(&server, &["received 5000000", "received 5000000", "received 5000000", "closed"])?;
    expect_not(&(client + &server), "error")
}

fn external(client: &Cast, server: &Cast) -> Outcome {
    let options =
        ["trust=ca.pem", "verify=name", "host=server.example.test", "certificate=client", "sasl=EXTERNAL"];
    let server_options = ["certificate=server", "trust=ca.pem", "verify=peer", "sasl=EXTERNAL"];
    let (client, server) = meet(client, server, &options, &server_options)?;
    expect(&client, &["authenticated=1"])?;
    expect(&server, &["authenticated=1 user=CN=client,O=Protium tests subject=CN=client,O=Protium tests"])
}

/// Both ends say that the second session is no new one.
fn resumed(client: &Cast, server: &Cast) -> Outcome {
    for protocol in ["protocols=TLSv1.2", "protocols=TLSv1.3"] {
        let options = ["trust=ca.pem", "verify=peer", "session=one", "count=2", protocol];
        let (client, server) = meet(client, server, &options, &["certificate=server", "count=2"])?;
        expect(&client, &["resume=1", "closed", "resume=2", "closed"])?;
        expect(&server, &["resume=1", "closed", "resume=2", "closed"])?;
    }
    Ok(())
}

fn wrong_authority(client: &Cast, server: &Cast) -> Outcome {
    let options = ["trust=wrong-ca.pem", "verify=peer"];
    let (client, server) = meet(client, server, &options, &["certificate=server"])?;
    expect(&client, &["error amqp:connection:framing-error: SSL Failure:", "closed"])?;
    expect(&server, &["error amqp:connection:framing-error: SSL Failure:", "closed"])?;
    expect_not(&(client + &server), "open")
}

fn wrong_name(client: &Cast, server: &Cast) -> Outcome {
    let options = ["trust=ca.pem", "verify=name", "host=elsewhere.example.test"];
    let (client, server) = meet(client, server, &options, &["certificate=server"])?;
    expect(&client, &["error amqp:connection:framing-error: SSL Failure:", "closed"])?;
    expect_not(&(client + &server), "open")
}

fn no_common_protocol(client: &Cast, server: &Cast) -> Outcome {
    let options = ["trust=ca.pem", "verify=peer", "protocols=TLSv1.3"];
    let (client, server) = meet(client, server, &options, &["certificate=server", "protocols=TLSv1.2"])?;
    expect(&client, &["error amqp:connection:framing-error: SSL Failure:", "closed"])?;
    expect(&server, &["error amqp:connection:framing-error: SSL Failure:", "closed"])
}

/// openssl's client: it gets `input` to send, and runs until its peer ends.
fn s_client(peer: &Cast, address: &str, options: &[&str], input: &[u8]) -> Result<Openssl, String> {
    let arguments = ["s_client", "-connect", address, "-ign_eof", "-verify_return_error"];
    Openssl::start(peer, &[&arguments[..], options].concat(), input)
}

/// openssl's program, and the pipe that it reads from.
struct Openssl {
    child: Child,
}

impl Openssl {
    fn start(peer: &Cast, arguments: &[&str], input: &[u8]) -> Result<Self, String> {
        let mut command = Command::new("timeout");
        command.args(["60", "openssl"]).args(arguments).current_dir(peer.folder());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("openssl: {error}"))?;
        if let Some(pipe) = &mut child.stdin {
            pipe.write_all(input).map_err(|error| format!("openssl: {error}"))?;
        }
        Ok(Self { child })
    }

    /// What it wrote, when its peer has ended the stream.
    fn finish(self) -> Result<String, String> {
        self.child.wait_with_output().map(|output| text(&output)).map_err(|error| format!("openssl: {error}"))
    }

    /// Ends it as a crash would.
    fn kill(self) -> Outcome {
        // The program below `timeout`, which would pass on anything but this.
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        let child = std::fs::read_to_string(&children).map_err(|error| format!("{children}: {error}"))?;
        crate::shell::run(Command::new("kill").arg("-KILL").args(child.split_whitespace()))?;
        self.finish().map(drop)
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// openssl's server, which asks for nothing and sends `input` to whoever connects.
fn s_server(peer: &Cast, options: &[&str], input: &[u8]) -> Result<(Openssl, String), String> {
    let address = free_address()?;
    let arguments = ["s_server", "-accept", &address, "-naccept", "1"];
    let server = Openssl::start(peer, &[&arguments[..], options].concat(), input)?;
    let listens = || if answers(&address) { "yes".into() } else { String::new() };
    until(listens, "that openssl listens", |said| !said.is_empty())?;
    Ok((server, address))
}

fn served(peer: &Cast, option: &str, protocol: &str) -> Outcome {
    let serving = Serving::start(peer, &["certificate=server"])?;
    let options = [option, "-CAfile", "ca.pem", "-verify_hostname", HOST];
    let said = s_client(peer, &serving.address, &options, &[HEADER, OPEN, CLOSE].concat())?.finish()?;
    expect(&said, &[protocol, "Verify return code: 0 (ok)"])?;
    expect(&said, &["AMQP"])?;
    expect(&said, &["closed"])?;
    let protocol = format!("protocol={protocol}");
    expect(&serving.finish()?, &["open encrypted=1", &protocol, "closed"])
}

fn client_certificate(peer: &Cast) -> Outcome {
    let serving = Serving::start(peer, &["certificate=server", "trust=ca.pem", "verify=peer"])?;
    let options = ["-CAfile", "ca.pem", "-cert", "subject.pem", "-key", "subject.key"];
    s_client(peer, &serving.address, &options, &[HEADER, OPEN, CLOSE].concat())?.finish()?;
    let subject =
        r"subject=emailAddress=a@b.c,CN=second,CN=client,OU=Eng+OU=Dev,O=Acme\, Inc.,L=SF,ST=CA,C=US";
    let said = serving.finish()?;
    expect(&said, &["open encrypted=1", subject, "closed"])?;
    expect_not(&said, "error")
}

fn distrusted(peer: &Cast) -> Outcome {
    let serving = Serving::start(peer, &["certificate=server"])?;
    s_client(peer, &serving.address, &["-CAfile", "wrong-ca.pem"], HEADER)?.finish()?;
    let said = serving.finish()?;
    expect(&said, &["error amqp:connection:framing-error: SSL Failure:", "closed"])?;
    expect_not(&said, "open ")
}

/// A peer without names of protocols leaves the offer alone.
fn no_alpn(peer: &Cast) -> Outcome {
    let serving = Serving::start(peer, &["certificate=server"])?;
    let options = ["-CAfile", "ca.pem", "-alpn", "h2,http/1.1"];
    let said = s_client(peer, &serving.address, &options, &[HEADER, OPEN, CLOSE].concat())?.finish()?;
    expect(&said, &["No ALPN negotiated"])?;
    expect(&serving.finish()?, &["open encrypted=1", "closed"])
}

/// A stream that ends without a word is an error, however much came before.
fn cut_by_client(peer: &Cast) -> Outcome {
    let serving = Serving::start(peer, &["certificate=server"])?;
    let client = s_client(peer, &serving.address, &["-CAfile", "ca.pem"], &[HEADER, OPEN].concat())?;
    until(|| serving.process.said(), "that it is open", |said| said.contains("open encrypted=1"))?;
    client.kill()?;
    expect(&serving.finish()?, &["open encrypted=1", "error ", "closed"])
}

fn connected(peer: &Cast, option: &str, protocol: &str) -> Outcome {
    let options = [option, "-cert", "server.pem", "-key", "server.key"];
    let (server, address) = s_server(peer, &options, &[HEADER, OPEN, CLOSE].concat())?;
    let client =
        peer.run("secure", &["connect", &address, "trust=ca.pem", "verify=name", "host=server.example.test"]);
    let said = server.finish()?;
    let client = client.map_err(|error| format!("{error}\nopenssl said:\n{said}"))?.output;
    let protocol = format!("protocol={protocol}");
    expect(&client, &["open encrypted=1", &protocol, "subject=CN=server.example.test", "closed"])?;
    expect(&said, &["AMQP"])
}

fn asked(peer: &Cast) -> Outcome {
    let options = ["-cert", "server.pem", "-key", "server.key", "-CAfile", "ca.pem", "-Verify", "3"];
    let (server, address) = s_server(peer, &options, &[HEADER, OPEN, CLOSE].concat())?;
    let arguments = ["connect", &address, "trust=ca.pem", "verify=peer", "certificate=client"];
    let client = peer.run("secure", &arguments)?.output;
    expect(&client, &["open encrypted=1", "closed"])?;
    expect(&server.finish()?, &["O = Protium tests, CN = client"])
}

fn cut_by_server(peer: &Cast) -> Outcome {
    let options = ["-cert", "server.pem", "-key", "server.key"];
    let (server, address) = s_server(peer, &options, &[HEADER, OPEN].concat())?;
    let arguments = ["connect", &address, "trust=ca.pem", "verify=peer"];
    let client = peer.start("secure", &arguments, "")?;
    until(|| client.said(), "that it is open", |said| said.contains("open encrypted=1"))?;
    server.kill()?;
    let said = client.finish(&peer.side)?.output;
    expect(&said, &["open encrypted=1", "closed"])
}

fn told_no_certificate(peer: &Cast) -> Outcome {
    let serving = Serving::start(peer, &["certificate=server", "trust=ca.pem", "verify=peer"])?;
    let said = s_client(peer, &serving.address, &["-CAfile", "ca.pem", "-tls1_3"], HEADER)?.finish()?;
    expect(&said, &["alert"])?;
    expect(&serving.finish()?, &["error amqp:connection:framing-error: SSL Failure:", "closed"])
}

/// The close with the error crosses TLS, and the stream ends in order.
fn told_of_amqp(peer: &Cast) -> Outcome {
    for version in ["-tls1_2", "-tls1_3"] {
        let serving = Serving::start(peer, &["certificate=server"])?;
        let input = [HEADER, OPEN, BROKEN].concat();
        let said = s_client(peer, &serving.address, &["-CAfile", "ca.pem", version], &input)?.finish()?;
        expect(&said, &["amqp:"])?;
        expect_not(&said, "unexpected eof")?;
        expect(&serving.finish()?, &["open encrypted=1", "error amqp:", "closed"])?;
    }
    Ok(())
}

fn told_unknown(peer: &Cast) -> Outcome {
    let options = ["-cert", "wrong-server.pem", "-key", "wrong-server.key"];
    let (server, address) = s_server(peer, &options, b"")?;
    let client = peer.run("secure", &["connect", &address, "trust=ca.pem", "verify=peer"])?.output;
    expect(&client, &["error amqp:connection:framing-error: SSL Failure:", "closed"])?;
    expect(&server.finish()?, &["alert unknown ca"])
}

/// Checks that these texts occur in this order.
fn expect(said: &str, texts: &[&str]) -> Outcome {
    let mut rest = said;
    for text in texts {
        let Some(at) = rest.find(text) else {
            return Err(format!("not said, or too early: {text}\n{said}"));
        };
        rest = &rest[at + text.len()..];
    }
    Ok(())
}

fn expect_not(said: &str, text: &str) -> Outcome {
    if said.contains(text) { Err(format!("said: {text}\n{said}")) } else { Ok(()) }
}
