/* Differential program: what each event is about, which questions it answers, and what is logged of it. */
#include "proactor/scene.h"

#include <sys/wait.h>

/* Everything that can be asked of an event, with names for the answers. */
static void ask(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    pn_connection_t *connection = pn_event_connection(event);
    pn_transport_t *transport = pn_event_transport(event);
    pn_listener_t *listener = pn_event_listener(event);
    pn_raw_connection_t *raw = pn_event_raw_connection(event);
    const void *context = pn_event_context(event);
    /* Of raw events the proactor is another matter: older releases do not know it. */
    const char *proactor = raw ? "-" : pn_event_proactor(event) == scene.proactor ? "own" : "null";
    const char *about = context == connection ? "connection"
                        : context == transport ? "transport"
                        : context == listener  ? "listener"
                        : context == raw       ? "raw connection"
                        : context == scene.proactor ? "proactor"
                                                    : "something else";
    note(party, "  number %d, class %s, about the %s; connection %s, transport %s, listener %s, raw %s, proactor %s",
         (int)type, pn_class_name(pn_event_class(event)), about, connection ? "yes" : "no", transport ? "yes" : "no",
         listener ? "yes" : "no", raw ? "yes" : "no", proactor);
    note(party, "  session %s, link %s, delivery %s", pn_event_session(event) ? "yes" : "no",
         pn_event_link(event) ? "yes" : "no", pn_event_delivery(event) ? "yes" : "no");
}

static void ask_and_close(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    ask(party, event, type);
    close_when_open(party, event, type);
}

static void ask_and_oblige(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    ask(party, event, type);
    oblige(party, event, type);
}

static void ask_and_accept(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    ask(party, event, type);
    if (type == PN_LISTENER_ACCEPT) accept_here(party);
}

static void ask_and_end(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    ask(party, event, type);
    if (type == PN_RAW_CONNECTION_NEED_READ_BUFFERS) pn_raw_connection_close(party->raw);
}

static void events(void)
{
    begin("events of connections and listeners");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 8, ask_and_accept);
    listener->accepted_name = "server";
    listener->on_accepted = ask_and_oblige;
    party_t *client = connect_to("client", listener->port, ask_and_close);
    pn_connection_wake(client->connection);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    finish();

    begin("events of the proactor");
    scene.self->on = ask;
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("events of raw connections");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    client = add_party("client", ask_and_end);
    client->raw = pn_raw_connection();
    pn_raw_connection_set_context(client->raw, client);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    close(listening);
    finish();

    begin("events of a connection that fails");
    client = new_client("client", ask);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, "127.0.0.1:no-such-service");
    await(client, PN_TRANSPORT_CLOSED);
    finish();
}

static void leave_each_batch(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    party->leaves = type != PN_TRANSPORT_CLOSED && type != PN_LISTENER_CLOSE;
    if (party->on_accepted && type == PN_LISTENER_ACCEPT) accept_here(party);
    else if (party->extra) close_when_open(party, event, type);
    else oblige(party, event, type);
}

static void batches(void)
{
    begin("batches that are left at their first event");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 8, leave_each_batch);
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    party_t *client = connect_to("client", listener->port, leave_each_batch);
    client->extra = client;
    client->shows_batches = true;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    finish();

    begin("a batch of the proactor that is left at its first event");
    scene.self->shows_batches = scene.self->leaves = true;
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void classes(void)
{
    section("the classes of what lives on a proactor");
    pn_proactor_t *proactor = pn_proactor();
    pn_listener_t *listener = pn_listener();
    pn_connection_t *connection = pn_connection();
    say("of nobody's: %s and %s", pn_connection_proactor(connection) ? "set" : "null", pn_listener_proactor(listener) ? "set" : "null");
    static const pn_event_type_t types[] = {PN_LISTENER_OPEN, PN_LISTENER_ACCEPT, PN_LISTENER_CLOSE, PN_PROACTOR_INTERRUPT,
        PN_PROACTOR_TIMEOUT, PN_PROACTOR_INACTIVE, PN_CONNECTION_WAKE, PN_RAW_CONNECTION_CONNECTED,
        PN_RAW_CONNECTION_CLOSED_READ, PN_RAW_CONNECTION_CLOSED_WRITE, PN_RAW_CONNECTION_DISCONNECTED,
        PN_RAW_CONNECTION_NEED_READ_BUFFERS, PN_RAW_CONNECTION_NEED_WRITE_BUFFERS, PN_RAW_CONNECTION_READ,
        PN_RAW_CONNECTION_WRITTEN, PN_RAW_CONNECTION_WAKE, PN_RAW_CONNECTION_DRAIN_BUFFERS};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) say("%d is %s", (int)types[i], pn_event_type_name(types[i]));
    pn_connection_free(connection);
    pn_listener_free(listener);
    pn_proactor_free(proactor);
}

static void clocks(void)
{
    section("clocks");
    int64_t before = pn_proactor_now_64();
    pn_millis_t now = pn_proactor_now();
    int64_t after = pn_proactor_now_64();
    say("in order %d, the short one is the low half of the long one %d", before <= after,
        now - (pn_millis_t)before <= (pn_millis_t)(after - before));
}

/* What is logged: the program runs itself again with the environment set. */

static void talk(void)
{
    begin("child");
    party_t *listener = server("server", oblige);
    party_t *client = connect_to("client", listener->port, close_when_open);
    pn_connection_wake(client->connection);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_TIMEOUT);
    await_times(scene.self, PN_PROACTOR_INACTIVE, 2);
    finish();
}

static void without_addresses(char *line)
{
    for (char *at; (at = strstr(line, "0x"));) {
        size_t length = 2 + strspn(at + 2, "0123456789abcdef");
        memmove(at + 1, at + length, strlen(at + length) + 1);
        *at = '@';
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, because the events of several objects come as they please. */
static void log_with(const char *variable, const char *value)
{
    int ends[2];
    char *lines[200], line[4096];
    size_t count = 0;
    must(pipe(ends), "pipe");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        if (!freopen("/dev/null", "w", stdout)) _exit(1);
        setenv(variable, value, 1);
        execl("/proc/self/exe", "net_events", "talk", (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    FILE *log = fdopen(ends[0], "r");
    while (fgets(line, sizeof line, log) && count < 200) {
        line[strcspn(line, "\n")] = '\0';
        without_addresses(line);
        lines[count++] = strdup(line);
    }
    fclose(log);
    int status = 0;
    waitpid(child, &status, 0);
    qsort(lines, count, sizeof *lines, by_text);
    say("%s=%s", variable, value);
    for (size_t i = 0; i < count; i++) {
        say("%s", lines[i]);
        free(lines[i]);
    }
    say("status %d", status);
}

static void logs(void)
{
    section("every event that is delivered can be logged");
    log_with("PN_LOG", "event");
    log_with("PN_LOG", "event debug");
    section("by the older word for it");
    log_with("PN_TRACE_EVT", "1");
    section("nothing is logged unless it is wanted");
    log_with("PN_NOTHING", "1");
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count > 1) {
        talk();
        return 0;
    }
    events();
    batches();
    classes();
    clocks();
    logs();
    return 0;
}
