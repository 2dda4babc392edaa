//! Links the installed library when this project's own is left out.

fn main() {
    if std::env::var_os("CARGO_FEATURE_PROTIUM").is_none() {
        println!("cargo::rustc-link-lib=dylib=qpid-proton");
    }
}
