//! `transport`: a stream of bytes from a peer, to a transport bound to an application that obliges or that does anything.

use crate::abi::*;
use crate::application::{Application, Sasl, Setup};

/// The first byte of an input: how the receiving end is set up.
pub mod setup {
    pub const CLIENT: u8 = 1;
    pub const SASL: u8 = 2;
    pub const SMALL_FRAMES: u8 = 4;
    pub const SMALL_CAPACITY: u8 = 8;
    /// Byte by byte, or in pieces of 64, or as much as goes in.
    pub const PIECES: [usize; 4] = [usize::MAX, 1, 64, 700];
    /// The application does anything; the next byte says what.
    pub const WILD: u8 = 64;
    pub const TRACED: u8 = 128;

    /// The end that the flags describe.
    pub fn read(flags: u8) -> super::Setup {
        let has = |flag: u8| flags & flag != 0;
        let allowed = Some(c"ANONYMOUS PLAIN");
        super::Setup {
            client: has(CLIENT),
            sasl: has(SASL).then_some(super::Sasl { allowed, ..super::Sasl::default() }),
            small_frames: has(SMALL_FRAMES),
            small_capacity: has(SMALL_CAPACITY),
            traced: has(TRACED),
            wild: None,
        }
    }
}

/// The target.
pub fn transport(input: &[u8]) {
    let Some((&flags, mut stream)) = input.split_first() else { return };
    let mut end = setup::read(flags);
    if flags & setup::WILD != 0 {
        let Some((&seed, rest)) = stream.split_first() else { return };
        end.wild = Some(seed);
        stream = rest;
    }
    // SAFETY: the application keeps the C contract, see its story.
    unsafe {
        let mut application = Application::new(end);
        application.tick(1);
        application.drive(|_| {});
        feed(&mut application, stream, setup::PIECES[usize::from(flags >> 4) % 4]);
        finish(application);
    }
}

/// Ends a conversation and gives everything back.
///
/// # Safety
/// As for `Application::new`.
pub unsafe fn finish(mut application: Application) {
    application.tick(1000);
    pn_transport_close_tail(application.transport);
    application.drive(|_| {});
    pn_transport_close_head(application.transport);
    application.drive(|_| {});
    if let Some((_, description)) = application.error() {
        // This is how a panic shows that was caught at the boundary.
        assert!(!description.contains("met an internal error"), "the transport panicked inside");
    }
    application.free();
}

/// Gives the transport a stream in pieces, and the application time to answer each.
///
/// # Safety
/// As for `Application::new`.
pub unsafe fn feed(application: &mut Application, mut stream: &[u8], piece: usize) {
    while !stream.is_empty() && pn_transport_capacity(application.transport) >= 0 {
        let part = &stream[..stream.len().min(piece)];
        let taken = pn_transport_push(application.transport, part.as_ptr().cast(), part.len());
        application.drive(|_| {});
        match usize::try_from(taken) {
            Ok(taken) if taken > 0 => stream = &stream[taken..],
            _ => break,
        }
    }
}
