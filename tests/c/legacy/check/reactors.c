/* Self-checking: reactors the way programs use them, and what has to be left when they are gone.
 *
 * Everything happens in one process: the reactor that connects is the one that accepts. Descriptors are counted before
 * and after; memory is valgrind's and the sanitizers' business. An argument gives the number of connections, and leaves out
 * the lack of descriptors, which valgrind cannot follow. */
#include "../legacy_net.h"

#include "check.h"

#include <proton/sasl.h>
#include <proton/selectable.h>
#include <proton/ssl.h>
#include <proton/url.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

#define FILE_OF(name) CERTIFICATES "/" name

static int connections = 1000;

static int open_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

/* What the handlers of a scene count, and what they need to know. */
static struct {
    int opened, closed, got, failed, expired, readable, finals, finalized, due, encrypted, idle;
    pn_acceptor_t *acceptor;
    pn_ssl_domain_t *domain;
    const char *host;
    char condition[64], description[200];
} seen;

static void forget(void)
{
    memset(&seen, 0, sizeof seen);
}

/* ---- a client that sends one message and closes, and a server that takes it ---- */

static void on_client(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    pn_connection_t *connection = pn_event_connection(event);
    if (type == PN_CONNECTION_INIT) {
        pn_session_t *session = pn_session(connection);
        pn_link_t *sender = pn_sender(session, "sender");
        pn_connection_set_container(connection, "client");
        if (seen.host) pn_connection_set_hostname(connection, seen.host);
        pn_connection_open(connection);
        pn_session_open(session);
        pn_link_open(sender);
    } else if (type == PN_CONNECTION_BOUND && seen.domain) {
        pn_ssl_init(pn_ssl(pn_event_transport(event)), seen.domain, NULL);
    } else if (type == PN_LINK_FLOW) {
        pn_link_t *sender = pn_event_link(event);
        if (pn_link_credit(sender) <= 0 || pn_link_get_context(sender)) return;
        pn_link_set_context(sender, sender);
        pn_delivery(sender, pn_dtag("a", 1));
        pn_link_send(sender, "hello", 5);
        pn_link_advance(sender);
    } else if (type == PN_DELIVERY) {
        if (!pn_delivery_updated(pn_event_delivery(event))) return;
        pn_delivery_settle(pn_event_delivery(event));
        pn_connection_close(connection);
    } else if (type == PN_TRANSPORT_ERROR) {
        pn_condition_t *condition = pn_transport_condition(pn_event_transport(event));
        seen.failed++;
        snprintf(seen.condition, sizeof seen.condition, "%s", pn_condition_get_name(condition));
        snprintf(seen.description, sizeof seen.description, "%s", pn_condition_get_description(condition));
    } else if (type == PN_TRANSPORT_CLOSED) {
        pn_connection_release(connection);
    }
}

static void on_server(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    pn_connection_t *connection = pn_event_connection(event);
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        seen.opened++;
        if (pn_connection_acceptor(connection) != seen.acceptor) seen.failed++;
        if (pn_transport_is_encrypted(pn_event_transport(event))) seen.encrypted++;
    } else if (type == PN_DELIVERY) {
        char bytes[16];
        pn_link_t *link = pn_event_link(event);
        if (pn_link_recv(link, bytes, sizeof bytes) == 5 && !memcmp(bytes, "hello", 5)) seen.got++;
        pn_delivery_update(pn_event_delivery(event), PN_ACCEPTED);
        pn_delivery_settle(pn_event_delivery(event));
    } else if (type == PN_TRANSPORT_CLOSED) {
        pn_connection_release(connection);
        if (++seen.closed == connections) pn_acceptor_close(seen.acceptor);
    }
}

static pn_handler_t *server_handler(void)
{
    pn_handler_t *handler = pn_handler(on_server);
    pn_handler_add(handler, pn_handshaker());
    pn_handler_add(handler, pn_flowcontroller(4));
    return handler;
}

/* An acceptor on a free port, with the port's text; the reactor's handler serves what comes. */
static const char *serve(pn_reactor_t *reactor)
{
    static char port[8];
    pn_reactor_set_handler(reactor, NULL);
    pn_handler_t *handler = server_handler();
    seen.acceptor = pn_reactor_acceptor(reactor, "127.0.0.1", "0", handler);
    pn_handler_free(handler);
    if (!CHECK(seen.acceptor != NULL)) exit(1);
    snprintf(port, sizeof port, "%d", port_of(pn_selectable_get_fd((pn_selectable_t *)seen.acceptor)));
    return port;
}

static void run_clients(int count)
{
    pn_reactor_t *reactor = pn_reactor();
    const char *port = serve(reactor);
    pn_handler_t *client = pn_handler(on_client);
    for (int i = 0; i < count; i++) pn_reactor_connection_to_host(reactor, "127.0.0.1", port, client);
    pn_decref(client);
    pn_reactor_run(reactor);
    CHECK(pn_list_size(pn_reactor_children(reactor)) == 0);
    pn_reactor_free(reactor);
}

static void many_connections_come_and_go(void)
{
    struct rlimit limit;
    forget();
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &limit);
    if ((rlim_t)connections * 2 + 50 > limit.rlim_cur) connections = (int)(limit.rlim_cur - 50) / 2;
    int before = open_files();
    run_clients(connections);
    CHECK(open_files() == before);
    CHECK(seen.opened == connections);
    CHECK(seen.got == connections);
    CHECK(seen.closed == connections);
    CHECK(seen.failed == 0);
}

/* ---- TLS ---- */

static pn_ssl_domain_t *server_domain(void)
{
    pn_ssl_domain_t *domain = pn_ssl_domain(PN_SSL_MODE_SERVER);
    CHECK(pn_ssl_domain_set_credentials(domain, FILE_OF("server.pem"), FILE_OF("server.key"), NULL) == 0);
    return domain;
}

static void run_encrypted(const char *host)
{
    pn_reactor_t *reactor = pn_reactor();
    const char *port = serve(reactor);
    pn_ssl_domain_t *domain = server_domain();
    pn_acceptor_set_ssl_domain(seen.acceptor, domain);
    seen.domain = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    seen.host = host;
    CHECK(pn_ssl_domain_set_trusted_ca_db(seen.domain, FILE_OF("ca.pem")) == 0);
    CHECK(pn_ssl_domain_set_peer_authentication(seen.domain, PN_SSL_VERIFY_PEER_NAME, NULL) == 0);
    pn_handler_t *client = pn_handler(on_client);
    /* An address goes where the name is not known to any resolver; the name is for the certificate. */
    for (int i = 0; i < connections; i++) pn_reactor_connection_to_host(reactor, "127.0.0.1", port, client);
    pn_decref(client);
    pn_reactor_run(reactor);
    pn_reactor_free(reactor);
    pn_ssl_domain_free(domain);
    pn_ssl_domain_free(seen.domain);
}

static void an_acceptor_encrypts(void)
{
    int before = open_files(), all = connections;
    connections = 3;
    forget();
    run_encrypted("server.example.test");
    CHECK(seen.got == 3 && seen.encrypted == 3 && seen.failed == 0);
    forget();
    run_encrypted("other.example.test");
    CHECK(seen.got == 0 && seen.failed > 0);
    CHECK(!strcmp(seen.condition, "amqp:connection:framing-error"));
    CHECK(open_files() == before);
    connections = all;
}

/* ---- a custom selectable ---- */

static int ends[2];

static void finalize_pipe(pn_selectable_t *selectable)
{
    close(pn_selectable_get_fd(selectable));
    seen.finalized++;
}

static void pipe_readable(pn_selectable_t *selectable)
{
    char byte;
    if (read(pn_selectable_get_fd(selectable), &byte, 1) == 1) {
        seen.readable++;
        return;
    }
    pn_selectable_terminate(selectable);
    pn_reactor_update(pn_object_reactor(selectable), selectable);
}

/* The other end is closed: that alone is nothing to read. */
static void pipe_failed(pn_selectable_t *selectable)
{
    pn_selectable_terminate(selectable);
    pn_reactor_update(pn_object_reactor(selectable), selectable);
}

static void pipe_expired(pn_selectable_t *selectable)
{
    pn_selectable_set_deadline(selectable, 0);
    pn_reactor_update(pn_object_reactor(selectable), selectable);
    if (write(ends[1], "x", 1) != 1) seen.failed++;
    if (++seen.expired < 3) {
        pn_selectable_set_deadline(selectable, pn_reactor_now(pn_object_reactor(selectable)) + 5);
        pn_reactor_update(pn_object_reactor(selectable), selectable);
    } else {
        close(ends[1]);
    }
}

static void on_pipe_event(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    (void)event;
    if (type == PN_SELECTABLE_FINAL) seen.finals++;
}

static void a_pipe_is_a_selectable(void)
{
    int before = open_files();
    forget();
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *handler = pn_handler(on_pipe_event);
    if (!CHECK(!pipe(ends))) return;
    pn_selectable_t *selectable = pn_reactor_selectable(reactor);
    pn_record_set_handler(pn_selectable_attachments(selectable), handler);
    pn_decref(handler);
    pn_selectable_set_fd(selectable, ends[0]);
    pn_selectable_on_readable(selectable, pipe_readable);
    pn_selectable_on_expired(selectable, pipe_expired);
    pn_selectable_on_error(selectable, pipe_failed);
    pn_selectable_on_finalize(selectable, finalize_pipe);
    pn_selectable_set_reading(selectable, true);
    pn_selectable_set_deadline(selectable, pn_reactor_mark(reactor) + 5);
    pn_reactor_update(reactor, selectable);
    CHECK(pn_object_reactor(selectable) == reactor);
    pn_reactor_run(reactor);
    CHECK(seen.readable == 3 && seen.expired == 3);
    CHECK(seen.finals == 1 && seen.finalized == 1);
    pn_reactor_free(reactor);
    CHECK(open_files() == before);
}

/* ---- a client whose server is silent ---- */

static void on_patience(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type != PN_TIMER_TASK) return;
    seen.due++;
    pn_connection_t *connection = *(pn_connection_t **)pn_handler_mem(pn_event_root(event));
    pn_transport_t *transport = pn_connection_transport(connection);
    if (transport) {
        pn_transport_close_tail(transport);
        pn_transport_close_head(transport);
    }
}

static void a_client_loses_its_patience(void)
{
    int before = open_files();
    forget();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    if (!CHECK(!bind(silent, (struct sockaddr *)&address, sizeof address) && !listen(silent, 5))) return;
    char port[8];
    snprintf(port, sizeof port, "%d", port_of(silent));
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *client = pn_handler(on_client), *timer = pn_handler_new(on_patience, sizeof(void *), NULL);
    pn_connection_t *connection = pn_reactor_connection_to_host(reactor, "127.0.0.1", port, client);
    *(pn_connection_t **)pn_handler_mem(timer) = connection;
    pn_incref(connection);
    pn_task_t *task = pn_reactor_schedule(reactor, 20, timer), *other = pn_reactor_schedule(reactor, 1000000, timer);
    CHECK(pn_object_reactor(task) == reactor);
    pn_task_cancel(other);
    pn_decref(client);
    pn_decref(timer);
    pn_reactor_run(reactor);
    CHECK(seen.due == 1);
    pn_decref(connection);
    pn_reactor_free(reactor);
    close(silent);
    CHECK(open_files() == before);
}

/* ---- idle time-outs ---- */

static void on_idle(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type == PN_CONNECTION_BOUND) {
        pn_transport_set_idle_timeout(pn_event_transport(event), 60);
    } else if (type == PN_TRANSPORT_ERROR) {
        const char *name = pn_condition_get_name(pn_transport_condition(pn_event_transport(event)));
        snprintf(seen.condition, sizeof seen.condition, "%s", name ? name : "");
        seen.failed++;
    } else if (type == PN_TRANSPORT_CLOSED) {
        pn_connection_release(pn_event_connection(event));
    }
}

/* A server that never says anything after its first bytes. */
static void idle_connections_end(void)
{
    int before = open_files();
    forget();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    if (!CHECK(!bind(silent, (struct sockaddr *)&address, sizeof address) && !listen(silent, 5))) return;
    char port[8];
    snprintf(port, sizeof port, "%d", port_of(silent));
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *handler = pn_handler(on_idle);
    pn_connection_open(pn_reactor_connection_to_host(reactor, "127.0.0.1", port, handler));
    pn_decref(handler);
    pn_reactor_run(reactor);
    CHECK(seen.failed == 1);
    CHECK(!strcmp(seen.condition, "amqp:resource-limit-exceeded"));
    pn_reactor_free(reactor);
    close(silent);
    CHECK(open_files() == before);
}

/* Two ends that have nothing to say keep each other alive. */
static void on_awake(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type == PN_CONNECTION_BOUND) {
        pn_transport_set_idle_timeout(pn_event_transport(event), 40);
    } else if (type == PN_TRANSPORT_ERROR) {
        seen.failed++;
    } else if (type == PN_TIMER_TASK) {
        seen.due++;
        pn_list_t *children = pn_reactor_children(pn_event_reactor(event));
        for (size_t i = 0; i < pn_list_size(children); i++) {
            void *child = pn_list_get(children, (int)i);
            if (pn_class_id(pn_class(child)) == CID_pn_connection) pn_connection_close((pn_connection_t *)child);
        }
        pn_acceptor_close(seen.acceptor);
    } else if (type == PN_TRANSPORT_CLOSED) {
        seen.closed++;
        pn_connection_release(pn_event_connection(event));
    }
}

static void quiet_ends_keep_each_other_alive(void)
{
    int before = open_files();
    forget();
    char port[8];
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *handler = pn_handler(on_awake);
    pn_handler_add(handler, pn_handshaker());
    seen.acceptor = pn_reactor_acceptor(reactor, "127.0.0.1", "0", handler);
    snprintf(port, sizeof port, "%d", port_of(pn_selectable_get_fd((pn_selectable_t *)seen.acceptor)));
    pn_connection_open(pn_reactor_connection_to_host(reactor, "127.0.0.1", port, handler));
    pn_reactor_schedule(reactor, 300, handler);
    pn_reactor_run(reactor);
    pn_handler_free(handler);
    CHECK(seen.due == 1 && seen.closed == 2 && seen.failed == 0);
    pn_reactor_free(reactor);
    CHECK(open_files() == before);
}

/* ---- handler trees ---- */

static int gone;

static void on_gone(pn_handler_t *handler)
{
    (void)handler;
    gone++;
}

static void trees_are_freed_in_every_order(void)
{
    /* Each order of letting go of a root, a branch and a leaf, whose references the program keeps. */
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        gone = 0;
        pn_handler_t *tree[3];
        for (int j = 0; j < 3; j++) tree[j] = pn_handler_new(NULL, 8, on_gone);
        pn_handler_add(tree[0], tree[1]);
        pn_handler_add(tree[1], tree[2]);
        for (int j = 0; j < 3; j++) pn_decref(tree[orders[i][j]]);
        CHECK(gone == 3);
    }
    /* Given away: the root's end is everybody's. */
    gone = 0;
    pn_handler_t *root = pn_handler_new(NULL, 0, on_gone), *child = pn_handler_new(NULL, 0, on_gone);
    pn_handler_add(root, child);
    pn_handler_free(root);
    CHECK(gone == 2);
    /* Let go of before: the tree does not take it twice. */
    gone = 0;
    root = pn_handler_new(NULL, 0, on_gone);
    child = pn_handler_new(NULL, 0, on_gone);
    pn_handler_add(root, child);
    pn_decref(child);
    pn_handler_free(root);
    CHECK(gone == 2);
    /* Emptied first. */
    gone = 0;
    root = pn_handler_new(NULL, 0, on_gone);
    child = pn_handler_new(NULL, 0, on_gone);
    pn_handler_add(root, child);
    pn_handler_clear(root);
    CHECK(gone == 0);
    pn_decref(child);
    pn_handler_free(root);
    CHECK(gone == 2);
}

static void on_clear(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type == PN_REACTOR_INIT) pn_reactor_set_handler(pn_event_reactor(event), NULL);
}

static void a_handler_may_end_itself(void)
{
    gone = 0;
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *handler = pn_handler_new(on_clear, 0, on_gone);
    pn_reactor_set_handler(reactor, handler);
    pn_decref(handler);
    pn_reactor_run(reactor);
    CHECK(gone == 1);
    pn_reactor_free(reactor);
}

/* ---- a reactor that goes while everything lives ---- */

static void nothing_is_left_of_a_freed_reactor(bool kept)
{
    int before = open_files(), all = connections;
    forget();
    connections = -1; /* the acceptor stays */
    pn_reactor_t *reactor = pn_reactor();
    const char *port = serve(reactor);
    pn_handler_t *client = pn_handler(on_idle);
    pn_connection_t *connection = pn_reactor_connection_to_host(reactor, "127.0.0.1", port, client);
    pn_connection_open(connection);
    pn_task_t *task = pn_reactor_schedule(reactor, 100000, client);
    pn_selectable_t *selectable = pn_reactor_selectable(reactor), *acceptor = (pn_selectable_t *)seen.acceptor;
    pn_reactor_update(reactor, selectable);
    if (kept) {
        pn_incref(connection);
        pn_incref(task);
        pn_incref(selectable);
        pn_incref(acceptor);
    } else {
        pn_decref(client);
    }
    pn_reactor_set_timeout(reactor, 5);
    pn_reactor_start(reactor);
    for (int i = 0; i < 2000 && !seen.opened; i++) pn_reactor_process(reactor);
    CHECK(seen.opened == 1);
    pn_reactor_free(reactor);
    if (kept) {
        CHECK(pn_object_reactor(connection) == NULL);
        CHECK(pn_object_reactor(selectable) == NULL);
        CHECK(pn_object_reactor(task) == NULL);
        pn_acceptor_close(seen.acceptor);
        pn_task_cancel(task);
        pn_selectable_readable(selectable);
        pn_selectable_terminate(selectable);
        pn_connection_close(connection);
        pn_decref(selectable);
        pn_decref(task);
        pn_decref(acceptor);
        pn_decref(connection);
        pn_decref(client);
    }
    CHECK(open_files() == before);
    connections = all;
}

static void a_reactor_may_go_without_ever_running(void)
{
    int before = open_files();
    forget();
    pn_reactor_t *reactor = pn_reactor();
    serve(reactor);
    pn_reactor_connection(reactor, NULL);
    pn_reactor_schedule(reactor, 0, NULL);
    pn_reactor_selectable(reactor);
    pn_reactor_free(reactor);
    CHECK(open_files() == before);
}

static void a_reactor_may_be_stopped_midway(void)
{
    int before = open_files();
    forget();
    pn_reactor_t *reactor = pn_reactor();
    serve(reactor);
    pn_reactor_start(reactor);
    pn_reactor_stop(reactor);
    while (pn_reactor_process(reactor)) {}
    CHECK(!pn_reactor_process(reactor));
    pn_reactor_free(reactor);
    CHECK(open_files() == before);
}

/* ---- tasks that are no more ---- */

static pn_task_t *old, *fresh;

static void a_reactor_that_has_run_does_not_run_for_ever(void)
{
    pn_reactor_t *reactor = pn_reactor();
    pn_reactor_run(reactor);
    pn_reactor_schedule(reactor, 0, NULL);
    pn_reactor_run(reactor);
    check(!pn_reactor_process(reactor), "nothing is left to do");
    pn_reactor_free(reactor);
}

static void on_due(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type != PN_TIMER_TASK) return;
    pn_reactor_t *reactor = pn_event_reactor(event);
    if (++seen.due == 1) {
        fresh = pn_reactor_schedule(reactor, 50, pn_event_root(event));
        pn_reactor_schedule(reactor, 5, pn_event_root(event));
    } else if (seen.due == 2) {
        pn_task_cancel(old);
    }
}

static void a_stale_task_is_nobody_else(void)
{
    forget();
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *handler = pn_handler(on_due);
    old = pn_reactor_schedule(reactor, 0, handler);
    pn_incref(old);
    pn_reactor_run(reactor);
    CHECK(fresh != old);
    CHECK(seen.due == 3);
    pn_decref(old);
    pn_decref(handler);
    pn_reactor_free(reactor);
    /* Of a timer without a reactor. */
    pn_collector_t *collector = pn_collector();
    pn_timer_t *timer = pn_timer(collector);
    pn_task_t *task = pn_timer_schedule(timer, 5);
    pn_incref(task);
    pn_timer_tick(timer, 5);
    CHECK(pn_timer_tasks(timer) == 0 && pn_timer_deadline(timer) == 0);
    pn_timer_schedule(timer, 9);
    pn_task_cancel(task);
    CHECK(pn_timer_tasks(timer) == 1 && pn_timer_deadline(timer) == 9);
    pn_decref(timer);
    pn_task_cancel(task);
    pn_decref(task);
    pn_collector_free(collector);
}

/* ---- no descriptors ---- */

static void an_acceptor_survives_a_lack_of_descriptors(void)
{
    int before = open_files(), all = connections;
    forget();
    connections = 1;
    pn_reactor_t *reactor = pn_reactor();
    const char *port = serve(reactor);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)atoi(port));
    int client = socket(AF_INET, SOCK_STREAM, 0), taken[64], count = 0;
    if (!CHECK(!connect(client, (struct sockaddr *)&address, sizeof address))) return;
    struct rlimit limit, low;
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    low.rlim_cur = (rlim_t)client + 8;
    setrlimit(RLIMIT_NOFILE, &low);
    while (count < 64 && (taken[count] = dup(client)) >= 0) count++;
    pn_reactor_set_timeout(reactor, 1);
    pn_reactor_start(reactor);
    for (int i = 0; i < 50; i++) pn_reactor_process(reactor);
    const char *text = pn_error_text(pn_reactor_error(reactor));
    CHECK(text && strstr(text, "accept: "));
    CHECK(pn_reactor() == NULL);
    CHECK(pn_messenger("none") == NULL);
    while (count) close(taken[--count]);
    setrlimit(RLIMIT_NOFILE, &limit);
    /* Whoever waited gets in now. */
    CHECK(write(client, "AMQP\0\1\0\0", 8) == 8);
    fcntl(client, F_SETFL, O_NONBLOCK);
    char header[8];
    ssize_t read_now = -1;
    for (int i = 0; i < 5000 && read_now <= 0; i++) {
        pn_reactor_process(reactor);
        read_now = read(client, header, sizeof header);
    }
    CHECK(read_now == 8 && !memcmp(header, "AMQP", 4));
    close(client);
    for (int i = 0; i < 5000 && seen.closed < 1; i++) pn_reactor_process(reactor);
    CHECK(seen.closed == 1);
    pn_reactor_free(reactor);
    CHECK(open_files() == before);
    connections = all;
}

/* ---- another thread ---- */

static void *ring(void *reactor)
{
    for (int i = 0; i < 100; i++) pn_reactor_wakeup((pn_reactor_t *)reactor);
    return NULL;
}

static void another_thread_may_wake_it(void)
{
    pn_reactor_t *reactor = pn_reactor();
    pn_selectable_t *selectable = pn_reactor_selectable(reactor);
    pn_reactor_update(reactor, selectable);
    pn_reactor_set_timeout(reactor, -1);
    pn_reactor_start(reactor);
    pthread_t thread;
    pthread_create(&thread, NULL, ring, reactor);
    CHECK(pn_reactor_process(reactor));
    pthread_join(thread, NULL);
    pn_selectable_terminate(selectable);
    pn_reactor_update(reactor, selectable);
    while (pn_reactor_process(reactor)) {}
    pn_reactor_process(reactor);
    pn_reactor_free(reactor);
}

int main(int argc, char **argv)
{
    if (argc > 1) connections = atoi(argv[1]);
    many_connections_come_and_go();
    an_acceptor_encrypts();
    a_pipe_is_a_selectable();
    a_client_loses_its_patience();
    idle_connections_end();
    quiet_ends_keep_each_other_alive();
    trees_are_freed_in_every_order();
    a_handler_may_end_itself();
    nothing_is_left_of_a_freed_reactor(false);
    nothing_is_left_of_a_freed_reactor(true);
    a_reactor_may_go_without_ever_running();
    a_reactor_may_be_stopped_midway();
    a_reactor_that_has_run_does_not_run_for_ever();
    a_stale_task_is_nobody_else();
    if (argc < 2) an_acceptor_survives_a_lack_of_descriptors();
    another_thread_may_wake_it();
    return checks_result();
}
