//! Idle time-outs: noticing that the peer is silent, and not being silent ourselves (part 2.4.5).

use super::Transport;
use crate::engine::{Connection, RESOURCE_LIMIT_EXCEEDED, Violation};
use crate::framing::FrameType;

/// Both timers; times are of the caller's clock, in milliseconds.
#[derive(Default)]
pub(super) struct Idle {
    /// How long the peer may be silent; 0 for ever.
    pub(super) local_timeout: u32,
    deadline: i64,
    keepalive: i64,
    /// Bytes have arrived since the last tick.
    pub(super) heard: bool,
    /// Bytes taken since the last tick, counted before anything encrypts them. The bytes of an empty frame are taken off when it is written, so that one
    /// which is taken before the next tick does not count as speech.
    pub(super) spoken: i64,
    expired: bool,
}

impl Idle {
    pub(super) fn note_spoken(&mut self, n: usize) {
        self.spoken = self.spoken.saturating_add(i64::try_from(n).unwrap_or(i64::MAX));
    }
}

impl Transport {
    /// Acts on the time `now` and tells when to be called next; 0 for no need.
    pub(crate) fn tick(&mut self, connection: Option<&mut Connection>, now: i64) -> i64 {
        if !self.started {
            return 0;
        }
        let local = self.tick_local(connection, now);
        let remote = self.tick_remote(now);
        match (local, remote) {
            (0, deadline) | (deadline, 0) => deadline,
            (local, remote) => local.min(remote),
        }
    }

    fn tick_local(&mut self, connection: Option<&mut Connection>, now: i64) -> i64 {
        let timeout = i64::from(self.idle.local_timeout);
        if timeout == 0 {
            return 0;
        }
        if std::mem::take(&mut self.idle.heard) || self.idle.deadline == 0 {
            self.idle.deadline = now.saturating_add(timeout);
        } else if now >= self.idle.deadline {
            self.idle.deadline = now.saturating_add(timeout);
            if !std::mem::replace(&mut self.idle.expired, true) && !self.tail_closed {
                let silence = Violation::new(RESOURCE_LIMIT_EXCEEDED, "local-idle-timeout expired");
                self.fail(connection, &silence);
            }
        }
        self.idle.deadline
    }

    fn tick_remote(&mut self, now: i64) -> i64 {
        let half = i64::from(self.remote.idle_timeout) / 2;
        if half == 0 || self.close_sent {
            return 0;
        }
        if std::mem::take(&mut self.idle.spoken) != 0 || self.idle.keepalive == 0 {
            self.idle.keepalive = now.saturating_add(half);
        } else if now >= self.idle.keepalive {
            self.idle.keepalive = now.saturating_add(half);
            if self.unsent() == 0 && !self.head_closed {
                self.write_frame(FrameType::Amqp, 0, |_| {});
                self.idle.spoken -= EMPTY_FRAME;
            }
        }
        self.idle.keepalive
    }
}

/// The size of a frame that has nothing but its header.
const EMPTY_FRAME: i64 = 8;
