//! Programs that nobody here wrote, over the proactor: the distribution's C and C++ examples, unchanged.
//!
//! A scene is a few programs that talk to each other over TCP and what they have to say in the end. It is played by
//! several casts: a cast is one way of compiling the programs together with the library they run on. So every scene
//! sees this library with itself, and with the distribution's library on either end.
//!
//! `programs/build.rs` compiles, `programs/cast.rs` starts programs, `programs/c.rs` and `programs/cpp.rs` have the
//! scenes.

mod build;
mod c;
mod cast;
mod cpp;

use super::Bench;
use super::tally::Tally;
use crate::Outcome;
use crate::demo::side::Side;

use cast::Cast;

/// What the C++ examples need beyond what every step has.
const PACKAGES_CPP: [&str; 3] = ["g++", "libqpid-proton-cpp12", "libqpid-proton-cpp12-dev"];

/// The distribution's own headers and library, for programs as its users have them.
const PACKAGES_C: [&str; 2] = ["libqpid-proton11-dev", "libqpid-proton11-dev-examples"];

/// The distribution's C examples, compiled in every way that this library offers and in the distribution's own.
pub(crate) fn c_examples(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    if !bench.has_proactor() {
        tally.skip(NO_PROACTOR);
        return Ok(());
    }
    crate::packages::ensure(&PACKAGES_C)?;
    let sources = build::sources(bench, "c")?;
    let distribution = build::by_distribution(bench, &sources, "c", "gcc", &["-lqpid-proton"])?;
    let ours = [
        ("pkg-config", build::by_pkg_config(bench, &sources)?),
        ("Makefile.pkgconfig", build::by_makefile(bench, &sources)?),
        ("CMake", build::by_cmake(bench, &sources)?),
        ("swapped in", distribution.clone()),
    ];
    let reference = Cast::new("reference", Side::distribution(), distribution, bench)?;
    for (name, programs) in ours {
        let cast = Cast::new(name, Side::ours(&bench.prefix, false)?, programs, bench)?;
        for (client, server) in [(&cast, &cast), (&cast, &reference), (&reference, &cast)] {
            play(tally, &c::SCENES, client, server);
        }
    }
    Ok(())
}

/// The distribution's C++ examples on its C++ library, which runs on this library or on the distribution's.
pub(crate) fn cpp_examples(bench: &Bench<'_>, tally: &mut Tally) -> Outcome {
    if !bench.has_proactor() {
        tally.skip(NO_PROACTOR);
        return Ok(());
    }
    crate::packages::ensure(&PACKAGES_C)?;
    crate::packages::ensure(&PACKAGES_CPP)?;
    let sources = build::sources(bench, "cpp")?;
    let programs = build::by_distribution(bench, &sources, "cpp", "g++", &["-lqpid-proton-cpp"])?;
    let ours = Cast::new("ours", Side::ours(&bench.prefix, false)?, programs.clone(), bench)?;
    let reference = Cast::new("reference", Side::distribution(), programs, bench)?;
    for (client, server) in [(&ours, &ours), (&ours, &reference), (&reference, &ours)] {
        play(tally, &cpp::SCENES, client, server);
    }
    Ok(())
}

/// Plays scenes with one cast as the clients and one as the servers.
fn play(tally: &mut Tally, scenes: &[Scene], client: &Cast, server: &Cast) {
    let mut worked = 0;
    for scene in scenes {
        let result = (scene.play)(client, server);
        worked += u32::from(result.is_ok());
        tally.record(&format!("{} ({} to {})", scene.name, client.name, server.name), result);
    }
    println!("{} to {}: {worked} of {} scenes", client.name, server.name, scenes.len());
}

/// What programs do together: the first cast plays the clients, the second the servers.
struct Scene {
    name: &'static str,
    play: fn(&Cast, &Cast) -> Outcome,
}

pub(super) const NO_PROACTOR: &str = "the library has no proactor yet";
