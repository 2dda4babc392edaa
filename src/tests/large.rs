//! Large messages: written where they will be sent from, and read where they have arrived. Nobody may notice.

use super::pair::{Pair, Peer};
use crate::engine::disposition::ACCEPTED;
use crate::engine::{DeliveryKey, Disposition, WindowLimit};

/// A pair whose server takes frames of `max_frame` bytes, 0 for any, with plenty of credit.
fn pair(max_frame: u32, window: WindowLimit) -> Pair {
    let mut pair = Pair::new();
    if max_frame > 0 {
        pair.server.transport.set_max_frame(max_frame, Some(&mut pair.server.connection));
    } else {
        pair.server.transport.prefer_large_frames();
    }
    pair.prepared(1000, |connection, session| connection.set_window_limit(session, window))
}

/// Bytes of which no two places look alike.
fn body(length: usize) -> Vec<u8> {
    (0u32..).flat_map(|n| n.wrapping_mul(0x9E37_79B9).to_be_bytes()).take(length).collect()
}

/// How a delivery is sent.
#[derive(Clone, Copy, Debug)]
struct Manner {
    complete: bool,
    settled: bool,
    state: bool,
    tag: &'static [u8],
}

/// Sends `body` in pieces of `piece` bytes; smaller ones than a large message are stored without spaces.
fn send(peer: &mut Peer, manner: Manner, body: &[u8], piece: usize) -> DeliveryKey {
    let link = peer.link();
    let key = peer.connection.create_delivery(link, manner.tag);
    for piece in body.chunks(piece) {
        peer.connection.send(link, piece).unwrap();
    }
    if manner.state {
        peer.connection.update_delivery(key, ACCEPTED);
    }
    if manner.complete {
        peer.connection.advance(link);
        if manner.settled {
            peer.connection.settle_delivery(key);
        }
    }
    key
}

const PLAIN: Manner = Manner { complete: true, settled: false, state: false, tag: b"tag" };
const WHOLE: usize = usize::MAX;
const PIECES: usize = 20_000;

/// What is written for messages of these lengths.
fn wire(max_frame: u32, window: WindowLimit, manner: Manner, lengths: &[usize], piece: usize) -> Vec<u8> {
    let mut pair = pair(max_frame, window);
    for length in lengths {
        send(&mut pair.client, manner, &body(*length), piece);
    }
    pair.client.write()
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn a_message_written_in_place_is_the_same_on_the_wire() {
    let long = [b'l'; 40];
    let long: &'static [u8] = Box::leak(Box::new(long));
    let manners = [
        PLAIN,
        Manner { settled: true, ..PLAIN },
        Manner { complete: false, ..PLAIN },
        Manner { state: true, ..PLAIN },
        Manner { tag: b"", ..PLAIN },
        Manner { tag: long, ..PLAIN },
    ];
    for max_frame in [512, 4096, 32_768, 32_800, 40_000, 0] {
        for manner in manners {
            for length in [32_768, 32_769, 40_000, 65_536] {
                for window in [WindowLimit::None, WindowLimit::Frames { window: 7, low_water_mark: 1 }] {
                    let lengths = if manner.complete { &[length, 5, length][..] } else { &[length] };
                    let [whole, pieces] =
                        [WHOLE, PIECES].map(|piece| wire(max_frame, window, manner, lengths, piece));
                    assert!(whole == pieces, "{max_frame} {manner:?} {length} {window:?}");
                }
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn every_length_around_the_end_of_a_frame_is_the_same_on_the_wire() {
    for settled in [false, true] {
        let manner = Manner { settled, ..PLAIN };
        for length in (32_800 - 60..32_800).chain(3 * 16_400 - 130..3 * 16_400 - 90) {
            for max_frame in [32_800, 16_400] {
                let [whole, pieces] =
                    [WHOLE, PIECES].map(|piece| wire(max_frame, WindowLimit::None, manner, &[length], piece));
                assert!(whole == pieces, "{max_frame} {length} {settled}");
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn ids_that_grow_longer_than_expected_do_not_matter() {
    let lengths = [40_000; 300];
    let [whole, pieces] = [WHOLE, PIECES].map(|piece| wire(4096, WindowLimit::None, PLAIN, &lengths, piece));
    assert!(whole == pieces);
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn a_message_sent_in_place_is_not_copied_and_counts_until_it_is_framed() {
    let mut pair = pair(0, WindowLimit::None);
    let key = send(&mut pair.client, PLAIN, &body(100_000), WHOLE);
    let (session, link) = (pair.client.session(), pair.client.link());
    assert_eq!(pair.client.connection.sessions[session].outgoing_bytes, 100_000);
    assert_eq!(pair.client.connection.deliveries[key].payload.len(), 100_000);
    let small = send(&mut pair.client, PLAIN, b"small", WHOLE);
    pair.client.transport.pending(Some(&mut pair.client.connection)).unwrap();
    assert_eq!(pair.client.connection.sessions[session].outgoing_bytes, 0);
    assert_eq!(pair.client.connection.links[link].queued, 0);
    assert!(pair.client.connection.deliveries[small].sent);
    let sizes: Vec<usize> = pair.client.transport.head_pieces().map(<[u8]>::len).collect();
    assert_eq!((sizes.len(), sizes[0] > 100_000), (2, true), "{sizes:?}");
    assert_eq!(pair.client.transport.head().len(), sizes[0]);
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn an_aborted_or_changed_message_does_not_go_as_it_was_stored() {
    let mut pair = pair(4096, WindowLimit::None);
    let key = send(&mut pair.client, Manner { complete: false, ..PLAIN }, &body(40_000), WHOLE);
    pair.client.connection.abort_delivery(key);
    let session = pair.client.session();
    assert_eq!(pair.client.connection.sessions[session].outgoing_bytes, 0);
    assert!(pair.client.write().is_empty(), "nothing was said of it");
    let key = send(&mut pair.client, PLAIN, &body(40_000), WHOLE);
    pair.client.connection.deliveries[key].local = Disposition::of_kind(ACCEPTED);
    pair.pump();
    assert!(pair.receive() == body(40_000));
}

/// A generator of small numbers, the same in each run.
struct Dice(u32);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % limit
    }
}

/// Carries what the client writes to the server, in strides of `stride` bytes, which it puts where a driver would or
/// hands over with its memory. Calls `then` after each.
fn carry(pair: &mut Pair, stride: usize, hand_over: bool, mut then: impl FnMut(&mut Pair)) {
    let written = pair.client.write();
    for bytes in written.chunks(stride) {
        if hand_over {
            let mut memory = bytes.to_vec();
            let n = memory.len();
            pair.server.transport.take_in(Some(&mut pair.server.connection), &mut memory, n);
            pair.server.settle();
        } else {
            pair.server.read(bytes);
        }
        then(pair);
    }
}

/// Reads some of the server's current delivery; true if it was all, and settled.
fn read_some(pair: &mut Pair, read: &mut Vec<u8>, most: usize) -> bool {
    let link = pair.server.link();
    let mut room = vec![0; most];
    match pair.server.connection.receive(link, &mut room) {
        Ok(n) => {
            read.extend_from_slice(&room[..n]);
            false
        }
        Err(_) => {
            let Some(current) = pair.server.connection.links[link].current else { return false };
            pair.server.connection.settle_delivery(current);
            pair.server.settle();
            true
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn a_message_reads_the_same_whenever_and_however_it_is_read() {
    let mut dice = Dice(1);
    for round in 0..400 {
        let max_frame = [512, 3000, 4096, 20_000, 0][dice.below(5)];
        let mut pair = pair(max_frame, WindowLimit::None);
        let lengths: Vec<usize> =
            (0..4).map(|_| [3, 2048, 9000, 70_000][dice.below(4)] + dice.below(100)).collect();
        for length in &lengths {
            send(&mut pair.client, PLAIN, &body(*length), WHOLE);
        }
        let (mut read, mut over) = (Vec::new(), 0);
        let strides = [1000, 8192, 30_000, 200_000];
        let (stride, hand_over) = (strides[dice.below(4)], dice.below(2) == 0);
        carry(&mut pair, stride, hand_over, |pair| {
            for _ in 0..dice.below(4) {
                let most = [1, 100, 5000, 100_000][dice.below(4)];
                over += usize::from(read_some(pair, &mut read, most));
            }
            if dice.below(3) == 0 {
                pair.server.write();
            }
        });
        while over < lengths.len() {
            over += usize::from(read_some(&mut pair, &mut read, 10_000));
        }
        let sent: Vec<u8> = lengths.iter().flat_map(|length| body(*length)).collect();
        assert!(read == sent, "round {round}: {max_frame} {stride} {hand_over} {lengths:?}");
        let session = pair.server.session();
        let connection = &pair.server.connection;
        assert_eq!((connection.buffered_bytes, connection.sessions[session].incoming_bytes), (0, 0));
        assert_eq!(connection.arrived.held(), 0, "all was read");
    }
}

#[test]
fn memory_that_was_taken_over_is_given_back_before_the_connection_rests() {
    let mut pair = pair(4096, WindowLimit::None);
    send(&mut pair.client, PLAIN, &body(5000), WHOLE);
    carry(&mut pair, WHOLE, true, |_| {});
    assert!(pair.server.connection.arrived.held() > 5000);
    assert_eq!(pair.server.connection.buffered_bytes, 5000);
    pair.server.write();
    assert_eq!(pair.server.connection.arrived.held(), 0);
    assert!(pair.receive() == body(5000));
}

#[test]
fn what_is_settled_unread_or_dropped_does_not_come_back() {
    let mut pair = pair(4096, WindowLimit::None);
    for length in [10_000, 5000, 20_000] {
        send(&mut pair.client, PLAIN, &body(length), WHOLE);
    }
    carry(&mut pair, WHOLE, true, |_| {});
    let first = pair.server.current();
    pair.server.connection.settle_delivery(first);
    pair.server.settle();
    let (link, second) = (pair.server.link(), pair.server.current());
    pair.server.connection.advance(link);
    assert_eq!(pair.server.connection.buffered_bytes, 20_000);
    let mut some = [0; 7];
    assert_eq!(pair.server.connection.receive(link, &mut some), Ok(7));
    pair.server.write();
    assert!(pair.server.connection.deliveries[second].payload.is_empty());
    assert!(pair.receive() == body(20_000)[7..]);
    assert_eq!(pair.server.connection.buffered_bytes, 0);
}
