//! Compiles the C shim that gives Rust its variadic functions.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SHIM}");
    if Path::new(SHIM).exists() {
        cc::Build::new().file(SHIM).std("c99").extra_warnings(true).compile("protium_varargs");
    }
}

const SHIM: &str = "src/ffi/varargs.c";
