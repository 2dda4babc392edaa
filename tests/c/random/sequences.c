/* Random sequences of calls on a pair of connections, or on one connection whose peer is made of forged frames.
 *
 * A seed makes a list of steps; a step finds what it is made on when it is made, so that steps can be left out and
 * the rest still is a sequence. The same seed must report the same on every library.
 *
 *     sequences digest FROM TO       a line a seed: its number, how many steps it has, and the digest of its report
 *     sequences show SEED [STEP,..]  the report of one seed as text, with only some of its steps
 *     sequences rules                what is kept out, and why
 *     --without RULE                 lifts a rule; --in-process makes no child processes
 */
/* For anonymous mappings. */
#define _DEFAULT_SOURCE

#include "random/forge.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THEMES = 5, LONGEST = 64 };

typedef struct {
    const char *name;
    void (*make)(side_t *, const step_t *);
    unsigned char weights[THEMES]; /* general, deliveries, life cycles, forged frames, events and references */
    bool endpoints;                /* needs a connection that has not been given up */
    bool credit;                   /* needs or gives credit */
    bool opens;                    /* opens something */
} call_t;

static const call_t calls[] = {
    {"connection-open", connection_open, {4, 1, 8, 4, 3}, true, false, false},
    {"connection-close", connection_close, {1, 1, 4, 1, 2}, true, false, false},
    {"connection-describe", connection_describe, {1, 0, 3, 1, 1}, true, false, false},
    {"connection-read", connection_read, {1, 0, 3, 1, 1}, true, false, false},
    {"session-make", session_make, {4, 1, 9, 3, 6}, true, false, true},
    {"session-open", session_open, {4, 1, 9, 4, 4}, true, false, true},
    {"session-close", session_close, {2, 1, 8, 1, 4}, true, false, true},
    {"session-free", session_free, {1, 0, 5, 1, 3}, true, false, false},
    {"session-capacity", session_capacity, {2, 4, 1, 2, 1}, true, false, false},
    {"session-window", session_window, {1, 1, 1, 1, 0}, true, false, false},
    {"link-make", link_make, {6, 3, 12, 6, 8}, true, false, true},
    {"link-open", link_open, {4, 2, 10, 5, 4}, true, false, true},
    {"link-close", link_close, {3, 1, 8, 2, 5}, true, false, true},
    {"link-detach", link_detach, {1, 1, 5, 1, 2}, true, false, true},
    {"link-free", link_free, {1, 1, 6, 1, 4}, true, false, false},
    {"link-read", link_read, {2, 0, 3, 2, 1}, true, false, false},
    {"link-flow", link_flow, {8, 14, 4, 8, 5}, true, true, true},
    {"link-set-drain", link_set_drain, {2, 5, 1, 2, 1}, true, true, true},
    {"link-drained", link_drained, {2, 5, 1, 2, 1}, true, true, false},
    {"link-offered", link_offered, {1, 1, 0, 0, 0}, true, false, false},
    {"answer", answer, {10, 6, 16, 4, 8}, true, false, true},
    {"answer-close", answer_close, {3, 2, 8, 2, 4}, true, false, true},
    {"delivery-make", delivery_make, {6, 14, 3, 4, 6}, true, true, false},
    {"link-send", link_send, {8, 20, 3, 4, 5}, true, false, false},
    {"link-advance", link_advance, {6, 16, 2, 4, 5}, true, false, false},
    {"link-recv", link_recv, {5, 14, 1, 4, 3}, true, false, false},
    {"produce", produce, {6, 10, 3, 4, 6}, true, true, false},
    {"consume", consume, {6, 10, 2, 4, 4}, true, false, false},
    {"delivery-update", delivery_update, {6, 14, 2, 4, 4}, true, false, false},
    {"delivery-settle", delivery_settle, {4, 10, 2, 3, 6}, true, false, false},
    {"delivery-abort", delivery_abort, {1, 4, 1, 1, 2}, true, false, false},
    {"delivery-clear", delivery_clear, {2, 4, 1, 1, 2}, true, false, false},
    {"delivery-read", delivery_read, {2, 5, 1, 2, 1}, true, false, false},
    {"settle-settled", settle_settled, {2, 4, 1, 2, 3}, true, false, false},
    {"work", work, {3, 5, 1, 2, 3}, true, false, false},
    {"walk", walk, {2, 2, 3, 2, 4}, true, false, false},
    {"pump", pump, {14, 20, 20, 4, 10}, false, false, false},
    {"take", take_all, {6, 8, 8, 8, 6}, false, false, false},
    {"take-some", take_some, {4, 8, 5, 3, 3}, false, false, false},
    {"deliver", deliver_all, {6, 8, 8, 14, 6}, false, false, false},
    {"deliver-some", deliver_some, {4, 8, 5, 4, 3}, false, false, false},
    {"tick", tick, {1, 0, 1, 2, 1}, false, false, false},
    {"tail-close", tail_close, {0, 0, 1, 0, 1}, false, false, false},
    {"head-close", head_close, {0, 0, 1, 0, 1}, false, false, false},
    {"fail", fail, {0, 0, 1, 0, 0}, false, false, false},
    {"events", events, {5, 5, 5, 5, 14}, false, false, false},
    {"hold", hold, {2, 2, 4, 1, 14}, true, false, false},
    {"drop", drop, {2, 2, 4, 1, 10}, true, false, false},
    {"rebind", rebind, {2, 1, 4, 0, 2}, true, false, false},
    {"forge", forge_any, {0, 0, 0, 40, 0}, false, false, false},
};
enum { CALLS = sizeof calls / sizeof *calls };

static unsigned some_call(dice_t *dice, unsigned theme)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < CALLS; i++) sum += calls[i].weights[theme];
    unsigned wanted = below(dice, sum);
    for (unsigned i = 0; i < CALLS; i++) {
        if (wanted < calls[i].weights[theme]) return i;
        wanted -= calls[i].weights[theme];
    }
    return 0;
}

static void make_side(int number, dice_t *dice)
{
    side_t *side = &world.sides[number];
    bool driven = below(dice, 3) == 0 && !world.rebinding;
    bool ghost = world.solo && number == 1;
    side->name = number ? "B" : "A";
    side->peer = world.solo ? NULL : &world.sides[!number];
    side->eager = below(dice, 4) != 0;
    side->out = &world.wires[number];
    side->in = &world.wires[!number];
    make_table(&side->sessions, SESSIONS);
    make_table(&side->links, LINKS);
    make_table(&side->deliveries, DELIVERIES);
    uint32_t idle = below(dice, 6) ? 0 : 500 + below(dice, 2000);
    if (ghost) return;
    side->driven = driven;
    if (driven) {
        line("driver");
        num("init", pn_connection_driver_init(&side->driver, NULL, NULL));
        side->connection = side->driver.connection;
        side->transport = side->driver.transport;
        side->collector = side->driver.collector;
        if (number) pn_transport_set_server(side->transport);
        pn_transport_set_max_frame(side->transport, world.frame_sizes[number]);
    } else {
        side->connection = pn_connection();
        side->collector = pn_collector();
        pn_connection_collect(side->connection, side->collector);
        new_transport(side);
    }
    if (idle) pn_transport_set_idle_timeout(side->transport, idle);
    if (world.sasl) pn_sasl_allowed_mechs(pn_sasl(side->transport), "ANONYMOUS");
    pn_connection_set_container(side->connection, number ? "server" : "client");
}

static void make_world(uint64_t seed, dice_t *dice)
{
    static const uint32_t sizes[] = {512, 512, 513, 600, 1024, 1024, 4096, 65536, 0};
    memset(&world, 0, sizeof world);
    world.seed = seed;
    world.theme = below(dice, THEMES);
    world.solo = world.theme == 3 && below(dice, 4);
    world.sasl = !world.solo && below(dice, 12) == 0;
    world.rebinding = !world.solo && !world.sasl && below(dice, 12) == 0;
    for (int i = 0; i < 2; i++) world.frame_sizes[i] = sizes[below(dice, sizeof sizes / sizeof *sizes)];
    for (int i = 0; i < 2; i++) make_side(i, dice);
}

/* Most sequences start where something can happen: with open connections, a session and a link or two. */
static void prelude(dice_t *dice)
{
    step_t step = {0, 0, 0, 1, 0};
    side_t *a = &world.sides[0], *b = &world.sides[1];
    uint32_t links = below(dice, 4), depth = below(dice, 5);
    if (depth == 0) return;
    line("prelude");
    if (world.solo) {
        forge_open(a->in, &(step_t){0, 0, 0, 3, 0});
        bind_side(a);
        pn_connection_open(a->connection);
        settle_all();
        return;
    }
    pn_connection_open(a->connection);
    session_make(a, &step);
    settle_all();
    if (depth == 1) return;
    for (uint32_t i = 0; i < links; i++) link_make(a, &(step_t){0, 0, 0, 1, 6 | below(dice, 2) | below(dice, 64) << 3});
    settle_all();
    if (!b->eager) look(b, ~0u);
    answer(b, &step);
    settle_all();
    if (!a->eager) look(a, ~0u);
}

static void make_step(unsigned number, const step_t *step)
{
    const call_t *call = &calls[step->call];
    side_t *side = &world.sides[world.solo ? 0 : step->side];
    line("#");
    num("", number);
    str("", side->name);
    str("", call->name);
    if (call->endpoints && side->gone) return;
    if (call->opens && applies(OPEN_BEFORE_CLOSE) && side->closed) return;
    if (call->credit && world.rebinding && applies(REBIND_WITHOUT_CREDIT)) return;
    call->make(side, step);
    if (side->eager) look(side, ~0u);
    report_side(side);
    if (side->peer && !call->endpoints) report_side(side->peer);
}

/* Runs one seed, with the steps whose bit is set. Returns how many steps there are. */
static unsigned run(uint64_t seed, uint64_t steps)
{
    dice_t dice = {seed * UINT64_C(0x2545f4914f6cdd1d) + 1};
    step_t list[LONGEST];
    report.digest = seed;
    report.muted = false;
    make_world(seed, &dice);
    unsigned count = 10 + below(&dice, 51);
    for (unsigned i = 0; i < count; i++) {
        list[i].call = some_call(&dice, world.theme);
        list[i].side = below(&dice, 2);
        list[i].a = (uint32_t)roll(&dice);
        list[i].b = (uint32_t)roll(&dice);
        list[i].c = (uint32_t)roll(&dice);
    }
    prelude(&dice);
    for (unsigned i = 0; i < count; i++)
        if (steps >> i & 1) make_step(i, &list[i]);
    line("end");
    settle_all();
    for (int i = 0; i < 2; i++) report_side(&world.sides[i]);
    for (int i = 0; i < 2; i++) world.sides[i].peer = NULL;
    world.ending = true;
    for (int i = 0; i < 2; i++) {
        if (world.sides[i].connection) give_up(&world.sides[i], &dice);
        free(world.sides[i].sessions.items);
        free(world.sides[i].links.items);
        free(world.sides[i].deliveries.items);
        free(world.wires[i].data.start);
    }
    return count;
}

static void digest(uint64_t seed)
{
    unsigned count = run(seed, ~UINT64_C(0));
    printf("%" PRIu64 " %u %016" PRIx64 "\n", seed, count, report.digest);
}

/* Runs seeds in a child. When one brings the child down the next child goes on behind it. */
static int digests(uint64_t from, uint64_t to, bool in_process)
{
    uint64_t *at = mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return 2;
    for (*at = from; *at < to; ++*at) {
        pid_t child = in_process ? 0 : fork();
        if (child < 0) return 2;
        if (child == 0) {
            for (; *at < to; ++*at) {
                if (!in_process) alarm(20);
                digest(*at);
                if (*at % 64 == 0 || !in_process) fflush(stdout);
            }
            if (in_process) return 0;
            _exit(0);
        }
        int status;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        if (WIFSIGNALED(status)) printf("%" PRIu64 " 0 signal-%d\n", *at, WTERMSIG(status));
        fflush(stdout);
    }
    return 0;
}

static uint64_t listed(const char *list)
{
    if (!list) return ~UINT64_C(0);
    uint64_t steps = 0;
    for (char *end; *list; list = *end ? end + 1 : end) {
        unsigned long step = strtoul(list, &end, 10);
        if (end == list) break;
        steps |= UINT64_C(1) << step % 64;
    }
    return steps;
}

static bool lift(const char *name)
{
    for (int i = 0; i < RULES; i++)
        if (!strcmp(rules[i].name, name)) return lifted[i] = true;
    return false;
}

int main(int count, char **arguments)
{
    const char *words[4] = {0};
    bool in_process = false;
    int given = 0;
    for (int i = 1; i < count; i++) {
        if (!strcmp(arguments[i], "--in-process")) in_process = true;
        else if (!strcmp(arguments[i], "--without") && i + 1 < count && lift(arguments[i + 1])) i++;
        else if (given < 4) words[given++] = arguments[i];
    }
    if (given == 3 && !strcmp(words[0], "digest"))
        return digests(strtoull(words[1], NULL, 10), strtoull(words[2], NULL, 10), in_process);
    if (given >= 2 && !strcmp(words[0], "show")) {
        report.verbose = true;
        setvbuf(stdout, NULL, _IOLBF, 0);
        run(strtoull(words[1], NULL, 10), listed(words[2]));
        putchar('\n');
        return 0;
    }
    for (int i = 0; i < RULES && given == 1; i++) printf("%-24s %s\n", rules[i].name, rules[i].reason);
    return given == 1 && !strcmp(words[0], "rules") ? 0 : 2;
}
