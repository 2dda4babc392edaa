//! Counting: what passed, what failed, what was skipped and why, step by step.

use std::time::Instant;

use crate::Outcome;

/// The figures so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    step: String,
    before: (u64, u64),
    started: Option<Instant>,
    skipped: Option<String>,
    lines: Vec<String>,
}

impl Tally {
    /// A step begins.
    pub(crate) fn begin(&mut self, step: &str) {
        println!("\n== {step}");
        self.step = step.into();
        self.before = (self.passed, self.failed);
        self.started = Some(Instant::now());
        self.skipped = None;
    }

    /// A step ends; one that broke off counts as one failure.
    pub(crate) fn end(&mut self, result: Outcome) {
        if let Err(error) = result {
            self.fail(&error);
        }
        let (passed, failed) = (self.passed - self.before.0, self.failed - self.before.1);
        let took = self.started.map_or(0.0, |started| started.elapsed().as_secs_f64());
        let what = match &self.skipped {
            Some(reason) if passed + failed == 0 => format!("skipped: {reason}"),
            _ => format!("{passed} passed, {failed} failed in {took:.1} s"),
        };
        self.lines.push(format!("{:<22} {what}", self.step));
    }

    /// One more that passed.
    pub(crate) fn pass(&mut self) {
        self.passed += 1;
    }

    /// One more that failed, and why.
    pub(crate) fn fail(&mut self, reason: &str) {
        println!("FAILED: {reason}");
        self.failed += 1;
    }

    /// Counts a result.
    pub(crate) fn record(&mut self, what: &str, result: Outcome) {
        match result {
            Ok(()) => self.pass(),
            Err(error) => self.fail(&format!("{what}: {error}")),
        }
    }

    /// The step has nothing to work with.
    pub(crate) fn skip(&mut self, reason: &str) {
        println!("skipped: {reason}");
        self.skipped = Some(reason.into());
    }

    /// A line for every step.
    pub(crate) fn summary(&self) {
        println!("\n== summary");
        for line in &self.lines {
            println!("{line}");
        }
    }
}

/// Adds up the figures that `cargo test` prints for each of its programs.
pub(crate) fn cargo_figures(output: &str) -> (u64, u64) {
    output
        .lines()
        .filter_map(|line| line.strip_prefix("test result: "))
        .fold((0, 0), |(passed, failed), line| {
            (passed + figure(line, "passed"), failed + figure(line, "failed"))
        })
}

/// The number before a word.
pub(crate) fn figure(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split([' ', ';', ',']).filter(|part| !part.is_empty()).collect();
    let at = words.iter().position(|part| *part == word);
    at.and_then(|at| at.checked_sub(1)).and_then(|at| words[at].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_all_test_programs_are_added_up() {
        let output = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 5 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.10s\n";
        assert_eq!(cargo_figures(output), (7, 1));
    }

    #[test]
    fn a_step_that_breaks_off_counts_as_one_failure() {
        let mut tally = Tally::default();
        tally.begin("library");
        tally.end(Err("no compiler".into()));
        assert_eq!((tally.passed, tally.failed), (0, 1));
    }

    #[test]
    fn the_checks_line_of_a_program_is_understood() {
        assert_eq!(figure("checks: 40 passed, 2 failed", "passed"), 40);
        assert_eq!(figure("checks: 40 passed, 2 failed", "failed"), 2);
        assert_eq!(figure("nothing here", "passed"), 0);
    }
}
