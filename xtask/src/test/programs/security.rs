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

/// Plays all scenes with every cast against the two addresses of a RabbitMQ, the first without TLS.
pub(super) fn rabbit(tally: &mut Tally, casts: &[&Cast], addresses: (&str, &str)) -> Outcome {
    for cast in casts {
        let mut worked = 0;
        for login in &RABBIT {
            let address = if login.tls { addresses.1 } else { addresses.0 };
            let result = play(cast, login, address);
            worked += u32::from(result.is_ok());
            tally.record(&format!("RabbitMQ, {} ({})", login.name, cast.name), result);
        }
        println!("RabbitMQ, {}: {worked} of {} scenes", cast.name, RABBIT.len());
    }
    Ok(())
}

fn play(cast: &Cast, login: &Login, address: &str) -> Outcome {
    let ended = cast.run("login.py", &[&[address, login.queue], login.told].concat())?;
    expect_lines("login.py", &ended.output, login.says)
}
