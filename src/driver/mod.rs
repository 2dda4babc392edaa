//! Connection and transport as one unit: what a proactor or an application's own loop drives.
//!
//! The unit is thin and lasts for one call: bytes go in, bytes come out, either side ends. Events and the memory of
//! what is driven belong to the boundary.
#![forbid(unsafe_code)]

use crate::engine::Connection;
use crate::transport::Transport;

/// A transport and the connection bound to it, if there is one.
pub(crate) struct Driver<'a> {
    transport: &'a mut Transport,
    connection: Option<&'a mut Connection>,
}

impl<'a> Driver<'a> {
    pub(crate) fn new(transport: &'a mut Transport, connection: Option<&'a mut Connection>) -> Self {
        Self { transport, connection }
    }

    /// Room for input. A buffer smaller than `wanted` is enlarged to it first, as far as the frame limit allows.
    /// Nothing once reading has ended.
    pub(crate) fn room(&mut self, wanted: usize) -> &mut [u8] {
        if self.transport.capacity().is_some_and(|room| room < wanted) {
            self.transport.grow_input(wanted);
        }
        self.transport.tail()
    }

    /// The first `n` bytes of the room have been read; more than the room do not count.
    pub(crate) fn read(&mut self, n: usize) {
        let n = n.min(self.transport.tail().len());
        if n > 0 {
            self.transport.process(self.connection.as_deref_mut(), n);
        }
    }

    /// Takes in the first `n` bytes of memory of the reader's own, which it may take over.
    pub(crate) fn take_in(&mut self, memory: &mut Vec<u8>, n: usize) {
        self.transport.take_in(self.connection.as_deref_mut(), memory, n);
    }

    /// Takes in as many bytes as there is room for and tells how many; `None` once reading has ended.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Option<usize> {
        let n = self.transport.capacity()?.min(bytes.len());
        if let (Some(room), Some(bytes)) = (self.transport.tail().get_mut(..n), bytes.get(..n)) {
            room.copy_from_slice(bytes);
        }
        self.read(n);
        Some(n)
    }

    /// Takes in all bytes it can and tells how many; `None` if reading has ended, even by these very bytes.
    pub(crate) fn input(&mut self, mut bytes: &[u8]) -> Option<usize> {
        let all = bytes.len();
        while !bytes.is_empty() {
            match self.push(bytes)? {
                0 => break,
                n => bytes = bytes.get(n..).unwrap_or_default(),
            }
        }
        self.transport.capacity().map(|_| all - bytes.len())
    }

    /// The peer will send nothing more.
    pub(crate) fn read_close(&mut self) {
        self.transport.close_tail(self.connection.as_deref_mut());
    }

    /// The bytes to be written; `None` once writing has ended.
    pub(crate) fn output(&mut self) -> Option<&[u8]> {
        self.transport.pending(self.connection.as_deref_mut())?;
        Some(self.transport.head())
    }

    /// `n` bytes have been written; gives what else waits already.
    pub(crate) fn written(&mut self, n: usize) -> &[u8] {
        if n > 0 {
            self.transport.pop(self.connection.as_deref_mut(), n);
        }
        self.transport.head()
    }

    /// Puts what was read and not taken where it needs no more memory than it has bytes, as [`Self::output`] does.
    pub(crate) fn store_unread(&mut self) {
        if let Some(connection) = self.connection.as_deref_mut() {
            connection.settle_arrived();
        }
    }

    /// Nothing more can be written.
    pub(crate) fn write_close(&mut self) {
        self.transport.close_head(self.connection.as_deref_mut());
    }

    /// Both directions have ended.
    pub(crate) fn close(&mut self) {
        self.read_close();
        self.write_close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_shows_its_header_before_anything_is_bound() {
        let mut transport = Transport::new();
        let mut driver = Driver::new(&mut transport, None);
        assert_eq!(driver.output(), Some(&b"AMQP\x00\x01\x00\x00"[..]));
        assert_eq!(driver.written(5), b"\x01\x00\x00");
        assert_eq!(driver.written(3), b"");
    }

    #[test]
    fn room_grows_to_what_is_asked_within_the_frame_limit() {
        let mut transport = Transport::new();
        let mut driver = Driver::new(&mut transport, None);
        let sizes = [100, 20_000, 200_000].map(|wanted| driver.room(wanted).len());
        assert_eq!(sizes, [8192, 20_000, 32_768]);
    }

    #[test]
    fn a_closed_driver_neither_takes_nor_gives() {
        let mut transport = Transport::new();
        let mut driver = Driver::new(&mut transport, None);
        driver.close();
        driver.close();
        assert!(driver.room(1).is_empty());
        assert_eq!((driver.push(b"x"), driver.input(b"x"), driver.output()), (None, None, None));
        assert!(transport.closed());
    }

    #[test]
    fn input_that_ends_the_stream_counts_as_ended() {
        let mut transport = Transport::new();
        transport.set_server();
        let mut driver = Driver::new(&mut transport, None);
        assert_eq!(driver.input(b"AMQP\x00\x01\x00\x00"), Some(8));
        assert_eq!(driver.input(&[0; 30_000]), None, "no frame is 0 bytes long");
    }
}
