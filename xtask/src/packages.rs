//! Packages of the distribution that a task needs: they are installed when they are missing, and said so.
//!
//! This works on Debian and its relatives. Elsewhere the task goes on and names what it will look for.

use std::process::{Command, Stdio};

use crate::{Outcome, shell};

/// Makes sure that the packages are installed.
pub(crate) fn ensure(packages: &[&str]) -> Outcome {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !exists("apt-get") {
        println!("This task needs what Debian calls {list}; install it if the task fails.");
        return Ok(());
    }
    println!("Installing {list} with apt-get.");
    if apt_get(&["install", "-y", "--no-install-recommends"], &missing).is_ok() {
        return Ok(());
    }
    apt_get(&["update"], &[])?;
    apt_get(&["install", "-y", "--no-install-recommends"], &missing)
        .map_err(|error| format!("{error}\ninstall it by hand: apt-get install {list}"))
}

fn is_installed(package: &str) -> bool {
    let status = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output();
    status.is_ok_and(|status| status.stdout == b"installed")
}

/// Runs apt-get without questions, through sudo unless the task already runs as root.
fn apt_get(action: &[&str], packages: &[&str]) -> Outcome {
    let mut command = if is_root() { Command::new("env") } else { Command::new("sudo") };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]).args(action).args(packages);
    shell::run(command.stdout(Stdio::null()))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
