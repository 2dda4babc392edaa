//! What is about TLS, again on the build that has rustls in it: the same C programs and Python scripts, and the checks
//! with other implementations.
//!
//! Where rustls does not do what OpenSSL does, `tests/differences/rustls` has the differences, and a program that checks
//! itself asks for the build by the environment variable `PROTIUM_TLS`.

use super::tally::Tally;
use super::{Bench, interop, ring};
use crate::tls::Tls;
use crate::{Outcome, prefix};

/// Where the second build goes.
const PREFIX: &str = "build/prefix-rustls";

/// Builds and runs.
pub(crate) fn again(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    if !bench.build {
        tally.skip("an installed library is tested");
        return Ok(());
    }
    let name = Tls::Rustls.name();
    prefix::run(bench.root, &["--tls".into(), name.into(), "--out".into(), PREFIX.into()])?;
    let second = Bench { root: bench.root, prefix: bench.root.join(PREFIX), build: true, again: Some(name) };
    for ring in [ring::black_box, ring::differential_c, ring::differential_python, interop::interop] {
        ring(&second, tally)?;
    }
    Ok(())
}
