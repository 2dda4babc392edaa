//! A client that shows who it is (`tests/python/programs/login.py`) to brokers that will know it or refuse it.
//!
//! A scene is what the client is told and what it has to say in the end; the distribution's library has to say the same.

use super::cast::Cast;
use crate::Outcome;
use crate::demo::scene::expect_lines;
use crate::test::tally::Tally;

/// What a client is told besides the address and the queue, and what it says then.
struct Login {
    name: &'static str,
    tls: bool,
    /// A queue that is for one user alone: who can use it was taken for the right one.
    queue: &'static str,
    told: &'static [&'static str],
    says: &'static [&'static str],
}

const DONE: &str = "message came back";
const REFUSED: &str = "refused: Authentication failed";
const BROKEN: &str = "refused: SSL Failure";

const TLS: &str = "tls=server.example.test";

/// What RabbitMQ has to make of a client. It takes PLAIN from everybody; EXTERNAL, which it offers to all with TLS, from
/// whoever has a certificate.
const RABBIT: [Login; 13] = [
    Login {
        name: "user and password in the clear",
        tls: false,
        queue: "of-guest",
        told: &["user=guest", "password=guest", "mechs=PLAIN", "insecure=yes"],
        says: &["in with PLAIN as guest", "in the clear", DONE],
    },
    Login {
        name: "a password in the clear without leave",
        tls: false,
        queue: "of-guest",
        told: &["user=guest", "password=guest", "mechs=PLAIN"],
        says: &[REFUSED],
    },
    Login {
        name: "a wrong password in the clear",
        tls: false,
        queue: "of-guest",
        told: &["user=guest", "password=wrong", "mechs=PLAIN", "insecure=yes"],
        says: &[REFUSED],
    },
    Login {
        name: "a user nobody knows",
        tls: false,
        queue: "of-guest",
        told: &["user=nobody", "password=guest", "insecure=yes"],
        says: &[REFUSED],
    },
    Login {
        name: "user and password over TLS",
        tls: true,
        queue: "of-guest",
        told: &[TLS, "user=guest", "password=guest", "mechs=PLAIN"],
        says: &["in with PLAIN as guest", "encrypted", DONE],
    },
    Login {
        name: "a wrong password over TLS",
        tls: true,
        queue: "of-guest",
        told: &[TLS, "user=guest", "password=wrong", "mechs=PLAIN"],
        says: &[REFUSED],
    },
    Login {
        name: "neither password nor certificate over TLS",
        tls: true,
        queue: "of-guest",
        told: &[TLS],
        says: &[REFUSED],
    },
    Login {
        name: "a certificate",
        tls: true,
        queue: "of-client",
        told: &[TLS, "identity=client", "mechs=EXTERNAL"],
        says: &["in with EXTERNAL as None", "encrypted", DONE],
    },
    Login {
        name: "a certificate with RSA",
        tls: true,
        queue: "of-client",
        told: &[TLS, "identity=client-rsa"],
        says: &["in with EXTERNAL as None", "encrypted", DONE],
    },
    Login {
        name: "a certificate of somebody without an account",
        tls: true,
        queue: "of-guest",
        told: &[TLS, "identity=server-rsa", "mechs=EXTERNAL"],
        says: &[REFUSED],
    },
    Login {
        name: "a certificate beside user and password",
        tls: true,
        queue: "of-guest",
        told: &[TLS, "identity=client", "user=guest", "password=guest", "mechs=PLAIN"],
        says: &["in with PLAIN as guest", "encrypted", DONE],
    },
    Login {
        name: "a server that an unknown authority signed",
        tls: true,
        queue: "of-guest",
        told: &[TLS, "ca=wrong-ca", "user=guest", "password=guest"],
        says: &[BROKEN],
    },
    Login {
        name: "a server of another name",
        tls: true,
        queue: "of-guest",
        told: &["tls=other.example.test", "user=guest", "password=guest"],
        says: &[BROKEN],
    },
];

/// What the distribution's Python broker makes of a client: it lets in whoever is anonymous.
const EXAMPLE: [Login; 4] = [
    Login {
        name: "nobody in particular",
        tls: false,
        queue: "queue",
        told: &[],
        says: &["in with ANONYMOUS as None", "in the clear", DONE],
    },
    Login {
        name: "a user without a password",
        tls: false,
        queue: "queue",
        told: &["user=me"],
        says: &["in with ANONYMOUS as me", "in the clear", DONE],
    },
    Login {
        name: "a user who insists on the password",
        tls: false,
        queue: "queue",
        told: &["user=me", "password=secret", "mechs=PLAIN", "insecure=yes"],
        says: &[REFUSED],
    },
    Login {
        name: "a certificate without TLS",
        tls: false,
        queue: "queue",
        told: &["mechs=EXTERNAL"],
        says: &[REFUSED],
    },
];

/// What a broker of this binding makes of a client if it wants certificates (`tests/python/programs/doorkeeper.py`).
const DOORKEEPER: [Login; 5] = [
    Login {
        name: "a certificate",
        tls: true,
        queue: "queue",
        told: &[TLS, "identity=client"],
        says: &["in with EXTERNAL as None", "encrypted", DONE],
    },
    Login {
        name: "a certificate beside user and password",
        tls: true,
        queue: "queue",
        told: &[TLS, "identity=client-rsa", "user=me", "password=secret"],
        says: &["in with EXTERNAL as me", "encrypted", DONE],
    },
    Login { name: "no certificate", tls: true, queue: "queue", told: &[TLS], says: &[BROKEN] },
    Login {
        name: "a certificate that an unknown authority signed",
        tls: true,
        queue: "queue",
        told: &[TLS, "identity=wrong-client"],
        says: &[BROKEN],
    },
    Login {
        name: "a certificate and no word of it",
        tls: true,
        queue: "queue",
        told: &[TLS, "identity=client", "mechs=ANONYMOUS"],
        says: &[REFUSED],
    },
];

/// The example broker, where the distribution has it.
const BROKER: &str = "/usr/share/proton/examples/python/broker.py";

/// Plays all scenes with every cast against the two addresses of a RabbitMQ, the first without TLS.
pub(super) fn rabbit(tally: &mut Tally, casts: &[&Cast], addresses: (&str, &str)) {
    for cast in casts {
        let said = format!("RabbitMQ, {}", cast.name);
        play(tally, &said, &RABBIT, |login| {
            log_in(cast, login, if login.tls { addresses.1 } else { addresses.0 })
        });
    }
}

/// Plays with brokers on the Python binding, this library or the distribution's at either end.
pub(super) fn brokers(tally: &mut Tally, clients: &Cast, servers: &Cast) {
    for (name, broker, logins) in
        [("example broker", BROKER, &EXAMPLE[..]), ("doorkeeper", "doorkeeper.py", &DOORKEEPER)]
    {
        let arguments = |address: &str| match name {
            "doorkeeper" => vec![address.to_owned()],
            _ => vec!["-a".to_owned(), address.to_owned()],
        };
        let said = format!("{name}, {} to {}", clients.name, servers.name);
        play(tally, &said, logins, |login| {
            servers.with_server(broker, arguments, |address, _| log_in(clients, login, address)).map(drop)
        });
    }
}

fn play(tally: &mut Tally, said: &str, logins: &[Login], scene: impl Fn(&Login) -> Outcome) {
    let mut worked = 0;
    for login in logins {
        let result = scene(login);
        worked += u32::from(result.is_ok());
        tally.record(&format!("{said}, {}", login.name), result);
    }
    println!("{said}: {worked} of {} scenes", logins.len());
}

fn log_in(cast: &Cast, login: &Login, address: &str) -> Outcome {
    let ended = cast.run("login.py", &[&[address, login.queue], login.told].concat())?;
    expect_lines("login.py", &ended.output, login.says)
}
