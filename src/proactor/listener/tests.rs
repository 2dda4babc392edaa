//! A listener's sockets, and who comes to them.

use super::*;
use crate::sys::address::{Purpose, lookup};

fn listener(backlog: i32) -> ListenerIo {
    let addresses = lookup(Some("127.0.0.1"), "0", Purpose::Listen).unwrap();
    ListenerIo::open(addresses, backlog, "127.0.0.1:0".into()).unwrap()
}

fn clients(listener: &ListenerIo, count: usize) -> Vec<Socket> {
    let address = listener.sockets().next().unwrap().local_address();
    let client = |_| {
        let socket = Socket::stream(&address).unwrap();
        socket.connect(&address).unwrap();
        socket
    };
    (0..count).map(client).collect()
}

/// The next event, once the socket has said so.
fn next(listener: &mut ListenerIo) -> ListenerEvent {
    loop {
        listener.note(Signals::READ);
        if let Some(event) = listener.next_event() {
            return event;
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn it_opens_accepts_each_and_closes_last() {
    let mut listener = listener(4);
    let clients = clients(&listener, 2);
    assert_eq!(next(&mut listener), ListenerEvent::Open);
    for _ in &clients {
        assert_eq!(next(&mut listener), ListenerEvent::Accept);
        listener.claim().unwrap();
    }
    listener.note(Signals::CLOSE);
    assert_eq!(next(&mut listener), ListenerEvent::Close);
    assert!(listener.is_closed() && listener.next_event().is_none());
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn a_connection_that_nobody_claims_is_told_again_and_no_more_than_the_backlog_are_held() {
    let mut listener = listener(2);
    let _clients = clients(&listener, 3);
    next(&mut listener);
    for _ in 0..5 {
        assert_eq!(next(&mut listener), ListenerEvent::Accept);
    }
    assert!(listener.has_more() && listener.waiting.len() <= 2);
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn a_flood_of_peers_does_not_make_a_batch_endless() {
    let mut listener = listener(100);
    let _clients = clients(&listener, MOST_IN_A_BATCH + 1);
    next(&mut listener);
    for _ in 0..MOST_IN_A_BATCH {
        assert_eq!(next(&mut listener), ListenerEvent::Accept);
        listener.claim().unwrap();
    }
    listener.note(Signals::READ);
    assert_eq!(listener.next_event(), None);
    assert!(listener.has_more(), "the next batch has the last one");
    listener.begin_run();
    assert_eq!(next(&mut listener), ListenerEvent::Accept);
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn a_backlog_of_nothing_is_one() {
    let mut listener = listener(-3);
    let _clients = clients(&listener, 1);
    next(&mut listener);
    assert_eq!(next(&mut listener), ListenerEvent::Accept);
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn claiming_nothing_or_after_the_end_is_an_error() {
    let mut listener = listener(1);
    let code = |listener: &mut ListenerIo| listener.claim().err().unwrap().raw_os_error().unwrap();
    assert_eq!(code(&mut listener), libc::EAGAIN);
    listener.note(Signals::CLOSE);
    assert_eq!(code(&mut listener), libc::EBADF);
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn closing_drops_whoever_was_not_claimed() {
    let mut listener = listener(2);
    let clients = clients(&listener, 1);
    next(&mut listener);
    next(&mut listener);
    listener.note(Signals::CLOSE);
    assert_eq!(next(&mut listener), ListenerEvent::Close);
    let mut room = [0; 1];
    loop {
        match clients[0].recv(&mut room) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            ended => break assert!(matches!(ended, Ok(0) | Err(_))),
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn all_sockets_share_the_port_that_the_first_was_given() {
    let addresses = lookup(None, "0", Purpose::Listen).unwrap();
    let listener = ListenerIo::open(addresses, 1, ":0".into()).unwrap();
    let ports: Vec<_> = listener.sockets().map(|socket| socket.local_address().port()).collect();
    assert!(ports.iter().all(|port| *port == ports[0] && *port != Some(0)));
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn an_address_that_is_taken_is_told_only_if_there_is_no_other() {
    let taken = listener(1).sockets().next().map(Socket::local_address);
    let holder = Socket::listener(&taken.unwrap(), 1).unwrap();
    let mut free = lookup(Some("127.0.0.1"), "0", Purpose::Listen).unwrap();
    let fault = ListenerIo::open(vec![holder.local_address()], 1, "x".into()).err().unwrap();
    assert_eq!(fault.describe("host:1"), "Address already in use - listen on host:1");
    free.insert(0, holder.local_address());
    assert_eq!(ListenerIo::open(free, 1, "x".into()).unwrap().sockets().count(), 1);
}

#[test]
fn a_listener_that_could_not_listen_closes_with_its_fault() {
    let fault = Fault { reason: "Reason".into(), phrase: "listen on" };
    let mut listener = ListenerIo::failed(fault, "host:1".into());
    assert_eq!(listener.next_event(), Some(ListenerEvent::Close));
    assert_eq!(listener.take_fault().as_deref(), Some("Reason - listen on host:1"));
}
