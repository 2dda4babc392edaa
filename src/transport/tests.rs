//! Scenarios on pairs of transports.
