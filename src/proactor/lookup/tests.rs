//! A resolver whose server of names is in the hands of the test.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// A lookup that tells of each name it is asked for and gives its answer when it is told to.
struct Server {
    asked: Receiver<String>,
    go_on: Sender<()>,
}

impl Server {
    fn slow(patience: Duration) -> (Resolver, Self) {
        let (tell, asked) = channel();
        let (go_on, told) = channel();
        let told = Mutex::new(told);
        let resolver = Resolver::with(
            move |host, port| {
                let _ = tell.send(format!("{host}:{port}"));
                let _ = told.lock().expect("nobody panics").recv();
                Err(LookupError { text: host.to_owned() })
            },
            patience,
        );
        (resolver, Self { asked, go_on })
    }

    fn next_name(&self) -> String {
        self.asked.recv().expect("a thread asks")
    }

    fn answer(&self) {
        self.go_on.send(()).expect("a thread waits");
    }
}

/// Asks for a name; its answer comes out of the other end.
fn ask(resolver: &Resolver, host: &str) -> Receiver<String> {
    let (tell, hear) = channel();
    // The test may have ended before the answer comes.
    let done = move |found: Found| drop(tell.send(found.err().expect("it finds nothing").text));
    assert!(resolver.ask(host, "5672", Box::new(done)).is_none(), "it has to be looked up");
    hear
}

fn threads(resolver: &Resolver) -> usize {
    resolver.office.lock().clerks.iter().flatten().count()
}

#[test]
fn numbers_and_no_host_are_answered_at_once_without_a_thread() {
    let (resolver, _server) = Server::slow(IDLE);
    for host in ["127.0.0.1", "::1", ""] {
        let found = resolver.ask(host, "5672", Box::new(|_| panic!("the caller has the answer")));
        assert!(!found.expect("at once").expect("they are known").is_empty());
    }
    assert_eq!(threads(&resolver), 0);
}

#[test]
fn a_name_is_looked_up_while_the_caller_goes_on() {
    let (resolver, server) = Server::slow(IDLE);
    let answer = ask(&resolver, "name");
    assert_eq!(server.next_name(), "name:5672");
    assert!(answer.try_recv().is_err(), "the server has not answered");
    server.answer();
    assert_eq!(answer.recv().expect("an answer"), "name");
}

#[test]
fn one_slow_name_does_not_delay_the_next() {
    let (resolver, server) = Server::slow(IDLE);
    let _first = ask(&resolver, "first");
    assert_eq!(server.next_name(), "first:5672");
    let _second = ask(&resolver, "second");
    assert_eq!(server.next_name(), "second:5672", "another thread asks for it");
    server.answer();
    server.answer();
}

#[test]
fn a_thread_that_is_free_takes_the_next_name() {
    let (resolver, server) = Server::slow(IDLE);
    for _ in 0..10 {
        let answer = ask(&resolver, "name");
        server.answer();
        answer.recv().expect("an answer");
        while resolver.office.lock().clerks.iter().flatten().any(|clerk| clerk.busy) {
            std::thread::yield_now();
        }
    }
    assert_eq!(threads(&resolver), 1);
}

#[test]
fn there_are_only_so_many_threads_and_every_name_has_its_turn() {
    let (resolver, server) = Server::slow(IDLE);
    let names: Vec<String> = (0..3 * MOST).map(|number| format!("name{number}")).collect();
    let answers: Vec<_> = names.iter().map(|name| ask(&resolver, name)).collect();
    assert_eq!(threads(&resolver), MOST);
    for _ in &names {
        server.answer();
    }
    for (name, answer) in names.iter().zip(answers) {
        assert_eq!(&answer.recv().expect("an answer"), name);
    }
    assert_eq!(threads(&resolver), MOST);
}

#[test]
fn threads_with_nothing_to_do_end_and_others_follow_when_there_is_something() {
    let (resolver, server) = Server::slow(Duration::ZERO);
    for _ in 0..3 {
        let answer = ask(&resolver, "name");
        server.answer();
        assert_eq!(answer.recv().expect("an answer"), "name");
        while threads(&resolver) > 0 {
            std::thread::yield_now();
        }
    }
}

#[test]
fn giving_the_resolver_up_waits_for_no_server_and_drops_who_asked() {
    let (resolver, server) = Server::slow(IDLE);
    let asked: Vec<_> = (0..MOST + 2).map(|_| ask(&resolver, "name")).collect();
    for _ in 0..MOST {
        server.next_name();
    }
    drop(resolver);
    let waiting =
        asked.iter().filter(|answer| answer.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty));
    assert_eq!(waiting.count(), MOST, "those in the queue are gone, those at the server not yet");
    for _ in 0..MOST {
        server.answer();
    }
    assert!(
        asked.iter().all(|answer| answer.recv().is_err()),
        "nobody hears of an answer that comes too late"
    );
}

#[test]
fn threads_that_wait_for_names_have_ended_when_the_resolver_is_gone() {
    let (resolver, server) = Server::slow(IDLE);
    let answer = ask(&resolver, "name");
    server.answer();
    answer.recv().expect("an answer");
    let office = Arc::clone(&resolver.office);
    while office.lock().clerks.iter().flatten().any(|clerk| clerk.busy) {
        std::thread::yield_now();
    }
    drop(resolver);
    assert_eq!(Arc::strong_count(&office), 1, "no thread has a part in it any more");
}

#[test]
fn the_resolver_may_be_given_up_by_an_answer() {
    let (resolver, server) = Server::slow(IDLE);
    let resolver = Arc::new(resolver);
    let own = Arc::clone(&resolver);
    let (tell, hear) = channel();
    let done = move |_| {
        drop(own);
        tell.send(()).expect("the test listens");
    };
    assert!(resolver.ask("name", "5672", Box::new(done)).is_none());
    server.next_name();
    drop(resolver);
    server.answer();
    hear.recv().expect("it is told without waiting for itself");
}

#[test]
fn this_host_is_found_by_its_name() {
    let (tell, hear) = channel();
    let resolver = Resolver::new();
    let done = move |found: Found| tell.send(found).expect("the test listens");
    assert!(resolver.ask("localhost", "5672", Box::new(done)).is_none());
    let found = hear.recv().expect("an answer").expect("every machine knows itself");
    let numbers: Vec<_> = found.iter().filter_map(SocketAddress::numeric).collect();
    assert!(numbers.contains(&("127.0.0.1".to_owned(), "5672".to_owned())), "{numbers:?}");
}

#[test]
fn an_address_that_is_too_long_is_an_error_and_not_looked_up() {
    let (resolver, _server) = Server::slow(IDLE);
    let longest = "x".repeat(address::MOST - 1 - "5672".len());
    let text = |found: Found| found.err().map(|error| error.text);
    let answer = resolver.ask(&longest, "5672", Box::new(drop)).and_then(text);
    assert_eq!(answer.as_deref(), Some("File name too long"));
    assert!(resolver.ask(&longest[1..], "5672", Box::new(drop)).is_none());

    let address = Address::parse(&format!("127.0.0.1:{}5672", "0".repeat(1100)));
    assert_eq!(text(to_listen_on(&address)).as_deref(), Some("File name too long"));
}
