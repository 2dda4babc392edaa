//! The session's incoming window: how many transfers a peer may still send us (part 2.5.6, spec/engine.md section 5).
//!
//! The application limits it in bytes (the older way) or in frames, or not at all.

use super::error::{INTERNAL_ERROR, Violation};
use super::session::Session;

/// What limits the frames a session takes before the application has read them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) enum WindowLimit {
    #[default]
    None,
    /// Bytes unread.
    Bytes(usize),
    /// Frames; and below which number the peer is told of new room (0: the default).
    Frames { window: u32, low_water_mark: u32 },
}

/// Windows and marks never pass what half the serial number space allows.
pub(crate) const UNLIMITED: u32 = 0x7fff_ffff;

impl Session {
    /// Whether reading can ever open the window.
    pub(crate) fn limits_window(&self) -> bool {
        self.max_frame_size != 0 && self.window_limit != WindowLimit::None
    }

    /// The window to advertise now.
    pub(crate) fn advertised_window(&self) -> Result<u32, Violation> {
        let frame = self.max_frame_size as usize;
        match self.window_limit {
            _ if frame == 0 => Ok(UNLIMITED),
            WindowLimit::None => Ok(UNLIMITED),
            WindowLimit::Bytes(capacity) if capacity < frame => Err(Violation::new(
                INTERNAL_ERROR,
                format!("session capacity {capacity} is less than frame size {frame}"),
            )),
            WindowLimit::Bytes(capacity) => Ok(clamp(capacity.saturating_sub(self.incoming_bytes) / frame)),
            WindowLimit::Frames { window, .. } => {
                let used = clamp(self.incoming_bytes.div_ceil(frame));
                Ok(window.saturating_sub(used))
            }
        }
    }

    /// The peer is told of new room when fewer transfers than this are left to it.
    fn low_water_mark(&self) -> u32 {
        let frame = self.max_frame_size as usize;
        match self.window_limit {
            _ if frame == 0 => 1,
            WindowLimit::None => 1,
            WindowLimit::Bytes(capacity) => clamp(capacity / frame / 2).max(1),
            WindowLimit::Frames { window, low_water_mark: 0 } => window.div_ceil(2),
            WindowLimit::Frames { low_water_mark, .. } => low_water_mark,
        }
    }

    /// Whether the peer has little window left and there is more to give.
    pub(crate) fn window_update_due(&self) -> bool {
        let left = self.wire.incoming_window;
        left < self.low_water_mark() && self.advertised_window().is_ok_and(|window| window > left)
    }
}

fn clamp(frames: usize) -> u32 {
    u32::try_from(frames).unwrap_or(UNLIMITED).min(UNLIMITED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(limit: WindowLimit, max_frame_size: u32, incoming_bytes: usize, left: u32) -> Session {
        let mut session =
            Session { window_limit: limit, max_frame_size, incoming_bytes, ..Session::default() };
        session.wire.incoming_window = left;
        session
    }

    #[test]
    fn a_byte_limit_gives_whole_frames_and_is_renewed_below_half() {
        let limit = WindowLimit::Bytes(2048);
        assert_eq!(session(limit, 512, 0, 0).advertised_window(), Ok(4));
        assert_eq!(session(limit, 512, 300, 0).advertised_window(), Ok(3));
        assert_eq!(session(limit, 512, 5000, 0).advertised_window(), Ok(0));
        assert!(session(limit, 512, 300, 1).window_update_due());
        assert!(!session(limit, 512, 300, 2).window_update_due());
    }

    #[test]
    fn a_byte_limit_below_one_frame_is_an_error() {
        let error = session(WindowLimit::Bytes(100), 32768, 0, 0).advertised_window().unwrap_err();
        assert_eq!(error.condition(), INTERNAL_ERROR);
        assert_eq!(error.description(), "session capacity 100 is less than frame size 32768");
    }

    #[test]
    fn a_frame_limit_counts_unread_bytes_as_frames_begun() {
        let limit = WindowLimit::Frames { window: 5, low_water_mark: 0 };
        assert_eq!(session(limit, 512, 513, 0).advertised_window(), Ok(3));
        assert!(session(limit, 512, 0, 2).window_update_due());
        assert!(!session(limit, 512, 0, 3).window_update_due());
    }

    #[test]
    fn without_a_limit_the_window_is_half_the_serial_space() {
        assert_eq!(session(WindowLimit::None, 512, 9999, 0).advertised_window(), Ok(UNLIMITED));
        assert_eq!(session(WindowLimit::Bytes(10), 0, 9999, 0).advertised_window(), Ok(UNLIMITED));
    }
}
