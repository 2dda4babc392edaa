//! The closing table: how many messages each program moved, and how fast on either library.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// What a scene achieved.
pub(crate) struct Measure {
    pub(crate) messages: u32,
    pub(crate) took: Duration,
    /// The library that the program used.
    pub(crate) library: PathBuf,
}

impl Measure {
    fn rate(&self) -> f64 {
        f64::from(self.messages) / self.took.as_secs_f64().max(1e-6)
    }

    /// A line about the run.
    pub(crate) fn story(&self) -> String {
        format!(
            "{:>6} messages in {:>6.2} s  {}",
            self.messages,
            self.took.as_secs_f64(),
            self.library.display()
        )
    }
}

/// One program on both sides: this library first.
pub(crate) struct Row {
    program: &'static str,
    pub(crate) results: [Option<Result<Measure, String>>; 2],
}

impl Row {
    pub(crate) fn new(program: &'static str) -> Self {
        Self { program, results: [None, None] }
    }

    pub(crate) fn failed(&self) -> bool {
        !self.results.iter().all(|result| matches!(result, Some(Ok(_))))
    }
}

/// The table as text.
pub(crate) fn print(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<34} {:>8} {:>12} {:>12} {:>7}\n",
        "program", "messages", "this, msg/s", "dist., msg/s", "ratio"
    );
    for row in rows {
        let [ours, theirs] = &row.results;
        let (ours, theirs) =
            (ours.as_ref().and_then(|r| r.as_ref().ok()), theirs.as_ref().and_then(|r| r.as_ref().ok()));
        let messages = ours.or(theirs).map_or_else(|| "-".into(), |measure| measure.messages.to_string());
        let ratio = match (ours, theirs) {
            (Some(ours), Some(theirs)) => format!("{:.2}", ours.rate() / theirs.rate()),
            _ => "-".into(),
        };
        let shown = |side: Option<&Measure>| {
            side.map_or_else(|| "FAILED".into(), |side| format!("{:.0}", side.rate()))
        };
        let _ = writeln!(
            text,
            "{:<34} {messages:>8} {:>12} {:>12} {ratio:>7}",
            row.program,
            shown(ours),
            shown(theirs)
        );
    }
    text.push_str("Times are of whole processes, the start of the interpreter included.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_both_results_has_failed_and_shows_no_ratio() {
        let mut row = Row::new("simple_send.py");
        let measure = Measure { messages: 100, took: Duration::from_millis(50), library: "/lib/x".into() };
        row.results[0] = Some(Ok(measure));
        row.results[1] = Some(Err("no".into()));
        assert!(row.failed());
        let text = print(&[row]);
        assert!(text.contains("2000") && text.contains("FAILED"), "{text}");
    }
}
