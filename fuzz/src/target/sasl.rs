//! `sasl`: a stream of bytes to a transport that authenticates, or insists on it, in either role.
//!
//! An input is a byte that says how the end is set up, one that picks the mechanisms it allows, and the stream. Or two
//! ends talk to each other in one mechanism, and the input says which bytes change on the way: so exchanges in which
//! each side takes up what the other has made up get to their ends. Whatever comes in, nobody gets past an
//! authentication that did not take place.

use std::ffi::CStr;

use crate::abi::*;
use crate::application::{Application, Knowledge, Sasl, Setup, text};
use crate::target::transport::{feed, finish, setup::PIECES};

/// The first byte of an input.
pub mod setup {
    pub const CLIENT: u8 = 1;
    pub const INSECURE: u8 = 2;
    pub const REQUIRED: u8 = 4;
    pub const CREDENTIALS: u8 = 8;
    pub const TRACED: u8 = 64;
    pub const SMALL_FRAMES: u8 = 128;
}

/// A bit of the second: two ends talk.
pub const JOINED: u8 = 64;

/// What two ends talk in, by the first byte of the rest.
pub const MECHANISMS: [(&CStr, Knowledge); 8] = [
    (c"SCRAM-SHA-1", Knowledge::Kept),
    (c"SCRAM-SHA-256", Knowledge::Kept),
    (c"SCRAM-SHA-512", Knowledge::Kept),
    (c"PLAIN", Knowledge::Kept),
    (c"PLAIN", Knowledge::Judged),
    (c"OAUTHBEARER", Knowledge::Judged),
    (c"XOAUTH2", Knowledge::Judged),
    (c"ANONYMOUS", Knowledge::Kept),
];

/// A bit of that byte: the client only guesses.
pub const GUESS: u8 = 128;

/// The second: which mechanisms are allowed. `None` is the library's own choice.
pub const ALLOWED: [Option<&CStr>; 8] = [
    None,
    Some(c"ANONYMOUS"),
    Some(c"PLAIN"),
    Some(c"EXTERNAL"),
    Some(c"anonymous plain external"),
    Some(c""),
    Some(c"GSSAPI SCRAM-SHA-256 XOAUTH2"),
    Some(c"  PLAIN  ANONYMOUSLY "),
];

/// The target.
pub fn sasl(input: &[u8]) {
    let [flags, which, stream @ ..] = input else { return };
    let has = |flag: u8| flags & flag != 0;
    if which & JOINED != 0 && cfg!(feature = "protium") {
        return joined(has(setup::TRACED), PIECES[usize::from(flags >> 4) % 4], stream);
    }
    let allowed = ALLOWED[usize::from(which % 8)];
    let given = |text: &'static CStr, bit: u8| (has(setup::CREDENTIALS) && which & bit == 0).then_some(text);
    let end = Setup {
        client: has(setup::CLIENT),
        sasl: Some(Sasl {
            allowed,
            insecure: has(setup::INSECURE),
            required: has(setup::REQUIRED),
            user: given(c"fred", 8),
            password: given(c"secret", 16),
            authorization: given(c"boss", 32),
            knows: has(setup::CREDENTIALS).then_some(match which & 8 {
                0 => Knowledge::Kept,
                _ => Knowledge::Judged,
            }),
        }),
        small_frames: has(setup::SMALL_FRAMES),
        traced: has(setup::TRACED),
        ..Setup::default()
    };
    // SAFETY: the application keeps the C contract, see its story.
    unsafe {
        let mut application = Application::new(end);
        application.tick(1);
        application.drive(|_| {});
        feed(&mut application, stream, PIECES[usize::from(flags >> 4) % 4]);
        examine(&application, &end, allowed);
        if which & 128 != 0 {
            pn_sasl_done(pn_sasl(application.transport), 0);
        }
        finish(application);
    }
}

const REMOTE_ACTIVE: i32 = 16;

/// What must be true whatever the peer sent.
unsafe fn examine(application: &Application, end: &Setup, allowed: Option<&CStr>) {
    let exchange = pn_sasl(application.transport);
    let authenticated = pn_transport_is_authenticated(application.transport);
    let mechanism = text(pn_sasl_get_mech(exchange));
    let remote_is_open = pn_connection_state(application.connection) & REMOTE_ACTIVE != 0;
    let required = !end.client && end.sasl.is_some_and(|sasl| sasl.required);
    assert!(authenticated || !required || !remote_is_open, "a client opened without authentication");
    assert!(
        !end.client || !remote_is_open || pn_sasl_outcome(exchange) == 0,
        "a server opened without an outcome"
    );
    if authenticated {
        assert_eq!(pn_sasl_outcome(exchange), 0, "authenticated without success");
        let names = allowed.map(|names| names.to_string_lossy().to_lowercase());
        let name = mechanism.clone().unwrap_or_default().to_lowercase();
        let may = names.is_none_or(|names| names.split(' ').any(|one| one == name));
        assert!(may, "authenticated by {mechanism:?}, which is not allowed");
        let word = mechanism.as_deref().unwrap_or_default();
        assert!(!word.starts_with("SCRAM-"), "a stream without the nonce has proven something");
        let spoken = end.sasl.is_some_and(|sasl| sasl.insecure && sasl.knows.is_some());
        let secret = spoken && ["PLAIN", "OAUTHBEARER", "XOAUTH2"].contains(&word);
        assert!(end.client || word == "ANONYMOUS" || secret, "a server without TLS took {mechanism:?}");
    }
    for lent in [
        pn_sasl_get_user(exchange),
        pn_sasl_get_authorization(exchange),
        pn_transport_get_user(application.transport),
    ] {
        std::hint::black_box(text(lent));
    }
}

/// Two ends talk, and bytes change on the way: the input has the places and what is put there.
fn joined(traced: bool, piece: usize, input: &[u8]) {
    let [choice, changes @ ..] = input else { return };
    let (mechanism, knowledge) = MECHANISMS[usize::from(choice % 8)];
    let guesses = choice & GUESS != 0;
    let make = |client| Setup {
        client,
        traced,
        sasl: Some(Sasl {
            allowed: Some(mechanism),
            insecure: true,
            user: Some(c"fred"),
            password: Some(if guesses { c"x" } else { c"secret" }),
            authorization: (choice & 8 != 0).then_some(c"boss"),
            knows: Some(knowledge),
            ..Sasl::default()
        }),
        ..Setup::default()
    };
    // SAFETY: the application keeps the C contract, see its story.
    unsafe {
        let mut ends = [Application::new(make(true)), Application::new(make(false))];
        let mut carried = 0;
        for turn in 0..24 {
            let [client, server] = &mut ends;
            let (from, to) = if turn % 2 == 0 { (client, server) } else { (server, client) };
            let mut bytes = Vec::new();
            from.drive(|part| bytes.extend_from_slice(part));
            for (place, byte) in bytes.iter_mut().enumerate() {
                for change in changes.chunks_exact(3) {
                    if usize::from(change[0]) * 256 + usize::from(change[1]) == carried + place {
                        *byte = change[2];
                    }
                }
            }
            carried += bytes.len();
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let part = &rest[..rest.len().min(piece)];
                let taken = pn_transport_push(to.transport, part.as_ptr().cast(), part.len());
                match usize::try_from(taken) {
                    Ok(taken) if taken > 0 => rest = &rest[taken..],
                    _ => break,
                }
            }
        }
        let [client, server] = ends;
        let believes = |end: &Application| pn_transport_is_authenticated(end.transport);
        let proves = mechanism.to_bytes() != b"ANONYMOUS";
        if proves && believes(&server) {
            assert!(!guesses, "a server took a guess");
            assert_eq!(text(pn_sasl_get_user(pn_sasl(server.transport))).as_deref(), Some("fred"));
        }
        let mutual = mechanism.to_bytes().starts_with(b"SCRAM-");
        assert!(
            !mutual || !guesses || !believes(&client),
            "a client took a server that knows another password"
        );
        let intact = changes.len() < 3;
        assert!(
            !intact || (guesses && proves) != believes(&server),
            "nothing was changed, and it went wrong"
        );
        finish(client);
        finish(server);
    }
}
