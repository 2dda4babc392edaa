//! Sockets over loopback: what programs and peers can tell about them.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;

use super::*;
use crate::sys::address::{Purpose, lookup};
use crate::sys::poll::{Events, Interest, Poller};

fn address(host: &str, port: &str) -> SocketAddress {
    lookup(Some(host), port, Purpose::Connect).expect("numbers").remove(0)
}

fn listening(host: &str) -> (Socket, SocketAddress) {
    let listener = Socket::listener(&address(host, "0"), 16).expect("a free port");
    let at = listener.local_address();
    (listener, at)
}

/// Whether this machine has the newer version of IP.
fn has_ipv6() -> bool {
    Socket::listener(&address("::1", "0"), 1).is_ok()
}

/// Sleeps until something about `socket` has changed since it was first looked at.
fn settle(socket: &Socket, interest: Interest) {
    let poller = Poller::new().expect("there are descriptors");
    poller.add(socket.fd(), 0, interest).expect("a socket can be watched");
    poller.wait(&mut Events::new(), 1, true).expect("polling works");
}

/// A connected socket and its other end.
fn pair() -> (Socket, Socket) {
    let (listener, at) = listening("127.0.0.1");
    let here = Socket::stream(&at).expect("there are descriptors");
    here.connect(&at).expect("it listens");
    settle(&listener, Interest::Read);
    let (there, _) = listener.accept().expect("one is waiting");
    (here, there)
}

fn received(socket: &Socket, wanted: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < wanted {
        settle(socket, Interest::Read);
        let mut buffer = [0; 64];
        let count = socket.recv(&mut buffer).expect("bytes are there");
        all.extend_from_slice(&buffer[..count]);
    }
    all
}

fn flags(socket: &Socket) -> (bool, bool, bool) {
    // SAFETY: asks about an open descriptor.
    let descriptor = unsafe { libc::fcntl(socket.raw(), libc::F_GETFD) };
    // SAFETY: as above.
    let file = unsafe { libc::fcntl(socket.raw(), libc::F_GETFL) };
    let no_delay = socket.0.tcp_nodelay().unwrap_or(false);
    (descriptor & libc::FD_CLOEXEC != 0, file & libc::O_NONBLOCK != 0, no_delay)
}

#[test]
fn every_socket_closes_on_exec_does_not_block_and_does_not_delay() {
    let (here, there) = pair();
    assert_eq!(flags(&here), (true, true, true));
    assert_eq!(flags(&there), (true, true, true), "an accepted socket is like the listening one");
}

#[test]
fn both_ends_agree_on_their_addresses_in_both_versions_of_ip() {
    for host in ["127.0.0.1", "::1"].into_iter().take(if has_ipv6() { 2 } else { 1 }) {
        let (listener, at) = listening(host);
        let here = Socket::stream(&at).expect("there are descriptors");
        assert!(here.peer_address().is_empty(), "nobody is there yet");
        here.connect(&at).expect("it listens");
        settle(&listener, Interest::Read);
        let (there, from) = listener.accept().expect("one is waiting");
        assert_eq!(from.numeric(), here.local_address().numeric());
        assert_eq!(there.peer_address().numeric(), here.local_address().numeric());
        assert_eq!(there.local_address().numeric(), here.peer_address().numeric());
        assert_eq!(here.peer_address().numeric(), at.numeric());
    }
}

#[test]
fn each_version_of_ip_has_a_port_of_its_own() {
    let (_four, at) = listening("0.0.0.0");
    let port = at.numeric().expect("it has a port").1;
    if has_ipv6() {
        Socket::listener(&address("::", &port), 1).expect("the other version's port is free");
    }
    let again = Socket::listener(&at, 1).err().expect("the port is taken");
    assert_eq!(again.kind(), ErrorKind::AddrInUse);
}

#[test]
fn accepting_with_nobody_waiting_would_block() {
    let (listener, _) = listening("127.0.0.1");
    let error = listener.accept().err().expect("nobody is waiting");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_refused_connection_is_told_by_the_socket_once() {
    let (listener, at) = listening("127.0.0.1");
    drop(listener);
    let socket = Socket::stream(&at).expect("there are descriptors");
    match socket.connect(&at) {
        Ok(done) => {
            assert!(!done);
            settle(&socket, Interest::Both);
            let error = socket.take_error().expect("a socket").expect("nobody listens");
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            assert!(socket.take_error().expect("a socket").is_none());
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionRefused),
    }
}

#[test]
fn pieces_arrive_in_order_whichever_way_they_are_sent() {
    let (here, there) = pair();
    assert_eq!(here.send(b"one ", true).expect("there is room"), 4);
    assert_eq!(here.send(b"two three ", true).expect("there is room"), 10);
    let last = [b"fo".as_slice(), b"ur".as_slice()].map(|text| (text.as_ptr(), text.len()));
    // SAFETY: both texts live for ever.
    assert_eq!(unsafe { here.send_from(&last, false) }.expect("there is room"), 4);
    let more = [b" fi".as_slice(), b"", b"ve"].map(IoSlice::new);
    assert_eq!(here.send_pieces(&more).expect("there is room"), 5);
    assert_eq!(here.send_pieces(&more[2..]).expect("there is room"), 2);
    assert_eq!(received(&there, 25), b"one two three four fiveve");
}

#[test]
fn a_program_s_memory_is_filled_part_by_part() {
    let (here, there) = pair();
    here.send(b"abcdef", false).expect("there is room");
    settle(&there, Interest::Read);
    let (mut first, mut second) = ([0; 4], [0; 4]);
    let parts = [(first.as_mut_ptr(), 4), (second.as_mut_ptr(), 4)];
    // SAFETY: both parts are arrays of four bytes.
    assert_eq!(unsafe { there.recv_at(&parts) }.expect("bytes are there"), 6);
    assert_eq!((&first, &second), (b"abcd", b"ef\0\0"));
    // SAFETY: as above.
    let error = unsafe { there.recv_at(&parts) }.expect_err("nothing is left");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn more_parts_than_one_call_takes_are_left_for_the_next() {
    let (here, there) = pair();
    let parts = [(b"x".as_ptr(), 1); MOST_PARTS + 3];
    // SAFETY: the text lives for ever.
    assert_eq!(unsafe { here.send_from(&parts, false) }.expect("there is room"), MOST_PARTS);
    assert_eq!(received(&there, MOST_PARTS), [b'x'; MOST_PARTS]);
}

#[test]
fn a_half_that_is_shut_down_ends_for_the_peer_and_the_other_half_goes_on() {
    let (here, there) = pair();
    here.shutdown_write().expect("it is connected");
    settle(&there, Interest::Read);
    assert_eq!(there.recv(&mut [0; 8]).expect("the end"), 0);
    there.send(b"still", false).expect("this half is open");
    assert_eq!(received(&here, 5), b"still");
    there.shutdown_read().expect("it is connected");
}

#[test]
fn sending_to_a_peer_that_is_gone_is_an_error_and_no_signal() {
    let (here, there) = pair();
    here.shutdown_write().expect("it is connected");
    let error = here.send(b"x", false).expect_err("this half is closed");
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    drop(there);
}

#[test]
fn an_adopted_socket_of_tcp_is_made_like_ours() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let stream = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
    // SAFETY: the descriptor is given up.
    let socket = unsafe { Socket::adopt(stream.into_raw_fd()) }.expect("a socket");
    assert_eq!(flags(&socket), (true, true, true));
}

#[test]
fn an_adopted_socket_may_be_of_another_family() {
    let (here, there) = UnixStream::pair().expect("there are descriptors");
    // SAFETY: the descriptor is given up.
    let socket = unsafe { Socket::adopt(here.into_raw_fd()) }.expect("a socket");
    assert_eq!(flags(&socket), (true, true, false));
    assert_eq!(socket.send(b"hello", false).expect("there is room"), 5);
    assert_eq!(socket.peer_address().numeric(), None);
    drop(there);
}

#[test]
fn what_is_no_descriptor_is_not_adopted() {
    for fd in [-1, i32::MAX] {
        // SAFETY: nothing is open under these numbers.
        let error = unsafe { Socket::adopt(fd) }.err().expect("it is none");
        assert_eq!(error.raw_os_error(), Some(libc::EBADF));
    }
}
