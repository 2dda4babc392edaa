//! The TLS library that a build has in it: what cargo is told, what is linked, and what has to be installed for it.
//!
//! All builds have the same names and headers. One without TLS says so to programs that ask.

/// The choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// The system's OpenSSL, with its settings, its engines and its updates: what distributions want.
    OpenSsl,
    /// rustls, inside the library: nothing of the system is needed.
    Rustls,
    /// None at all.
    Without,
}

impl Tls {
    /// What a user calls it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::OpenSsl, Self::Rustls, Self::Without].into_iter().find(|tls| tls.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenSsl => "openssl",
            Self::Rustls => "rustls",
            Self::Without => "none",
        }
    }

    /// What cargo is told.
    pub(crate) fn features(self) -> &'static [&'static str] {
        match self {
            Self::OpenSsl => &["--no-default-features", "--features", "openssl"],
            Self::Rustls => &["--no-default-features", "--features", "rustls"],
            Self::Without => &["--no-default-features"],
        }
    }

    /// What the archive needs from the system, as the linker is told.
    pub(crate) fn libraries(self) -> Vec<&'static str> {
        let own: &[&str] = if self == Self::OpenSsl { &["-lssl", "-lcrypto"] } else { &[] };
        [own, &["-lgcc_s", "-lpthread", "-ldl", "-lm", "-lc"]].concat()
    }

    /// What has to be installed to compile and link it.
    pub(crate) fn packages(self) -> Vec<&'static str> {
        let own: &[&str] = if self == Self::OpenSsl { &OPENSSL_PACKAGES } else { &[] };
        [&["gcc", "libc6-dev", "binutils"], own].concat()
    }
}

/// OpenSSL's headers, and how they are found: every build of the crate with its default features needs them.
pub(crate) const OPENSSL_PACKAGES: [&str; 2] = ["libssl-dev", "pkg-config"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_found_by_the_name_that_it_says() {
        for tls in [Tls::OpenSsl, Tls::Rustls, Tls::Without] {
            assert_eq!(Tls::named(tls.name()), Some(tls));
        }
        assert_eq!(Tls::named("gnutls"), None);
    }
}
