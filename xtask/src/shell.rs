//! Running other programs: what they are called with is said when they fail, and nothing is hidden.

use std::process::Command;

use crate::Outcome;

/// Runs a program to its end and fails unless it succeeds. Its output goes to the terminal.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{}: {error}", name(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed ({status})\n  {command:?}", name(command))) }
}

/// Runs a program to its end and returns what it wrote to its standard output; the rest goes to the terminal.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().map_err(|error| format!("{}: {error}", name(command)))?;
    if !output.status.success() {
        return Err(format!("{} failed ({})\n  {command:?}", name(command), output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{}: {error}", name(command)))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
