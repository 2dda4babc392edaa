/* Random operations on one proactor, from the threads that serve it and from others.
 *
 * Rounds of: some thousand operations; then nothing new is started, and everything that will end by itself has to; then
 * the rest is told to end, in one of three ways, and all descriptors and memory have to be back. In between every event
 * is held against what may come. A round needs no luck to find a lost wake-up: what should have moved is still there.
 */
#define _GNU_SOURCE
#include "soak/random/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { MOST_THREADS = 64, OUTSIDERS = 2, MOST_LISTENERS = 10 };

/* ---- operations ---- */

static pthread_mutex_t interrupt_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned interrupts_wanted, interrupts_seen;

static pthread_mutex_t timeout_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t timeout_at; /* 0: none is set */

static void interrupt(void)
{
    pthread_mutex_lock(&interrupt_lock);
    pn_proactor_interrupt(proactor);
    interrupts_wanted++;
    pthread_mutex_unlock(&interrupt_lock);
    COUNT(interrupts);
}

static void set_timeout(void)
{
    unsigned ms = one_in(3) ? 0 : any(30);
    pthread_mutex_lock(&timeout_lock);
    timeout_at = now_ms() + ms;
    pn_proactor_set_timeout(proactor, ms);
    pthread_mutex_unlock(&timeout_lock);
}

static void cancel_timeout(void)
{
    pthread_mutex_lock(&timeout_lock);
    timeout_at = 0;
    pn_proactor_cancel_timeout(proactor);
    pthread_mutex_unlock(&timeout_lock);
}

static void disconnect(void)
{
    atomic_fetch_add(&disconnects, 1);
    pn_condition_t *condition = one_in(3) ? NULL : pn_condition();
    if (condition) pn_condition_format(condition, "soak:disconnect", "round %u", round_number);
    pn_proactor_disconnect(proactor, condition);
    pn_condition_free(condition);
}

static void import_pair(void)
{
    int ends[2];
    if (!pn_proactor_import_socket || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return;
    for (unsigned at = 0; at < 2; at++) {
        subject_t *subject = claim(at ? CLIENT : SERVER, at ? any_manner() : LINGER);
        pn_connection_t *connection = pn_connection();
        pn_transport_t *transport = pn_transport();
        if (!at) pn_transport_set_server(transport);
        subject->early = any(2);
        pn_connection_set_context(connection, subject);
        pthread_mutex_lock(&subject->lock);
        pn_proactor_import_socket(proactor, connection, transport, ends[at]);
        subject->object = connection;
        pthread_mutex_unlock(&subject->lock);
    }
    COUNT(imports);
}

static void connect_by_default(void)
{
    /* Without a connection of ours: it gets its subject at its first event. */
    char address[PN_MAX_ADDR];
    any_address(address, sizeof address, false);
    atomic_fetch_add(&alive, 1);
    pn_proactor_connect2(proactor, NULL, NULL, address);
}

static unsigned count_of(kind_t kind)
{
    unsigned count = 0;
    for (unsigned at = 0; at < SUBJECTS; at++) {
        pthread_mutex_lock(&subjects[at].lock);
        count += subjects[at].kind == kind;
        pthread_mutex_unlock(&subjects[at].lock);
    }
    return count;
}

static void operate(void)
{
    unsigned choice = any(1000);
    bool crowded = atomic_load(&alive) > MOST_CLIENTS;
    COUNT(operations);
    if (choice < 200) {
        if (!crowded) connect_subject(claim(CLIENT, any_manner()), pn_connection());
    } else if (choice < 330) {
        if (!crowded && has_raw()) raw_connect_subject(claim(RAW_CLIENT, has_raw_wakes() ? any_manner() : COMPLETE));
    } else if (choice < 360) {
        if (!crowded) import_pair();
    } else if (choice < 375) {
        if (!crowded) connect_by_default();
    } else if (choice < 400) {
        if (count_of(LISTENER) < MOST_LISTENERS) listen_somewhere();
    } else if (choice < 410) {
        close_listener(&subjects[any(SUBJECTS)]);
    } else if (choice < 460) {
        interrupt();
    } else if (choice < 500) {
        set_timeout();
    } else if (choice < 520) {
        cancel_timeout();
    } else if (choice < 522) {
        if (has_disconnects() && one_in(4)) disconnect();
    } else if (choice < 530) {
        unsigned at = any(SUBJECTS);
        atomic_store(&subjects[at].ending, true);
        wake(&subjects[at]);
    } else {
        for (unsigned times = 0; times < 16; times++) wake(&subjects[any(SUBJECTS)]);
    }
}

/* ---- batches ---- */

static void adopt(pn_connection_t *connection)
{
    bool client = pn_connection_state(connection) & PN_LOCAL_ACTIVE;
    subject_t *subject = claim(client ? CLIENT : SERVER, LINGER);
    atomic_fetch_sub(&alive, 1); /* it was counted when it was asked for */
    pn_connection_set_context(connection, subject);
    pthread_mutex_lock(&subject->lock);
    subject->object = connection;
    pthread_mutex_unlock(&subject->lock);
}

static subject_t *subject_of(pn_event_t *event)
{
    if (pn_event_raw_connection(event)) return pn_raw_connection_get_context(pn_event_raw_connection(event));
    if (pn_event_listener(event)) return pn_listener_get_context(pn_event_listener(event));
    pn_connection_t *connection = pn_event_connection(event);
    if (!connection) return &proactor_subject;
    if (!pn_connection_get_context(connection)) adopt(connection);
    return pn_connection_get_context(connection);
}

static void own(subject_t *subject)
{
    int others = atomic_fetch_add_explicit(&subject->owners, 1, memory_order_relaxed);
    REQUIRE(others == 0, "%s %u is handled by two threads", kinds[subject->kind_held], subject->number);
}

/* Set by the thread that a batch with an interrupt came to, while threads are to leave. */
static _Thread_local bool my_turn_to_leave;

static void on_proactor_event(pn_event_t *event)
{
    switch (pn_event_type(event)) {
    case PN_PROACTOR_INTERRUPT:
        pthread_mutex_lock(&interrupt_lock);
        interrupts_seen = interrupts_wanted;
        pthread_mutex_unlock(&interrupt_lock);
        my_turn_to_leave = atomic_load(&leaving);
        break;
    case PN_PROACTOR_TIMEOUT:
        pthread_mutex_lock(&timeout_lock);
        if (timeout_at && now_ms() >= timeout_at) timeout_at = 0;
        pthread_mutex_unlock(&timeout_lock);
        COUNT(timeouts);
        break;
    case PN_PROACTOR_INACTIVE: COUNT(inactives); break;
    default: fail("the proactor: %s", pn_event_type_name(pn_event_type(event)));
    }
}

static void on_event(subject_t *subject, pn_event_t *event)
{
    pn_event_type_t type = pn_event_type(event);
    subject->trail[subject->events++ % TRAIL] = (unsigned char)type;
    if (subject->seen[type % TYPES] < 255) subject->seen[type % TYPES]++;
    COUNT(events);
    if (subject->kind_held == PROACTOR) on_proactor_event(event);
    else if (subject->kind_held == LISTENER) on_listener_event(subject, event);
    else if (is_raw(subject->kind_held)) on_raw_event(subject, event);
    else on_connection_event(subject, event);
    if (!atomic_load(&settling) && one_in(40)) operate();
}

/* Exactly one kind of subject has the batch, and it is the one whose events come out. */
static const char *batch_tells_its_subject(pn_event_batch_t *batch)
{
    if (!pn_event_batch_connection) return "something";
    int kinds_of_batch = (pn_event_batch_proactor(batch) != NULL) + (pn_event_batch_listener(batch) != NULL) +
                         (pn_event_batch_connection(batch) != NULL) + (pn_event_batch_raw_connection(batch) != NULL);
    REQUIRE(kinds_of_batch == 1, "a batch of %d kinds", kinds_of_batch);
    return pn_event_batch_proactor(batch) ? "the proactor" : pn_event_batch_listener(batch) ? "a listener"
         : pn_event_batch_connection(batch) ? "a connection" : "a raw connection";
}

/* Handles a batch, or the start of it, and gives it back. */
static void handle(pn_event_batch_t *batch)
{
    subject_t *subject = NULL;
    unsigned most = !told.reference && one_in(8) ? 1 + any(3) : UINT32_MAX; /* the reference may lose the rest */
    const char *about = batch_tells_its_subject(batch);
    for (pn_event_t *event; most-- && (event = pn_event_batch_next(batch));) {
        subject_t *of = subject_of(event);
        if (!subject) own(of);
        REQUIRE(!subject || subject == of, "events of two subjects in a batch");
        subject = of;
        on_event(subject, event);
        if (subject->ended) {
            pn_event_t *more = pn_event_batch_next(batch);
            REQUIRE(!more, "%s %u: %s behind the end", kinds[subject->kind_held], subject->number,
                    pn_event_type_name(pn_event_type(more)));
            break;
        }
    }
    REQUIRE(subject || told.reference, "an empty batch about %s", about);
    bool over = subject && subject->ended;
    if (subject) atomic_fetch_sub_explicit(&subject->owners, 1, memory_order_relaxed);
    pn_proactor_done(proactor, batch);
    if (over) give_back(subject);
}

/* ---- threads ---- */

static void *relay(void *batch)
{
    chance_from(told.seed ^ (uintptr_t)batch, 0);
    handle(batch);
    return my_turn_to_leave ? batch : NULL;
}

/* A batch may be handled and given back by another thread than the one that got it. */
static void handle_elsewhere(pn_event_batch_t *batch)
{
    pthread_t other;
    void *turn = NULL;
    COUNT(relays);
    if (pthread_create(&other, NULL, relay, batch)) fail("no thread");
    pthread_join(other, &turn);
    my_turn_to_leave = turn != NULL;
}

static void *serve(void *number)
{
    chance_from(told.seed * 64 + round_number, (uintptr_t)number);
    my_turn_to_leave = false;
    while (!my_turn_to_leave) {
        pn_event_batch_t *batch = one_in(4) ? pn_proactor_get(proactor) : NULL;
        if (!batch) batch = pn_proactor_wait(proactor);
        if (one_in(300)) handle_elsewhere(batch);
        else handle(batch);
    }
    interrupt(); /* for the next */
    return NULL;
}

static atomic_int to_operate;
static int64_t stop_at;

static void *meddle(void *number)
{
    chance_from(told.seed * 64 + round_number, 1000 + (uintptr_t)number);
    while (atomic_fetch_sub(&to_operate, 1) > 0 && (!stop_at || now_ms() < stop_at)) {
        operate();
        /* Not so fast that there is nothing but operations: at most one in twenty microseconds. */
        for (int64_t until = now_ms(); one_in(50) && now_ms() == until;) sched_yield();
    }
    return NULL;
}

/* ---- rounds ---- */

static bool wakes_are_seen(void)
{
    for (unsigned at = 0; at < SUBJECTS; at++) {
        subject_t *subject = &subjects[at];
        pthread_mutex_lock(&subject->lock);
        bool seen = !subject->object || subject->wakes_seen == subject->wakes_wanted;
        pthread_mutex_unlock(&subject->lock);
        if (!seen) return false;
    }
    return true;
}

static bool interrupts_are_seen(void)
{
    pthread_mutex_lock(&interrupt_lock);
    bool seen = interrupts_seen == interrupts_wanted;
    pthread_mutex_unlock(&interrupt_lock);
    return seen;
}

static bool timeouts_are_seen(void)
{
    pthread_mutex_lock(&timeout_lock);
    bool seen = timeout_at == 0;
    pthread_mutex_unlock(&timeout_lock);
    return seen;
}

/* Nothing new is started: what has begun goes on without help from outside. */
static void settle(void)
{
    atomic_store(&settling, true);
    AWAIT(atomic_load(&finishing) == 0, "something does not end that should by itself");
    AWAIT(wakes_are_seen(), "a wake is lost");
    AWAIT(interrupts_are_seen(), "an interrupt is lost");
    AWAIT(timeouts_are_seen(), "a time-out is lost");
}

static void end_one_by_one(void)
{
    for (unsigned at = 0; at < SUBJECTS; at++) {
        atomic_store(&subjects[at].ending, true);
        close_listener(&subjects[at]);
        wake(&subjects[at]);
    }
}

static void end_all(bool by_disconnect)
{
    unsigned inactives = atomic_load(&figures.inactives);
    bool any_left = atomic_load(&alive) > 0;
    if (by_disconnect) disconnect();
    int64_t until = now_ms() + (int64_t)told.patience * 1000;
    /* Again and again, for servers that come out of listeners while these close. */
    while (atomic_load(&alive) > 0) {
        if (now_ms() > until) fail("not everything ends that was told to");
        if (!by_disconnect || now_ms() > until - (int64_t)told.patience * 900) end_one_by_one();
        pause_ms(2);
    }
    if (any_left && !(told.reference && has_raw())) /* it miscounts raw connections */
        AWAIT(atomic_load(&figures.inactives) != inactives, "the proactor does not say that it is inactive");
}

static void lanes_add_up(void)
{
    unsigned used = atomic_load(&lanes_used);
    for (unsigned at = 0; at < used && at < LANES; at++) {
        struct ledger *lane = &ledger[at];
        unsigned sent = atomic_load(&lane->sent), received = atomic_load(&lane->received);
        unsigned acknowledged = atomic_load(&lane->acknowledged);
        REQUIRE(acknowledged <= received && received <= sent && sent <= lane->total,
                "lane %u: %u sent, %u received, %u acknowledged of %u", at, sent, received, acknowledged, lane->total);
        REQUIRE(!atomic_load(&lane->complete) || acknowledged == lane->total,
                "lane %u: seen through with %u sent, %u received, %u acknowledged of %u", at, sent, received, acknowledged,
                lane->total);
    }
    memset(ledger, 0, sizeof *ledger * (used < LANES ? used : LANES));
    atomic_store(&lanes_used, 0);
}

/* The subjects that a proactor takes with it without a word. */
static void forget_all(void)
{
    for (unsigned at = 0; at < SUBJECTS; at++) {
        if (subjects[at].kind == NOTHING) continue;
        ended(&subjects[at]);
        give_back(&subjects[at]);
    }
    port_count = 0;
    atomic_store(&alive, 0);
}

static void round_of(unsigned operations)
{
    pthread_t servers[MOST_THREADS], outsiders[OUTSIDERS];
    atomic_store(&settling, false);
    atomic_store(&leaving, false);
    atomic_store(&disconnects, 0);
    atomic_store(&to_operate, (int)operations);
    for (uintptr_t at = 0; at < told.threads; at++)
        if (pthread_create(&servers[at], NULL, serve, (void *)at)) fail("no thread");
    for (unsigned count = 0; count < 4; count++) listen_somewhere();
    for (uintptr_t at = 0; at < OUTSIDERS; at++)
        if (pthread_create(&outsiders[at], NULL, meddle, (void *)at)) fail("no thread");
    for (unsigned at = 0; at < OUTSIDERS; at++) pthread_join(outsiders[at], NULL);
    bool forget = round_number % 4 == 3;
    bool by_disconnect = round_number % 4 == 2;
    if (!forget || one_in(2)) settle();
    atomic_store(&settling, true);
    if (!forget) end_all(by_disconnect);
    atomic_store(&leaving, true);
    interrupt();
    for (unsigned at = 0; at < told.threads; at++) pthread_join(servers[at], NULL);
}

static unsigned bind_dead_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (one < 0 || bind(one, (struct sockaddr *)&address, size) || getsockname(one, (struct sockaddr *)&address, &size))
        fail("no port");
    return ntohs(address.sin_port);
}

/* What the process holds must not grow from round to round. */
static void nothing_is_kept(unsigned descriptors_before, size_t *held_before)
{
    const size_t slack = 512 * 1024;
    unsigned now = descriptors();
    REQUIRE(now == descriptors_before, "%u descriptors, %u before", now, descriptors_before);
    size_t bytes = held();
    /* The first rounds fill what is made once. */
    if (round_number < 4) *held_before = bytes > *held_before ? bytes : *held_before;
    else REQUIRE(bytes <= *held_before + slack, "%zu bytes held, %zu after the first rounds", bytes, *held_before);
}

static void report(void)
{
    printf("seed %llu: %u rounds, %u operations, %u events; connections %u (+%u raw, +%u imported), listeners %u, "
           "completed %u, messages %u, echoes %u, failures %u, foreigners %u, released %u, wakes %u, interrupts %u, "
           "time-outs %u, inactive %u, relayed %u, %zu KiB held\n",
           (unsigned long long)told.seed, round_number, figures.operations, figures.events, figures.connects, figures.raws,
           figures.imports, figures.listens, figures.completed, figures.messages, figures.echoes, figures.failures,
           figures.foreigners, figures.releases, figures.wakes, figures.interrupts, figures.timeouts, figures.inactives,
           figures.relays, held() / 1024);
}

int main(int count, char **arguments)
{
    hear(count, arguments);
    if (told.threads < 1 || told.threads > MOST_THREADS) told.threads = 4;
    printf("seed %llu\n", (unsigned long long)told.seed);
    fflush(stdout);
    tell_more = tell_world;
    world_begin();
    chance_from(told.seed, 0);
    dead_port = bind_dead_port();
    unsigned descriptors_before = descriptors();
    size_t held_before = 0;
    int64_t until = now_ms() + (int64_t)told.seconds * 1000;
    unsigned each = told.seconds ? 8000 : told.operations / 8;
    for (; told.seconds ? now_ms() < until : round_number < 8; round_number++) {
        proactor = pn_proactor();
        make_domains();
        round_of(each);
        pn_proactor_free(proactor);
        free_domains();
        if (round_number % 4 == 3) forget_all();
        interrupts_seen = interrupts_wanted;
        timeout_at = 0;
        lanes_add_up();
        nothing_is_kept(descriptors_before, &held_before);
    }
    report();
    REQUIRE(figures.messages && figures.completed && figures.wakes && figures.timeouts, "nothing happened");
    return all_held();
}
