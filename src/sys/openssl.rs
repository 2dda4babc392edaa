//! What OpenSSL offers and the crate `openssl` has no safe call for.
//!
//! One thing for each need of the TLS backend, and nothing decided here: the sessions that a client may continue, and
//! what is behind the URIs of OpenSSL's store.

#[cfg(ossl300)]
use std::ffi::CStr;

#[cfg(ossl300)]
use foreign_types::ForeignType;
use foreign_types::ForeignTypeRef;
use openssl::error::ErrorStack;
#[cfg(ossl300)]
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslRef, SslSession};
#[cfg(ossl300)]
use openssl::x509::X509;

/// A session of a client that a later connection of the same context may continue.
#[derive(Clone)]
pub(crate) struct KeptSession {
    session: SslSession,
    /// Where the context is that the session came from; only compared.
    context: usize,
}

impl KeptSession {
    /// Keeps `session`, which `ssl` has agreed on with its peer.
    pub(crate) fn new(ssl: &SslRef, session: SslSession) -> Self {
        Self { session, context: context_of(ssl) }
    }

    /// Has `ssl` offer this session to its peer. A session of another context is not offered.
    pub(crate) fn offer(&self, ssl: &mut SslRef) -> Result<(), ErrorStack> {
        if self.context != context_of(ssl) {
            return Ok(());
        }
        // SAFETY: the session was made by this context, as was just seen; OpenSSL counts the reference it takes.
        unsafe { ssl.set_session(&self.session) }
    }
}

fn context_of(ssl: &SslRef) -> usize {
    ssl.ssl_context().as_ptr() as usize
}

/// A certificate behind a URI of OpenSSL's store: the first there is.
///
/// `properties` choose the provider that reads the URI; `pin` answers whoever asks for one, and nobody is asked at a
/// terminal.
#[cfg(ossl300)]
pub(crate) fn stored_certificate(
    uri: &CStr,
    properties: Option<&CStr>,
    pin: Option<&[u8]>,
) -> Result<Option<X509>, ErrorStack> {
    let found = store::first(uri, properties, pin, store::CERTIFICATE)?;
    // SAFETY: the information is live and of this type, and its content becomes ours.
    let certificate = found.map(|info| unsafe { store::OSSL_STORE_INFO_get1_CERT(info.as_ptr()) });
    // SAFETY: a pointer that is not null is a certificate that nobody else will free.
    Ok(certificate.filter(|found| !found.is_null()).map(|found| unsafe { X509::from_ptr(found) }))
}

/// As [`stored_certificate`], for a private key.
#[cfg(ossl300)]
pub(crate) fn stored_key(
    uri: &CStr,
    properties: Option<&CStr>,
    pin: Option<&[u8]>,
) -> Result<Option<PKey<Private>>, ErrorStack> {
    let found = store::first(uri, properties, pin, store::PRIVATE_KEY)?;
    // SAFETY: the information is live and of this type, and its content becomes ours.
    let key = found.map(|info| unsafe { store::OSSL_STORE_INFO_get1_PKEY(info.as_ptr()) });
    // SAFETY: a pointer that is not null is a private key that nobody else will free.
    Ok(key.filter(|found| !found.is_null()).map(|found| unsafe { PKey::from_ptr(found) }))
}

/// OpenSSL's store: things behind URIs, of which providers bring kinds of their own.
#[cfg(ossl300)]
mod store {
    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::ptr::{self, NonNull};

    use openssl::error::ErrorStack;
    use openssl_sys::{EVP_PKEY, X509};

    pub(super) const PRIVATE_KEY: c_int = 4;
    pub(super) const CERTIFICATE: c_int = 5;

    /// An open store.
    struct Store(NonNull<c_void>);

    impl Drop for Store {
        fn drop(&mut self) {
            // SAFETY: the store is open, and nobody uses it any more.
            unsafe { OSSL_STORE_close(self.0.as_ptr()) };
        }
    }

    /// What a store has told of one thing.
    pub(super) struct Info(NonNull<c_void>);

    impl Info {
        pub(super) fn as_ptr(&self) -> *mut c_void {
            self.0.as_ptr()
        }
    }

    impl Drop for Info {
        fn drop(&mut self) {
            // SAFETY: the information is ours, and nobody uses it any more.
            unsafe { OSSL_STORE_INFO_free(self.0.as_ptr()) };
        }
    }

    /// How a store asks for a PIN.
    struct Asker(NonNull<c_void>);

    impl Drop for Asker {
        fn drop(&mut self) {
            // SAFETY: the store that used it has been closed before.
            unsafe { UI_destroy_method(self.0.as_ptr()) };
        }
    }

    /// The first thing of a kind behind a URI.
    pub(super) fn first(
        uri: &CStr,
        properties: Option<&CStr>,
        pin: Option<&[u8]>,
        kind: c_int,
    ) -> Result<Option<Info>, ErrorStack> {
        // SAFETY: the function may be called at any time, from any thread.
        let asker = unsafe { UI_UTIL_wrap_read_pem_callback(answer, 0) };
        let asker = Asker(NonNull::new(asker).ok_or_else(ErrorStack::get)?);
        let properties = properties.map_or(ptr::null(), CStr::as_ptr);
        let pin = ptr::from_ref(&pin).cast_mut().cast();
        let (asker, null) = (asker.0.as_ptr(), ptr::null_mut());
        // SAFETY: the strings, the PIN and the asker outlive the store, which is closed when this function ends.
        let store =
            unsafe { OSSL_STORE_open_ex(uri.as_ptr(), null, properties, asker, pin, null, null, null) };
        let store = Store(NonNull::new(store).ok_or_else(ErrorStack::get)?);
        let open = store.0.as_ptr();
        // SAFETY: the store is open.
        unsafe { OSSL_STORE_expect(open, kind) };
        loop {
            // SAFETY: as above.
            if unsafe { OSSL_STORE_eof(open) } != 0 {
                return Ok(None);
            }
            // SAFETY: as above; the information becomes ours.
            let Some(info) = NonNull::new(unsafe { OSSL_STORE_load(open) }).map(Info) else {
                let errors = ErrorStack::get();
                if errors.errors().is_empty() {
                    continue;
                }
                return Err(errors);
            };
            // SAFETY: the information is live.
            if unsafe { OSSL_STORE_INFO_get_type(info.as_ptr()) } == kind {
                return Ok(Some(info));
            }
        }
    }

    /// Answers with the PIN, or not at all.
    unsafe extern "C" fn answer(room: *mut c_char, size: c_int, _: c_int, pin: *mut c_void) -> c_int {
        // SAFETY: `first` has passed this pointer, to what outlives the store.
        let pin = unsafe { *pin.cast::<Option<&[u8]>>() };
        let Some(pin) = pin.filter(|pin| usize::try_from(size).is_ok_and(|size| pin.len() <= size)) else {
            return -1;
        };
        // SAFETY: OpenSSL lends room for `size` bytes, which is as much as the PIN or more.
        unsafe { room.cast::<u8>().copy_from_nonoverlapping(pin.as_ptr(), pin.len()) };
        c_int::try_from(pin.len()).unwrap_or(-1)
    }

    unsafe extern "C" {
        fn OSSL_STORE_open_ex(
            uri: *const c_char,
            library: *mut c_void,
            properties: *const c_char,
            asker: *const c_void,
            asker_data: *mut c_void,
            parameters: *const c_void,
            process: *const c_void,
            process_data: *mut c_void,
        ) -> *mut c_void;
        fn OSSL_STORE_expect(store: *mut c_void, kind: c_int) -> c_int;
        fn OSSL_STORE_eof(store: *mut c_void) -> c_int;
        fn OSSL_STORE_load(store: *mut c_void) -> *mut c_void;
        fn OSSL_STORE_close(store: *mut c_void) -> c_int;
        fn OSSL_STORE_INFO_get_type(info: *const c_void) -> c_int;
        pub(super) fn OSSL_STORE_INFO_get1_CERT(info: *const c_void) -> *mut X509;
        pub(super) fn OSSL_STORE_INFO_get1_PKEY(info: *const c_void) -> *mut EVP_PKEY;
        fn OSSL_STORE_INFO_free(info: *mut c_void);
        fn UI_UTIL_wrap_read_pem_callback(
            answer: unsafe extern "C" fn(*mut c_char, c_int, c_int, *mut c_void) -> c_int,
            writes: c_int,
        ) -> *mut c_void;
        fn UI_destroy_method(asker: *mut c_void);
    }
}

#[cfg(all(test, ossl300))]
mod tests {
    use std::ffi::CString;

    use openssl::pkey::PKey;
    use openssl::rsa::Rsa;
    use openssl::symm::Cipher;

    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "calls OpenSSL")]
    fn a_key_behind_a_uri_is_read_with_its_pin_alone() {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let locked = key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"1234").unwrap();
        let path = std::env::temp_dir().join(format!("protium-store-{}", std::process::id()));
        std::fs::write(&path, locked).unwrap();
        let uri = CString::new(format!("file:{}", path.display())).unwrap();
        let found = stored_key(&uri, None, Some(b"1234")).unwrap().unwrap();
        assert!(found.public_eq(&key));
        for pin in [None, Some(&b"4321"[..])] {
            assert!(!matches!(stored_key(&uri, None, pin), Ok(Some(_))));
        }
        assert!(!matches!(stored_certificate(&uri, None, Some(b"1234")), Ok(Some(_))), "a key is none");
        assert!(stored_key(c"file:/nowhere", None, None).is_err());
        let _ = std::fs::remove_file(path);
    }

    #[test]
    #[cfg_attr(miri, ignore = "calls OpenSSL")]
    fn a_uri_for_a_provider_that_is_not_there_is_an_error() {
        assert!(stored_certificate(c"pkcs11:object=x", Some(c"provider=pkcs11"), None).is_err());
    }
}
