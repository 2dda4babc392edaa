//! What the raw TLS library has in memory: the buffers that programs lend it, the texts that it lends to programs, and
//! the certificate that a peer has shown.
//!
//! A pass over the state machine asks for bytes of one buffer at a time, which are borrowed for that step alone. Texts
//! are made when they are first asked for and stay as long as their session.

use std::ffi::{CStr, CString, c_char, c_int, c_uint};

use super::error::PN_ERR;
use super::netaddr::write_text;
use super::raw_connection::pn_raw_buffer_t;
use crate::tls::Agreed;
use crate::tls::certificate::{Certificate, Fingerprint, Subfield};
use crate::tls::raw::{Buffer, Place, RawTls, Step};

/// Who the peer is: what the program calls it, and what the session has found out.
#[derive(Default)]
pub(super) struct Peer {
    name: Option<CString>,
    words: Option<Words>,
    certificate: Option<Shown>,
}

/// What the handshake has agreed on, as C gets it.
pub(super) struct Words {
    pub(super) cipher: Option<CString>,
    pub(super) protocol: Option<CString>,
    pub(super) application: Option<CString>,
}

/// A certificate with what C has asked of it.
struct Shown {
    certificate: Certificate,
    subject: CString,
    subfields: [Option<CString>; SUBFIELDS.len()],
}

/// In the order of their numbers.
const SUBFIELDS: [Subfield; 6] = [
    Subfield::Country,
    Subfield::State,
    Subfield::Locality,
    Subfield::Organization,
    Subfield::OrganizationalUnit,
    Subfield::CommonName,
];

/// In the order of their numbers.
const HASHES: [Fingerprint; 4] =
    [Fingerprint::Sha1, Fingerprint::Sha256, Fingerprint::Sha512, Fingerprint::Md5];

impl Peer {
    pub(super) fn set_name(&mut self, name: Option<&CStr>) {
        self.name = name.map(CStr::to_owned);
    }

    /// The name as sessions want it. One that is no text matches no certificate.
    pub(super) fn name(&self) -> Option<String> {
        let name = self.name.as_ref()?.to_string_lossy();
        (!name.is_empty()).then(|| name.into_owned())
    }

    /// Gives C the name, or its length alone.
    ///
    /// # Safety
    /// `room` is null, or has `size` bytes.
    pub(super) unsafe fn write_name(&self, room: *mut c_char, size: &mut usize) -> c_int {
        let name = self.name.as_deref().unwrap_or_default();
        if !room.is_null() {
            if *size <= name.count_bytes() {
                return -1;
            }
            // SAFETY: passed on from the caller.
            unsafe { write_text(name.to_bytes(), room, *size) };
        }
        *size = name.count_bytes();
        0
    }

    /// What the handshake has agreed on, once it is known.
    pub(super) fn agreed(&mut self, raw: &mut RawTls) -> Option<&Words> {
        if self.words.is_none() {
            self.words = raw.agreed().map(Words::new);
        }
        self.words.as_ref()
    }

    pub(super) fn certificate(&mut self, raw: &mut RawTls) -> Option<&Certificate> {
        Some(&self.shown(raw)?.certificate)
    }

    pub(super) fn subject(&mut self, raw: &mut RawTls) -> Option<&CStr> {
        Some(&self.shown(raw)?.subject)
    }

    pub(super) fn subfield(&mut self, raw: &mut RawTls, field: c_uint) -> Option<&CStr> {
        let shown = self.shown(raw)?;
        shown.subfields.get(usize::try_from(field).ok()?)?.as_deref()
    }

    fn shown(&mut self, raw: &mut RawTls) -> Option<&Shown> {
        if self.certificate.is_none() {
            self.certificate = raw.peer_certificate().and_then(Shown::new);
        }
        self.certificate.as_ref()
    }
}

impl Words {
    fn new(agreed: &Agreed) -> Self {
        Self {
            cipher: Some(copy(agreed.cipher.as_bytes())),
            protocol: Some(copy(agreed.protocol.as_bytes())),
            application: agreed.application.as_deref().map(copy),
        }
    }
}

impl Shown {
    fn new(encoded: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(encoded)?;
        let subject = copy(certificate.subject().as_bytes());
        let subfields = SUBFIELDS.map(|field| certificate.subfield(field).map(copy));
        Some(Self { certificate, subject, subfields })
    }
}

/// The steps of a pass, each with the bytes that it needs.
///
/// # Safety
/// The buffers that `raw` was given and that were not taken back are memory of the sizes they claim, which nobody else
/// uses meanwhile.
pub(super) unsafe fn run(raw: &mut RawTls) {
    while let Some(step) = raw.step() {
        match step {
            // SAFETY: passed on from the caller: steps name places in such buffers alone.
            Step::Feed(place) => raw.feed(unsafe { lent(place) }),
            // SAFETY: as above.
            Step::Write(place) => raw.write(unsafe { lent(place) }),
            // SAFETY: as above, and there is one borrow at a time.
            Step::Read(place) => raw.read(unsafe { lent_for_writing(place) }),
            // SAFETY: as above.
            Step::Emit(place) => raw.emit(unsafe { lent_for_writing(place) }),
        }
    }
}

/// Bytes of a program's buffer, for one step.
///
/// # Safety
/// As for [`run`].
unsafe fn lent<'a>(place: Place) -> &'a [u8] {
    if place.length == 0 {
        return &[];
    }
    // SAFETY: passed on from the caller; a place with bytes has an address.
    unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(place.address), place.length) }
}

/// As [`lent`], to put bytes there.
///
/// # Safety
/// As for [`run`].
unsafe fn lent_for_writing<'a>(place: Place) -> &'a mut [u8] {
    if place.length == 0 {
        return &mut [];
    }
    let start = std::ptr::with_exposed_provenance_mut(place.address);
    // SAFETY: passed on from the caller; a place with bytes has an address.
    unsafe { std::slice::from_raw_parts_mut(start, place.length) }
}

/// Gives C a fingerprint of a certificate. The room is blank where there is none.
///
/// # Safety
/// `room` is null, or has `size` bytes.
pub(super) unsafe fn write_fingerprint(
    certificate: Option<&Certificate>,
    room: *mut c_char,
    size: usize,
    hash: c_uint,
) -> c_int {
    if room.is_null() {
        return PN_ERR;
    }
    // SAFETY: passed on from the caller.
    unsafe { room.write_bytes(0, size) };
    let hash = usize::try_from(hash).ok().and_then(|hash| HASHES.get(hash));
    let (Some(certificate), Some(hash)) = (certificate, hash) else { return PN_ERR };
    let text = certificate.fingerprint(*hash);
    if size <= text.len() {
        return PN_ERR;
    }
    // SAFETY: passed on from the caller.
    unsafe { write_text(text.as_bytes(), room, size) };
    0
}

/// The text up to its first NUL.
fn copy(text: &[u8]) -> CString {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

impl From<pn_raw_buffer_t> for Buffer {
    fn from(buffer: pn_raw_buffer_t) -> Self {
        let pn_raw_buffer_t { context, bytes, capacity, size, offset } = buffer;
        Self { context, address: bytes.expose_provenance(), capacity, size, offset }
    }
}

impl From<Buffer> for pn_raw_buffer_t {
    fn from(buffer: Buffer) -> Self {
        let Buffer { context, address, capacity, size, offset } = buffer;
        Self { context, bytes: std::ptr::with_exposed_provenance_mut(address), capacity, size, offset }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::undocumented_unsafe_blocks, reason = "a test owns every object it uses")]

    use super::*;
    use crate::tls::raw::Side;
    use crate::tls::raw::toy::Toy;

    fn lend(memory: &mut [u8], size: u32) -> Buffer {
        let capacity = u32::try_from(memory.len()).unwrap();
        let bytes = memory.as_mut_ptr().cast();
        pn_raw_buffer_t { context: 7, bytes, capacity, size, offset: 1 }.into()
    }

    fn started(session: Box<dyn crate::tls::Session>) -> RawTls {
        let mut raw = RawTls::default();
        raw.start(|| Ok(session)).unwrap();
        raw
    }

    /// A pass with what has come from the peer and room for what goes there, which it gives.
    fn pass(raw: &mut RawTls, wire: &[u8]) -> Vec<u8> {
        let mut input = [b"-", wire].concat();
        let mut output = [0; 40];
        let size = u32::try_from(wire.len()).unwrap();
        raw.give_input(Side::Decrypt, std::iter::once(lend(&mut input, size)));
        raw.give_output(Side::Encrypt, std::iter::once(lend(&mut output, 0)));
        raw.begin_pass().unwrap();
        unsafe { run(raw) };
        assert_eq!(raw.take_input(Side::Decrypt).map(|buffer| buffer.size), Some(size));
        let size = raw.take_output(Side::Encrypt).map_or(0, |buffer| buffer.size as usize);
        output[1..=size].to_vec()
    }

    #[test]
    fn bytes_go_through_the_programs_memory_and_nowhere_else() {
        let (mut client, mut server) = (started(Toy::client()), started(Toy::server()));
        let (mut said, mut heard) = (*b"-said", [0; 5]);
        client.give_input(Side::Encrypt, std::iter::once(lend(&mut said, 4)));
        server.give_output(Side::Decrypt, std::iter::once(lend(&mut heard, 0)));
        let mut wire = pass(&mut client, b"");
        wire = pass(&mut server, &wire);
        wire = pass(&mut client, &wire);
        assert_eq!(pass(&mut server, &wire), b"");
        let taken = pn_raw_buffer_t::from(server.take_output(Side::Decrypt).unwrap());
        assert_eq!((taken.context, taken.size, taken.bytes.cast()), (7, 4, heard.as_mut_ptr()));
        assert_eq!(&heard, b"\0said");
    }

    #[test]
    fn a_name_is_given_out_where_it_fits() {
        let mut peer = Peer::default();
        let mut room = [1; 4];
        let mut size = 4;
        assert_eq!(unsafe { peer.write_name(room.as_mut_ptr(), &mut size) }, 0);
        assert_eq!((size, room[0]), (0, 0));
        peer.set_name(Some(c"name"));
        size = 4;
        assert_eq!(unsafe { peer.write_name(room.as_mut_ptr(), &mut size) }, -1);
        assert_eq!(unsafe { peer.write_name(std::ptr::null_mut(), &mut size) }, 0);
        assert_eq!((size, peer.name().as_deref()), (4, Some("name")));
        peer.set_name(Some(c""));
        assert_eq!(peer.name(), None);
    }
}
