//! No TLS: the backend of a build that has none. No domain is ever made with it.

use std::path::Path;
use std::sync::Arc;

use super::{Backend, CredentialFault, SessionName, Settings};
use crate::engine::Password;
use crate::tls::{Fault, Session};

/// Nothing.
pub(crate) struct Absent;

impl Backend for Absent {
    type Credentials = ();
    type Roots = ();
    type Announced = ();
    type Context = ();

    fn credentials(_: &str, _: Option<&str>, _: Option<&Password>) -> Result<(), CredentialFault> {
        Err(CredentialFault::Certificate(absent()))
    }

    fn roots(_: &Path) -> Result<(), Fault> {
        Err(absent())
    }

    fn announced(_: &Path) -> Result<(), Fault> {
        Err(absent())
    }

    fn check_ciphers(_: &str) -> Result<(), Fault> {
        Err(absent())
    }

    fn context(_: &Settings<Self>) -> Result<(), Fault> {
        Err(absent())
    }

    fn session(_: &Arc<()>, _: Option<&str>, _: SessionName<'_>) -> Result<Box<dyn Session>, Fault> {
        Err(absent())
    }
}

fn absent() -> Fault {
    Fault::new("the library was built without TLS")
}
