/* What the soak programs share: what they are told, chance, what the process holds, and how they fail.
 *
 * They know only the public interface. Functions newer than the reference are declared weak, so that the same binary
 * runs on it; `--reference` leaves out what only the reference breaks. The first fact that does not hold ends the
 * program, with the seed in the message: what comes after it would only be its consequences.
 */
#ifndef SOAK_H
#define SOAK_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE first: for mallinfo2 and 4-argument accept"
#endif

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <proton/session.h>
#include <proton/ssl.h>
#include <proton/transport.h>

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Not in every release. */
extern void pn_connection_write_flush(pn_connection_t *connection) __attribute__((weak));
extern void pn_proactor_import_socket(pn_proactor_t *, pn_connection_t *, pn_transport_t *, int) __attribute__((weak));
extern pn_proactor_t *pn_event_batch_proactor(pn_event_batch_t *batch) __attribute__((weak));
extern pn_listener_t *pn_event_batch_listener(pn_event_batch_t *batch) __attribute__((weak));
extern pn_connection_t *pn_event_batch_connection(pn_event_batch_t *batch) __attribute__((weak));
extern pn_raw_connection_t *pn_event_batch_raw_connection(pn_event_batch_t *batch) __attribute__((weak));

/* ---- what a program is told ---- */

static struct {
    uint64_t seed;
    unsigned seconds, operations, threads, connections;
    unsigned patience;  /* seconds without what has to come that count as never */
    bool reference;
} told = {.seed = 1, .operations = 20000, .threads = 4, .connections = 5000, .patience = 60};

static __attribute__((unused)) void hear(int count, char **arguments)
{
    for (int at = 1; at < count; at++) {
        const char *name = arguments[at];
        if (!strcmp(name, "--reference")) {
            told.reference = true;
            continue;
        }
        uint64_t value = at + 1 < count ? strtoull(arguments[++at], NULL, 0) : 0;
        if (!strcmp(name, "--seed")) told.seed = value;
        else if (!strcmp(name, "--seconds")) told.seconds = (unsigned)value;
        else if (!strcmp(name, "--operations")) told.operations = (unsigned)value;
        else if (!strcmp(name, "--threads")) told.threads = (unsigned)value;
        else if (!strcmp(name, "--connections")) told.connections = (unsigned)value;
        else if (!strcmp(name, "--patience")) told.patience = (unsigned)value;
        else {
            fprintf(stderr, "what is %s?\n", name);
            exit(2);
        }
    }
}

/* ---- failing ---- */

static void (*tell_more)(void); /* what a program can say of its state when it fails */
static atomic_uint facts_held;

static __attribute__((unused, noreturn, format(printf, 1, 2))) void fail(const char *format, ...)
{
    static atomic_flag failing = ATOMIC_FLAG_INIT;
    va_list arguments;
    while (atomic_flag_test_and_set(&failing)) pause(); /* another thread is ending the program */
    printf("FAILED (seed %llu): ", (unsigned long long)told.seed);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    if (tell_more) tell_more();
    fflush(stdout);
    abort();
}

/* A fact that has to hold; the rest is the text in case it does not. */
#define REQUIRE(fact, ...) \
    ((fact) ? (void)atomic_fetch_add_explicit(&facts_held, 1, memory_order_relaxed) : fail(__VA_ARGS__))

/* The line that `cargo xtask test` counts. */
static __attribute__((unused)) int all_held(void)
{
    printf("checks: %u passed, 0 failed\n", atomic_load(&facts_held));
    return 0;
}

/* ---- chance: each thread has its own, made from the seed and the thread's number ---- */

static _Thread_local uint64_t chance_state;

static __attribute__((unused)) uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

static __attribute__((unused)) void chance_from(uint64_t seed, uint64_t thread)
{
    chance_state = mix(seed * 1000003 + thread);
}

/* Anything below `below`. */
static __attribute__((unused)) unsigned any(unsigned below)
{
    chance_state += 0x9e3779b97f4a7c15u;
    return below ? (unsigned)(mix(chance_state) % below) : 0;
}

static __attribute__((unused)) bool one_in(unsigned times)
{
    return any(times) == 0;
}

/* ---- what the process holds ---- */

static __attribute__((unused)) unsigned descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) fail("no /proc/self/fd");
    for (struct dirent *entry; (entry = readdir(folder));) count += entry->d_name[0] != '.';
    closedir(folder);
    return count - 1; /* the folder's own */
}

/* Bytes of the heap in use. A checker that takes the allocator's place answers 0. */
static __attribute__((unused)) size_t held(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* ---- time ---- */

static __attribute__((unused)) int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static __attribute__((unused)) void pause_ms(unsigned ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

/* Waits for something that has to come. */
#define AWAIT(fact, ...) \
    do { \
        int64_t until_ = now_ms() + (int64_t)told.patience * 1000; \
        while (!(fact)) { \
            if (now_ms() > until_) fail(__VA_ARGS__); \
            pause_ms(1); \
        } \
        atomic_fetch_add_explicit(&facts_held, 1, memory_order_relaxed); \
    } while (0)

#endif
