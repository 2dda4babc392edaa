//! SCRAM against the exchanges of the standards, against itself, and against sides that do not keep to it.

use super::server::Server;
use super::*;
use crate::sasl::mechanism::{ClientExchange, Keys, Move, Secret, ServerExchange, Told};

/// One exchange, word for word.
struct Vector {
    hash: &'static Hash,
    nonces: [&'static str; 2],
    salt: &'static str,
    proof: &'static str,
    signature: &'static str,
}

const VECTORS: [Vector; 3] = [
    // RFC 5802 section 5.
    Vector {
        hash: &SHA_1,
        nonces: ["fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j"],
        salt: "QSXCR+Q6sek8bf92",
        proof: "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        signature: "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    },
    // RFC 7677 section 3.
    Vector {
        hash: &SHA_256,
        nonces: ["rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"],
        salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
        proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        signature: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    },
    // The same with the longest hash, computed with Python's hashlib.
    Vector {
        hash: &SHA_512,
        nonces: ["rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"],
        salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
        proof: "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
        signature: "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
    },
];

impl Vector {
    fn first(&self) -> String {
        format!("r={}{},s={},i=4096", self.nonces[0], self.nonces[1], self.salt)
    }

    fn last(&self) -> String {
        format!("c=biws,r={}{},p={}", self.nonces[0], self.nonces[1], self.proof)
    }

    fn keys(&self) -> Secret {
        let salt = message::decoded(self.salt.as_bytes()).unwrap();
        let keys = self.hash.keys(&self.hash.stretch(b"pencil", salt.bytes(), 4096));
        Secret::Keys(Keys::new(salt.bytes(), 4096, keys.stored.bytes(), keys.server.bytes()).unwrap())
    }
}

fn client(hash: &'static Hash, nonce: &str) -> Begun {
    let mut credentials = Credentials {
        user: Some(Text::new(b"user")),
        password: Some(Password::new(b"pencil")),
        ..Credentials::default()
    };
    client::begin(hash, &mut credentials, nonce.as_bytes()).unwrap()
}

/// A client of the second vector that has said its first words.
fn greeted() -> (&'static Vector, Box<dyn ClientExchange>) {
    (&VECTORS[1], client(&SHA_256, VECTORS[1].nonces[0]).exchange)
}

/// A server that was told of the client and what is kept of it, and what it says.
fn challenged(hash: &'static Hash, greeting: &[u8], secret: Secret, nonce: &[u8]) -> (Server, Vec<u8>) {
    let mut server = Server::new(hash);
    let Move::Ask(_) = server.hear(Some(greeting), &Credentials::default()) else {
        panic!("it asks who that is")
    };
    let Ok(Move::Say(words)) = server.challenge(secret, nonce) else { panic!("it asks for a proof") };
    (server, words.bytes().to_vec())
}

fn said(next: Move) -> Vec<u8> {
    match next {
        Move::Say(words) => words.bytes().to_vec(),
        Move::Refuse(why) => panic!("{why}"),
        _ => panic!("it says nothing"),
    }
}

fn refused(next: Move) -> String {
    match next {
        Move::Refuse(why) => why.into_owned(),
        _ => panic!("it does not refuse"),
    }
}

#[test]
fn a_client_says_what_the_standards_say() {
    for vector in &VECTORS {
        let begun = client(vector.hash, vector.nonces[0]);
        assert_eq!(begun.words.unwrap().bytes(), format!("n,,n=user,r={}", vector.nonces[0]).as_bytes());
        let mut exchange = begun.exchange;
        let last = exchange.answer(vector.first().as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(last.bytes()), vector.last());
        assert!(exchange.conclude(None).is_err(), "the server has not proven itself");
        let signature = format!("v={}", vector.signature);
        assert!(exchange.conclude(Some(signature.as_bytes())).is_ok(), "as data of the outcome");
        assert_eq!(exchange.answer(signature.as_bytes()).unwrap().bytes(), b"", "or as a challenge");
        assert!(exchange.conclude(None).is_ok());
    }
}

#[test]
fn a_server_says_what_the_standards_say() {
    for vector in &VECTORS {
        let greeting = format!("n,,n=user,r={}", vector.nonces[0]);
        let (mut server, first) =
            challenged(vector.hash, greeting.as_bytes(), vector.keys(), vector.nonces[1].as_bytes());
        assert_eq!(String::from_utf8_lossy(&first), vector.first());
        let last = said(server.hear(Some(vector.last().as_bytes()), &Credentials::default()));
        assert_eq!(String::from_utf8_lossy(&last), format!("v={}", vector.signature));
        let Move::Accept(accepted) = server.hear(Some(b""), &Credentials::default()) else {
            panic!("it accepts")
        };
        assert_eq!(accepted.user, Text::new(b"user"));
    }
}

#[test]
fn a_client_refuses_a_server_that_does_not_keep_to_the_exchange() {
    let vector = &VECTORS[1];
    let nonce = format!("{}{}", vector.nonces[0], vector.nonces[1]);
    let salt = vector.salt;
    let cases = [
        (String::new(), "malformed"),
        ("garbage".into(), "malformed"),
        (format!("r={nonce}"), "malformed"),
        (format!("r={nonce},s=,i=4096"), "malformed"),
        (format!("r={nonce},s=!,i=4096"), "malformed"),
        (format!("r={nonce},s={salt},i="), "malformed"),
        (format!("r={nonce},s={salt},i=-1"), "malformed"),
        (format!("r={nonce},s={salt},i=999"), "asks for 999 iterations"),
        (format!("r={nonce},s={salt},i=2147483648"), "asks for 2147483648 iterations"),
        (format!("r={nonce},s={salt},i=99999999999999999999"), "iterations"),
        (format!("r={},s={salt},i=4096", vector.nonces[0]), "nonce"),
        (format!("r=x{nonce},s={salt},i=4096"), "nonce"),
        (format!("m=x,r={nonce},s={salt},i=4096"), "extension"),
        ("e=other-error".into(), "the server says other-error"),
    ];
    for (words, expected) in cases {
        let (_, mut exchange) = greeted();
        let Err(why) = exchange.answer(words.as_bytes()) else { panic!("{words} was taken") };
        assert!(why.contains(expected), "{words}: {why}");
        assert!(exchange.answer(vector.first().as_bytes()).is_err(), "there is no second try");
    }
}

#[test]
fn a_client_refuses_a_server_that_cannot_prove_itself() {
    for words in ["", "v=", "v=AAAA", "v=!", &format!("v={}", VECTORS[1].proof), "e=invalid-proof"] {
        let (vector, mut exchange) = greeted();
        exchange.answer(vector.first().as_bytes()).unwrap();
        assert!(exchange.conclude(Some(words.as_bytes())).is_err(), "{words}");
        assert!(exchange.answer(words.as_bytes()).is_err(), "{words}");
    }
}

#[test]
fn a_server_refuses_first_words_that_are_none() {
    for (words, expected) in [
        (&b""[..], "malformed"),
        (b"n,,", "malformed"),
        (b"n,,n=user", "malformed"),
        (b"n,,n=user,r=", "malformed"),
        (b"n,,n=,r=abc", "malformed"),
        (b"n,,n=u=0,r=abc", "malformed"),
        (b"n,,n=\x07,r=abc", "malformed"),
        (b"n,,n=user,r=a\x00c", "malformed"),
        (b"n,,m=x,n=user,r=abc", "extension"),
        (b"p=tls-unique,,n=user,r=abc", "channel binding"),
    ] {
        let mut server = Server::new(&SHA_256);
        let why = refused(server.hear(Some(words), &Credentials::default()));
        assert!(why.contains(expected), "{words:?}: {why}");
    }
    let mut server = Server::new(&SHA_256);
    assert_eq!(
        said(server.hear(None, &Credentials::default())),
        b"",
        "a client without words is asked for some"
    );
    refused(server.hear(None, &Credentials::default()));
}

#[test]
fn a_server_refuses_a_proof_that_is_none() {
    let vector = &VECTORS[1];
    let greeting = format!("n,,n=user,r={}", vector.nonces[0]);
    let nonce = format!("{}{}", vector.nonces[0], vector.nonces[1]);
    let proof = vector.proof;
    for (words, expected) in [
        (String::new(), "malformed"),
        (format!("c=biws,r={nonce}"), "malformed"),
        (format!("c=biws,r={nonce},p=!"), "malformed"),
        (format!("c=eSws,r={nonce},p={proof}"), "changed on the way"),
        (format!("c=biws,r={},p={proof}", vector.nonces[0]), "nonce"),
        (format!("c=biws,r={nonce},p={}", vector.signature), "wrong"),
        (format!("c=biws,r={nonce},p=AAAA"), "wrong"),
        (format!("c=biws,r={nonce},p="), "wrong"),
        (format!("c=biws,r={nonce},x=1,p={proof}"), "wrong"),
    ] {
        let (mut server, _) =
            challenged(&SHA_256, greeting.as_bytes(), vector.keys(), vector.nonces[1].as_bytes());
        let why = refused(server.hear(Some(words.as_bytes()), &Credentials::default()));
        assert!(why.contains(expected), "{words}: {why}");
        refused(server.hear(Some(vector.last().as_bytes()), &Credentials::default()));
    }
}

#[test]
fn a_user_that_is_not_there_looks_like_one_that_is() {
    let greeting = b"n,,n=nobody,r=abc";
    let shown = |secret| challenged(&SHA_256, greeting, secret, b"xyz").1;
    let (kept, nobody) = (shown(Secret::Password(Password::new(b"pw"))), shown(Secret::Unknown(None)));
    assert_eq!(kept, nobody, "the same salt and iterations");
    assert_eq!(nobody, shown(Secret::Unknown(None)), "on every attempt");
    assert!(shown(Secret::Unknown(Some(10_000))).ends_with(b",i=10000"));
    let other = challenged(&SHA_256, b"n,,n=another,r=abc", Secret::Unknown(None), b"xyz").1;
    assert_ne!(nobody, other);
}

#[test]
fn nobody_gets_in_as_a_user_that_is_not_there_or_with_the_keys_of_another_mechanism() {
    for secret in [Secret::Unknown(None), Secret::Unknown(Some(4096)), VECTORS[0].keys()] {
        let begun = client(&SHA_256, "abc");
        let (mut server, first) = challenged(&SHA_256, begun.words.unwrap().bytes(), secret, b"xyz");
        let mut exchange = begun.exchange;
        let proof = exchange.answer(&first).unwrap();
        let why = refused(server.hear(Some(proof.bytes()), &Credentials::default()));
        assert_eq!(why, "user or password is wrong");
    }
}

#[test]
fn names_with_commas_and_authorizations_arrive_as_they_are() {
    let mut credentials = Credentials {
        user: Some(Text::new(b"a,b=c")),
        authorization: Some(Text::new(b"boss,")),
        password: Some(Password::new(b"pw\xc2\xa0")),
        ..Credentials::default()
    };
    let begun = client::begin(&SHA_1, &mut credentials, b"abc").unwrap();
    assert!(credentials.password.is_none(), "the password was used up");
    let mut server = Server::new(&SHA_1);
    let Move::Ask(question) = server.hear(begun.words.as_ref().map(Password::bytes), &credentials) else {
        panic!("it asks who that is")
    };
    assert_eq!((question.user.bytes(), question.authorization), (&b"a,b=c"[..], Some(Text::new(b"boss,"))));
    let mut exchange = begun.exchange;
    let first = said(server.told(Told::Kept(Secret::Password(Password::new(b"pw ")))));
    let proof = exchange.answer(&first).unwrap();
    let last = said(server.hear(Some(proof.bytes()), &credentials));
    assert!(exchange.answer(&last).is_ok_and(|words| words.bytes().is_empty()));
    let Move::Accept(accepted) = server.hear(Some(b""), &credentials) else { panic!("it accepts") };
    assert_eq!((accepted.user.bytes(), accepted.authorization.bytes()), (&b"a,b=c"[..], &b"boss,"[..]));
}

#[test]
fn a_password_that_cannot_be_prepared_is_an_obstacle() {
    let credentials = Credentials {
        user: Some(Text::new(b"user")),
        password: Some(Password::new(b"bell\x07")),
        ..Credentials::default()
    };
    assert!(SHA_256.usable(&credentials).is_err_and(|why| why.contains("SASLprep")));
}
