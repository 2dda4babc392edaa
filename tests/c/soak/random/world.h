/* The world of the random soak: subjects, what they have to keep to, and the ledger of messages.
 *
 * A subject is whatever the proactor hands out batches of. Its fields up to `lock` belong to the thread that holds its
 * batch and are plain on purpose: that the next thread sees them is a promise of the proactor, and ThreadSanitizer
 * notices when it is broken. For the same reason the mark of the owner orders nothing.
 */
#ifndef WORLD_H
#define WORLD_H

#include "soak/soak.h"

#include <pthread.h>

enum {
    SUBJECTS = 1024,
    LANES = 1 << 18,
    LANES_EACH = 3,
    MOST_CLIENTS = 60,
    PORTS = 16,
    TRAIL = 32,
    TYPES = 64,
    BUFFERS = 8,
    ROOM = 600,
};

typedef enum { NOTHING, CLIENT, SERVER, LISTENER, RAW_CLIENT, RAW_SERVER, PROACTOR } kind_t;

static const char *const kinds[] = {
    "nothing", "client", "server", "listener", "raw client", "raw server", "proactor"};

/* How a client means to end; all but the last do so by themselves. */
typedef enum { COMPLETE, RELEASE, TAIL, HEAD, ABRUPT, LINGER } manner_t;

/* One direction of messages on one link, as one of its ends sees it. */
typedef struct {
    unsigned number, total;
    unsigned next, acknowledged; /* message to send or to come; how many the peer has accepted */
    unsigned position;           /* in the message that is coming */
    bool sends, over;
} lane_t;

typedef enum { IDLE, READING, WRITING } use_t;

typedef struct subject {
    kind_t kind_held; /* as the batch's owner knows it */
    unsigned number;
    manner_t manner;
    unsigned char seen[TYPES]; /* events by type, up to 255 */
    unsigned char trail[TRAIL];
    unsigned events;
    bool ended; /* the last event has been handled */

    lane_t lanes[LANES_EACH];
    unsigned lane_count;
    bool early, raw; /* opens links before the peer answers; is a listener for raw connections */
    bool closed_by_handler;

    unsigned char room[BUFFERS][ROOM];
    use_t uses[BUFFERS];
    unsigned lane, total, sent, got; /* of raw connections */
    bool foreign, finished;

    pthread_mutex_t lock; /* guards what follows */
    kind_t kind;
    void *object; /* NULL once its last event has been handled */
    unsigned wakes_wanted, wakes_seen;
    int64_t woken_at;

    atomic_bool ending; /* it is to end now */
    atomic_int owners;
} subject_t;

static subject_t subjects[SUBJECTS], proactor_subject;

/* What became of each lane, by number. */
static struct ledger {
    atomic_uint sent, received, acknowledged;
    unsigned total;
    atomic_bool complete;        /* the client saw all of it through */
    atomic_bool met, disturbed;  /* of raw connections: the server has read the number; broke it off */
} ledger[LANES];

static atomic_uint lanes_used;

static pn_proactor_t *proactor;
static unsigned round_number;
static atomic_uint alive, finishing; /* subjects; those of them that will end by themselves */
static atomic_uint disconnects;      /* of this round */
static atomic_bool settling;         /* nothing new is started */
static atomic_bool leaving;          /* threads end */

static struct {
    atomic_uint events, operations, connects, listens, raws, wakes, interrupts, timeouts, inactives, releases, imports;
    atomic_uint completed, messages, echoes, failures, foreigners, relays;
} figures;

#define COUNT(what) ((void)atomic_fetch_add_explicit(&figures.what, 1, memory_order_relaxed))

/* The reference crashes at a disconnect with raw connections, and keeps their descriptors when it is freed; it loses
 * track of a raw connection that is woken at its end, and of connections that are disconnected while they work. */
static bool has_raw(void) { return !told.reference || round_number % 4 == 1; }
static bool has_raw_wakes(void) { return !told.reference; }
static bool has_disconnects(void) { return !told.reference; }

/* ---- claiming and giving back ---- */

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static subject_t *idle[SUBJECTS]; /* a ring: what was given back last is taken last */
static unsigned idle_first, idle_count;

static void world_begin(void)
{
    for (unsigned at = 0; at < SUBJECTS; at++) {
        pthread_mutex_init(&subjects[at].lock, NULL);
        subjects[at].number = at + 1;
        idle[at] = &subjects[at];
    }
    idle_count = SUBJECTS;
    pthread_mutex_init(&proactor_subject.lock, NULL);
    proactor_subject.kind_held = proactor_subject.kind = PROACTOR;
}

/* A subject to be: counted as alive from here on. */
static subject_t *claim(kind_t kind, manner_t manner)
{
    pthread_mutex_lock(&table_lock);
    if (idle_count == 0) fail("more than %d subjects at a time", SUBJECTS);
    subject_t *subject = idle[idle_first];
    idle_first = (idle_first + 1) % SUBJECTS;
    idle_count--;
    pthread_mutex_unlock(&table_lock);
    pthread_mutex_lock(&subject->lock);
    size_t front = offsetof(subject_t, manner);
    memset((char *)subject + front, 0, offsetof(subject_t, lock) - front);
    subject->kind_held = subject->kind = kind;
    subject->manner = manner;
    subject->object = NULL;
    subject->wakes_wanted = subject->wakes_seen = 0;
    pthread_mutex_unlock(&subject->lock);
    atomic_store(&subject->ending, false);
    atomic_fetch_add(&alive, 1);
    if (manner != LINGER) atomic_fetch_add(&finishing, 1);
    return subject;
}

static void give_back(subject_t *subject)
{
    pthread_mutex_lock(&table_lock);
    idle[(idle_first + idle_count++) % SUBJECTS] = subject;
    pthread_mutex_unlock(&table_lock);
}

/* The subject's last event is being handled: from here on nobody else may touch its object. */
static void ended(subject_t *subject)
{
    REQUIRE(!subject->ended, "%s %u ended twice", kinds[subject->kind_held], subject->number);
    subject->ended = true;
    pthread_mutex_lock(&subject->lock);
    subject->object = NULL;
    subject->kind = NOTHING;
    pthread_mutex_unlock(&subject->lock);
    if (subject->manner != LINGER) atomic_fetch_sub(&finishing, 1);
    atomic_fetch_sub(&alive, 1);
}

static bool is_raw(kind_t kind) { return kind == RAW_CLIENT || kind == RAW_SERVER; }

/* Wakes a subject if there is something to wake. What is asked for and what was seen is compared later. */
static void wake(subject_t *subject)
{
    pthread_mutex_lock(&subject->lock);
    if (subject->object && subject->kind != LISTENER && (has_raw_wakes() || !is_raw(subject->kind))) {
        if (subject->wakes_wanted == subject->wakes_seen) subject->woken_at = now_ms();
        if (is_raw(subject->kind)) pn_raw_connection_wake(subject->object);
        else pn_connection_wake(subject->object);
        subject->wakes_wanted++;
        COUNT(wakes);
    }
    pthread_mutex_unlock(&subject->lock);
}

static void woken(subject_t *subject)
{
    pthread_mutex_lock(&subject->lock);
    subject->wakes_seen = subject->wakes_wanted;
    pthread_mutex_unlock(&subject->lock);
}

/* ---- ports that somebody listens on ---- */

static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;
static struct { unsigned port, listener; bool raw; } ports[PORTS];
static unsigned port_count;
static unsigned dead_port; /* bound, and nobody listens */

static bool add_port(unsigned port, const subject_t *listener)
{
    pthread_mutex_lock(&ports_lock);
    bool fits = port_count < PORTS;
    if (fits) {
        ports[port_count].port = port;
        ports[port_count].raw = listener->raw;
        ports[port_count++].listener = listener->number;
    }
    pthread_mutex_unlock(&ports_lock);
    return fits;
}

static void drop_port(const subject_t *listener)
{
    pthread_mutex_lock(&ports_lock);
    for (unsigned at = 0; at < port_count; at++)
        if (ports[at].listener == listener->number) ports[at--] = ports[--port_count];
    pthread_mutex_unlock(&ports_lock);
}

/* An address to connect to: mostly one where somebody of the right kind listens. */
static void any_address(char *address, size_t size, bool raw)
{
    unsigned port = dead_port;
    if (one_in(60)) {
        snprintf(address, size, "127.0.0.1:no-such-service");
        return;
    }
    pthread_mutex_lock(&ports_lock);
    if (one_in(25)) raw = !raw;
    unsigned fitting = 0;
    for (unsigned at = 0; at < port_count && !one_in(40); at++)
        if (ports[at].raw == raw && one_in(++fitting)) port = ports[at].port;
    pthread_mutex_unlock(&ports_lock);
    snprintf(address, size, "%s:%u", one_in(8) ? "localhost" : "127.0.0.1", port);
}

/* ---- what is told when a fact does not hold ---- */

static void tell_subject(const subject_t *subject)
{
    printf("  %s %u%s: manner %d, %u events, wakes %u of %u seen, owners %d, raw %u of %u sent, %u got, lane %u\n   ",
           kinds[subject->kind_held], subject->number, subject->ended ? " (ended)" : "", (int)subject->manner,
           subject->events, subject->wakes_seen, subject->wakes_wanted, atomic_load(&subject->owners), subject->sent,
           subject->total, subject->got, subject->lane);
    unsigned first = subject->events > TRAIL ? subject->events - TRAIL : 0;
    for (unsigned at = first; at < subject->events; at++)
        printf(" %s", pn_event_type_name((pn_event_type_t)subject->trail[at % TRAIL]) + 3);
    for (unsigned at = 0; at < subject->lane_count; at++)
        printf("\n    lane %u: %s %u of %u, %u acknowledged%s", subject->lanes[at].number,
               subject->lanes[at].sends ? "sent" : "received", subject->lanes[at].next, subject->lanes[at].total,
               subject->lanes[at].acknowledged, subject->lanes[at].over ? ", over" : "");
    printf("\n");
}

static void tell_world(void)
{
    printf("round %u, %u alive, %u of them finishing, %u disconnects, %u events, %u operations\n", round_number,
           atomic_load(&alive), atomic_load(&finishing), atomic_load(&disconnects), atomic_load(&figures.events),
           atomic_load(&figures.operations));
    tell_subject(&proactor_subject);
    for (unsigned at = 0; at < SUBJECTS; at++)
        if (subjects[at].kind != NOTHING) tell_subject(&subjects[at]);
}

#endif
