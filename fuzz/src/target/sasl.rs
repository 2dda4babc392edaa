//! `sasl`: a stream of bytes to a transport that authenticates, or insists on it, in either role.
//!
//! An input is a byte that says how the end is set up, one that picks the mechanisms it allows, and the stream. Whatever
//! comes in, nobody gets past an authentication that did not take place.

use std::ffi::CStr;

use crate::abi::*;
use crate::application::{Application, Sasl, Setup, text};
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
        // A client takes the server's word for a success, even before it has chosen.
        assert!(
            may || (end.client && mechanism.is_none()),
            "authenticated by {mechanism:?}, which is not allowed"
        );
        assert!(
            end.client || mechanism.as_deref() == Some("ANONYMOUS"),
            "a server without TLS took {mechanism:?}"
        );
    }
    for lent in [
        pn_sasl_get_user(exchange),
        pn_sasl_get_authorization(exchange),
        pn_transport_get_user(application.transport),
    ] {
        std::hint::black_box(text(lent));
    }
}
