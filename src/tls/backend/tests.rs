//! What holds for every backend, tried with each as client and as server: `openssl` with itself, `rustls` with itself,
//! and the two with one another.

mod pair;
mod resumption;
mod streams;
mod trust;

/// Runs tests, generic over the backends of the client and the server, for every pair of them.
macro_rules! for_every_pair {
    ($($name:ident)*) => {
        mod openssl_with_openssl {
            use crate::tls::backend::openssl::OpenSsl;
            $(#[test] fn $name() { super::$name::<OpenSsl, OpenSsl>(); })*
        }
        mod openssl_with_rustls {
            use crate::tls::backend::{openssl::OpenSsl, rustls::Rustls};
            $(#[test] fn $name() { super::$name::<OpenSsl, Rustls>(); })*
        }
        mod rustls_with_openssl {
            use crate::tls::backend::{openssl::OpenSsl, rustls::Rustls};
            $(#[test] fn $name() { super::$name::<Rustls, OpenSsl>(); })*
        }
        mod rustls_with_rustls {
            use crate::tls::backend::rustls::Rustls;
            $(#[test] fn $name() { super::$name::<Rustls, Rustls>(); })*
        }
    };
}
use for_every_pair;
