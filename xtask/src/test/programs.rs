//! Programs that nobody here wrote, over the proactor: the distribution's C and C++ examples, unchanged.
//!
//! A scene is a few programs that talk to each other over TCP and what they have to say in the end. It is played by
//! several casts: a cast is one way of compiling the programs together with the library they run on. So every scene
//! sees this library with itself, and with the distribution's library on either end.
//!
//! `programs/build.rs` compiles, `programs/cast.rs` starts programs, `programs/c.rs` and `programs/cpp.rs` have the
//! scenes. `programs/recovery.rs` has clients of this project's own, for brokers that are killed and for outcomes other
//! than acceptance. `programs/legacy.rs` has messengers and reactors. `programs/security.rs` has one that shows who it is, `programs/tls.rs` peers over TLS.

mod build;
mod c;
mod cast;
mod collectd;
mod cpp;
mod legacy;
mod rabbit;
mod recovery;
mod security;
mod tls;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bench;
use super::tally::Tally;
use crate::Outcome;
use crate::demo::side::Side;

use cast::Cast;

/// What the C++ examples need beyond what every step has.
const PACKAGES_CPP: [&str; 3] = ["g++", "libqpid-proton-cpp12", "libqpid-proton-cpp12-dev"];

/// The distribution's own headers and library, for programs as its users have them.
const PACKAGES_C: [&str; 2] = ["libqpid-proton11-dev", "libqpid-proton11-dev-examples"];

/// The distribution's C examples, compiled in every way that this library offers and in the distribution's own.
pub(crate) fn c_examples(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    crate::packages::ensure(&PACKAGES_C)?;
    let sources = build::sources(bench, "c")?;
    let distribution = build::by_distribution(bench, &sources, "c", "gcc", &["-lqpid-proton"])?;
    let ours = [
        ("pkg-config", build::by_pkg_config(bench, &sources)?),
        ("Makefile.pkgconfig", build::by_makefile(bench, &sources)?),
        ("CMake", build::by_cmake(bench, &sources)?),
        ("swapped in", distribution.clone()),
    ];
    let reference = Cast::new("reference", Side::distribution(), distribution, bench)?;
    for (name, programs) in ours {
        let cast = Cast::new(name, Side::ours(&bench.prefix, false)?, programs, bench)?;
        for (client, server) in [(&cast, &cast), (&cast, &reference), (&reference, &cast)] {
            play(tally, &c::SCENES, client, server);
        }
    }
    Ok(())
}

/// The distribution's C++ examples on its C++ library, which runs on this library or on the distribution's.
pub(crate) fn cpp_examples(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    crate::packages::ensure(&PACKAGES_C)?;
    crate::packages::ensure(&PACKAGES_CPP)?;
    let sources = build::sources(bench, "cpp")?;
    let programs = build::by_distribution(bench, &sources, "cpp", "g++", &["-lqpid-proton-cpp"])?;
    let ours = Cast::new("ours", Side::ours(&bench.prefix, false)?, programs.clone(), bench)?;
    let reference = Cast::new("reference", Side::distribution(), programs, bench)?;
    for (client, server) in [(&ours, &ours), (&ours, &reference), (&reference, &ours)] {
        play(tally, &cpp::SCENES, client, server);
    }
    Ok(())
}

/// TLS over sockets: peers of this project on either library, and openssl's own programs on the other side.
pub(crate) fn over_tls(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    crate::packages::ensure(&PACKAGES_C)?;
    let certificates = super::certificates::ensure(bench.root)?;
    let peers = build::folder(bench, "clients")?;
    compile(bench, "tests/c/programs/secure.c", &peers.join("secure"), "gcc", "-lqpid-proton")?;
    let cast =
        |name, side| Ok::<_, String>(Cast::new(name, side, peers.clone(), bench)?.in_folder(&certificates));
    let ours = cast("ours", Side::ours(&bench.prefix, false)?)?;
    let reference = cast("reference", Side::distribution())?;
    for (client, server) in [(&ours, &ours), (&ours, &reference), (&reference, &ours)] {
        play(tally, &tls::PEERS, client, server);
    }
    play(tally, &tls::OPENSSL, &ours, &ours);
    play(tally, &tls::OPENSSL_TOLD, &ours, &ours);
    Ok(())
}

/// A daemon of the distribution whose plug-in uses the library.
pub(crate) fn collectd(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    crate::packages::ensure(&["collectd-core", "libyajl2"])?;
    let nothing = build::folder(bench, "stage")?;
    let ours = Cast::new("ours", Side::ours(&bench.prefix, false)?, nothing.clone(), bench)?;
    let reference = Cast::new("reference", Side::distribution(), nothing, bench)?;
    for receivers in [&ours, &reference] {
        let result = collectd::metrics(bench, &ours, receivers);
        report(tally, &format!("metrics to {}", receivers.name), result);
    }
    Ok(())
}

/// Clients that do not give up, with brokers that are killed, and with every outcome.
pub(crate) fn recovery(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    for packages in [&PACKAGES_C[..], &PACKAGES_CPP, &["rabbitmq-server"]] {
        crate::packages::ensure(packages)?;
    }
    let programs = clients(bench)?;
    let ours = Cast::new("ours", Side::ours(&bench.prefix, false)?, programs.clone(), bench)?;
    let reference = Cast::new("reference", Side::distribution(), programs, bench)?;
    for (name, broker, language, compiler, library) in [
        ("C", ("broker", split as _), "c", "gcc", "-lqpid-proton"),
        ("C++", ("broker", dashed as _), "cpp", "g++", "-lqpid-proton-cpp"),
    ] {
        let sources = build::sources(bench, language)?;
        let programs = build::by_distribution(bench, &sources, language, compiler, &[library])?;
        let brokers = Cast::new(name, Side::ours(&bench.prefix, false)?, programs, bench)?;
        for client in CLIENTS {
            let result = recovery::example_broker(&ours, client, &brokers, broker);
            report(tally, &format!("{} client, {name} example broker killed", client.0), result);
        }
    }
    for client in CLIENTS {
        for (client_side, broker) in [(&ours, &ours), (&ours, &reference), (&reference, &ours)] {
            let result = recovery::outcomes_of_a_broker(client_side, client, broker);
            let sides = (&client_side.name, &broker.name);
            report(tally, &format!("{} client's outcomes, {} to {}", client.0, sides.0, sides.1), result);
        }
    }
    let mut rabbit = rabbit::Rabbit::start(bench)?;
    for client in CLIENTS {
        // It does not know what modified means.
        let result = recovery::outcomes(&ours, client, &rabbit.address, &["release"]);
        report(tally, &format!("{} client's outcomes, RabbitMQ", client.0), result);
    }
    recovery::rabbit(tally, &ours, &CLIENTS, &mut rabbit)
}

/// Messengers and reactors, with each other and with a broker.
pub(crate) fn legacy(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    crate::packages::ensure(&PACKAGES_C)?;
    crate::packages::ensure(&["rabbitmq-server"])?;
    let folder = build::folder(bench, "legacy")?;
    for program in ["mailbox", "echo"] {
        let source = format!("tests/c/legacy/programs/{program}.c");
        compile(bench, &source, &folder.join(program), "gcc", "-lqpid-proton")?;
    }
    let ours = Cast::new("ours", Side::ours(&bench.prefix, false)?, folder.clone(), bench)?;
    let reference = Cast::new("reference", Side::distribution(), folder, bench)?;
    let pairs = [(&ours, &ours), (&ours, &reference), (&reference, &ours)];
    for (client, server) in pairs {
        play(tally, &legacy::SCENES, client, server);
    }
    let rabbit = rabbit::Rabbit::start(bench)?;
    for (sender, receiver) in pairs {
        let result = legacy::broker(sender, receiver, &rabbit.address);
        report(tally, &format!("messengers by RabbitMQ, {} to {}", sender.name, receiver.name), result);
    }
    Ok(())
}

/// A client that shows who it is, with TLS and without, to brokers that ask for it.
pub(crate) fn security(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    crate::packages::ensure(&["rabbitmq-server"])?;
    let nothing = build::folder(bench, "stage")?;
    let ours = Cast::new("ours", Side::ours(&bench.prefix, false)?, nothing.clone(), bench)?;
    let reference = Cast::new("reference", Side::distribution(), nothing, bench)?;
    for (client, server) in [(&ours, &ours), (&ours, &reference), (&reference, &ours)] {
        security::brokers(tally, client, server);
    }
    let (rabbit, address) = rabbit::Rabbit::start_secured(bench)?;
    security::rabbit(tally, &[&ours, &reference], (&rabbit.address, &address));
    Ok(())
}

/// The clients that do not give up, compiled as the distribution's users would; the Python one is a script.
const CLIENTS: [recovery::Client; 3] = [("C", "exchange"), ("C++", "exchange++"), ("Python", "exchange.py")];

fn clients(bench: &Bench<'_>) -> Result<PathBuf, String> {
    let folder = build::folder(bench, "clients")?;
    for (source, program, compiler, library) in [
        ("tests/c/programs/exchange.c", "exchange", "gcc", "-lqpid-proton"),
        ("tests/cpp/programs/exchange.cpp", "exchange++", "g++", "-lqpid-proton-cpp"),
    ] {
        compile(bench, source, &folder.join(program), compiler, library)?;
    }
    Ok(folder)
}

/// Compiles a program of this project as the distribution's users would.
fn compile(bench: &Bench<'_>, source: &str, program: &Path, compiler: &str, library: &str) -> Outcome {
    let mut command = Command::new(compiler);
    command.args(["-Wall", "-Wextra", "-Werror", "-g", "-o"]).arg(program);
    crate::shell::run(command.arg(bench.root.join(source)).arg(library))
}

/// How the C example broker is told where to listen.
fn split(address: &str) -> Vec<String> {
    let (host, port) = cast::parts(address);
    vec![host.into(), port.into()]
}

/// How the C++ example broker is told.
fn dashed(address: &str) -> Vec<String> {
    vec!["-a".into(), address.into()]
}

fn report(tally: &mut Tally, what: &str, result: Outcome) {
    println!("{what}: {}", if result.is_ok() { "as it should be" } else { "NOT AS IT SHOULD BE" });
    tally.record(what, result);
}

/// Plays scenes with one cast as the clients and one as the servers.
fn play(tally: &mut Tally, scenes: &[Scene], client: &Cast, server: &Cast) {
    let mut worked = 0;
    for scene in scenes {
        let result = (scene.play)(client, server);
        worked += u32::from(result.is_ok());
        tally.record(&format!("{} ({} to {})", scene.name, client.name, server.name), result);
    }
    println!("{} to {}: {worked} of {} scenes", client.name, server.name, scenes.len());
}

/// What programs do together: the first cast plays the clients, the second the servers.
struct Scene {
    name: &'static str,
    play: fn(&Cast, &Cast) -> Outcome,
}
