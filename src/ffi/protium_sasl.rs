//! `protium.h`, on authentication: how a server's program has its say about users without another SASL library.
//!
//! The exchange asks and waits (`crate::sasl`); the question is put to the program here, with no part of the transport
//! borrowed. Who asks and when is in `sasl_plugin`.

use std::ffi::{c_char, c_void};
use std::ptr::null;

use super::boundary::on_transport;
use super::data_object::text;
use super::sasl::pn_sasl_t;
use super::shell::pn_transport_t;
use super::types::pn_bytes_t;
use crate::engine::{Password, Text};
use crate::sasl::{Keys, Question, Secret, Told};

/// What is kept of a user, to be filled in by a protium_sasl_lookup_t during its call.
pub struct protium_sasl_kept_t {
    secret: Option<Secret>,
    /// What users have that are kept with keys, for one who is not there.
    iterations: Option<u32>,
}

/// A program's own function that looks up what is kept of a user. It says so by protium_sasl_kept_password() or
/// protium_sasl_kept_keys(), and returns true. For a user that is not there, or may not do what it wants, it returns
/// false: the exchange then goes on as it would with a wrong password, so that nobody can find out which users there
/// are.
///
/// The mechanism is "PLAIN" or one of "SCRAM-SHA-1", "SCRAM-SHA-256" and "SCRAM-SHA-512". The authorization is the
/// user for whom this one wants to act, NULL for itself. Strings are valid during the call. The function may call
/// anything but what frees the transport.
pub type protium_sasl_lookup_t = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        transport: *mut pn_transport_t,
        mechanism: *const c_char,
        user: *const c_char,
        authorization: *const c_char,
        kept: *mut protium_sasl_kept_t,
    ) -> bool,
>;

/// A program's own function that judges a password or a token. It returns the name of the user that was authenticated,
/// which is copied, or NULL to refuse: `user` itself where the secret is a password that is right, or whoever a token
/// was made out to.
///
/// The mechanism is "PLAIN", "OAUTHBEARER" or "XOAUTH2". The user is who the client says it is, and may be empty for
/// OAUTHBEARER, where the token says it. The authorization is the user for whom this one wants to act, NULL for itself.
/// Strings and the secret are valid during the call; the secret is followed by NUL, and overwritten afterwards.
pub type protium_sasl_judge_t = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        transport: *mut pn_transport_t,
        mechanism: *const c_char,
        user: *const c_char,
        authorization: *const c_char,
        secret: pn_bytes_t,
    ) -> *const c_char,
>;

/// The functions of one transport's program.
#[derive(Clone, Copy, Default)]
pub(super) struct Judges {
    lookup: protium_sasl_lookup_t,
    lookup_context: Context,
    judge: protium_sasl_judge_t,
    judge_context: Context,
}

/// A program's own pointer, never followed.
#[derive(Clone, Copy)]
struct Context(*mut c_void);

impl Default for Context {
    fn default() -> Self {
        Self(std::ptr::null_mut())
    }
}

/// Lets a server authenticate users by what the program keeps of them: SCRAM-SHA-1, SCRAM-SHA-256 and SCRAM-SHA-512
/// are offered from then on, and over an encrypted stream, or with pn_sasl_set_allow_insecure_mechs(), PLAIN. If
/// pn_transport_require_auth() was called as well, ANONYMOUS is not.
///
/// A program whose keys are for one SCRAM mechanism alone names that one in pn_sasl_allowed_mechs().
///
/// @param[in] sasl the authentication of a server's transport, before it has read anything
/// @param[in] lookup the function, NULL for none
/// @param[in] context what it gets as its first argument
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_sasl_set_lookup(
    sasl: *mut pn_sasl_t,
    lookup: protium_sasl_lookup_t,
    context: *mut c_void,
) {
    let set = |judges: &mut Judges| {
        judges.lookup = lookup;
        judges.lookup_context = Context(context);
    };
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { change(sasl, set) }
}

/// Lets a server ask the program about passwords and tokens: over an encrypted stream, or with
/// pn_sasl_set_allow_insecure_mechs(), PLAIN is offered from then on, and so are OAUTHBEARER and XOAUTH2 if
/// pn_sasl_allowed_mechs() names them. If pn_transport_require_auth() was called as well, ANONYMOUS is not. Passwords of
/// PLAIN come here even where a protium_sasl_lookup_t is set.
///
/// @param[in] sasl the authentication of a server's transport, before it has read anything
/// @param[in] judge the function, NULL for none
/// @param[in] context what it gets as its first argument
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_sasl_set_judge(
    sasl: *mut pn_sasl_t,
    judge: protium_sasl_judge_t,
    context: *mut c_void,
) {
    let set = |judges: &mut Judges| {
        judges.judge = judge;
        judges.judge_context = Context(context);
    };
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { change(sasl, set) }
}

/// Says that the password itself is kept of a user.
///
/// @param[in] kept what a protium_sasl_lookup_t was given
/// @param[in] password the password, copied, and overwritten once the exchange is over
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_sasl_kept_password(kept: *mut protium_sasl_kept_t, password: pn_bytes_t) {
    // SAFETY: the caller passes null, or what it was given for the time of its call.
    let Some(kept) = (unsafe { kept.as_mut() }) else { return };
    // SAFETY: the caller passes as many bytes as stated.
    kept.secret = Some(Secret::Password(Password::new(unsafe { password.as_slice() })));
}

/// Says that keys are kept of a user in place of the password, as RFC 5802 has them in section 3. They have 20 bytes
/// each for SCRAM-SHA-1, 32 for SCRAM-SHA-256 and 64 for SCRAM-SHA-512, and serve that mechanism and PLAIN.
///
/// @param[in] kept what a protium_sasl_lookup_t was given
/// @param[in] salt the salt, copied
/// @param[in] iterations how often the hash function was applied, up to 2,000,000
/// @param[in] stored_key the key that a client's proof is checked with, copied
/// @param[in] server_key the key that the server proves itself with, copied
/// @return false if these cannot be the keys of any of the mechanisms; then the user is as one that is not there
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_sasl_kept_keys(
    kept: *mut protium_sasl_kept_t,
    salt: pn_bytes_t,
    iterations: u32,
    stored_key: pn_bytes_t,
    server_key: pn_bytes_t,
) -> bool {
    // SAFETY: the caller passes null, or what it was given for the time of its call.
    let Some(kept) = (unsafe { kept.as_mut() }) else { return false };
    // SAFETY: the caller passes as many bytes as stated; so below.
    let salt = unsafe { salt.as_slice() };
    // SAFETY: as above.
    let stored = unsafe { stored_key.as_slice() };
    // SAFETY: as above.
    let server = unsafe { server_key.as_slice() };
    kept.secret = Keys::new(salt, iterations, stored, server).map(Secret::Keys);
    kept.secret.is_some()
}

/// Says, of a user that is not there, how many iterations the keys of others have. Without it such a user looks like
/// one whose password is kept.
///
/// @param[in] kept what a protium_sasl_lookup_t was given, which then returns false
/// @param[in] iterations how many, up to 2,000,000
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_sasl_kept_iterations(kept: *mut protium_sasl_kept_t, iterations: u32) {
    // SAFETY: the caller passes null, or what it was given for the time of its call.
    if let Some(kept) = unsafe { kept.as_mut() } {
        kept.iterations = Some(iterations).filter(|&iterations| Secret::may_have(iterations));
    }
}

/// # Safety
/// `sasl` is null or the authentication of a live transport.
unsafe fn change(sasl: *mut pn_sasl_t, set: impl FnOnce(&mut Judges)) {
    let transport = sasl.cast::<pn_transport_t>();
    // SAFETY: passed on from the caller; both are the same address.
    let Some(this) = (unsafe { transport.as_mut() }) else { return };
    let judges = this.judges.get_or_insert_default();
    set(judges);
    let (looks_up, judges) = (judges.lookup.is_some(), judges.judge.is_some());
    // SAFETY: as above.
    unsafe { on_transport(transport, (), |wire| wire.sasl_mut().set_askable(looks_up, judges)) }
}

/// Puts a question about a user to the program.
///
/// # Safety
/// `transport` is live, held, and not borrowed.
pub(super) unsafe fn consult(transport: *mut pn_transport_t, question: &Question) -> Told {
    // SAFETY: passed on from the caller; the functions are copied, since they may be changed meanwhile.
    let judges = unsafe { (*transport).judges.as_deref().copied() }.unwrap_or_default();
    let mechanism = Text::new(question.mechanism.as_bytes());
    let (mechanism, user) = (mechanism.as_ptr(), question.user.as_ptr());
    let whom = question.authorization.as_ref().map_or(null(), Text::as_ptr);
    if let Some(secret) = &question.secret {
        let Some(judge) = judges.judge else { return Told::Judged(None) };
        let secret = pn_bytes_t::lend(secret.bytes());
        // SAFETY: the program keeps its functions callable; all arguments live during the call.
        let name = unsafe { judge(judges.judge_context.0, transport, mechanism, user, whom, secret) };
        // SAFETY: the program gives null or a string, which is copied before anything else is called.
        return Told::Judged(unsafe { text(name) }.map(Text::new));
    }
    let mut kept = protium_sasl_kept_t { secret: None, iterations: None };
    let there = judges.lookup.is_some_and(|lookup| {
        // SAFETY: as above.
        unsafe { lookup(judges.lookup_context.0, transport, mechanism, user, whom, &raw mut kept) }
    });
    let nobody = Secret::Unknown(kept.iterations);
    Told::Kept(kept.secret.filter(|_| there).unwrap_or(nobody))
}
