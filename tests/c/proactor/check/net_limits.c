/* Self-checking: the process runs out of descriptors, and recovers. In a child process, because of the limit. */
#include "proactor/story.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* No more descriptors than these many over what is open. */
static void allow(int more)
{
    struct rlimit limit;
    int last = 2;
    for (int fd = 3; fd < 200; fd++)
        if (fcntl(fd, F_GETFD) >= 0) last = fd;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)(last + 1 + more);
    must(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    /* What is free below the highest would be found. */
    for (int fd = 0; fd < last; fd++)
        if (fcntl(fd, F_GETFD) < 0) must(dup2(0, fd), "dup2");
}

static void a_connection_without_a_descriptor(void)
{
    open_scene("connecting without a descriptor");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *warm = connect_to("warm", plain->port, NULL);
    int fd = answer(listening);
    allow(0);
    party_t *client = connect_to("client", plain->port, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(strstr(client->story, "TRANSPORT_ERROR proton:io: Too many open files - on connect"));
    CHECK(!warm->seen[PN_TRANSPORT_CLOSED]);
    close(fd);
    close(listening);
    await(warm, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();
}

static void a_listener_without_a_descriptor(void)
{
    open_scene("listening without a descriptor");
    allow(0);
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    await(listener, PN_LISTENER_CLOSE);
    CHECK(strstr(listener->story, "LISTENER_CLOSE proton:io: Too many open files - listen on"));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();
}

static void a_raw_connection_without_a_descriptor(void)
{
    open_scene("a raw connection without a descriptor");
    allow(0);
    party_t *raw = add_party("raw", NULL);
    raw->raw = pn_raw_connection();
    pn_raw_connection_set_context(raw->raw, raw);
    pn_proactor_raw_connect(scene.proactor, raw->raw, "127.0.0.1:1");
    await(raw, PN_RAW_CONNECTION_DISCONNECTED);
    CHECK(strstr(raw->story, "DISCONNECTED proton:io: Too many open files - "));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();
}

/* Clients connect before the limit; there is room to accept one of the three at a time. */
static void a_listener_pauses_and_recovers(void)
{
    open_scene("accepting goes on when a connection has gone");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    listener->accepted_name = "server";
    await(listener, PN_LISTENER_OPEN);
    int fds[3];
    for (int i = 0; i < 3; i++) fds[i] = dial(listener->port);
    allow(1);
    for (unsigned i = 0; i < 3; i++) {
        await_times(listener, PN_LISTENER_ACCEPT, i + 1);
        handle_ready();
        CHECK(listener->seen[PN_LISTENER_ACCEPT] == i + 1); /* the others wait */
        CHECK(!listener->seen[PN_LISTENER_CLOSE]);
        shutdown(fds[i], SHUT_WR);
        await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    }
    close_listener(listener);
    CHECK(told(listener, "LISTENER_CLOSE (unset)"));
    await(scene.self, PN_PROACTOR_INACTIVE);
    for (int i = 0; i < 3; i++) close(fds[i]);
    close_scene();
}

static void a_paused_listener_closes(void)
{
    open_scene("a listener that has no descriptors closes like any other");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    await(listener, PN_LISTENER_OPEN);
    int fd = dial(listener->port);
    allow(0);
    handle_ready();
    CHECK(!listener->seen[PN_LISTENER_ACCEPT]);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    close_scene();
}

static void a_paused_listener_is_freed(void)
{
    open_scene("a proactor is freed with a listener that has no descriptors");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    await(listener, PN_LISTENER_OPEN);
    int fd = dial(listener->port);
    allow(0);
    handle_ready();
    close_scene();
    close(fd);
}

static void no_proactor_without_descriptors(void)
{
    section("no proactor without descriptors");
    allow(0);
    CHECK(pn_proactor() == NULL);
}

/* Each in a process of its own, with its checks added to ours. */
static void apart(void (*scenario)(void))
{
    int ends[2], counts[2] = {0, 1}, status;
    must(pipe(ends), "pipe");
    fflush(stdout);
    pid_t child = must(fork(), "fork");
    if (child == 0) {
        checks_passed = checks_failed = 0;
        scenario();
        fflush(stdout);
        allow(20); /* whoever watches the end of the process needs some */
        counts[0] = checks_passed;
        counts[1] = checks_failed;
        exit(write(ends[1], counts, sizeof counts) != sizeof counts);
    }
    close(ends[1]);
    if (read(ends[0], counts, sizeof counts) != sizeof counts) printf("FAILED: no answer from a child\n");
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    checks_passed += counts[0];
    checks_failed += counts[1];
}

/* With an argument, what valgrind cannot follow is left out: it accepts connections for which there is no descriptor,
 * and closes them. */
int main(int count, char **arguments)
{
    (void)arguments;
    apart(a_connection_without_a_descriptor);
    apart(a_listener_without_a_descriptor);
    apart(a_raw_connection_without_a_descriptor);
    if (count == 1) apart(a_listener_pauses_and_recovers);
    apart(a_paused_listener_closes);
    apart(a_paused_listener_is_freed);
    apart(no_proactor_without_descriptors);
    return checks_result();
}
